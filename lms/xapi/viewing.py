"""The pages on which admins see what the Learning Record Store holds: the latest statements, and one of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask_login import current_user

from lms.accounts import queries as accounts
from lms.accounts.access import needs
from lms.accounts.models import Role
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.config import Settings
from lms.content.library import library
from lms.days import start_of_day
from lms.db import db, transaction
from lms.enrolment.service import course
from lms.outbox import queries
from lms.ui.asking import not_found
from lms.xapi import asking
from lms.xapi.activities import Activities
from lms.xapi.asking import Held, NotToldError
from lms.xapi.forms import NOBODY, SEVERAL, HeldForm
from lms.xapi.parts import parts
from lms.xapi.question import Place, Question
from lms.xapi.sentence import Sentence, sentence
from lms.xapi.things import as_uuid
from lms.xapi.who import Known, own_uuid, people
from lms.xapi.words import as_json, moment

blueprint = Blueprint("held", __name__)

Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A statement as both pages tell it."""

    id: UUID | None
    sentence: Sentence
    happened_at: dt.datetime | None
    stored_at: dt.datetime | None


@blueprint.get("/statements/held")
@needs(Role.ADMIN)
def several() -> Response:
    """The latest statements that the store holds, or those that are asked for."""
    form = HeldForm(request.args)
    question = _question(form)
    if question is None:
        return make_response(_list(form), 422)
    try:
        leaf = asking.leaf(_settings(), question, _place())
    except NotToldError as trouble:
        return make_response(_list(form, trouble=trouble))
    known = _known(leaf.statements)
    _note_list(question.person, known.names)
    told = [_told(one, known) for one in leaf.statements]
    return make_response(_list(form, told=told, newer=leaf.newer, older=leaf.older))


@blueprint.get("/statements/held/<uuid:statement>")
@needs(Role.ADMIN)
def one(statement: UUID) -> str:
    """One statement in every detail, as the store holds it; else as it waits here."""
    kept = queries.find(db.session, statement)
    held, trouble = _held(statement)
    if not (held or kept or trouble):
        not_found()
    shown = held.statement if held else json.loads(kept.body) if kept else {}
    known = _known([shown])
    _note(Entry(Action.LOOKED, one, {"at": "statement", "statement": str(statement)}) for one in _others(known.names))
    text, is_whole = as_json(shown)
    return render_template(
        "xapi/held_one.html",
        told=_told(shown, known) if shown else None,
        parts=parts(shown, known),
        person=own_uuid(shown.get("actor"), known.url),
        text=text,
        is_whole=is_whole,
        statement=statement,
        held=held,
        kept=kept,
        trouble=trouble,
    )


def _held(statement: UUID) -> tuple[Held | None, NotToldError | None]:
    try:
        return asking.held(_settings(), statement), None
    except NotToldError as trouble:
        return None, trouble


def _question(form: HeldForm) -> Question | None:
    """What is asked for; None with what is wrong in the form."""
    is_right = form.validate()
    person = _person(form)
    if not is_right or form.person.errors:
        return None
    a_day = dt.timedelta(days=1)
    return Question(
        person=person,
        verb=form.verb.data or "",
        activity=form.activity.data,
        since=_midnight(form.since.data) if form.since.data else None,
        before=_midnight(form.until.data + a_day) if form.until.data else None,
    )


def _person(form: HeldForm) -> UUID | None:
    typed = form.person.data
    if not typed or form.person.errors or form.uuid:
        return form.uuid
    by_email = accounts.person_by_email(db.session, typed)
    found = [by_email] if by_email else accounts.people_called(db.session, typed)
    if len(found) != 1:
        form.person.errors = [SEVERAL if found else NOBODY]
        return None
    return found[0].uuid


def _place() -> Place | None:
    newer, older = request.args.get("newer", ""), request.args.get("older", "")
    return Place.read(newer, is_newer=True) if newer else Place.read(older, is_newer=False)


def _midnight(day: dt.date) -> dt.datetime:
    """When a day begins by the clock on the wall, in UTC."""
    return start_of_day(day, _settings().time_zone)


def _list(form: HeldForm, **values: Any) -> str:
    asked = {
        name: text for name in ("person", "verb", "activity", "since", "until") if (text := request.args.get(name))
    }
    return render_template("xapi/held.html", form=form, asked=asked, activities=_activities(), **values)


def _activities() -> list[tuple[str, str]]:
    """Addresses of the programme and its modules, with their titles."""
    programme = library.programme(db.session)
    modules = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    known = [Activities(_settings().url, course(programme, one)) for one in modules if programme and one]
    whole = [(one.programme_id, one.course.programme_title) for one in known[:1]]
    return [*whole, *((one.module_id, one.course.title) for one in known)]


def _known(statements: Iterable[Json]) -> Known:
    """The names of the people of this installation that stand in statements."""
    url = _settings().url
    uuids = set().union(*(people(one, url) for one in statements))
    found = accounts.people_by_uuid(db.session, uuids) if uuids else ()
    return Known(url, {person.uuid: person.name for person in found})


def _told(statement: Json, known: Known) -> Told:
    return Told(
        as_uuid(statement.get("id")),
        sentence(statement, known),
        moment(statement.get("timestamp")),
        moment(statement.get("stored")),
    )


def _note_list(person: UUID | None, shown: Collection[UUID]) -> None:
    """One entry for a page: about the person that was asked for, else of how many people there was something."""
    if person is None:
        others = len(_others(shown))
        _note([Entry(Action.LOOKED, facts={"at": "statements", "people": others})] if others else [])
    elif person != current_user.uuid:
        _note([Entry(Action.LOOKED, person, {"at": "statements"})])


def _others(people: Collection[UUID]) -> list[UUID]:
    return sorted(set(people) - {current_user.uuid})


def _note(entries: Iterable[Entry]) -> None:
    entries = list(entries)
    if entries:
        with transaction() as session:
            write_down(session, *entries)


def _settings() -> Settings:
    settings: Settings = current_app.config["CARES"]
    return settings
