"""`python -m bench`: prints the table and writes `bench/results/<time>.json`."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import structlog

from bench import bytes_sent, people, scenes, trips
from bench.load import Ask, ask, visit
from bench.measuring import WARM_UP, figures, measure
from bench.people import addresses
from bench.report import Report, Row, keep, show
from bench.scenes import SCENES, Scene, Stage
from bench.server import Served, databases, free_port, serving
from lms import config

RESULTS = Path(__file__).parent / "results"
TOGETHER = 8
BARE_REQUESTS = 100
SLICES = 7
"""Parts in which the requests of a scene are measured."""
COUNTED = 4
"""Requests of a scene whose round trips are counted."""


def main() -> None:
    """Measure what is asked for."""
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    reports = []
    for kind in arguments.database:
        with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as url:
            reports.append(_measured(kind, url, Path(folder), arguments))
        print(show(reports[-1]), end="\n\n", flush=True)
    keep(reports, RESULTS / f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H-%M-%SZ}.json")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="both, if not given")
    parser.add_argument("--requests", type=int, default=300, help="of each scene")
    parser.add_argument("--only", default="", help="scenes whose name has this text")
    arguments = parser.parse_args()
    arguments.database = arguments.database or ["sqlite", "postgresql"]
    return arguments


def _measured(kind: str, url: str, folder: Path, arguments: argparse.Namespace) -> Report:
    report = Report(kind)
    with _installation(url, folder) as first:
        starts = {"first": first.start_seconds}
    with _bare(url, folder) as bare, _installation(url, folder) as served, _stage(url, folder, served) as stage:
        report.start_seconds = starts | {"again": served.start_seconds}
        report.rows += _rows(bare, bare, "bare Flask page", *[[_bare_asks(bare)] * count for count in (1, TOGETHER)])
        for scene in SCENES:
            if arguments.only in scene.name:
                report.rows += _scene(bare, served, stage, scene, arguments.requests)
        report.visits = bytes_sent.visits(stage.begun(), addresses(stage.module)[0])
        report.memory_mb = served.memory_mb()
    return report


def _scene(bare: Served, served: Served, stage: Stage, scene: Scene, count: int) -> list[Row]:
    alone = scene.prepare(stage, WARM_UP + count)
    # Each on a connection of its own, so that every worker gets some.
    for one in alone[:WARM_UP]:
        visit(served.port, [one])
    together = [scene.prepare(stage, count) for _ in range(TOGETHER)] if scene.is_parallel else []
    rows = _rows(bare, served, scene.name, [alone[WARM_UP:]], together)
    counted = trips.trips_of(stage.app, scene.prepare(stage, WARM_UP), COUNTED)
    return [replace(rows[0], trips=counted), *rows[1:]]


def _rows(bare: Served, served: Served, name: str, *groups: list[list[Ask]]) -> list[Row]:
    rows = []
    for visitors in filter(None, groups):
        slices, ratios, before = [], [], _bare_ms(bare)
        for asks in _sliced(visitors):
            slices.append(measure(served, asks))
            after = _bare_ms(bare)
            # What else the machine does makes both slower: what holds is how one stands to the other.
            ratios.append(2 * slices[-1].cpu_ms_each / (before + after))
            before = after
        rows.append(Row(name, len(visitors), figures(slices), median(ratios)))
    return rows


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


@contextmanager
def _bare(url: str, folder: Path) -> Iterator[Served]:
    port = free_port()
    with serving(["-m", "bench.bare", url, str(port)], "/bare", port, folder / "bare.log") as served:
        yield served


@contextmanager
def _installation(url: str, folder: Path) -> Iterator[Served]:
    """`lms up` with two workers of two threads, as the bare page has them."""
    port = free_port()
    environment = {
        "LMS_INSTANCE": str(folder / "instance"),
        "LMS_DATABASE_URL": url,
        "LMS_PORT": str(port),
        "LMS_LRS_PORT": str(free_port()),
        "LMS_WEB_WORKERS": "2",
        "LMS_WEB_THREADS": "2",
    }
    with serving(["-m", "lms", "up"], "/sign-in", port, folder / "up.log", **environment) as served:
        yield served


@contextmanager
def _stage(url: str, folder: Path, served: Served) -> Iterator[Stage]:
    settings = config.load({}, instance=folder / "instance", database_url=url, port=served.port)
    with people.application(settings) as app:
        yield scenes.stage(app, served.port)


if __name__ == "__main__":
    main()
