"""A trend as lines of a drawing. The table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.reports.coverage.counting import Point

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 16, 32


@dataclass(frozen=True)
class Mark:
    """A point of the line."""

    x: float
    y: float
    label: str
    """Below it; empty where there is no room."""


@dataclass(frozen=True)
class Trend:
    """What is drawn, in the units of the drawing."""

    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, int], ...]
    """Heights, and what they stand for in per cent."""
    target: float | None
    """The height of the target."""

    @property
    def line(self) -> str:
        """The points of the line, as SVG wants them."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in self.marks)


def trend(points: Sequence[Point], target: int) -> Trend | None:
    """The line through the shares; None where fewer than two days have anybody."""
    shown = [point for point in points if point.share is not None]
    if len(shown) < 2:
        return None
    step = (WIDTH - LEFT - RIGHT) / (len(shown) - 1)
    every = max(1, round(len(shown) / 7))
    marks = tuple(
        Mark(LEFT + place * step, _height(point.share or 0), _label(point, place, len(shown), every))
        for place, point in enumerate(shown)
    )
    grid = tuple((_height(percent / 100), percent) for percent in (0, 25, 50, 75, 100))
    return Trend(marks, grid, _height(target / 100) if target else None)


def _label(point: Point, place: int, count: int, every: int) -> str:
    return f"{point.on:%b %y}" if (count - 1 - place) % every == 0 else ""


def _height(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)
