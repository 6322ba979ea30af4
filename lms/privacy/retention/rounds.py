"""Going round until nothing is left that is past its time, each portion in a transaction of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from lms.audit.actions import Actor
from lms.config import Settings
from lms.db import writing
from lms.privacy.remembered import remember
from lms.privacy.retention.service import steps


def carry_out(session: Session, settings: Settings, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """Remove what is past its time; how many of each kind. If it is killed, the next time goes on."""
    removed: dict[str, int] = {}
    for kind, step in steps(settings, actor, at, partial(remember, settings.instance)).items():
        count = 1
        while count:
            with writing(session):
                count = step(session)
            removed[kind] = removed.get(kind, 0) + count
    return removed


def foresee(session: Session, settings: Settings, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """The same, taken back: what would be removed."""
    removed: dict[str, int] = {}
    with suppress(_TakenBackError), writing(session):
        for kind, step in steps(settings, actor, at, _forget).items():
            while count := step(session):
                removed[kind] = removed.get(kind, 0) + count
        raise _TakenBackError
    return removed


def _forget(_: Sequence[UUID]) -> None:
    """Nobody is erased who is only looked for."""


class _TakenBackError(Exception):
    """Nothing is to be done yet."""
