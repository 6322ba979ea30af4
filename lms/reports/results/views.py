"""Pages on what modules changed: for those who write them and those who lead the programme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from flask import Blueprint, Flask, Response, render_template

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
from lms.reports.results import items, queries, tables
from lms.reports.results.tables import Rated
from lms.ui.asking import not_found, today
from lms.ui.files import as_table
from lms.ui.sheets import Row

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


@blueprint.get("/reports/results/<module_id>/<any(questions,outcomes,ratings,plans):which>.<any(csv,xlsx):kind>")
@needs(*READERS)
def table(module_id: str, which: str, kind: str) -> Response:
    """One table of the page as a file."""
    found = library.module(db.session, module_id) or not_found()
    return as_table(_TABLES[which](found), kind, f"{found.id}-{which}", today(), which.capitalize())


def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole per cent."""
    return "–" if share is None else f"{share:.0%}"


def _questions(found: Module) -> Iterable[Row]:
    _, sittings = queries.first_sittings(db.session, found.id)
    return tables.questions(items.figures(found.bank.items, sittings))


def _outcomes(found: Module) -> Iterable[Row]:
    _, sittings = queries.first_sittings(db.session, found.id)
    first = items.by_outcome(items.figures(found.bank.items, sittings))
    return tables.outcomes(found, first, _later(found, queries.asked_again(db.session, found.id)))


def _ratings(found: Module) -> Iterable[Row]:
    return tables.ratings(list(_rated_in(found)))


def _plans(found: Module) -> Iterable[Row]:
    return tables.plans(queries.plans_kept(db.session, found.id))


_TABLES: Mapping[str, Callable[[Module], Iterable[Row]]] = {
    "questions": _questions,
    "outcomes": _outcomes,
    "ratings": _ratings,
    "plans": _plans,
}


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
