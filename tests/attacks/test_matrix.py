"""The matrix of who may do what: every address with every role and with nobody, made from the URL map.

A new route has to be put into EXPECTED. The addresses are those of things that one learner owns, among people at two
sites, in a database in which there is something of every kind.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.audit.models import AuditCut, AuditEvent
from lms.db import db, sqlite_module
from tests.attacks.conftest import SECRET, Pattern, changed, dump
from tests.attacks.populated import (
    LOCAL,
    LOCAL_EXEMPTION,
    LOCAL_NAMED,
    NAMED,
    ON_NOW,
    Actor,
    Populated,
    populated,
    rows,
)

Who = frozenset[Actor]
HERE = "tests/attacks/test_matrix.py"
ANYONE: Who = frozenset(Actor)
SIGNED_IN = ANYONE - {Actor.NOBODY}
OWNER: Who = frozenset({Actor.OWNER})
WRITERS: Who = frozenset({Actor.TRAINER, Actor.ADMIN})
LEADS: Who = frozenset({Actor.PROGRAMME_LEAD, Actor.ADMIN})
SITE_LEADS: Who = LEADS | {Actor.SITE_LEAD, Actor.OTHER_LEAD}
ADMINS: Who = frozenset({Actor.ADMIN})


@dataclass(frozen=True)
class Case:
    """Who may use an address, and nobody else."""

    who: Who
    query: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """Parts of the address, where others are meant than those that the owner met."""
    form: dict[str, str] = field(default_factory=dict)
    """What is sent, where an empty form asks for nothing that there is."""


def by_site(is_form: bool = False, **values: Any) -> list[Case]:
    """A report: leads of sites see their own, leads of the programme all."""
    who = {
        "": SITE_LEADS,
        "north": LEADS | {Actor.SITE_LEAD},
        "south": LEADS | {Actor.OTHER_LEAD},
        "division": LEADS,
        "nowhere": frozenset[Actor](),
    }
    return [
        Case(may, "" if is_form or not site else f"site={site}", values, {"site": site} if is_form else {})
        for site, may in who.items()
    ]


ASKED_AT = {
    "": SITE_LEADS,
    "north": LEADS | {Actor.SITE_LEAD},
    "south": LEADS | {Actor.OTHER_LEAD},
    "division": LEADS,
    "nowhere": LEADS,
}
"""Who may choose a place to ask its people. What is none is told to leads of the programme, who know them all."""


def of_whose_it_is(of_the_programme: UUID | None = None, local: UUID = LOCAL) -> list[Case]:
    """An assignment of the programme, and one that the lead of the owner's site made: each is changed by theirs."""
    all_of_it = {"assignment": of_the_programme} if of_the_programme else {}
    return [Case(LEADS, values=all_of_it), Case(LEADS | {Actor.SITE_LEAD}, values={"assignment": local})]


def now_on(who: Who, /, **form: str) -> Case:
    """A session that is going on, at which attendance is noted."""
    return Case(who, values={"session_id": ON_NOW}, form=form)


PARTS = [
    Case(WRITERS, "", {"kind": "item", "id_": "missing-verb-attend"}),
    Case(WRITERS, "", {"kind": "check", "id_": "sharper-words-1"}),
    Case(WRITERS, "", {"kind": "slot", "id_": "s01"}),
    Case(WRITERS, "", {"kind": "source", "id_": "west-2021"}),
    Case(WRITERS, "", {"kind": "scenario", "id_": "cold-trolley"}),
    Case(WRITERS, "", {"kind": "tool", "id_": "check-in-card"}),
    Case(WRITERS, "", {"kind": "module"}),
]

