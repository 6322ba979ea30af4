"""A story as a drawing: its scenes from the first to the end, and the choices that lead from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.authoring.files.yaml_text import dicts

END = "end"
WIDTH, HEIGHT = 168, 52
"""Of a scene, in the units of the drawing."""
ACROSS, DOWN = 200, 128
"""From one scene to the next beside and below it."""
_LONGEST = 40
"""Scenes below one another; a loop would have no end."""
_TITLE = 20


@dataclass(frozen=True)
class Way:
    """A choice: where it leads, and the line that is drawn for it."""

    text: str
    verdict: str
    to: str
    """What it leads to in words; empty if it leads nowhere."""
    line: str
    """The path of the drawn line; for a dead end a short one."""


@dataclass(frozen=True)
class Stop:
    """A scene, or the end."""

    id: str
    title: str
    x: int
    y: int
    is_reached: bool
    ways: tuple[Way, ...] = ()

    @property
    def short(self) -> str:
        """A title that fits into the drawn box."""
        return self.title if len(self.title) <= _TITLE else f"{self.title[: _TITLE - 1].rstrip()}…"


@dataclass(frozen=True)
class StoryMap:
    """All of it, with the size of the drawing."""

    stops: tuple[Stop, ...]
    width: int
    height: int

    @property
    def scenes(self) -> tuple[Stop, ...]:
        """Without the end."""
        return tuple(stop for stop in self.stops if stop.id != END)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """The scene and what is wrong with it: nothing leads to it, or a choice leads nowhere."""
        lost = [(one.id, f"No choice leads to “{one.title}”.") for one in self.scenes if not one.is_reached]
        dead = [
            (one.id, f"In “{one.title}” a choice leads nowhere: {way.text or 'one without words'}")
            for one in self.scenes
            for way in one.ways
            if not way.to
        ]
        return [*lost, *dead]


def drawn(values: Mapping[str, Any]) -> StoryMap:
    """The map of a story as it is typed, however broken it may be."""
    scenes = {str(one["id"]): one for one in dicts(values.get("scenes")) if one.get("id")}
    leads = {id_: [str(one.get("next") or "") for one in dicts(scene.get("choices"))] for id_, scene in scenes.items()}
    depths = _depths(str(values.get("first") or ""), leads)
    deepest = max(depths.values(), default=-1)
    rows = {id_: depths.get(id_, deepest + 1) for id_ in scenes}
    rows |= {END: max(rows.values(), default=-1) + 1}
    spots = _spots(rows)
    titles = {id_: str(scene.get("title") or id_) for id_, scene in scenes.items()} | {END: "An ending"}
    stops = [
        Stop(id_, titles[id_], *spot, id_ in depths, tuple(_ways(scenes.get(id_, {}), spot, spots, titles)))
        for id_, spot in spots.items()
    ]
    width = max(x for x, _ in spots.values()) + ACROSS // 2
    return StoryMap(tuple(stops), width, (max(rows.values()) + 1) * DOWN - (DOWN - HEIGHT) + 16)


def _depths(first: str, leads: Mapping[str, list[str]]) -> dict[str, int]:
    """How many decisions lie before each scene that can be come to, on the longest way."""
    depths, waiting = dict[str, int](), [(first, 0)]
    while waiting:
        id_, depth = waiting.pop()
        if id_ not in leads or depths.get(id_, -1) >= depth or depth > min(len(leads), _LONGEST):
            continue
        depths[id_] = depth
        waiting += [(other, depth + 1) for other in leads[id_]]
    return depths


def _spots(rows: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The middle of the upper edge of each box."""
    inside = {row: [id_ for id_, at in rows.items() if at == row] for row in sorted(set(rows.values()))}
    widest = max(map(len, inside.values()))
    found = {}
    for row, ids in inside.items():
        left = (widest - len(ids)) * ACROSS // 2
        for place, id_ in enumerate(ids):
            found[id_] = left + place * ACROSS + ACROSS // 2, row * DOWN + 8
    return found


def _ways(
    scene: Mapping[str, Any], spot: tuple[int, int], spots: Mapping[str, tuple[int, int]], titles: Mapping[str, str]
) -> Iterable[Way]:
    choices = dicts(scene.get("choices"))
    for place, choice in enumerate(choices):
        to = str(choice.get("next") or "")
        x = spot[0] + round((place - (len(choices) - 1) / 2) * WIDTH / max(len(choices), 2))
        line = _line((x, spot[1] + HEIGHT), spots[to], x - spot[0]) if to in spots else _short((x, spot[1] + HEIGHT))
        yield Way(str(choice.get("text") or "").strip(), str(choice.get("verdict") or ""), titles.get(to, ""), line)


def _line(begin: tuple[int, int], box: tuple[int, int], aside: int) -> str:
    x, y = begin
    # Lines that come from several choices of one scene end beside each other.
    end_x, end_y = box[0] + aside // 2, box[1]
    bend = max((end_y - y) // 2, 30)
    return f"M{x} {y}C{x} {y + bend} {end_x} {end_y - bend} {end_x} {end_y - 5}"


def _short(begin: tuple[int, int]) -> str:
    x, y = begin
    return f"M{x} {y}v18M{x - 5} {y + 16}l10 10M{x + 5} {y + 16}l-10 10"
