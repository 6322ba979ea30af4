"""Noting who was there: the facilitator's list, the code on the wall, the page on the phone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import segno
from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.access import needs, public, signed_in
from lms.accounts.models import Person
from lms.accounts.viewing import write_down
from lms.audit.actions import Action, Entry
from lms.config import Settings
from lms.content.library import library
from lms.db import db, transaction
from lms.ui.asking import not_found, now
from lms.workshop import queries
from lms.workshop.attendance import code, service
from lms.workshop.attendance.service import RefusedError
from lms.workshop.leading import queries as leading
from lms.workshop.leading.rights import LEADERS
from lms.workshop.presence import Refusal, Way, code_window

blueprint = Blueprint("attendance", __name__)

Answer = Response | AnyResponse | str
SAID = {
    Refusal.TOO_EARLY: "It is too early. Attendance is noted from 30 minutes before the session begins.",
    Refusal.TOO_LATE: "It is too late: the code worked until an hour after the end. The facilitator can still note it.",
    Refusal.CANCELLED: "This session does not take place.",
    Refusal.FULL: "Every place is taken.",
    Refusal.UNKNOWN: "You have no place in this session, and it is not offered to you.",
}
NOT_NOTED = {
    Refusal.FULL: "Not noted, since every place is taken: {names}. Take somebody off the list first who did not come.",
    Refusal.UNKNOWN: "Not noted, since they cannot sign in any more: {names}.",
}


@blueprint.post("/sessions/<uuid:session_id>/present")
@needs(*LEADERS)
def note(session_id: UUID) -> Answer:
    """The people whose names are ticked were there."""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    refused: dict[Refusal, list[str]] = {refusal: [] for refusal in NOT_NOTED}
    count = 0
    for text in request.form.getlist("person"):
        person = leading.guest(db.session, workshop, _uuid(text)) or not_found()
        try:
            with transaction() as session:
                if service.note(session, session_id, person, Way.LIST, now()).is_new:
                    count += 1
                    record_attendance(session, Action.ATTENDED, person.uuid, session_id, Way.LIST)
        except RefusedError as error:
            if error.refusal not in refused:
                flash(SAID[error.refusal], "warning")
                break
            refused[error.refusal].append(person.name)
    for refusal, names in refused.items():
        if names:
            flash(NOT_NOTED[refusal].format(names=", ".join(names)), "warning")
    if count:
        flash(f"Noted: {count} {'person was' if count == 1 else 'people were'} there.", "success")
    return redirect(url("leading.lead", session_id=session_id, _anchor="people"), 303)


@blueprint.post("/sessions/<uuid:session_id>/people/<uuid:person_id>/absent")
@needs(*LEADERS)
def undo(session_id: UUID, person_id: UUID) -> Answer:
    """Somebody was not there after all."""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    person = leading.guest(db.session, workshop, person_id) or not_found()
    with transaction() as session:
        if service.undo(session, session_id, person):
            record_attendance(session, Action.ATTENDANCE_UNDONE, person.uuid, session_id, Way.LIST)
    flash(f"Taken back for {person.name}. What they have done in the module stays theirs.", "success")
    return redirect(url("leading.lead", session_id=session_id, _anchor="people"), 303)


@blueprint.get("/sessions/<uuid:session_id>/code")
@needs(*LEADERS)
def show(session_id: UUID) -> Answer:
    """The QR code, large, for the wall. The page turns it by itself, from when on until when it can be of use."""
    workshop = leading.own_workshop(db.session, current_user, session_id) or not_found()
    settings: Settings = current_app.config["CARES"]
    at = now()
    window = code_window(workshop.starts_at, workshop.ends_at)
    if at < window[0] and not workshop.code_stays:
        return render_template("workshop/code_to_come.html", workshop=workshop, begins=window[0])
    given = code.code(_secret(), session_id, None if workshop.code_stays else at)
    address = f"{settings.url}{url('.scan', given=given)}"
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    answer = make_response(
        render_template(
            "workshop/code.html",
            workshop=workshop,
            address=address,
            drawn=Markup(drawn),  # noqa: S704  # nosec B704 drawn by the library out of an address of ours
            window=window,
            next_in=0 if workshop.code_stays or at > window[1] else code.next_in(at),
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/sessions/here/<given>")
@public
def scan(given: str) -> Answer:
    """Where the code leads. The browser keeps that it was scanned in time, so that signing in costs nobody a place.

    It holds no name, and is good for a quarter of an hour in this browser alone: the address of the page that follows
    is of no use to anybody else.
    """
    shown = code.read(_secret(), given) or not_found()
    workshop = queries.workshop(db.session, shown.session) or not_found()
    if not shown.is_good(workshop.code_stays, now()):
        return _scan_again(410)
    answer = redirect(url(".here", session_id=shown.session), 303)
    kept = code.scan(_secret(), shown.session, now())
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(_cookie(), kept, max_age=code.GRACE, secure=is_secure, httponly=True, samesite="Lax")
    return answer


@blueprint.get("/sessions/<uuid:session_id>/here")
@signed_in
def here(session_id: UUID) -> Answer:
    """Opened on a phone in the room: one button says that I am here."""
    return _here(session_id, None) if _scanned_at(session_id) else _scan_again(404)


@blueprint.post("/sessions/<uuid:session_id>/here")
@signed_in
def be_here(session_id: UUID) -> Answer:
    """I am here, since I scanned the code."""
    scanned_at = _scanned_at(session_id)
    if scanned_at is None:
        return _scan_again(404)
    try:
        with transaction() as session:
            me = session.get_one(Person, current_user.id)
            if service.note(session, session_id, me, Way.CODE, scanned_at).is_new:
                record_attendance(session, Action.ATTENDED, current_user.uuid, session_id, Way.CODE)
    except RefusedError as error:
        return _here(session_id, error.refusal)
    flash("Thank you. It is noted that you were there.", "success")
    return redirect(url("workshop.one", session_id=session_id), 303)


@blueprint.post("/sessions/<uuid:session_id>/count")
@signed_in
def count(session_id: UUID) -> Answer:
    """Count a session for the module that was not open to me then."""
    with transaction() as session:
        me = session.get_one(Person, current_user.id)
        is_counted = service.count(session, session_id, me, now())
    if is_counted is None:
        not_found()
    done = ("It counts for the module now.", "success")
    flash(*(done if is_counted else ("The module is not open to you yet. Come back when it is.", "info")))
    return redirect(url("workshop.one", session_id=session_id), 303)


def _scanned_at(session_id: UUID) -> dt.datetime | None:
    return code.scanned_at(_secret(), request.cookies.get(_cookie(), ""), session_id, now())


def _cookie() -> str:
    return f"{current_app.config['SIGN_IN_COOKIE_NAME']}-here"


def _scan_again(status: int) -> Response:
    return make_response(render_template("workshop/scan_again.html"), status)


def _here(session_id: UUID, refusal: Refusal | None) -> Response:
    workshop = queries.workshop(db.session, session_id) or not_found()
    found = queries.seen(db.session, current_user.id, session_id)
    module = library.module(db.session, workshop.module_id)
    page = render_template(
        "workshop/here.html",
        workshop=workshop,
        booking=found.booking if found else None,
        module=module,
        told=SAID[refusal] if refusal else "",
    )
    return make_response(page, 422 if refusal else 200)


def record_attendance(session: Session, action: Action, whom: UUID, session_id: UUID, way: Way) -> None:
    """Into the audit log: who was there, or was not, and how that is known."""
    write_down(session, Entry(action, whom, {"session": str(session_id), "by": way.value}))


def _secret() -> str:
    return str(current_app.secret_key)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        not_found()
