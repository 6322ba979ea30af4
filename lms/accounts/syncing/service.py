"""Carrying a plan out, in a few statements for however many people; nothing is deleted but what lets leavers in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from lms.accounts.models import (
    JobGroup,
    Membership,
    PasswordLink,
    Person,
    Placement,
    RosterRun,
    RunOrigin,
    RunState,
    SignIn,
    Site,
)
from lms.accounts.organisation.service import keep_tree
from lms.accounts.queries import admins
from lms.accounts.syncing.lists import FILES, digest_of, packed, read
from lms.accounts.syncing.planning import Kind, Known, Plan, Step, plan
from lms.accounts.syncing.queries import latest_of_folder, organisation
from lms.audit.actions import Action, Actor, Entry
from lms.audit.service import record
from lms.db import UNSEEN, count_anew
from lms.mail import PostOffice

T = TypeVar("T")

AT_A_TIME = 500
"""Databases limit how many values one query may have."""
# Key of the advisory lock that lets one list at a time be carried out.
_TURN = 1_129_468_005
_PLACED = (Kind.JOINS, Kind.RETURNS, Kind.MOVES, Kind.CHANGES)
_ACTIONS = {
    Kind.JOINS: Action.ADDED,
    Kind.RETURNS: Action.ENABLED,
    Kind.MOVES: Action.CHANGED,
    Kind.CHANGES: Action.CHANGED,
    Kind.LEAVES: Action.DISABLED,
}


PROBLEMS_KEPT = 200
CONTENT_KEPT = dt.timedelta(days=1)
PROBLEMS_KEPT_FOR = dt.timedelta(days=30)
TRIED_AGAIN_AFTER = dt.timedelta(hours=20)
"""A list in the folder that was refused is tried again each night: what it lacked may be here by then."""


class MeanwhileError(Exception):
    """Someone whom the list names was changed while it was being carried out: begin again."""


def take_turn(session: Session) -> None:
    """One list at a time: whoever comes second finds what the first has done."""
    # On SQLite whoever writes is alone already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})


def take_from_folder(
    session: Session, files: Mapping[str, bytes], percent: int, at: dt.datetime, actor: Actor
) -> RosterRun | None:
    """Carry out what lies in the folder, once for what it holds; None if that was done before.

    Whoever calls this in several processes at once gets it once; `percent` is the share that may leave.
    """
    take_turn(session)
    if not is_news(session, files, at):
        return None
    made = plan(read(files), organisation(session))
    problems = made.objections(percent)
    entries = [] if problems else apply(session, made, at)
    state = RunState.REFUSED if problems else RunState.APPLIED
    run = note_run(session, Came(RunOrigin.FOLDER, files), state, made, problems or made.warnings, at)
    run.untold = [one.id for one in admins(session)] if problems else []
    record(session, actor, at, *entries)
    return run


@dataclass(frozen=True)
class Refusal:
    """What one admin is to be mailed of a list that was refused."""

    run_id: int
    admin: Person
    problems: list[str]


def is_refusal_untold(session: Session) -> bool:
    """Whether somebody has still to be told that the last list of the folder was refused."""
    last = latest_of_folder(session)
    return last is not None and last.state is RunState.REFUSED and bool(last.untold)


def take_refusal(session: Session) -> list[Refusal]:
    """The mails about it that have still to go; they are taken by this, and nobody else takes them."""
    take_turn(session)
    last = latest_of_folder(session)
    if last is None or last.state is not RunState.REFUSED or not last.untold:
        return []
    untold, last.untold = set(last.untold), []
    return [Refusal(last.id, one, last.problems) for one in admins(session) if one.id in untold]


def give_refusal_back(session: Session, unsent: Sequence[Refusal]) -> None:
    """These could not be sent, and are tried again."""
    take_turn(session)
    for one in unsent:
        run = session.get(RosterRun, one.run_id)
        if run:
            run.untold = [*(run.untold or []), one.admin.id]


def tell_of_refusal(office: PostOffice, address: str, one: Refusal) -> bool:
    """Mail one admin what is to be mended in the list; whether it went."""
    values = {"problems": one.problems, "address": f"{address}/people/organisation"}
    return office.send("accounts/mail/list_refused.txt", one.admin, **values)


def is_news(session: Session, files: Mapping[str, bytes], at: dt.datetime) -> bool:
    """Whether the folder holds something else than last time, or what was refused about a day ago."""
    last = latest_of_folder(session)
    if last is None or last.digest != digest_of(files):
        return True
    return last.state is RunState.REFUSED and at - last.at >= TRIED_AGAIN_AFTER


@dataclass(frozen=True)
class Came:
    """How a list came, and what was in it."""

    origin: RunOrigin
    files: Mapping[str, bytes]
    by: UUID | None = None


def note_run(
    session: Session, came: Came, state: RunState, made: Plan, problems: Sequence[str], at: dt.datetime
) -> RosterRun:
    """Keep that a list came and what became of it; the list itself only while that is to be decided."""
    run = RosterRun(
        at=at,
        origin=came.origin,
        state=state,
        by=came.by,
        file=", ".join(name for name in FILES if name in came.files),
        digest=digest_of(came.files),
        counts=made.counts,
        problems=list(problems[:PROBLEMS_KEPT]),
        content=packed(came.files) if state is RunState.SHOWN else None,
    )
    session.add(run)
    session.flush()
    return run


def settle_run(session: Session, uuid: UUID, made: Plan, at: dt.datetime) -> None:
    """What was shown is done; the list itself is no longer needed."""
    run = session.scalars(select(RosterRun).filter_by(uuid=uuid)).one()
    run.state, run.at, run.counts, run.content = RunState.APPLIED, at, made.counts, None
    run.problems = list(made.warnings[:PROBLEMS_KEPT])
    session.flush()


def forget_old(session: Session, at: dt.datetime) -> None:
    """Lists that nobody decided on go after a day, sentences that may quote one after a month."""
    waiting = update(RosterRun).where(RosterRun.content.is_not(None), RosterRun.at < at - CONTENT_KEPT)
    session.execute(waiting.values(content=None), execution_options=UNSEEN)
    told = update(RosterRun).where(RosterRun.problems != [], RosterRun.at < at - PROBLEMS_KEPT_FOR)
    session.execute(told.values(problems=[]), execution_options=UNSEEN)


def apply(session: Session, made: Plan, at: dt.datetime) -> list[Entry]:
    """Make it so, from the day of `at` on; what is to be written into the audit log.

    The plan must have been made of what is here in this very transaction.
    """
    if made.problems:
        raise ValueError("a list with problems is not carried out")
    _hold(session, [step.person for step in made.steps if step.person])
    keep_tree(session, at.date())
    sites = _put_sites(session, made)
    keep_tree(session, at.date())
    groups = _put_job_groups(session, made)
    _free_addresses(session, made.steps)
    _put_people(session, made.steps, at)
    _put_places(session, made.steps, _Codes(sites, groups, _ids(session)), at.date())
    _shut_out(session, [step.person.id for step in made.of(Kind.LEAVES) if step.person])
    if len(made.steps) >= AT_A_TIME:
        count_anew(session, Person, Placement)
    session.expire_all()
    return _entries(session, made)


@dataclass(frozen=True)
class _Codes:
    """Numbers in here, by what a list calls them."""

    sites: dict[str, int]
    job_groups: dict[str, int]
    people: dict[str, int]
    """By address."""


def _hold(session: Session, people: Sequence[Known]) -> None:
    """Nobody is erased or disabled under our hands. Raises MeanwhileError if it has just been done."""
    for some in portions(people):
        query = select(Person.id, Person.email, Person.is_active).where(Person.id.in_([one.id for one in some]))
        found = {(id_, email, active) for id_, email, active in session.execute(query.with_for_update())}
        if found != {(one.id, one.email, one.is_active) for one in some}:
            raise MeanwhileError


def _put_sites(session: Session, made: Plan) -> dict[str, int]:
    known = dict(session.execute(select(Site.code, Site.id)).all())
    new = [{"code": code, "name": one.name} for code, one in made.sites.items() if code not in known]
    if new:
        session.execute(insert(Site), new)
        known = dict(session.execute(select(Site.code, Site.id)).all())
    changed = [
        {"id": known[code], "name": one.name, "kind": one.kind, "parent_id": known[one.parent] if one.parent else None}
        for code, one in made.sites.items()
    ]
    if changed:
        session.execute(update(Site), changed)
    return known


def _put_job_groups(session: Session, made: Plan) -> dict[str, int]:
    known = dict(session.execute(select(JobGroup.code, JobGroup.id)).all())
    rows = [
        {"code": code, "name": one.name, "counts_as_manager": one.counts_as_manager}
        for code, one in made.job_groups.items()
    ]
    if new := [row for row in rows if row["code"] not in known]:
        session.execute(insert(JobGroup), new)
    if changed := [row | {"id": known[str(row["code"])]} for row in rows if row["code"] in known]:
        session.execute(update(JobGroup), changed)
    return dict(session.execute(select(JobGroup.code, JobGroup.id)).all())


def _free_addresses(session: Session, steps: Sequence[Step]) -> None:
    """Two people may exchange their addresses: each is given up before anyone else takes it."""
    given_up = {step.person.email for step in steps if step.person and "e-mail address" in step.what}
    wanted = {step.row.email for step in steps if step.row and (step.person is None or "e-mail address" in step.what)}
    rows = [
        {"id": step.person.id, "email": f"{uuid4().hex}@moving.invalid"}
        for step in steps
        if step.person and "e-mail address" in step.what and step.person.email in given_up & wanted
    ]
    if rows:
        session.execute(update(Person), rows)


def _put_people(session: Session, steps: Sequence[Step], at: dt.datetime) -> None:
    changed = [_person(step, at) for step in steps if step.person and step.kind in (*_PLACED, Kind.LEAVES)]
    if changed:
        session.execute(update(Person), changed)
    new = [
        {
            "email": step.row.email,
            "name": step.row.name,
            "staff_number": step.row.staff_number or None,
            "is_from_roster": True,
            "created_at": at,
        }
        for step in steps
        if step.row and step.kind is Kind.JOINS
    ]
    if new:
        session.execute(insert(Person), new)
    # A link in the mailbox of an address that is someone else's tomorrow must not open this account.
    moved = [step.person.id for step in steps if step.person and "e-mail address" in step.what]
    _delete_of(session, PasswordLink, moved)


def _person(step: Step, at: dt.datetime) -> dict[str, Any]:
    assert step.person is not None
    leaves, row = step.kind is Kind.LEAVES, step.row
    return {
        "id": step.person.id,
        "email": step.email,
        "name": step.name,
        "staff_number": (row.staff_number if row else "") or step.person.staff_number,
        "is_active": not leaves,
        "disabled_at": at if leaves else None,
        "has_left": leaves,
        "is_from_roster": True,
    }


def _ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Person.email, Person.id)).all())


def _put_places(session: Session, steps: Sequence[Step], codes: _Codes, on: dt.date) -> None:
    """Close what is over, begin what is new; what began today is put right where it stands."""
    open_places = {
        person: (id_, from_on)
        for person, id_, from_on in session.execute(
            select(Placement.person_id, Placement.id, Placement.from_on).where(Placement.until_on.is_(None))
        )
    }
    closed, mended, new = [], [], []
    for step in steps:
        person_id = step.person.id if step.person else codes.people[step.email]
        known = open_places.get(person_id)
        if step.kind is Kind.LEAVES and known:
            closed.append({"id": known[0], "until_on": max(on, known[1])})
        if step.kind not in _PLACED or step.after == step.before:
            continue
        values = _values(step, codes)
        if known and known[1] >= on:
            mended.append({"id": known[0], **values})
            continue
        if known:
            closed.append({"id": known[0], "until_on": on})
        new.append({"person_id": person_id, "from_on": on, **values})
    for statement, rows in ((update(Placement), closed), (update(Placement), mended), (insert(Placement), new)):
        if rows:
            session.execute(statement, rows)
    _put_memberships(session, steps, codes)


def _values(step: Step, codes: _Codes) -> dict[str, Any]:
    after = step.after
    assert after is not None
    leader = after.line_manager
    return {
        "site_id": codes.sites[after.site],
        "job_group_id": codes.job_groups[after.job_group] if after.job_group else None,
        "line_manager_id": codes.people[leader] if isinstance(leader, str) else leader,
        "is_manager": after.is_manager,
    }


def _put_memberships(session: Session, steps: Sequence[Step], codes: _Codes) -> None:
    """That someone works at a site is said there too, for who may see what."""
    works = select(Membership.person_id, Membership.site_id).where(Membership.role.is_(None))
    held = {(person_id, site_id) for person_id, site_id in session.execute(works)}
    over, new = [], []
    for step in steps:
        person_id = step.person.id if step.person else codes.people[step.email]
        before = codes.sites[step.before.site] if step.before else None
        after = codes.sites[step.after.site] if step.after and step.kind in _PLACED else None
        if (step.kind in _PLACED or step.kind is Kind.LEAVES) and before and before != after:
            over.append({"whose": person_id, "where": before})
        if after and (person_id, after) not in held:
            new.append({"person_id": person_id, "site_id": after, "role": None})
    if over:
        table = Membership.__table__
        gone = delete(Membership).where(
            table.c.person_id == bindparam("whose"), table.c.site_id == bindparam("where"), table.c.role.is_(None)
        )
        session.connection().execute(gone, over)
    if new:
        session.execute(insert(Membership), new)


def _shut_out(session: Session, ids: list[int]) -> None:
    for table in (SignIn, PasswordLink):
        _delete_of(session, table, ids)


def _delete_of(session: Session, table: type[SignIn] | type[PasswordLink], ids: list[int]) -> None:
    for some in portions(ids):
        session.execute(delete(table).where(table.person_id.in_(some)), execution_options=UNSEEN)


def _entries(session: Session, made: Plan) -> list[Entry]:
    """One for each person who is no longer as before, and one for the list."""
    uuids = dict(session.execute(select(Person.email, Person.uuid)).all())
    entries = [
        Entry(_ACTIONS[step.kind], uuids[step.email], {"what": list(step.what), "by": "list"})
        for step in made.steps
        if step.kind in _ACTIONS
    ]
    counts = {name: count for name, count in made.counts.items() if count}
    return [*entries, Entry(Action.IMPORTED, facts=counts)]


def portions(values: Sequence[T], size: int = AT_A_TIME) -> list[Sequence[T]]:
    """The values, so many at a time."""
    return [values[start : start + size] for start in range(0, len(values), size)]
