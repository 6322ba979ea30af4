"""Numbers of things and of people, as a sentence says them."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """`1 gap`, `1,200 gaps`; `many` where it is more than an s: `2 people are`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def people(count: int) -> str:
    """`1 person`, `12 people`."""
    return counted(count, "person", "people")
