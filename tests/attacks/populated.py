"""One installation in which there is something of every kind, and somebody of every role to look at it."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import config
from lms.accounts import service as accounts
from lms.accounts.models import JobGroup, Membership, Person, Placement, Role, RosterRun, Site
from lms.app import create_app
from lms.authoring import queries as drafts
from lms.authoring.models import DraftComment
from lms.authoring.reviewing import service as reviewing
from lms.certificate import service as certificates
from lms.certificate import signing
from lms.certificate.models import Certificate
from lms.content import service as content
from lms.content.bundle import Bundle, from_zip
from lms.content.library import library
from lms.db import db, sqlite_module, transaction
from lms.enrolment.assignments import service as assignments
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.service import Wanted
from lms.export.models import Export
from lms.operate.making import make_next
from lms.outbox.models import Statement
from lms.pulse.team.models import TeamPulse
from lms.workshop import service as sessions
from lms.workshop.attendance import code
from lms.workshop.feed import service as feed
from lms.workshop.models import SharedReflection, Workshop
from lms.workshop.service import Plan
from tests.attacks.conftest import Pattern
from tests.conftest import TEMPLATES, Client

MODULE = "notice-and-listen"
NAMED, LOCAL, LOCAL_NAMED, LOCAL_EXEMPTION = (UUID(int=number, version=4) for number in range(1, 5))
"""Assignments: of people by name; by the lead of the owner's site; both. And an exemption by that lead."""
ON_NOW = UUID(int=5, version=4)
"""A session that is going on, in which the owner has a place; they have scanned its code just now."""
LIST = "email,name,staff_number,site,site_name\nada@example.org,Ada Bell-Holm,17,south,South\n"
"""It would give the owner another name and another place."""


class Actor(StrEnum):
    """Whoever asks."""

    NOBODY = "nobody"
    OWNER = "the learner whose it is"
    LEARNER = "another learner"
    TRAINER = "a trainer"
    SITE_LEAD = "the lead of the owner's site"
    OTHER_LEAD = "the lead of another site"
    PROGRAMME_LEAD = "a programme lead"
    ADMIN = "an admin"


# What each of them holds: a role, and the site that it is for.
ROLES = {
    Actor.TRAINER: (Role.TRAINER, None),
    Actor.SITE_LEAD: (Role.SITE_LEAD, "north"),
    Actor.OTHER_LEAD: (Role.SITE_LEAD, "south"),
    Actor.PROGRAMME_LEAD: (Role.PROGRAMME_LEAD, None),
    Actor.ADMIN: (Role.ADMIN, None),
}


@dataclass(repr=False)
class Populated:
    """The installation, its people, and what the addresses of the owner's things are made of."""

    app: Flask
    file: Path
    kept: Path
    keys: dict[Actor, str]
    owner: Person
    values: dict[str, Any]
    """By the name of a part of an address."""
    walked: dict[tuple[str, str], dict[str, Any]]
    """Parts of the address that the owner met first, by endpoint and method."""

    def browser(self, actor: Actor) -> FlaskClient:
        """A browser of its own, whatever was done in others before."""
        browser = self.app.test_client()
        if actor in self.keys:
            browser.set_cookie(self.app.config["SIGN_IN_COOKIE_NAME"], self.keys[actor])
        if actor is Actor.OWNER:
            scanned = code.scan(str(self.app.secret_key), ON_NOW, dt.datetime.now(dt.UTC))
            browser.set_cookie(f"{self.app.config['SIGN_IN_COOKIE_NAME']}-here", scanned)
        return browser

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """Whatever is done in here is undone."""
        try:
            yield
        finally:
            is_other = _revisions(self.kept) != _revisions(self.file)
            _copy(self.kept, self.file)
            if is_other:
                library.forget()  # the number of a revision that is gone may be given again


