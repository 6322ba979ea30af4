"""What an address asks for, read against what there is and what its reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy.orm import Session

from lms.accounts.models import Membership
from lms.accounts.organisation.leading import reach
from lms.accounts.organisation.queries import history
from lms.content.library import library
from lms.days import local_day
from lms.db import zone_of
from lms.reports.coverage import queries
from lms.reports.coverage.asking import Asked, Organisation, read
from lms.reports.coverage.counting import Standing, standing
from lms.reports.coverage.queries import Question
from lms.ui.sheets import Row

HEAD = ("Name", "E-mail address", "Place", "Job group", "How far", "Modules completed", "Of", "Last completed on")


def asked(
    session: Session, given: Mapping[str, str], memberships: Collection[Membership], at: dt.datetime
) -> tuple[Asked, Organisation] | None:
    """The report that an address asks for, and what can be chosen from; None if there is none for this reader."""
    programme = library.programme(session)
    if programme is None:
        return None
    published = ((one.id, library.module(session, one.id)) for one in programme.modules)
    modules = {id_: module.title for id_, module in published if module}
    if not modules:
        return None
    reader = reach(memberships)
    sites = queries.sites(session)
    whole = Organisation(sites, sites, history(session), queries.groups(session), programme, modules)
    there = whole.within(reader)
    found = read(given, there, reader, at, zone_of(session))
    return (found, there) if found else None


def wanted(given: Mapping[str, str]) -> Standing | None:
    """Of those who are how far a list is asked for; None: of all."""
    return next((one for one in Standing if one.value == given.get("standing", "")), None)


def count(session: Session, question: Question, how_far: Standing | None) -> int:
    """How many people a list has."""
    counts = queries.counts(session, question).values()
    return sum(one.of(how_far) if how_far else one.people for one in counts)


def rows(session: Session, question: Question, how_far: Standing | None) -> Iterator[Row]:
    """The list as rows of a file, the head first."""
    yield HEAD
    needed = len(question.modules)
    for one in queries.everyone(session, question, how_far):
        is_at = standing(one.done, one.begun, needed).value
        last = local_day(one.last, question.zone) if one.last else None
        yield [one.person.name, one.person.email, one.site, one.job_group, is_at, one.done, needed, last]