EXPECTED: dict[str, Case | list[Case]] = {
    "accounts.account": Case(SIGNED_IN),
    "accounts.change_password": Case(SIGNED_IN),
    "accounts.forgotten_password": Case(ANYONE),
    "accounts.set_mails": Case(SIGNED_IN),
    # Whoever has the mailed link.
    "accounts.set_password": Case(ANYONE),
    "accounts.sign_in": Case(ANYONE),
    "accounts.sign_out": Case(SIGNED_IN),
    "accounts.sign_out_everywhere": Case(SIGNED_IN),
    "again.answer": Case(OWNER),
    "assignments.assign": [Case(who, form={"site": site}) for site, who in ASKED_AT.items()],
    "assignments.change": of_whose_it_is(),
    # Of the programme's, leads of sites take their own people with them.
    "assignments.counts": [Case(SITE_LEADS, values={"kind": "csv"}), Case(SITE_LEADS, values={"kind": "xlsx"})],
    "assignments.end_exemption": [
        Case(LEADS),
        Case(LEADS | {Actor.SITE_LEAD}, values={"exemption": LOCAL_EXEMPTION}),
    ],
    "assignments.exempt": Case(SITE_LEADS),
    "assignments.list_of_people": [
        *(Case(SITE_LEADS, values={"kind": kind}) for kind in ("csv", "xlsx")),
        Case(LEADS | {Actor.SITE_LEAD}, values={"assignment": LOCAL, "kind": "csv"}),
    ],
    "assignments.new": Case(SITE_LEADS),
    # Of the programme's, leads of sites see their own people.
    "assignments.one": [Case(SITE_LEADS), *of_whose_it_is()[1:]],
    "assignments.overview": Case(SITE_LEADS),
    "assignments.withdraw": of_whose_it_is(),
    # Whoever has scanned the code in the room.
    "attendance.be_here": now_on(OWNER),
    # Whoever was noted as there, which nobody was yet.
    "attendance.count": Case(frozenset()),
    "attendance.here": now_on(OWNER),
    "attendance.note": now_on(LEADS, person="{person}"),
    # Whoever has the code that hangs in the room; they sign in after it.
    "attendance.scan": Case(ANYONE),
    "attendance.show": now_on(LEADS),
    "attendance.undo": now_on(LEADS),
    "authoring.begin": Case(WRITERS),
    "authoring.change_outline": Case(WRITERS),
    "authoring.modules": Case(WRITERS),
    "authoring.outline": Case(WRITERS),
    "authoring.redo": Case(WRITERS),
    "authoring.undo": Case(WRITERS),
    # What a badge says of itself is for whoever holds it.
    "certificate.achievement": Case(ANYONE),
    "certificate.as_badge": Case(OWNER),
    "certificate.issuer": Case(ANYONE),
    "certificate.key": Case(ANYONE),
    "certificate.status": Case(ANYONE),
    "certificate.make": Case(SIGNED_IN),
    "certificate.own": Case(SIGNED_IN),
    # Whoever has its address, from its owner.
    "certificate.real": Case(ANYONE),
    "certificate.sheet": Case(OWNER),
    "commitment.mark_exercise": Case(SIGNED_IN),
    "commitment.save_plan": Case(SIGNED_IN),
    "comparing.draft": Case(WRITERS),
    "comparing.revision": Case(WRITERS, "", {"number": 2}),
    "changing.name_people": of_whose_it_is(NAMED, LOCAL_NAMED),
    "changing.people": of_whose_it_is(NAMED, LOCAL_NAMED),
    "changing.take_in": of_whose_it_is(),
    "changing.whom": of_whose_it_is(),
    "coverage.board": by_site(),
    "coverage.coverage": by_site(),
    "coverage.figures": [
        *by_site(which="places", kind="csv"),
        *by_site(which="groups", kind="xlsx"),
        *by_site(which="modules", kind="csv"),
        *by_site(which="months", kind="xlsx"),
    ],
    "coverage.list_of_people": [*by_site(kind="csv"), *by_site(kind="xlsx")],
    "coverage.people": by_site(),
    "desk.manage": Case(WRITERS | SITE_LEADS),
    "enrolment.close_again": Case(LEADS, "", {"module_id": "safe-to-speak"}),
    "enrolment.early_openings": Case(LEADS),
    "enrolment.open_early": Case(LEADS),
    "exchange.ask": Case(WRITERS),
    "exchange.download": Case(WRITERS, "", {"format_": "gift"}),
    # One's own file, which no address names.
    "exchange.leave": Case(WRITERS),
    "exchange.offer": Case(WRITERS),
    "exchange.send": Case(WRITERS),
    "exchange.sent": Case(WRITERS),
    "exchange.take": Case(WRITERS),
    "feed.ask": Case(SIGNED_IN),
    "feed.end": Case(SIGNED_IN),
    # Whoever has the secret address: a calendar signs in nowhere.
    "feed.feed": Case(ANYONE),
    "feed.make": Case(SIGNED_IN),
    "files.ask": by_site(is_form=True),
    "files.fetch": Case(frozenset({Actor.PROGRAMME_LEAD})),
    "files.offer": by_site(),
    # The programme lead has asked for it.
    "files.one": Case(frozenset({Actor.PROGRAMME_LEAD})),
    "files.own": Case(SITE_LEADS),
    "health.alive": Case(ANYONE),
    # Whoever knows the token, which none of them does.
    "health.metrics": Case(frozenset()),
    "health.ready": Case(ANYONE),
    "held.one": Case(ADMINS),
    "held.several": Case(ADMINS),
    # A trainer leads their own sessions alone; this one is another's.
    "leading.ask_to_cancel": Case(LEADS),
    "leading.ask_to_change": Case(LEADS),
    "leading.attendance": Case(LEADS, values={"kind": "csv"}),
    "leading.cancel": Case(LEADS),
    "leading.change": Case(LEADS),
    "leading.cohort": Case(LEADS),
    "leading.lead": Case(LEADS),
    "leading.new": Case(WRITERS | LEADS),
    "leading.plan": Case(WRITERS | LEADS),
    "leading.take_off": Case(LEADS),
    "lookback.answer": Case(OWNER),
    "lookback.look_back": Case(OWNER),
    "lookback.report": Case(OWNER),
    "media_files.add": Case(WRITERS),
    "media_files.listed": Case(WRITERS),
    "media_files.place": Case(WRITERS, form={"name": "four-verbs.svg", "page": "who-cares"}),
    "media_files.take_away": Case(WRITERS, form={"name": "four-verbs.svg"}),
    "organisation.bring": Case(LEADS),
    "organisation.carry_out": Case(LEADS),
    "organisation.one_list": Case(LEADS),
    "organisation.overview": Case(LEADS),
    "parts.add": Case(WRITERS, form={"kind": "source"}),
    "parts.part": PARTS,
    "parts.questions": Case(WRITERS),
    "parts.remove": PARTS[0],
    "parts.save": PARTS,
    "parts.sources": Case(WRITERS),
    "player.accessibility": Case(ANYONE),
    "player.completed": Case(SIGNED_IN),
    "player.dashboard": Case(SIGNED_IN),
    "player.go_on": Case(SIGNED_IN),
    "player.help_page": Case(ANYONE),
    "player.key_for_device": Case(SIGNED_IN),
    "player.media": Case(SIGNED_IN, "", {"name": "four-verbs.svg"}),
    "player.outline": Case(SIGNED_IN),
    "player.page": Case(SIGNED_IN),
    "player.page_time": Case(SIGNED_IN, form={"seconds": "1"}),
    "player.resume": Case(SIGNED_IN),
    "player.tool": Case(SIGNED_IN),
    "player.tool_pdf": Case(SIGNED_IN),
    "preview.answer": Case(WRITERS),
    "preview.media": Case(WRITERS, "", {"name": "four-verbs.svg"}),
    "preview.page": Case(WRITERS),
    "privacy.ask_for_erasure": Case(SIGNED_IN),
    "privacy.audit": Case(ADMINS),
    "privacy.audit_of_person": Case(ADMINS, form={"person": "ada@example.org"}),
    "privacy.copy": Case(SIGNED_IN),
    "privacy.take_erasure_back": Case(SIGNED_IN),
    "privacy.your_data": Case(SIGNED_IN),
    "publishing.ask": Case(WRITERS),
    "publishing.download": Case(WRITERS),
    "publishing.findings": Case(WRITERS),
    "publishing.history": Case(WRITERS),
    "publishing.publish": Case(WRITERS),
    "publishing.restore": Case(WRITERS),
    "publishing.take_time_back": Case(WRITERS),
    "publishing.throw_away": Case(WRITERS, form={"sure": "yes"}),
    "pulse.answer": Case(SIGNED_IN),
    "quiz.answer_check": Case(SIGNED_IN),
    "quiz.answer_item": Case(OWNER),
    "quiz.go_on": Case(OWNER),
    "quiz.item": Case(OWNER),
    "quiz.result": Case(OWNER),
    "quiz.review": Case(OWNER),
    "quiz.start": Case(SIGNED_IN),
    "quiz.submit": Case(OWNER),
    "reflection.ask_to_delete": Case(OWNER),
    "reflection.bring_back": Case(OWNER),
    "reflection.delete": Case(OWNER),
    "reflection.history": Case(OWNER),
    "reflection.journal": Case(SIGNED_IN),
    "reflection.save": Case(SIGNED_IN),
    "reflection.workbook": Case(SIGNED_IN),
    "regrading.ask": Case(WRITERS),
    "regrading.mark": Case(WRITERS),
    "regrading.results": Case(WRITERS),
    "regrading.take_passes": Case(WRITERS),
    "results.module": Case(WRITERS | LEADS),
    "results.modules": Case(WRITERS | LEADS),
    "results.table": [
        Case(WRITERS | LEADS, values={"which": which, "kind": kind})
        for which, kind in (("questions", "csv"), ("outcomes", "xlsx"), ("ratings", "csv"), ("plans", "xlsx"))
    ],
    "reviewing.ask": Case(WRITERS, form={"reviewer": "{reviewer}"}),
    "reviewing.be_done": Case(WRITERS),
    "reviewing.say": Case(WRITERS),
    "reviewing.settle": Case(WRITERS),
    "roles.find": Case(ADMINS, form={"email": "ada@example.org"}),
    "roles.give": Case(ADMINS, form={"role": "trainer"}),
    "roles.of_person": Case(ADMINS),
    "roles.roles": Case(ADMINS),
    "roles.take": Case(ADMINS, form={"role": "trainer"}),
    "scenario.choose": Case(OWNER, form={"step": "0"}),
    "scenario.leave": Case(OWNER),
    "scenario.replay": Case(OWNER),
    "scenario.start": Case(SIGNED_IN),
    "sharing.ask": Case(OWNER),
    # It was shared with the facilitator, who is none of these.
    "sharing.read": Case(frozenset()),
    "sharing.share": Case(OWNER, form={"entry": "{entry_id}"}),
    "sharing.take_back": Case(OWNER),
    "starting.begin": Case(WRITERS),
    "starting.change_order": Case(WRITERS, form={"module": "notice-and-listen"}),
    "starting.new": Case(WRITERS),
    "starting.order": Case(WRITERS),
    # Whoever has the key of a pulse; they are asked no name.
    "team_pulse.answer": Case(ANYONE),
    "team_pulse.ask": Case(ANYONE),
    "team_pulse.close": Case(OWNER),
    "team_pulse.one": Case(OWNER),
    "team_pulse.open_one": Case(SIGNED_IN),
    "team_pulse.own": Case(SIGNED_IN),
    "team_pulse.sheet": Case(OWNER),
    "team_pulse.thanks": Case(ANYONE),
    "team_pulse.throw_away": Case(OWNER),
    "ui.static": Case(ANYONE),
    "upload.ask": Case(WRITERS),
    # One's own zip, which no address names.
    "upload.leave": Case(WRITERS),
    "upload.send": Case(WRITERS),
    "upload.sent": Case(WRITERS),
    "upload.take_over": Case(WRITERS),
    "upload.take_new": Case(WRITERS),
    "walking_in.ask": now_on(LEADS),
    "walking_in.find": now_on(LEADS, who="ada bell"),
    "walking_in.note": now_on(LEADS),
    "workshop.book": Case(OWNER),
    # Leads of the programme see every session; a lead is led on to who comes.
    "workshop.event": Case(OWNER | LEADS),
    "workshop.give_back": Case(OWNER),
    "workshop.one": Case(OWNER | LEADS),
    "workshop.sessions": Case(SIGNED_IN),
    "writing.add_block": Case(WRITERS),
    "writing.page": Case(WRITERS),
    "writing.save_block": Case(WRITERS),
    "xapi.retry": Case(ADMINS, form={"all": "yes"}),
    "xapi.statements": Case(ADMINS),
}
"""By endpoint, for all its methods. Who is not named is refused, and nothing changes."""

