"""What a learner sends becomes a response by the content's ids; what cannot be read gets a message.

A response is a tuple of words: the option ids chosen (in order, for ordering), `source.target` pairs for matching,
the number as typed for numeric. An empty tuple is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.content.schema import Item, MatchingItem, MultipleItem, NumericItem, OrderingItem
from lms.quiz.drawing import Presented

Response = tuple[str, ...]

_LONGEST_NUMBER = 24
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")


class ResponseError(ValueError):
    """What is missing or unreadable, said to the learner."""


def read(item: Item, presented: Presented, form: Mapping[str, Sequence[str]]) -> Response:
    """The response in a form's fields. Raises ResponseError with a message for the learner.

    `choice` holds places in the presented order; `rank-N` and `match-N` hold a place for the part shown N-th;
    `number` is what was typed.
    """
    if isinstance(item, NumericItem):
        return _number(form)
    if isinstance(item, OrderingItem):
        return _order(presented, form)
    if isinstance(item, MatchingItem):
        return _pairs(presented, form)
    return _choices(item, presented, form)


def number(text: str) -> Decimal:
    """A number as people type it: `12.5`, `12,5`, ` 16 `. Raises ResponseError."""
    typed = text.strip()
    if len(typed) > _LONGEST_NUMBER:
        raise ResponseError("That number is too long. Write digits, for example 12 or 12.5.")
    # No exponent: to reckon with 1e999999999 would take all the memory there is.
    if not _NUMBER.fullmatch(typed):
        raise ResponseError(f"“{typed}” is not a number. Write digits, for example 12 or 12.5.")
    return Decimal(typed.replace(",", "."))


def plain_number(value: float) -> str:
    """A number as people type it: every digit, and no exponent."""
    written = Decimal(str(value))
    return f"{written.to_integral_value() if written == written.to_integral_value() else written:f}"


def _number(form: Mapping[str, Sequence[str]]) -> Response:
    text = "".join(form.get("number", [""])[:1]).strip()
    if not text:
        return ()
    number(text)
    return (text,)


def _choices(item: Item, presented: Presented, form: Mapping[str, Sequence[str]]) -> Response:
    places = sorted({_place(text, presented.options) for text in form.get("choice", [])})
    if isinstance(item, MultipleItem):
        if places and len(places) != item.choose:
            raise ResponseError(f"Choose exactly {item.choose}. You have chosen {len(places)}.")
    elif len(places) > 1:
        raise ResponseError("Choose one answer.")
    return tuple(presented.options[place] for place in places)


def _order(presented: Presented, form: Mapping[str, Sequence[str]]) -> Response:
    ranks = [_chosen(form, f"rank-{place}", presented.options) for place in range(len(presented.options))]
    if all(rank is None for rank in ranks):
        return ()
    if None in ranks or len(set(ranks)) != len(ranks):
        raise ResponseError("Give each line its own place: every number once.")
    by_rank = sorted(range(len(ranks)), key=lambda place: ranks[place] or 0)
    return tuple(presented.options[place] for place in by_rank)


def _pairs(presented: Presented, form: Mapping[str, Sequence[str]]) -> Response:
    chosen = [_chosen(form, f"match-{place}", presented.targets) for place in range(len(presented.options))]
    if all(target is None for target in chosen):
        return ()
    if None in chosen:
        raise ResponseError(f"Match every line. {chosen.count(None)} still have no match.")
    return tuple(
        f"{source}.{presented.targets[target]}"
        for source, target in zip(presented.options, chosen, strict=True)
        if target is not None
    )


def _chosen(form: Mapping[str, Sequence[str]], name: str, parts: Sequence[str]) -> int | None:
    text = "".join(form.get(name, [""])[:1])
    return _place(text, parts) if text else None


def _place(text: str, parts: Sequence[str]) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 2 or int(text) >= len(parts):
        raise ResponseError("That answer was not offered. Choose one of the answers shown.")
    return int(text)
