"""Answers in the forms of xAPI 1.0.3 Data 2.4.4.1: ids joined by `[,]`, pairs by `[.]`, ranges by `[:]`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from lms.events import ItemType


def response(item_type: ItemType, given: tuple[str, ...]) -> str | None:
    """What a learner answered; None when nothing was given, or words where a number was asked for."""
    if item_type == "numeric":
        numbers = [number(text) for text in given]
        return numbers[0] if len(numbers) == 1 else None
    return _joined(item_type, given)


def pattern(item_type: ItemType, correct: tuple[str, ...]) -> str | None:
    """The right response; two numbers are the least and the most that count as right."""
    if item_type == "numeric":
        numbers = [number(text) for text in correct]
        return None if None in numbers or not numbers else "[:]".join(filter(None, numbers))
    return _joined(item_type, correct)


def number(text: str) -> str | None:
    """A number in plain digits; None for anything else, so that no words slip out by this way."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 30 else None


def _joined(item_type: ItemType, ids: tuple[str, ...]) -> str | None:
    if item_type == "matching":
        ids = tuple(pair.replace(".", "[.]", 1) for pair in ids)
    return "[,]".join(ids) or None
