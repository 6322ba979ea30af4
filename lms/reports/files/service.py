"""What a file of a report holds, and whether whoever asked for it may still have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, Person
from lms.accounts.organisation.leading import reach
from lms.export import service as exports
from lms.export.models import Export
from lms.reports.coverage import service as coverage
from lms.reports.coverage.asking import READERS, Asked, Organisation
from lms.reports.coverage.counting import Standing
from lms.ui.sheets import Row


class NotAllowedError(Exception):
    """Whoever asked may see less, or something else, by now."""


def ask(
    session: Session, person: Person, asked: Asked, there: Organisation, how_far: Standing | None, at: dt.datetime
) -> Export:
    """Ask for the list of people as a workbook. Raises TooManyError."""
    parts = {
        "address": asked.address(standing=how_far.value if how_far else None),
        "sees": None if asked.reader is None else list(asked.reader),
    }
    count = coverage.count(session, asked.by_name(there.modules), how_far)
    return exports.ask(session, person.id, parts, f"coverage-people-{asked.on}.xlsx", count, at)


def rows(session: Session, person_id: int, asked: Mapping[str, Any], at: dt.datetime) -> Iterator[Row]:
    """What to write, read anew for whoever asked. Raises NotAllowedError."""
    person = session.get(Person, person_id)
    memberships = session.scalars(select(Membership).filter_by(person_id=person_id)).all()
    if person is None or not person.is_active or not may_have(memberships, asked):
        raise NotAllowedError
    found = coverage.asked(session, asked["address"], memberships, at)
    if found is None:
        raise NotAllowedError
    question = found[0].by_name(found[1].modules)
    return coverage.rows(session, question, coverage.wanted(asked["address"]))


def may_have(memberships: Collection[Membership], asked: Mapping[str, Any]) -> bool:
    """Whether someone with these roles sees exactly what they saw when they asked."""
    now = reach(memberships)
    is_reader = not {one.role for one in memberships}.isdisjoint(READERS)
    return is_reader and (None if now is None else list(now)) == asked["sees"]