SHOWS_THE_OWNER = {"certificate.real", "accounts.set_password", "team_pulse.ask", "team_pulse.answer"}
"""Whoever has the address was given it by the owner, or by their mail, and is to see who asks."""


@dataclass(frozen=True)
class Question:
    """One address to be asked for."""

    endpoint: str
    method: str
    path: str
    case: Case

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


@pytest.fixture(scope="module")
def everything(pattern: Pattern, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Populated]:
    """Made once; whatever a test does, it undoes."""
    made = populated(pattern, tmp_path_factory.mktemp("matrix"))
    yield made
    with made.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def questions(everything: Populated) -> list[Question]:
    """Every rule of the URL map with every method."""
    return [
        one
        for rule in everything.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for one in _questions(everything, rule, method)
    ]


def _questions(everything: Populated, rule: Rule, method: str) -> Iterator[Question]:
    found = EXPECTED.get(rule.endpoint, [])
    for case in found if isinstance(found, list) else [found]:
        known = everything.values | everything.walked.get((rule.endpoint, method), {}) | case.values
        missing = rule.arguments - set(known)
        if missing == {"id_"} or ("id_" in case.values and "id_" not in rule.arguments):
            continue  # the other rule of the same endpoint is meant
        assert not missing, f"say in EXPECTED ({HERE}) what {missing} of {rule.endpoint} is"
        path = everything.app.url_map.bind("localhost").build(
            rule.endpoint, {name: known[name] for name in rule.arguments}, method
        )
        yield Question(rule.endpoint, method, f"{path}?{case.query}" if case.query else path, case)


