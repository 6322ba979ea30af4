"""After a key was corrected: what was corrected, whose result would change, and having answers marked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request
from flask import url_for as url
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import carries_text, needs
from lms.accounts.viewing import me, note_looks
from lms.authoring.regrading.counting import by_change
from lms.authoring.regrading.forms import MarkForm, PassesForm, QuestionsForm
from lms.authoring.views import WRITERS
from lms.db import db, transaction
from lms.quiz.regrading import queries, service
from lms.quiz.regrading.marking import Change
from lms.quiz.regrading.queries import Corrected
from lms.quiz.regrading.service import Decision, Done
from lms.quiz.regrading.wording import corrected as corrected_in_words
from lms.quiz.regrading.wording import is_reworded
from lms.ui.asking import not_found, now
from lms.ui.counting import counted, people

blueprint = Blueprint("regrading", __name__)

Answer = Response | AnyResponse | str | tuple[str, int]
MOST = 2000
"""Attempts that are marked for one press of the button, about; whoever presses again goes on."""


@dataclass(frozen=True)
class Question:
    """A corrected question, as the page tells of it."""

    id: str
    stem: str
    said: list[str]
    reworded: bool


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/authoring/<module_id>/mark-again")
@needs(*WRITERS)
def ask(module_id: str) -> Answer:
    """What was corrected since people answered, and how many results that would change; nobody is named."""
    return _ask(_corrected(module_id))


@blueprint.post("/authoring/<module_id>/mark-again/results")
@needs(*WRITERS)
def results(module_id: str) -> Answer:
    """Whose result would change. That somebody looked is written down."""
    of, form = _corrected(module_id), QuestionsForm()
    form.offer((item.id, item.id) for item in of.items)
    if not form.validate():
        return _ask(of, _first(form)), 422
    items = form.items.data
    return _results(of, items, PassesForm(formdata=None))


@blueprint.post("/authoring/<module_id>/mark-again")
@needs(*WRITERS)
def mark(module_id: str) -> Answer:
    """Mark again; nobody loses a pass by this."""
    of, form = _corrected(module_id), MarkForm()
    form.offer((item.id, item.id) for item in of.items)
    if _is_stale(of, form):
        return _ask(of, _STALE), 409
    if not form.validate():
        return _ask(of, _first(form)), 422
    wanted = {Change.SAME, Change.BETTER} if form.better.data else set()
    wanted |= {Change.WORSE} if form.worse.data else set()
    done, is_all = _mark(of, Decision(form.items.data, wanted, me(), now())) if wanted else (Done(), True)
    flash(_told(done, is_all), "success" if done.changed else "info")
    return redirect(url(".ask", module_id=module_id), 303)


@blueprint.post("/authoring/<module_id>/mark-again/passes")
@needs(*WRITERS)
@carries_text
def take_passes(module_id: str) -> Answer:
    """Take passes away: from those who are ticked, for a reason that they read, and from nobody else."""
    of, form = _corrected(module_id), PassesForm()
    form.offer((item.id, item.id) for item in of.items)
    ticked = request.form.getlist("attempts")
    form.attempts.choices = [(one, one) for one in ticked if _is_uuid(one)]
    if _is_stale(of, form):
        return _ask(of, _STALE), 409
    if not form.validate():
        return _results(of, form.items.data or (), form), 422
    taken_from = {UUID(one) for one in form.attempts.data}
    decision = Decision(form.items.data, (), me(), now(), taken_from, form.reason.data)
    done, _ = _mark(of, decision)
    count = done.changed[Change.LOST]
    kept = "No pass was taken away: those you ticked have none that the corrected key would take."
    gone = f"{people(count)} {_has(count)} no pass any more. Your reason stands beside their result."
    flash(gone if count else kept, "info")
    return redirect(url(".ask", module_id=module_id), 303)


_STALE = "Another revision was published since you looked. This is what is corrected now."


def _mark(of: Corrected, decision: Decision) -> tuple[Done, bool]:
    """Mark again, so many attempts in a transaction: whoever is learning meanwhile hardly waits. Whether that is all.

    Where it breaks off, what was marked stays marked, and the next press goes on behind it.
    """
    done, after = Done(), 0
    while done.changed.total() < MOST:
        with transaction() as session:
            ids = queries.attempts_after(session, of, after)
            if ids:
                step = service.mark_again(session, of, ids, decision)
        if not ids:
            return done, True
        done = Done(done.changed + step.changed, done.passed + step.passed)
        after = ids[-1]
    return done, False


def _ask(of: Corrected, error: str = "") -> str:
    groups = by_change(queries.found(db.session, of, [item.id for item in of.items]))
    counts = Counter({change.value: group.count for change, group in groups.items()})
    questions = [_question(of, item.id) for item in of.items]
    return render_template("authoring/regrade.html", of=of, questions=questions, counts=counts, error=error)


def _results(of: Corrected, items: Collection[str], passes: PassesForm) -> str:
    groups = by_change(queries.found(db.session, of, items))
    page = render_template(
        "authoring/regrade_results.html",
        of=of,
        items=items,
        groups={change.value: group for change, group in groups.items()},
        form=MarkForm(formdata=None, better=True),
        passes=passes,
    )
    named = (line.person for change, group in groups.items() if change is not Change.SAME for line in group.lines)
    note_looks(named, {"at": "results that a corrected key changes", "module": of.module.id})
    return page


def _question(of: Corrected, item_id: str) -> Question:
    new, before = of.module.item(item_id) or not_found(), of.before(item_id)
    said = dict.fromkeys(line for old in before for line in corrected_in_words(old, new))
    return Question(item_id, new.stem.plain, list(said), any(is_reworded(old, new) for old in before))


def _corrected(module_id: str) -> Corrected:
    return queries.corrected(db.session, module_id) or not_found()


def _is_stale(of: Corrected, form: QuestionsForm) -> bool:
    return bool(form.revision.data != str(of.number))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _first(form: QuestionsForm) -> str:
    return next((str(said) for errors in form.errors.values() for said in errors), "")


def _told(done: Done, is_all: bool) -> str:
    up, down, same = (done.changed[change] for change in (Change.BETTER, Change.WORSE, Change.SAME))
    said = [
        f"{counted(up, 'result')} went up" if up else "",
        f"{counted(down, 'result')} went down" if down else "",
        f"{counted(same, 'result')} stayed" if same else "",
        f"{people(done.passed)} {_has(done.passed)} passed by it" if done.passed else "",
    ]
    what = ", ".join(filter(None, said)) or "Nothing was marked again"
    return f"{what}." + ("" if is_all else " There is more: press the button once more to go on.")


def _has(count: int) -> str:
    return "has" if count == 1 else "have"
