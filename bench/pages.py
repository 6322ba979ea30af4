"""What a page costs: CPU time beside a bare page, times, bytes, round trips, the start and the memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import bytes_sent, trips
from bench.installations import Place, bare_page
from bench.load import Ask, ask, visit
from bench.measuring import WARM_UP, figures, measure
from bench.people import addresses
from bench.report import Report, Row
from bench.scenes import SCENES, Scene, Stage
from bench.server import Served

TOGETHER = 8
BARE_REQUESTS = 100
SLICES = 7
"""Parts in which the requests of a scene are measured."""
COUNTED = 4
"""Requests of a scene whose round trips are counted."""


def measured(kind: str, url: str, folder: Path, only: str, requests: int) -> Report:
    """All scenes whose name has a text, on one database."""
    report, place = Report(kind), Place(folder, url)
    with place.serving() as first:
        starts = {"first": first.start_seconds}
    with bare_page(url, folder) as bare, place.serving() as served, place.stage(served) as stage:
        report.start_seconds = starts | {"again": served.start_seconds}
        asks = [[_bare_asks(bare)] * count for count in (1, TOGETHER)]
        report.rows += rows(bare, bare, "bare Flask page", *asks)
        for scene in SCENES:
            if only in scene.name:
                report.rows += _scene(bare, served, stage, scene, requests)
        report.visits = bytes_sent.visits(stage.begun(), addresses(stage.module)[0])
        report.memory_mb = served.memory_mb()
    return report


def _scene(bare: Served, served: Served, stage: Stage, scene: Scene, count: int) -> list[Row]:
    alone = scene.prepare(stage, WARM_UP + count)
    # Each on a connection of its own, so that every worker gets some.
    for one in alone[:WARM_UP]:
        visit(served.port, [one])
    together = [scene.prepare(stage, count) for _ in range(TOGETHER)] if scene.is_parallel else []
    found = rows(bare, served, scene.name, [alone[WARM_UP:]], together)
    counted = trips.trips_of(stage.app, scene.prepare(stage, WARM_UP), COUNTED)
    return [replace(found[0], trips=counted), *found[1:]]


def rows(bare: Served, served: Served, name: str, *groups: list[list[Ask]]) -> list[Row]:
    """Figures of one scene for each group of visitors, beside the bare page."""
    found = []
    for visitors in filter(None, groups):
        slices, ratios, before = [], [], _bare_ms(bare)
        for asks in _sliced(visitors):
            slices.append(measure(served, asks))
            after = _bare_ms(bare)
            # What else the machine does makes both slower: what holds is how one stands to the other.
            ratios.append(2 * slices[-1].cpu_ms_each / (before + after))
            before = after
        found.append(Row(name, len(visitors), figures(slices), median(ratios)))
    return found


def _sliced(visitors: list[list[Ask]]) -> Iterator[list[list[Ask]]]:
    """The requests of every visitor in parts, so that each is measured beside the bare page of the same moment."""
    step = -(-max(len(asks) for asks in visitors) // SLICES)
    for start in range(0, step * SLICES, step):
        if all(asks[start:] for asks in visitors):
            yield [asks[start : start + step] for asks in visitors]


def _bare_ms(bare: Served) -> float:
    return measure(bare, [_bare_asks(bare)]).cpu_ms_each


def _bare_asks(bare: Served) -> list[Ask]:
    return [ask(bare.port, "/bare")] * BARE_REQUESTS
