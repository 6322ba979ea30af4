"""A prompt with its boxes, as it is shown on a page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from lms.reflection.prompts import Kind, Prompt, labels, points
from lms.reflection.writing import Writing


@dataclass(frozen=True)
class Box:
    """A box of a form."""

    name: str
    label: str
    text: str
    error: str = ""


@dataclass(frozen=True)
class Point:
    """Something to tick off."""

    name: str
    label: str
    """HTML."""
    is_ticked: bool


@dataclass(frozen=True)
class Sheet:
    """A prompt as it is shown with its boxes."""

    writing: Writing
    boxes: tuple[Box, ...]
    points: tuple[Point, ...]
    sitting: str
    """A name for this opened page."""
    newer: Writing | None = None
    """A text from another window or device that must be chosen between."""
    addition: Sheet | None = None
    """The empty box beside a reflection that has come back."""

    @property
    def kind(self) -> Kind:
        return self.writing.kind

    @property
    def version(self) -> int:
        """On which a text written here is based."""
        return self.newer.version if self.newer else self.writing.version


def sheet(prompt: Prompt, writing: Writing, errors: Mapping[str, str] | None = None) -> Sheet:
    """A prompt with its boxes, filled in."""
    boxes = writing.words.boxes(labels(prompt, writing.kind))
    shown = (Box(f"box-{place}", label, text) for place, (label, text) in enumerate(boxes))
    return Sheet(
        writing,
        tuple(Box(box.name, box.label, box.text, (errors or {}).get(box.name, "")) for box in shown),
        _points(prompt, writing),
        secrets.token_urlsafe(12),
    )


def _points(prompt: Prompt, writing: Writing) -> tuple[Point, ...]:
    sources = points(prompt, writing.kind)
    texts = getattr(prompt, "points", ())
    return tuple(
        Point(f"point-{place}", texts[place].inline, source in writing.words.ticks)
        for place, source in enumerate(sources)
    )
