"""The journal as a workbook to print: what is written, and lines to write on where nothing is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lms.content.tree import tree
from lms.paper.typesetting import pdf
from lms.reflection.journal import Item, Part, Piece, Volume
from lms.reflection.writing import Writing

TEMPLATE = Path(__file__).parent / "papers" / "workbook.typ"
GONE = "Prompts that the module no longer has"
SHUT = "This text cannot be opened at the moment."
Day = Callable[[dt.datetime], str]
"""How a moment is written: `3 March 2027`."""


def workbook(volumes: Iterable[Volume], author: str, accent: str, day: Day, at: dt.datetime) -> bytes:
    """The journal as PDF."""
    return pdf(TEMPLATE, contents(volumes, day) | {"author": author, "accent": accent, "made_on": day(at)}, at)


def contents(volumes: Iterable[Volume], day: Day) -> dict[str, Any]:
    """What the template sets: modules, sections, prompts, and what was written on them."""
    return {"title": "My reflections", "modules": [_module(volume, day) for volume in volumes]}


def _module(volume: Volume, day: Day) -> dict[str, Any]:
    return {
        "title": volume.module.title if volume.module else "A module that is no longer taught",
        "sections": [_section(part, day) for part in volume.parts] + _loose(volume.loose, day),
    }


def _section(part: Part, day: Day) -> dict[str, Any]:
    return {
        "title": f"{part.section.number}. {part.section.title}",
        "prompts": [_prompt(item, day) for item in part.items],
    }


def _prompt(item: Item, day: Day) -> dict[str, Any]:
    pieces = [item.own] + ([item.addition] if item.addition and item.addition.writing.is_kept else [])
    return {
        "page": item.page.title,
        "prompt": tree(item.prompt.text.source),
        "pieces": [_piece(piece, day) for piece in pieces],
    }


def _loose(pieces: Iterable[Piece], day: Day) -> list[dict[str, Any]]:
    prompts = [{"page": "", "prompt": [], "pieces": [_piece(piece, day)]} for piece in pieces]
    return [{"title": GONE, "prompts": prompts}] if prompts else []


def _piece(piece: Piece, day: Day) -> dict[str, Any]:
    writing = piece.writing
    return {
        "is_written": writing.is_kept,
        "when": _when(writing, day),
        "boxes": [{"label": label, "text": text} for label, text in piece.boxes],
    }


def _when(writing: Writing, day: Day) -> str:
    if writing.is_shut:
        return SHUT
    return f"Saved on {day(writing.saved_at)}" if writing.saved_at and writing.is_kept else ""
