"""What is here before a list comes, read whole in a few questions; and the lists that came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import NOWHERE, JobGroup, Membership, Person, Placement, Role, RosterRun, RunOrigin, Site
from lms.accounts.syncing.planning import Known, KnownGroup, KnownSite, Organisation, Place

MOST_RUNS = 30


def organisation(session: Session) -> Organisation:
    """Everyone who was not erased, every site and every job group, as they are now."""
    parent = aliased(Site)
    sites = session.execute(
        select(Site.code, Site.name, parent.code, Site.kind).outerjoin(parent, parent.id == Site.parent_id)
    )
    groups = session.execute(select(JobGroup.code, JobGroup.name, JobGroup.counts_as_manager))
    return Organisation(
        people=_people(session),
        sites={code: KnownSite(name, above or "", kind) for code, name, above, kind in sites},
        job_groups={code: KnownGroup(name, counts) for code, name, counts in groups},
    )


def runs(session: Session) -> Sequence[RosterRun]:
    """The lists that came, the latest first."""
    return session.scalars(select(RosterRun).order_by(RosterRun.id.desc()).limit(MOST_RUNS)).all()


def names_outside(session: Session, ids: Collection[int]) -> Sequence[UUID]:
    """The opaque names of people."""
    return session.scalars(select(Person.uuid).where(Person.id.in_(ids))).all()


def run_by_uuid(session: Session, uuid: UUID) -> RosterRun | None:
    """The list known by this name."""
    return session.scalar(select(RosterRun).filter_by(uuid=uuid))


def latest_of_folder(session: Session) -> RosterRun | None:
    """The list that came out of the folder last."""
    query = select(RosterRun).filter_by(origin=RunOrigin.FOLDER)
    return session.scalar(query.order_by(RosterRun.id.desc()).limit(1))


def _people(session: Session) -> list[Known]:
    roles: dict[int, list[tuple[Role, str]]] = {}
    held = select(Membership.person_id, Membership.role, Site.code).outerjoin(Site, Site.id == Membership.site_id)
    for person_id, role, code in session.execute(held.order_by(Membership.id)):
        if role:
            roles.setdefault(person_id, []).append((role, code or ""))
    query = (
        select(
            Person.id,
            Person.email,
            Person.name,
            Person.staff_number,
            Person.is_active,
            Person.is_from_roster,
            Person.has_left,
            Site.code,
            JobGroup.code,
            Placement.line_manager_id,
            Placement.is_manager,
        )
        .outerjoin(Placement, (Placement.person_id == Person.id) & Placement.until_on.is_(None))
        .outerjoin(Site, Site.id == Placement.site_id)
        .outerjoin(JobGroup, JobGroup.id == Placement.job_group_id)
        .where(~Person.email.endswith(NOWHERE))
    )
    return [_known(tuple(roles.get(row[0], ())), *row) for row in session.execute(query)]


def _known(
    roles: tuple[tuple[Role, str], ...],
    id_: int,
    email: str,
    name: str,
    number: str | None,
    active: bool,
    listed: bool,
    left: bool,
    site: str | None,
    group: str | None,
    leader: int | None,
    leads: bool | None,
) -> Known:
    place = Place(site, group or "", leader, bool(leads)) if site else None
    return Known(id_, email, name, number, active, listed, left, roles, place)
