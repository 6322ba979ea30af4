"""Where people work: the one door through which it is kept, day by day, for all who are not imported in bulk."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.models import EVER, JobGroup, Person, Placement, Site, SiteParent
from lms.accounts.organisation.managing import counts_as_manager
from lms.db import UNSEEN


def keep_tree(session: Session, on: dt.date) -> int:
    """Note from a day on what each site is a part of now, where that is not noted yet; how many there were.

    Whatever changes `Site.parent_id` calls this before, so that what was holds up to that day, and after. The release
    before this history changes `Site.parent_id` alone, as long as it runs beside or was gone back to: its changes are
    noted by a chore within a minute of this release's running, or by the next list, with the day of that.
    """
    noted = {one.site_id: one for one in session.scalars(select(SiteParent).where(SiteParent.until_on.is_(None)))}
    new = []
    for site_id, parent_id in session.execute(select(Site.id, Site.parent_id)):
        known = noted.get(site_id)
        if known and known.parent_id == parent_id:
            continue
        if known and known.from_on >= on:
            known.parent_id = parent_id  # what began today is put right where it stands
            continue
        if known:
            known.until_on = on
        new.append(SiteParent(site_id=site_id, parent_id=parent_id, from_on=on if known else EVER))
    session.flush()  # one ends before the next begins
    session.add_all(new)
    session.flush()
    return len(new)


def begin_work(session: Session, person_id: int, site_id: int, on: dt.date) -> None:
    """Someone works at a site from a day on, unless it is known already where they work."""
    if _open(session, person_id) is None:
        session.add(Placement(person_id=person_id, site_id=site_id, from_on=on, is_manager=False))
        session.flush()


def job_group(session: Session, code: str, name: str, counts_as_manager: bool) -> JobGroup:
    """The job group with this code; made if there is none."""
    found = session.scalar(select(JobGroup).filter_by(code=code))
    if found is None:
        found = JobGroup(code=code, name=name, counts_as_manager=counts_as_manager)
        session.add(found)
        session.flush()
    return found


def work_as(session: Session, person: Person, group: JobGroup | None, line_manager: Person | None) -> None:
    """What someone works as where they are, and under whom; as if it had been so since they began there."""
    placement = _open(session, person.id)
    if placement:
        leads = select(Placement.id).filter_by(line_manager_id=person.id, until_on=None).limit(1)
        leads_someone = session.scalar(leads) is not None
        placement.job_group_id = group.id if group else None
        placement.line_manager_id = line_manager.id if line_manager else None
        placement.is_manager = counts_as_manager(None, group.counts_as_manager if group else None, leads_someone)
        session.flush()


def end_work(session: Session, person_id: int, on: dt.date) -> None:
    """Someone works nowhere from this day on; where they did stays known."""
    placement = _open(session, person_id)
    if placement:
        placement.until_on = max(on, placement.from_on)
        session.flush()


def resume_work(session: Session, person_id: int, on: dt.date) -> None:
    """Someone works again, as what and where they did last; nothing if that is not known."""
    query = select(Placement).filter_by(person_id=person_id)
    last = session.scalar(query.order_by(Placement.from_on.desc(), Placement.id.desc()).limit(1))
    if last is None or last.until_on is None:
        return
    session.add(
        Placement(
            person_id=person_id,
            site_id=last.site_id,
            job_group_id=last.job_group_id,
            line_manager_id=last.line_manager_id,
            is_manager=last.is_manager,
            from_on=on,
        )
    )
    session.flush()


def keep_only_counts(session: Session, person: Person, on: dt.date) -> None:
    """Of someone who is erased, leave what is counted at the end of each month, and nothing that leads to them.

    The days are moved to the first of their month: the exact ones could be looked up in a list of joiners. Who led
    them, and whom they led, goes.
    """
    end_work(session, person.id, on)
    person.staff_number, person.is_from_roster, person.has_left = None, False, False
    led = update(Placement).where(Placement.line_manager_id == person.id)
    session.execute(led.values(line_manager_id=None), execution_options=UNSEEN)
    for placement in session.scalars(select(Placement).filter_by(person_id=person.id)):
        placement.line_manager_id = None
        placement.from_on = placement.from_on.replace(day=1)
        placement.until_on = placement.until_on.replace(day=1) if placement.until_on else None
    session.flush()


def _open(session: Session, person_id: int) -> Placement | None:
    return session.scalar(select(Placement).filter_by(person_id=person_id, until_on=None))
