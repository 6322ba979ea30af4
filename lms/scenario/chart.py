"""A meter drawn as a line, small enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.scenario.story import HIGHEST

WIDTH, HEIGHT = 320, 132
"""The drawing's own units; its smallest letters have 14 of them."""
LEFT, RIGHT, TOP, BOTTOM = 30, 308, 10, 104
"""The field in which the line runs."""


@dataclass(frozen=True)
class Dot:
    """A value of a meter at its place."""

    x: float
    y: float
    value: int


def dots(values: Sequence[int], steps: int) -> list[Dot]:
    """The start and what followed, spread over a field that has room for so many steps."""
    apart = (RIGHT - LEFT) / max(1, steps)
    return [Dot(round(LEFT + place * apart, 1), round(height(value), 1), value) for place, value in enumerate(values)]


def height(value: int) -> float:
    """Where a value lies between the field's edges."""
    return BOTTOM - (BOTTOM - TOP) * value / HIGHEST


def line(places: Sequence[Dot]) -> str:
    """The points of a polyline."""
    return " ".join(f"{dot.x:g},{dot.y:g}" for dot in places)