def populated(pattern: Pattern, folder: Path) -> Populated:
    """Made on a copy of what the walk of the owner left."""
    shutil.copytree(pattern.folder, folder, dirs_exist_ok=True)
    library.forget()
    file = folder / "cares.db"
    app = create_app(config.load({}, instance=folder / "instance", database_url=f"sqlite:///{file}"))
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = TEMPLATES
    at = dt.datetime.now(dt.UTC)
    with app.app_context():
        with transaction() as session:
            owner = session.scalars(select(Person).filter_by(uuid=pattern.owner)).one()
            people = _people(session, owner, at)
            keys = {actor: accounts.begin_sign_in(session, one.id, None, "a test", at) for actor, one in people.items()}
            _publish_again(session, at)
        keys[Actor.OWNER] = pattern.cookie[1]
        made = Populated(app, file, folder / "kept.db", {a: k for a, k in keys.items() if k}, owner, {}, {})
    _by_trainers_and_leads(made)
    with app.app_context(), transaction() as session:
        made.values |= _values(session, session.merge(owner), people, at)
    made.values["name"] = signing.thumbprint(signing.key_of(folder / "instance"))
    made.values["given"] = code.code(str(app.secret_key), made.values["session_id"], None)
    with app.app_context(), transaction() as session:
        made.walked[("feed.feed", "GET")] = {"token": feed.new_address(session, owner.id, at)}
    for address in pattern.walk.addresses:
        _, values = app.url_map.bind("localhost").match(urlsplit(address.path).path, method=address.method)
        made.walked.setdefault((address.endpoint, address.method), dict(values))
        made.values |= {name: value for name, value in values.items() if name in ("attempt_id", "entry_id", "run_id")}
    _copy(file, made.kept)
    return made


def _people(session: Session, owner: Person, at: dt.datetime) -> dict[Actor, Person]:
    top = Site(code="division", name="Division")
    session.add(top)
    session.flush()
    sites = {code: Site(code=code, name=code.title(), parent_id=top.id) for code in ("north", "south")}
    group = JobGroup(code="ward", name="Ward managers")
    session.add_all([*sites.values(), group])
    session.flush()
    found = {Actor.LEARNER: accounts.add_person(session, "learner@example.org", "Eve Lund", at)}
    for actor, (role, site) in ROLES.items():
        one = accounts.add_person(session, f"{role.replace(' ', '-')}-{site or 'all'}@example.org", str(actor), at)
        found[actor] = one
        session.add(Membership(person_id=one.id, site_id=sites[site].id if site else None, role=role))
    # The owner worked elsewhere until now, where nobody else does.
    own = session.scalars(select(Placement).filter_by(person_id=owner.id)).one()
    own.site_id, own.job_group_id, own.is_manager = sites["north"].id, group.id, True
    place = {"site_id": sites["north"].id, "job_group_id": group.id, "from_on": dt.date(2026, 1, 1)}
    session.add(Placement(person_id=found[Actor.LEARNER].id, is_manager=True, **place))
    for number in range(12):
        one = accounts.add_person(session, f"colleague-{number}@example.org", f"Colleague {number}", at)
        site_id = sites["north" if number < 6 else "south"].id
        session.add(Placement(person_id=one.id, site_id=site_id, is_manager=True, from_on=dt.date(2026, 1, 1)))
    return found


def _publish_again(session: Session, at: dt.datetime) -> None:
    """A second revision, so that there are two to compare."""
    revision = drafts.published(session, MODULE)
    assert revision
    files, path = dict(from_zip(revision.files).files), f"courses/{MODULE}/module.yaml"
    files[path] = files[path].replace(b"Steady yourself, notice", b"Steady yourself; notice")
    content.publish(session, MODULE, Bundle(files), at)


