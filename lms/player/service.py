"""Opening pages, coming back to where one stopped, and noting the time spent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.module import Module, Page
from lms.enrolment.models import Registration
from lms.progress import service as progress


@dataclass(frozen=True)
class Opening:
    """A page that a learner has just opened."""

    module: Module
    page: Page
    registration: Registration
    opened: dict[str, int]
    """Every page of the module that has been opened, this one among them."""


def open_again(session: Session, person: Person, module_id: str, page_id: str, at: dt.datetime) -> Opening | None:
    """Open a page once more in a visit that goes on, outside of a transaction; None where `open_page` is needed."""
    programme, module = library.programme(session), library.module(session, module_id)
    page = module.page(page_id) if module else None
    if programme is None or module is None or page is None or module_id not in {one.id for one in programme.modules}:
        return None
    found = progress.open_again(session, person, module, page, at)
    return Opening(module, page, found.registration, found.opened) if found else None


def open_page(session: Session, person: Person, module_id: str, page_id: str, at: dt.datetime) -> Opening | None:
    """Open a page; None if there is no such page, or its module is not open to the learner."""
    activity = progress.begin(session, person, module_id, at)
    page = activity.module.page(page_id) if activity else None
    if activity is None or page is None:
        return None
    opened = progress.open_page(session, activity, page)
    return Opening(activity.module, page, activity.registration, opened)


def note_time(
    session: Session, person: Person, module_id: str, page_id: str, report: tuple[int, str | None], at: dt.datetime
) -> bool:
    """Note active seconds on a page and the place on it; False if there is no such page for this person."""
    activity = progress.begin(session, person, module_id, at)
    page = activity.module.page(page_id) if activity else None
    if activity is None or page is None:
        return False
    seconds, anchor = report
    progress.note_time(session, activity, page, seconds, anchor)
    return True