def test_every_route_is_in_the_matrix(everything: Populated) -> None:
    there = {rule.endpoint for rule in everything.app.url_map.iter_rules()}
    for endpoint in sorted(there - set(EXPECTED)):
        raise AssertionError(f"say in EXPECTED ({HERE}) who may use the new route {endpoint}")
    gone = sorted(set(EXPECTED) - there)
    assert gone == [], f"these routes are gone: take them out of EXPECTED ({HERE})"


def test_every_rule_is_asked_for(everything: Populated, questions: list[Question]) -> None:
    asked = {(one.endpoint, one.method) for one in questions}
    for rule in everything.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (rule.endpoint, method) in asked, f"no case in EXPECTED ({HERE}) leads to {method} {rule}"


@pytest.mark.parametrize("actor", list(Actor), ids=lambda actor: actor.name.lower())
def test_whoever_may_not_is_refused_and_nothing_changes(
    everything: Populated, questions: list[Question], actor: Actor
) -> None:
    before = dump(everything.app)
    watch = sqlite_module().connect(everything.file)
    version = _version(watch)
    wrong = []
    for one in questions:
        if actor in one.case.who:
            continue
        answer = _ask(everything, actor, one)
        if not _is_refusal(answer, actor) or SECRET.encode() in answer.data or _names_owner(everything, answer):
            wrong.append(f"{one} answered {answer.status}")
        if (now := _version(watch)) != version:
            version = now
            if tables := changed(before, dump(everything.app)):
                wrong.append(f"{one} changed {sorted(tables)}")
                break
    watch.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("actor", list(Actor), ids=lambda actor: actor.name.lower())
