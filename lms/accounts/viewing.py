"""What views of every room say of whoever is signed in."""

from __future__ import annotations

from flask import request
from flask_login import current_user
from sqlalchemy.orm import Session

from lms.audit import actions
from lms.audit.actions import Actor, Entry
from lms.audit.service import record
from lms.ui.asking import now


def me() -> Actor:
    """Whoever is signed in, as the audit log names them."""
    return actions.person(current_user.uuid, current_user.roles, request.remote_addr)


def write_down(session: Session, *entries: Entry) -> None:
    """Into the audit log: whoever is signed in did this, in this transaction, as the last thing in it."""
    record(session, me(), now(), *entries)
