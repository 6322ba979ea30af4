"""Looking the organisation up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import CTE, BindParameter, ColumnElement, ScalarSelect, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import EVER, JobGroup, Membership, Person, Placement, Site, SiteParent
from lms.accounts.organisation.history import History, Stood


def below(site_ids: Collection[int]) -> CTE:
    """These sites and all that is below them now, as a part of a query with one column, `id`: what may be seen there.

    What was counted on a day is asked of `stood_below`.
    """
    tree = select(Site.id).where(Site.id.in_(site_ids)).cte(recursive=True)  # no name: a query may ask for several
    # UNION, not UNION ALL: it ends even if something stood below itself.
    return tree.union(select(Site.id).join(tree, Site.parent_id == tree.c.id))


def stood_below(site_ids: Collection[int], on: dt.date) -> CTE:
    """These sites and all that was below them on a day, as a part of a query with one column, `id`."""
    was_so = and_(SiteParent.from_on <= on, or_(SiteParent.until_on.is_(None), SiteParent.until_on > on))
    never_noted = ~select(SiteParent.id).where(SiteParent.site_id == Site.id).exists()
    then = union_all(
        select(SiteParent.site_id.label("id"), SiteParent.parent_id.label("above")).where(was_so),
        select(Site.id, Site.parent_id).where(never_noted),
    ).subquery()
    tree = select(Site.id).where(Site.id.in_(site_ids)).cte(recursive=True)
    return tree.union(select(then.c.id).join(tree, then.c.above == tree.c.id))


def history(session: Session) -> History:
    """The tree of every day. A site of which nothing was noted yet has always been where it is now."""
    query = select(
        Site.id, Site.parent_id, SiteParent.id, SiteParent.parent_id, SiteParent.from_on, SiteParent.until_on
    ).outerjoin(SiteParent, SiteParent.site_id == Site.id)
    return History(
        [
            Stood(site, above, EVER, None) if noted is None else Stood(site, stood_under, from_on, until_on)
            for site, above, noted, stood_under, from_on, until_on in session.execute(query)
        ]
    )


def is_tree_noted(session: Session) -> bool:
    """Whether of every site it is noted what it is a part of now."""
    now = (SiteParent.site_id == Site.id) & SiteParent.until_on.is_(None)
    differs = or_(SiteParent.id.is_(None), SiteParent.parent_id.is_distinct_from(Site.parent_id))
    return session.scalar(select(Site.id).outerjoin(SiteParent, now).where(differs).limit(1)) is None


def site_of(person_id: Any) -> ScalarSelect[int]:
    """At which site whom a column names works now, as a part of a query.

    One look-up for each row, on purpose, and no join: a database that has not counted its rows since many came would
    compare the rows with all who work anywhere, each with all.
    """
    # Said so that no index of days serves: such a database would read in it all who work anywhere, for each row.
    is_now = func.coalesce(Placement.until_on, dt.date.max) == dt.date.max
    return select(Placement.site_id).where(Placement.person_id == person_id, is_now).scalar_subquery()


def sites_of(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """At which site each of these people works now, by person; who works nowhere is not in it."""
    query = select(Placement.person_id, Placement.site_id).where(
        Placement.person_id.in_(person_ids), Placement.until_on.is_(None)
    )
    return dict(session.execute(query).tuples().all())


def works_at(person_id: Any, site_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether whom a column names works at these sites or below them now."""
    return site_of(person_id).in_(select(below(site_ids).c.id))


def above(person_id: int | BindParameter[int]) -> CTE:
    """Where a person works, or has a role, and all that is above, as a part of a query with one column, `id`."""
    own = select(Membership.site_id.label("id")).where(
        Membership.person_id == person_id, Membership.site_id.is_not(None)
    )
    tree = own.cte(recursive=True)
    higher = select(Site.parent_id).join(tree, Site.id == tree.c.id).where(Site.parent_id.is_not(None))
    return tree.union(higher)


def subtree(session: Session, site_ids: Collection[int]) -> set[int]:
    """These sites and all that is below them."""
    return set(session.scalars(select(below(site_ids).c.id)))


def sites(session: Session) -> Sequence[Site]:
    """Every place, by name."""
    return session.scalars(select(Site).order_by(Site.name, Site.id)).all()


def site_names(session: Session) -> dict[str, str]:
    """The name of each place, by its code."""
    return dict(session.execute(select(Site.code, Site.name)).all())


def job_groups(session: Session) -> Sequence[tuple[JobGroup, int]]:
    """Every job group by name, with how many people are in it now."""
    here = func.count(Placement.id)
    query = (
        select(JobGroup, here)
        .outerjoin(Placement, (Placement.job_group_id == JobGroup.id) & Placement.until_on.is_(None))
        .group_by(JobGroup.id)
        .order_by(JobGroup.name)
    )
    return [(group, count) for group, count in session.execute(query)]


def people_by_site(session: Session) -> dict[int, tuple[int, int]]:
    """How many people work at each site itself now, and how many of them count as managers."""
    managers = func.count().filter(Placement.is_manager)
    query = select(Placement.site_id, func.count(), managers).where(Placement.until_on.is_(None))
    return {site: (people, leading) for site, people, leading in session.execute(query.group_by(Placement.site_id))}


def own_placements(session: Session, person_id: int) -> list[dict[str, Any]]:
    """Where a person worked as what, for themselves to read, the oldest first."""
    manager = aliased(Person)
    query = (
        select(Placement, Site, JobGroup, manager.name)
        .join(Site, Site.id == Placement.site_id)
        .outerjoin(JobGroup, JobGroup.id == Placement.job_group_id)
        .outerjoin(manager, manager.id == Placement.line_manager_id)
        .where(Placement.person_id == person_id)
        .order_by(Placement.from_on, Placement.id)
    )
    return [
        {
            "site": site.code,
            "site_name": site.name,
            "site_kind": site.kind.value,
            "job_group": group.name if group else None,
            "line_manager": leads,
            "is_manager": placement.is_manager,
            "from_on": placement.from_on.isoformat(),
            "until_on": placement.until_on.isoformat() if placement.until_on else None,
        }
        for placement, site, group, leads in session.execute(query)
    ]