def test_whoever_may_comes_in_and_the_log_only_grows(
    everything: Populated, questions: list[Question], actor: Actor
) -> None:
    events, cuts = rows(everything.app, AuditEvent), rows(everything.app, AuditCut)
    watch = sqlite_module().connect(everything.file)
    version = _version(watch)
    wrong = []
    for one in questions:
        if actor not in one.case.who:
            continue
        answer = _ask(everything, actor, one)
        if not _is_let_in(answer, one):
            wrong.append(f"{one} answered {answer.status}")
        is_noted = False
        if _version(watch) != version:
            after = rows(everything.app, AuditEvent)
            assert after[: len(events)] == events, one
            assert rows(everything.app, AuditCut) == cuts, one
            is_noted = len(after) > len(events)
            with everything.as_it_was():
                pass
            version = _version(watch)
        if actor is not Actor.OWNER and one.endpoint not in SHOWS_THE_OWNER:
            if SECRET.encode() in answer.data:
                wrong.append(f"{one} shows what the owner wrote")
            if _names_owner(everything, answer) and not is_noted:
                wrong.append(f"{one} shows the owner's record, and nothing of it is in the audit log")
    watch.close()
    assert not wrong, "\n".join(wrong)


def test_attendance_is_really_noted_by_what_is_asked(everything: Populated, questions: list[Question]) -> None:
    """Before its time each of these would answer the same to whoever may and to whoever may not."""
    noting = {"attendance.be_here", "attendance.note", "walking_in.note"}
    before = dump(everything.app)
    for one in questions:
        if one.endpoint not in noting or not one.case.who:
            continue
        with everything.as_it_was():
            _ask(everything, min(one.case.who), one)
            assert {"booking", "audit_event"} <= set(changed(before, dump(everything.app))), one
            noting.remove(one.endpoint)
    assert not noting


