"""What a module changed, as rows of files, each with its head first: what the page shows, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.commitment.looking_back import Did
from lms.content.blocks import SelfAssessment
from lms.content.module import Module
from lms.pulse.groups import Spread
from lms.reports.results.items import ItemFigures
from lms.reports.results.plans import Kept
from lms.ui.sheets import Cell, Row

IN_MODULE, BEFORE, NOW = "in the module", "looking back: before", "looking back: now"


@dataclass(frozen=True)
class Rated:
    """A self-assessment with how people rated its statements."""

    block: SelfAssessment
    people: int
    rows: list[tuple[str, Spread]]
    """Statements in their order."""
    people_looking_back: int
    pairs: list[tuple[str, Spread, Spread]]
    """Statements of those who looked back: how it was before, and how it is now."""


Share = tuple[float, int]
"""A mean share of marks, 0 to 1, and of how many answers."""


def questions(found: Iterable[ItemFigures]) -> Iterable[Row]:
    """A row for each option of a question; one without options has one row. Shares are from 0 to 1."""
    yield [
        *("Question", "Outcome", "Text", "People", "Facility", "Discrimination", "Remarks"),
        *("Option", "Text of the option", "Right", "Chosen by", "Best third", "Poorest third", "Remark on the option"),
    ]
    for one in found:
        item, remarks = one.item, " ".join(one.remarks)
        about: list[Cell] = [item.id, item.outcome, item.stem.plain, one.people or None]
        about += [_share(one.facility), _share(one.discrimination), remarks]
        for option in one.options:
            shares = _share(option.chosen), _share(option.best), _share(option.poorest)
            yield [*about, option.id, option.text, "yes" if option.is_right else "no", *shares, option.remark]
        if not one.options:
            yield [*about, *[None] * 7]


def outcomes(module: Module, first: Mapping[str, Share], later: Mapping[str, Share]) -> Iterable[Row]:
    """What people know, by outcome."""
    asked_again = "When asked again later"
    yield ["Outcome", "Text", "At the first try", "Answers", asked_again, f"Answers {asked_again.lower()}"]
    for outcome in module.outcomes:
        known, kept = first.get(outcome.id), later.get(outcome.id)
        yield [outcome.id, outcome.text, *_pair(known), *_pair(kept)]


def ratings(found: Iterable[Rated]) -> Iterable[Row]:
    """A row for each place on the scale of each statement."""
    yield ["Self-assessment", "Statement", "When", "Place", "Label", "Share", "People"]
    for rated in found:
        for text, spread in rated.rows:
            yield from _rated(rated, text, IN_MODULE, spread)
        for text, then, now in rated.pairs:
            yield from _rated(rated, text, BEFORE, then)
            yield from _rated(rated, text, NOW, now)


def plans(found: Iterable[Kept]) -> Iterable[Row]:
    """What became of plans at each look back."""
    yield ["Look back", "People", "Did", "Did sometimes", "Did not", "Share"]
    for kept in found:
        if kept.people:
            said = [kept.counts.get(did, 0) for did in (Did.YES, Did.SOMETIMES, Did.NO)]
            yield [kept.number, kept.people, *said, _share(kept.share)]


def _rated(rated: Rated, text: str, when: str, spread: Spread) -> Iterable[Sequence[Cell]]:
    for place, label in enumerate(rated.block.scale):
        share = _share(spread.counts.get(place, 0) / spread.people)
        yield [rated.block.id, text, when, place + 1, label, share, spread.people]


def _pair(given: Share | None) -> tuple[float | None, int | None]:
    return (_share(given[0]), given[1]) if given else (None, None)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
