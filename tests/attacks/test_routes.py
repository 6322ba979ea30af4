"""Every route, with every role and with nobody; other people's ids; forms without a token. It grows by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import access
from lms.accounts.models import Person, Role
from lms.accounts.service import set_active
from lms.db import db, transaction
from tests.attacks.conftest import SECRET, Owner, changed, dump
from tests.attacks.walk import Address, address_of

SESSION = "00000000-0000-4000-8000-000000004712"
ELSEWHERE = {
    ("accounts.set_password", "GET"): "/password/none",
    ("accounts.set_password", "POST"): "/password/none",
    ("accounts.sign_in", "GET"): "/sign-in",
    ("accounts.sign_in", "POST"): "/sign-in",
    ("enrolment.early_openings", "GET"): "/early-openings",
    ("enrolment.open_early", "POST"): "/early-openings",
    ("assignments.overview", "GET"): "/assignments",
    ("assignments.new", "GET"): "/assignments/new",
    ("assignments.assign", "POST"): "/assignments/new",
    ("assignments.one", "GET"): "/assignments/00000000-0000-4000-8000-000000004711",
    ("assignments.list_of_people", "GET"): "/assignments/00000000-0000-4000-8000-000000004711/people.csv",
    ("assignments.counts", "GET"): "/assignments/00000000-0000-4000-8000-000000004711/counts.csv",
    ("assignments.change", "POST"): "/assignments/00000000-0000-4000-8000-000000004711",
    ("assignments.withdraw", "POST"): "/assignments/00000000-0000-4000-8000-000000004711/withdraw",
    ("assignments.exempt", "POST"): "/assignments/exemptions",
    ("assignments.end_exemption", "POST"): "/assignments/exemptions/00000000-0000-4000-8000-000000004711/end",
    ("changing.whom", "GET"): "/assignments/00000000-0000-4000-8000-000000004711/whom",
    ("changing.take_in", "POST"): "/assignments/00000000-0000-4000-8000-000000004711/whom",
    ("changing.people", "GET"): "/assignments/00000000-0000-4000-8000-000000004711/people",
    ("changing.name_people", "POST"): "/assignments/00000000-0000-4000-8000-000000004711/people",
    ("player.go_on", "GET"): "/resume",
    ("desk.manage", "GET"): "/manage",
    ("coverage.coverage", "GET"): "/reports/coverage",
    ("coverage.people", "GET"): "/reports/coverage/people",
    ("coverage.board", "GET"): "/reports/coverage/board.pdf",
    ("coverage.figures", "GET"): "/reports/coverage/places.csv",
    ("coverage.list_of_people", "GET"): "/reports/coverage/people.csv",
    ("files.ask", "POST"): "/reports/files",
    ("files.fetch", "GET"): "/reports/files/00000000-0000-4000-8000-000000000000.xlsx",
    ("files.offer", "GET"): "/reports/files/new",
    ("files.one", "GET"): "/reports/files/00000000-0000-4000-8000-000000000000",
    ("files.own", "GET"): "/reports/files",
    ("certificate.own", "GET"): "/certificates",
    ("certificate.make", "POST"): "/certificates",
    ("certificate.real", "GET"): "/certificates/00000000-0000-4000-8000-000000004711",
    ("certificate.sheet", "GET"): "/certificates/00000000-0000-4000-8000-000000004711.pdf",
    ("certificate.as_badge", "GET"): "/certificates/00000000-0000-4000-8000-000000004711.jwt",
    ("certificate.status", "GET"): "/certificates/00000000-0000-4000-8000-000000004711/status",
    ("certificate.issuer", "GET"): "/badges/issuer",
    ("certificate.key", "GET"): "/badges/keys/none",
    ("certificate.achievement", "GET"): "/badges/achievements/notice-and-listen",
    ("results.modules", "GET"): "/reports/results",
    ("results.table", "GET"): "/reports/results/notice-and-listen/questions.csv",
    ("results.module", "GET"): "/reports/results/notice-and-listen",
    ("upload.take_new", "POST"): "/authoring/new/zip",
    ("authoring.modules", "GET"): "/authoring",
    ("authoring.redo", "POST"): "/authoring/notice-and-listen/redo",
    ("authoring.undo", "POST"): "/authoring/notice-and-listen/undo",
    ("authoring.outline", "GET"): "/authoring/notice-and-listen",
    ("authoring.begin", "POST"): "/authoring/notice-and-listen/draft",
    ("authoring.change_outline", "POST"): "/authoring/notice-and-listen/outline",
    ("comparing.draft", "GET"): "/authoring/notice-and-listen/compare",
    ("comparing.revision", "GET"): "/authoring/notice-and-listen/history/1/compare",
    ("exchange.ask", "GET"): "/authoring/notice-and-listen/questions/take",
    ("exchange.download", "GET"): "/authoring/notice-and-listen/questions/download/gift",
    ("exchange.leave", "POST"): "/authoring/notice-and-listen/questions/take/sent/leave",
    ("exchange.offer", "GET"): "/authoring/notice-and-listen/questions/download",
    ("exchange.send", "POST"): "/authoring/notice-and-listen/questions/take",
    ("exchange.sent", "GET"): "/authoring/notice-and-listen/questions/take/sent",
    ("exchange.take", "POST"): "/authoring/notice-and-listen/questions/take/sent",
    ("media_files.add", "POST"): "/authoring/notice-and-listen/media-files",
    ("media_files.listed", "GET"): "/authoring/notice-and-listen/media-files",
    ("media_files.place", "POST"): "/authoring/notice-and-listen/media-files/place",
    ("media_files.take_away", "POST"): "/authoring/notice-and-listen/media-files/take-away",
    ("parts.add", "POST"): "/authoring/notice-and-listen/new",
    ("parts.part", "GET"): "/authoring/notice-and-listen/item/none",
    ("parts.questions", "GET"): "/authoring/notice-and-listen/questions",
    ("parts.remove", "POST"): "/authoring/notice-and-listen/item/none/remove",
    ("parts.save", "POST"): "/authoring/notice-and-listen/item/none",
    ("parts.sources", "GET"): "/authoring/notice-and-listen/sources",
    ("preview.media", "GET"): "/authoring/notice-and-listen/media/none.svg",
    ("preview.page", "GET"): "/authoring/notice-and-listen/preview/who-cares",
    ("preview.answer", "POST"): "/authoring/notice-and-listen/preview/who-cares",
    ("publishing.take_time_back", "POST"): "/authoring/notice-and-listen/publish/take-back",
    ("publishing.ask", "GET"): "/authoring/notice-and-listen/publish",
    ("publishing.download", "GET"): "/authoring/notice-and-listen/module.zip",
    ("publishing.findings", "GET"): "/authoring/notice-and-listen/findings",
    ("publishing.history", "GET"): "/authoring/notice-and-listen/history",
    ("publishing.publish", "POST"): "/authoring/notice-and-listen/publish",
    ("publishing.restore", "POST"): "/authoring/notice-and-listen/history/1/restore",
    ("publishing.throw_away", "POST"): "/authoring/notice-and-listen/throw-away",
    ("regrading.ask", "GET"): "/authoring/notice-and-listen/mark-again",
    ("regrading.mark", "POST"): "/authoring/notice-and-listen/mark-again",
    ("regrading.results", "POST"): "/authoring/notice-and-listen/mark-again/results",
    ("regrading.take_passes", "POST"): "/authoring/notice-and-listen/mark-again/passes",
    ("reviewing.ask", "POST"): "/authoring/notice-and-listen/review",
    ("reviewing.be_done", "POST"): "/authoring/notice-and-listen/review/done",
    ("reviewing.say", "POST"): "/authoring/notice-and-listen/comments",
    ("reviewing.settle", "POST"): "/authoring/notice-and-listen/comments/1/done",
    ("starting.begin", "POST"): "/authoring/new",
    ("starting.change_order", "POST"): "/authoring/programme",
    ("starting.new", "GET"): "/authoring/new",
    ("starting.order", "GET"): "/authoring/programme",
    ("upload.ask", "GET"): "/authoring/notice-and-listen/upload",
    ("upload.send", "POST"): "/authoring/notice-and-listen/upload",
    ("upload.sent", "GET"): "/authoring/notice-and-listen/upload/sent",
    ("upload.take_over", "POST"): "/authoring/notice-and-listen/upload/sent",
    ("upload.leave", "POST"): "/authoring/notice-and-listen/upload/sent/leave",
    ("writing.add_block", "POST"): "/authoring/notice-and-listen/pages/who-cares/blocks",
    ("writing.page", "GET"): "/authoring/notice-and-listen/pages/who-cares",
    ("writing.save_block", "POST"): "/authoring/notice-and-listen/pages/who-cares/blocks/1",
    ("enrolment.close_again", "POST"): "/early-openings/00000000-0000-4000-8000-000000000000/safe-to-speak/close",
    ("health.alive", "GET"): "/healthz",
    ("health.ready", "GET"): "/readyz",
    ("health.metrics", "GET"): "/metrics",
    ("held.one", "GET"): "/statements/held/00000000-0000-4000-8000-000000000000",
    ("held.several", "GET"): "/statements/held",
    ("roles.roles", "GET"): "/people/roles",
    ("roles.find", "POST"): "/people/roles",
    ("roles.of_person", "GET"): "/people/roles/00000000-0000-4000-8000-000000000000",
    ("roles.give", "POST"): "/people/roles/00000000-0000-4000-8000-000000000000/give",
    ("roles.take", "POST"): "/people/roles/00000000-0000-4000-8000-000000000000/take",
    ("organisation.overview", "GET"): "/people/organisation",
    ("organisation.bring", "POST"): "/people/organisation",
    ("organisation.one_list", "GET"): "/people/organisation/lists/00000000-0000-4000-8000-000000000000",
    ("organisation.carry_out", "POST"): "/people/organisation/lists/00000000-0000-4000-8000-000000000000",
    ("player.key_for_device", "POST"): "/device-key",
    ("player.completed", "GET"): "/modules/notice-and-listen/completed",
    ("player.media", "GET"): "/modules/notice-and-listen/media/none.svg",
    ("privacy.audit", "GET"): "/audit",
    ("privacy.audit_of_person", "POST"): "/audit/person",
    ("quiz.result", "GET"): "/attempts/00000000-0000-4000-8000-000000000000/result",
    ("reflection.bring_back", "POST"): "/reflections/00000000-0000-4000-8000-000000000000/versions/1",
    ("reflection.delete", "POST"): "/reflections/00000000-0000-4000-8000-000000000000/delete",
    ("scenario.leave", "POST"): "/stories/00000000-0000-4000-8000-000000000000/leave",
    ("scenario.replay", "POST"): "/stories/00000000-0000-4000-8000-000000000000/replay",
    ("team_pulse.thanks", "GET"): "/p",
    ("attendance.be_here", "POST"): f"/sessions/{SESSION}/here",
    ("attendance.count", "POST"): f"/sessions/{SESSION}/count",
    ("attendance.here", "GET"): f"/sessions/{SESSION}/here",
    ("attendance.note", "POST"): f"/sessions/{SESSION}/present",
    ("attendance.scan", "GET"): "/sessions/here/none",
    ("attendance.show", "GET"): f"/sessions/{SESSION}/code",
    (
        "attendance.undo",
        "POST",
    ): f"/sessions/{SESSION}/people/{SESSION}/absent",
    ("feed.ask", "GET"): "/sessions/calendar",
    ("feed.end", "POST"): "/sessions/calendar/end",
    ("feed.feed", "GET"): "/calendar/none.ics",
    ("feed.make", "POST"): "/sessions/calendar",
    ("leading.ask_to_cancel", "GET"): f"/sessions/{SESSION}/cancel",
    ("leading.ask_to_change", "GET"): f"/sessions/{SESSION}/change",
    ("leading.attendance", "GET"): f"/sessions/{SESSION}/people.csv",
    ("leading.cancel", "POST"): f"/sessions/{SESSION}/cancel",
    ("leading.change", "POST"): f"/sessions/{SESSION}/change",
    ("leading.cohort", "GET"): f"/sessions/{SESSION}/cohort",
    ("leading.lead", "GET"): f"/sessions/{SESSION}/lead",
    ("leading.new", "GET"): "/sessions/new",
    ("leading.plan", "POST"): "/sessions/new/notice-and-listen",
    (
        "leading.take_off",
        "POST",
    ): f"/sessions/{SESSION}/people/{SESSION}/take-off",
    ("sharing.ask", "GET"): f"/sessions/{SESSION}/share",
    (
        "sharing.read",
        "GET",
    ): f"/sessions/{SESSION}/shared/{SESSION}",
    ("sharing.share", "POST"): f"/sessions/{SESSION}/share",
    ("sharing.take_back", "POST"): f"/sessions/{SESSION}/share/take-back",
    ("walking_in.ask", "GET"): f"/sessions/{SESSION}/walk-in",
    ("walking_in.find", "POST"): f"/sessions/{SESSION}/walk-in",
    ("walking_in.note", "POST"): f"/sessions/{SESSION}/walk-in/{SESSION}",
    ("workshop.book", "POST"): f"/sessions/{SESSION}/book",
    ("workshop.event", "GET"): f"/sessions/{SESSION}.ics",
    ("workshop.give_back", "POST"): f"/sessions/{SESSION}/give-back",
    ("workshop.one", "GET"): f"/sessions/{SESSION}",
    ("workshop.sessions", "GET"): "/sessions",
    ("xapi.statements", "GET"): "/statements",
    ("xapi.retry", "POST"): "/statements/retry",
}
"""Addresses to which no link or form leads, or only later."""
WRITES_ON_GET = {"player.page": {"place", "visit", "page_progress", "statement", "registration"}}
"""That its owner was here, and the first opening."""
EXTRAS = {
    "role": "admin",
    "roles": "admin",
    "site": "1",
    "site_id": "1",
    "person_id": "1",
    "owner": "1",
    "is_active": "0",
    "is_admin": "1",
    "score": "100",
    "raw": "100",
    "passed": "1",
    "completed_at": "2026-01-01",
    "email": "eve@example.org",
}


def addresses(app: Flask, owner: Owner, method: str) -> list[Address]:
    """All that the owner met, and what nobody is led to."""
    elsewhere = [address_of(app, way, path) for (_, way), path in ELSEWHERE.items() if way == method]
    return [*owner.walk.of(method), *filter(None, elsewhere)]


def test_every_route_is_attacked(app: Flask, owner: Owner) -> None:
    known = owner.walk.endpoints | set(ELSEWHERE)
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (rule.endpoint, method) in known, f"no link or form leads to {rule}: say in ELSEWHERE what it is"


def test_nobody_and_who_was_disabled_come_in_nowhere(
    app: Flask, owner: Owner, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    gone = person("Gone")
    shut_out = sign_in(app.test_client(), gone)
    with app.app_context(), transaction() as session:
        set_active(session, session.merge(gone), False, dt.datetime.now(dt.UTC))
    before = dump(app)
    for browser in (app.test_client(), shut_out):
        for method in ("GET", "POST"):
            for address in addresses(app, owner, method):
                if access.policy_of(app, address.endpoint) is access.PUBLIC:
                    continue
                answer = browser.open(address.path, method=method, data=owner.walk.addresses.get(address))
                assert answer.status_code in (303, 401), address
                assert SECRET not in answer.text, address
    assert changed(before, dump(app)) == set()


def test_a_role_opens_what_it_should_and_shows_nothing_of_others(
    app: Flask, owner: Owner, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    for role in Role:
        browser = sign_in(app.test_client(), person("Rae Holm", roles=[role], site="north"))
        for address in addresses(app, owner, "GET"):
            policy, answer = access.policy_of(app, address.endpoint), browser.get(address.path)
            assert policy
            assert (answer.status_code == 403) == (not policy.admits({role})), (role, address)
            assert answer.status_code < 500, (role, address)
            assert SECRET.encode() not in answer.data, (role, address)


FOR_ALL = {"certificate.real"}
"""Made to be shown to others: whoever has the address sees what stands on the certificate."""


def test_what_belongs_to_someone_is_not_there_for_others(app: Flask, owner: Owner, other: FlaskClient) -> None:
    theirs = [one for one in (*owner.walk.of("GET"), *owner.walk.of("POST")) if one.is_someones]
    assert {one.endpoint.split(".")[0] for one in theirs} >= {"quiz", "reflection", "scenario", "workshop", "sharing"}
    before = dump(app)
    for address in theirs:
        form = {**owner.walk.addresses[address], "csrf_token": other.csrf_token()}
        answer = other.open(address.path, method=address.method, data=form)
        assert (answer.status_code in (403, 404)) == (address.endpoint not in FOR_ALL), address
        assert SECRET.encode() not in answer.data, address
    assert changed(before, dump(app)) == set()


def test_a_form_without_its_token_changes_nothing(app: Flask, owner: Owner, other: FlaskClient) -> None:
    forged = {"none": None, "nonsense": "nonsense", "another's": other.csrf_token()}
    before = dump(app, "tries")
    for address in addresses(app, owner, "POST"):
        for name, token in forged.items():
            form = {key: value for key, value in owner.walk.addresses.get(address, {}).items() if key != "csrf_token"}
            answer = owner.browser.post(address.path, data=form | ({"csrf_token": token} if token else {}))
            assert answer.status_code >= 400 or "csrf_token" in answer.text, (address, name)
    assert changed(before, dump(app, "tries")) == set()


def test_looking_writes_nothing(app: Flask, owner: Owner) -> None:
    before = dump(app)
    for address in addresses(app, owner, "GET"):
        for method in ("GET", "HEAD"):
            owner.browser.open(address.path, method=method)
            after = dump(app)
            allowed = WRITES_ON_GET.get(address.endpoint, set()) if method == "GET" else set()
            assert changed(before, after) <= allowed, (method, address)
            before = after


def test_fields_that_nobody_asked_for_are_ignored(app: Flask, owner: Owner, other: FlaskClient) -> None:
    before = dump(app)
    for address in owner.walk.of("POST"):
        if address.endpoint.split(".")[0] == "accounts" or address.is_someones:
            continue
        other.submit(address.path, {**EXTRAS, **owner.walk.addresses[address]})
    after = dump(app)
    assert {"person", "membership", "site"} & changed(before, after) <= {"person"}
    with app.app_context():
        people = db.session.query(Person).all()
        assert [one.email for one in people if one.email == EXTRAS["email"]] == []
        assert all(one.is_active for one in people)
