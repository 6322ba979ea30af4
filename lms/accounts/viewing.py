"""What views of every room say of whoever is signed in."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import request
from flask_login import current_user
from sqlalchemy.orm import Session

from lms.audit import actions
from lms.audit.actions import Action, Actor, Entry
from lms.audit.service import record
from lms.db import transaction
from lms.ui.asking import now


def me() -> Actor:
    """Whoever is signed in, as the audit log names them."""
    return actions.person(current_user.uuid, current_user.roles, request.remote_addr)


def write_down(session: Session, *entries: Entry) -> None:
    """Into the audit log: whoever is signed in did this, in this transaction, as the last thing in it."""
    record(session, me(), now(), *entries)


def note_looks(whose: Iterable[UUID], facts: actions.Facts) -> None:
    """Into the audit log, about each of these people: whoever is signed in sees their record. One's own is no look.

    Call it when the page is made: in a transaction all is read anew, and what a page shows would be row by row.
    """
    others = [one for one in dict.fromkeys(whose) if one != current_user.uuid]
    if others:
        with transaction() as session:
            write_down(session, *(Entry(Action.LOOKED, one, facts) for one in others))


def note_file(people: int, facts: actions.Facts) -> None:
    """Into the audit log, once: whoever is signed in takes so many people's records away as a file."""
    with transaction() as session:
        write_down(session, Entry(Action.LOOKED, facts={**facts, "people": people, "as": "file"}))