def _by_trainers_and_leads(made: Populated) -> None:
    """A draft, a list of the organisation that nobody has carried out yet, and a file of a report."""
    answer = made.browser(Actor.TRAINER).submit(f"/authoring/{MODULE}/draft")  # type: ignore[attr-defined]
    assert answer.status_code == 303
    sent = {"people": (io.BytesIO(LIST.encode()), "people.csv")}
    answer = made.browser(Actor.ADMIN).submit(  # type: ignore[attr-defined]
        "/people/organisation", sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    pulse = {"token": str(uuid4()), "team": "Ward 9", "people": "12", "occasion": "before"}
    answer = made.browser(Actor.OWNER).submit("/pulse", pulse)  # type: ignore[attr-defined]
    assert answer.status_code == 303, answer.text
    answer = made.browser(Actor.PROGRAMME_LEAD).submit("/reports/files")  # type: ignore[attr-defined]
    assert answer.status_code == 303
    assert make_next(made.app, threading.Event())


def _values(session: Session, owner: Person, people: dict[Actor, Person], at: dt.datetime) -> dict[str, Any]:
    certificates.issue(session, owner, at)
    draft = drafts.open_draft(session, MODULE)
    assert draft
    path = f"courses/{MODULE}/start-here/who-cares.md"
    trainer, admin = people[Actor.TRAINER], people[Actor.ADMIN]
    reviewing.say(session, draft, path, "", trainer.uuid, "Shorter?", at)
    reviewing.ask(session, draft, trainer.uuid, admin.uuid, at)
    reviewing.ask(session, draft, admin.uuid, trainer.uuid, at)
    wanted = Wanted(module_id=None, reason="It is for all.", is_mandatory=True, is_rule=True, due_days=60)
    asked = assignments.assign(session, wanted, [], uuid4(), admin.uuid, at, at.date())
    north = session.scalars(select(Site.id).filter_by(code="north")).one()
    lead = people[Actor.SITE_LEAD].uuid
    for key, is_rule, is_local in ((NAMED, False, False), (LOCAL, True, True), (LOCAL_NAMED, False, True)):
        wanted = Wanted(MODULE, "For some.", True, is_rule, site_id=north if is_local else None, is_local=is_local)
        by = lead if is_local else admin.uuid
        assignments.assign(session, wanted, [] if is_rule else [owner.id], key, by, at, at.date())
    assignments.exempt(session, owner, MODULE, "On leave.", None, LOCAL_EXEMPTION, lead, at.date(), is_local=True)
    assignments.settle(session, programme_modules(session), at.date())
    exemption = uuid4()
    assignments.exempt(session, owner, MODULE, "Away for long.", None, exemption, admin.uuid, at.date())
    to_come = session.scalars(select(Workshop)).one()
    begins, ends = at - dt.timedelta(minutes=10), at + dt.timedelta(hours=2)
    planned = Plan("On now", "Room 3", "", begins, ends, 3, to_come.facilitator, None, ("feelings",))
    sessions.plan(session, ON_NOW, MODULE, planned, begins)
    assert sessions.book(session, owner, ON_NOW, begins - dt.timedelta(minutes=1), also=True)
    session.flush()
    return {
        "assignment": asked.uuid,
        "exemption": exemption,
        "pulse_id": session.scalars(select(TeamPulse.uuid)).one(),
        "key": session.scalars(select(TeamPulse.key)).one(),
        "about": MODULE,
        "module_id": MODULE,
        "page_id": "who-cares",
        "number": 1,
        "reviewer": admin.uuid,
        "place": 1,
        "token": accounts.make_link(session, owner.id, at),
        "certificate_id": session.scalars(select(Certificate.uuid).filter_by(person_id=owner.id)).first(),
        "comment_id": session.scalars(select(DraftComment.id)).one(),
        "person": owner.uuid,
        "export_id": session.scalars(select(Export.uuid)).one(),
        "run": session.scalars(select(RosterRun.uuid)).one(),
        "session_id": to_come.uuid,
        "share_id": session.scalars(select(SharedReflection.uuid)).one(),
        "person_id": owner.uuid,
        "statement": session.scalars(select(Statement.uuid)).first(),
    }


def _copy(source: Path, target: Path) -> None:
    """A whole database, also while others have it open."""
    module = sqlite_module()
    one, other = module.connect(source), module.connect(target)
    one.backup(other)
    one.close()
    other.close()


def _revisions(file: Path) -> list[Any]:
    connection = sqlite_module().connect(file)
    found: list[Any] = connection.execute("SELECT id, standing, digest FROM revision").fetchall()
    connection.close()
    return found


def rows(app: Flask, table: Any) -> list[tuple[Any, ...]]:
    """Everything in a table, in the order in which it was written."""
    with app.app_context():
        found = [tuple(row) for row in db.session.execute(select(table.__table__).order_by(table.id))]
        db.session.rollback()
    return found
