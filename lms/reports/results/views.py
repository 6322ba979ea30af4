"""Pages on what modules changed: for those who write them and those who lead the programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Flask, render_template

from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.content.blocks import SelfAssessment
from lms.content.library import library
from lms.content.module import Module
from lms.db import db
from lms.pulse import queries as pulse
from lms.pulse.groups import GROUP, Spread
from lms.pulse.rating import THEN
from lms.pulse.service import LOOKING_BACK
from lms.reports.results import items, queries
from lms.ui.asking import not_found

blueprint = Blueprint("results", __name__)

READERS = (Role.TRAINER, Role.PROGRAMME_LEAD, Role.ADMIN)


def install(app: Flask) -> None:
    """The pages of this room."""
    app.jinja_env.filters.update(percent=percent)
    app.register_blueprint(blueprint)


@blueprint.get("/reports/results")
@needs(*READERS)
def modules() -> str:
    """The modules, each with what it changed."""
    programme = library.programme(db.session)
    planned = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    return render_template("reports/results.html", modules=[module for module in planned if module])


@blueprint.get("/reports/results/<module_id>")
@needs(*READERS)
def module(module_id: str) -> str:
    """What one module changed."""
    found = library.module(db.session, module_id) or not_found()
    people, sittings = queries.first_sittings(db.session, module_id)
    figures = items.figures(found.bank.items, sittings)
    return render_template(
        "reports/results_of.html",
        module=found,
        people=people,
        looked_at=len(sittings),
        figures=figures,
        by_outcome=items.by_outcome(figures),
        later=_later(found, queries.asked_again(db.session, module_id)),
        ratings=list(_rated_in(found)),
        plans=queries.plans_kept(db.session, module_id),
        group=GROUP,
        enough=items.ENOUGH,
        trio=items.TRIO,
    )


def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole per cent."""
    return "–" if share is None else f"{share:.0%}"


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


def _rated_in(found: Module) -> Iterator[Rated]:
    for _, block in found.blocks():
        if isinstance(block, SelfAssessment):
            people, first = _spreads(found.id, block.id)
            people_after, after = _spreads(found.id, block.id + LOOKING_BACK)
            words = {statement.id: statement.text for statement in block.statements}
            rows = [(text, first[id_]) for id_, text in words.items() if id_ in first]
            pairs = [
                (text, after[THEN + id_], after[id_])
                for id_, text in words.items()
                if id_ in after and THEN + id_ in after
            ]
            yield Rated(block, people, rows, people_after, pairs)


def _spreads(module_id: str, block_id: str) -> tuple[int, dict[str, Spread]]:
    people, spreads = pulse.spreads(db.session, module_id, block_id)
    return people, {spread.statement_id: spread for spread in spreads if spread.mean is not None}


def _later(found: Module, asked: dict[str, tuple[float, int]]) -> dict[str, tuple[float, int]]:
    """What was known when it was asked again, by outcome."""
    every = {item.id: item.outcome for item in (*found.bank.items, *found.bank.checks)}
    sums: dict[str, tuple[float, int]] = {}
    for item_id, (share, count) in asked.items():
        if item_id in every:
            total, many = sums.get(every[item_id], (0.0, 0))
            sums[every[item_id]] = total + share * count, many + count
    return {outcome: (total / many, many) for outcome, (total, many) in sums.items()}
