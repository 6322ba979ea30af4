"""What a learner rated, and how it has moved since the first time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.content.blocks import SelfAssessment

Ratings = Mapping[str, int]
"""Place on the scale, from 0, by statement id."""


@dataclass(frozen=True)
class Row:
    """One statement with its rating now and the first one."""

    statement: str
    now: str
    first: str
    """Empty where there is no other to compare with."""
    moved: int
    """Steps up the scale since the first time; 0 if it cannot be said."""


def read(block: SelfAssessment, form: Mapping[str, str]) -> dict[str, int]:
    """The ratings in a form's fields (`rate-` and the statement's id); what is not on the scale is left out."""
    places = {str(place): place for place in range(len(block.scale))}
    given = {statement.id: form.get(f"rate-{statement.id}", "") for statement in block.statements}
    return {statement_id: places[value] for statement_id, value in given.items() if value in places}


def missing(block: SelfAssessment, ratings: Ratings) -> list[str]:
    """The statements without a rating, by id."""
    return [statement.id for statement in block.statements if statement.id not in ratings]


def rows(block: SelfAssessment, answers: Sequence[Ratings]) -> list[Row]:
    """Every statement with its latest rating beside the first; `answers` are in the order given."""
    now, first = answers[-1], answers[0] if len(answers) > 1 else {}
    return [_row(block, statement.id, statement.text, now, first) for statement in block.statements]


def to_text(ratings: Ratings) -> str:
    """As it is sealed."""
    return json.dumps(dict(ratings))


def from_text(text: str) -> dict[str, int]:
    """The ratings again."""
    known: dict[str, int] = json.loads(text)
    return known


def _row(block: SelfAssessment, statement_id: str, text: str, now: Ratings, first: Ratings) -> Row:
    labels = [_label(block, ratings.get(statement_id)) for ratings in (now, first)]
    moved = now[statement_id] - first[statement_id] if statement_id in now and statement_id in first else 0
    return Row(text, labels[0], labels[1], moved)


def _label(block: SelfAssessment, place: int | None) -> str:
    # A scale may have become shorter since.
    return block.scale[place] if place is not None and place < len(block.scale) else ""