def _ask(everything: Populated, actor: Actor, one: Question) -> TestResponse:
    browser = everything.browser(actor)
    if one.method == "GET":
        return browser.get(one.path)
    form = {name: value.format(**everything.values) for name, value in one.case.form.items()}
    return browser.open(one.path, method=one.method, data=form | {"csrf_token": browser.csrf_token()})  # type: ignore[attr-defined]


def _is_refusal(answer: TestResponse, actor: Actor) -> bool:
    if actor is Actor.NOBODY and answer.status_code in (302, 303):
        return urlsplit(answer.location).path == "/sign-in"
    return answer.status_code in ((401, 404) if actor is Actor.NOBODY else (403, 404))


def _is_let_in(answer: TestResponse, one: Question) -> bool:
    if answer.status_code in (302, 303):
        return urlsplit(answer.location).path != "/sign-in" or one.endpoint.startswith("accounts.")
    if answer.status_code in (400, 409):
        return one.method == "POST" and "earlier sign-in" not in answer.text
    return answer.status_code < 300 or answer.status_code == 422


def _names_owner(everything: Populated, answer: TestResponse) -> bool:
    """Whether the answer has the owner's name or address in it, also packed into a workbook."""
    data = answer.data
    if (answer.mimetype or "").endswith(("sheet", "zip")):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return any(text.encode() in data for text in (everything.owner.name, everything.owner.email))


def _version(watch: Any) -> int:
    """Another number after each commit of anybody else."""
    return int(watch.execute("PRAGMA data_version").fetchone()[0])
