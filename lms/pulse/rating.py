"""What a learner rated, and how it has moved since the first time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.content.blocks import SelfAssessment

Ratings = Mapping[str, int]
"""Place on the scale, from 0, by statement id."""


LONGEST_COMMENT = 4000
"""Characters."""
THEN = "then-"
"""Before the id of a statement: how it was before the programme, as seen from now (then-test; Howard 1980)."""


@dataclass(frozen=True)
class Row:
    """One statement with its rating now, the first one, and how it was before as seen from now."""

    statement: str
    now: str
    first: str
    """Empty where there is no other to compare with."""
    moved: int
    """Steps up the scale since the first time; 0 if it cannot be said."""
    then: str = ""
    """Empty where it was not asked."""


def asked(block: SelfAssessment, looks_back: bool = False) -> list[str]:
    """What is to be rated, in order: each statement, and where one looks back, how it was before too."""
    ids = [statement.id for statement in block.statements]
    return [name for id_ in ids for name in ((id_, THEN + id_) if looks_back or block.then else (id_,))]


def read(block: SelfAssessment, form: Mapping[str, str], looks_back: bool = False) -> dict[str, int]:
    """The ratings in a form's fields (`rate-` and what is rated); what is not on the scale is left out."""
    places = {str(place): place for place in range(len(block.scale))}
    given = {name: form.get(f"rate-{name}", "") for name in asked(block, looks_back)}
    return {name: places[value] for name, value in given.items() if value in places}


def missing(block: SelfAssessment, ratings: Ratings, looks_back: bool = False) -> list[str]:
    """What is without a rating, by id."""
    return [name for name in asked(block, looks_back) if name not in ratings]


def problem(ratings: Ratings, gaps: Sequence[str], comment: str, is_partly: bool) -> str:
    """What a learner is told who has to look at the form again; empty if all is well, or gaps are meant."""
    if len(comment) > LONGEST_COMMENT:
        return f"Please keep the comment within {LONGEST_COMMENT} characters. It has {len(comment)}."
    if not ratings:
        return "Choose an answer for at least one line."
    if gaps and not is_partly:
        return "One line has no answer yet." if len(gaps) == 1 else f"{len(gaps)} lines have no answer yet."
    return ""


def looks_back(ratings: Ratings) -> bool:
    """Whether an answer says how it was before."""
    return any(name.startswith(THEN) for name in ratings)


def rows(block: SelfAssessment, answers: Sequence[Ratings], before: Ratings | None = None) -> list[Row]:
    """Every statement with its latest rating beside the first.

    `answers` are in the order given; `before` are the first ratings of these statements elsewhere, if there are any.
    """
    now, first = answers[-1], before or (answers[0] if len(answers) > 1 else {})
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
    return Row(text, labels[0], labels[1], moved, _label(block, now.get(THEN + statement_id)))


def _label(block: SelfAssessment, place: int | None) -> str:
    # A scale may have become shorter since.
    return block.scale[place] if place is not None and place < len(block.scale) else ""
