"""Admins look into what the store holds; each look at others is written down, and no store makes the page fail."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts import service as accounts
from lms.accounts.models import Person, Role
from lms.audit.actions import Action
from lms.audit.models import AuditEvent
from lms.config import Settings
from lms.db import db, transaction
from lms.keys import Credentials
from lms.outbox.models import Delivery, Statement
from lms.outbox.service import record
from lms.xapi import asking, forms
from lms.xapi import vocabulary as v
from lms.xapi.statements import voided
from tests.xapi.holding import Holding, at_work, happened, of_another, tried, use
from tests.xapi.speaking import UNTOLD, Speaking, answer
from tests.xapi.test_sentence import STATEMENTS

PAGE = "/statements/held"
KEY = Credentials("key", "secret")
Json = dict[str, Any]
MakePerson = Callable[..., Person]


@pytest.fixture
def holding(tmp_path: Path, app: Flask, settings: Settings) -> Iterator[Holding]:
    """A real store, which the application is told of."""
    with at_work(tmp_path, settings.url) as one:
        use(app, one.url)
        yield one


@pytest.fixture
def host(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Speaking]]:
    """Makes the application ask a host that answers in some way; it has less patience than usual."""
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.4)
    monkeypatch.setattr(asking, "WHOLE_SECONDS", 0.8)
    running = []

    def start(way: Any) -> Speaking:
        running.append(Speaking(way))
        use(app, running[-1].url)
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def ida(person: MakePerson) -> Person:
    return person("Ida Admin", roles=[Role.ADMIN])


@pytest.fixture
def admin(app: Flask, ida: Person, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """An admin's browser."""
    return sign_in(app.test_client(), ida)


@pytest.fixture
def ngozi(person: MakePerson) -> Person:
    return person("Ngozi Adeyemi", "ngozi@example.org")


def sentences(page: str) -> list[str]:
    """The rows of the list, as they are read."""
    rows = re.findall(r"<p><a href=\"[^\"]*/held/[^\"]*\">(.*?)</a></p>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<.*?>", "", row)) for row in rows]


def shown(browser: FlaskClient, **asked: str) -> list[str]:
    answer = browser.get(f"{PAGE}?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return sentences(answer.text)


def link(page: str, name: str) -> str | None:
    found = re.search(rf"href=\"([^\"]*)\">{name}</a>", page)
    return html.unescape(found[1]) if found else None


def log(session: Session) -> list[AuditEvent]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def test_the_latest_statements_read_as_sentences(holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    holding.tell(happened(events.ModuleCompleted, ngozi.uuid, seconds=6423))
    holding.tell(tried(ngozi.uuid))
    answered = {"item_id": "n-07", "item_type": "single", "response": ("a",), "success": True, "raw": 1, "max": 1}
    (item,) = holding.tell(happened(events.ItemAnswered, uuid.uuid4(), page_id="feelings", **answered))
    holding.keep(voided(holding.home, uuid.uuid4(), dt.datetime.now(dt.UTC)), of_another())
    page = admin.get(PAGE).text
    assert sentences(page) == [
        "kim@example.org “jumped” http://example.org/things/one",
        f"The system took back statement {sentences(page)[1][-36:]}",
        "Somebody who was erased answered Item n-07, right, 1 of 1",
        "Ngozi Adeyemi passed Notice (module) with 80%",
        "Ngozi Adeyemi scored 8 of 10 in Quiz of Notice",
        "Ngozi Adeyemi tried Quiz of Notice",
        "Ngozi Adeyemi completed Notice (module)",
    ]
    assert f"{PAGE}/{item}" in page
    assert dt.datetime.now(dt.UTC).strftime("%B %Y") in page
    assert PAGE in admin.get("/statements").text


def test_they_are_found_by_person_verb_activity_and_day(
    holding: Holding, admin: FlaskClient, ngozi: Person, person: MakePerson
) -> None:
    zoe = person("Zoë  Ng", "zoe@example.org")
    other = events.Course(id="safe", title="Safe", programme_id="managing", programme_title="Managing")
    holding.tell(happened(events.Registered, ngozi.uuid))
    holding.tell(
        happened(events.PageExperienced, zoe.uuid, page_id="p", page_title="P", section_id="s", section_title="S")
    )
    holding.tell(happened(events.Initialized, zoe.uuid, course=other))
    first, second, third = reversed(shown(admin))
    for typed in ("ngozi@example.org", " NGOZI@example.org ", "ngozi  ADEYEMI", str(ngozi.uuid)):
        assert shown(admin, person=typed) == [first]
    assert shown(admin, person="zoë ng") == shown(admin, person="ZOË NG") == [third, second]
    assert shown(admin, verb=v.INITIALIZED.id) == [third]
    root = f"{holding.home}/xapi/activities/managing"
    assert shown(admin, activity=f"{root}/notice") == [second, first]
    assert shown(admin, activity=root) == [third, second, first]
    assert shown(admin, activity=f"{root}/notice", person="zoë ng") == [second]
    assert shown(admin, verb=v.FAILED.id) == []
    assert "none that fit" in admin.get(f"{PAGE}?verb={v.FAILED.id}").text
    # What is asked for stays in the form, and the address is that of a bookmark.
    page = admin.get(f"{PAGE}?person=zo%C3%AB+ng&verb={v.INITIALIZED.id}&since=2026-01-02").text
    assert 'value="zoë ng"' in page
    assert f'selected value="{v.INITIALIZED.id}"' in page
    assert 'value="2026-01-02"' in page


def test_a_day_is_that_of_the_clock_on_the_wall(app: Flask, admin: FlaskClient, host: Callable[..., Speaking]) -> None:
    asked = host(answer(200, {"statements": []})).asked
    use(app, app.config["CARES"].lrs_endpoint, time_zone="Pacific/Auckland")
    admin.get(f"{PAGE}?since=2026-11-23&until=2026-11-23")
    # Thirteen hours before Greenwich in November; `since` means later than, `until` not later than.
    assert "since=2026-11-22T10%3A59%3A59.999999Z" in asked[0]
    assert "until=2026-11-23T10%3A59%3A59.999999Z" in asked[0]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"person": "Nobody Known"}, forms.NOBODY),
        ({"person": "nobody@example.org"}, forms.NOBODY),
        ({"person": "Sam Hill"}, forms.SEVERAL),
        ({"person": "x" * 300}, "too long"),
        ({"activity": "notice"}, "no whole address"),
        ({"activity": "https://e.org/<b>"}, "no whole address"),
        ({"verb": "http://example.org/verbs/jumped"}, "Not a valid choice"),
        ({"since": "yesterday"}, "Not a valid date"),
        ({"since": "0001-01-01"}, "from 2000 on"),
        ({"until": "9999-12-31"}, "from 2000 on"),
        ({"since": "2026-11-24", "until": "2026-11-23"}, "before the first one"),
    ],
)
def test_what_cannot_be_asked_for_is_said_beside_it(
    holding: Holding, admin: FlaskClient, person: MakePerson, asked: dict[str, str], says: str
) -> None:
    person("Sam Hill")
    person("Sam Hill")
    answer = admin.get(f"{PAGE}?{urlencode(asked)}")
    assert answer.status_code == 422
    assert says in answer.text
    for name, typed in asked.items():
        assert name == "verb" or html.escape(typed) in answer.text, "what was typed stays"


def test_pages_go_on_and_back_without_a_gap(holding: Holding, admin: FlaskClient) -> None:
    count = 2 * asking.SHOWN + 3
    made = [of_another(object={"id": f"http://example.org/things/{number}"}) for number in range(count)]
    holding.keep(*made[:40])
    holding.keep(*made[40:])
    pages, path = [], PAGE
    while path:
        page = admin.get(path).text
        pages.append(sentences(page))
        path = link(page, "Older") or ""
    assert [len(one) for one in pages] == [25, 25, 3]
    numbers = [int(row.rpartition("/")[2]) for one in pages for row in one]
    assert numbers == list(range(count - 1, -1, -1))
    back = admin.get(link(page, "Newer") or "").text
    assert sentences(back) == pages[1]
    top = admin.get(link(back, "Newer") or "").text
    assert sentences(top) == pages[0]
    assert link(top, "Newer") is None


def test_paging_keeps_what_is_asked_for(holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    for _ in range(9):
        holding.tell(tried(ngozi.uuid))
        holding.keep(of_another())
    page = admin.get(f"{PAGE}?person=ngozi@example.org").text
    older = admin.get(link(page, "Older") or "").text
    assert len(sentences(page)) == 25
    assert len(sentences(older)) == 2
    assert all(row.startswith("Ngozi") for row in sentences(page) + sentences(older))


def test_the_place_may_be_taken_back_meanwhile(holding: Holding, admin: FlaskClient) -> None:
    holding.keep(*[of_another(object={"id": f"http://example.org/things/{number}"}) for number in range(30)])
    page = admin.get(PAGE).text
    last = holding.ids[5]
    holding.keep(voided(holding.home, uuid.UUID(last), dt.datetime.now(dt.UTC)))
    older = sentences(admin.get(link(page, "Older") or "").text)
    assert [int(row.rpartition("/")[2]) for row in older] == [4, 3, 2, 1, 0]


def same_moment(count: int) -> list[Json]:
    at = "2026-11-23T12:00:00.000Z"
    return [
        of_another(object={"id": f"http://example.org/things/{number}"}, stored=at, timestamp=at)
        for number in range(count)
    ]


def test_many_stored_at_one_moment_are_all_shown(admin: FlaskClient, host: Callable[..., Speaking]) -> None:
    """Some stores give a whole batch the same moment, so that no moment says where it went on."""
    made = same_moment(60)
    host(answer(200, {"statements": made, "more": ""}))
    seen, path = [], PAGE
    while path:
        page = admin.get(path).text
        seen += sentences(page)
        path = link(page, "Older") or ""
    assert [int(row.rpartition("/")[2]) for row in seen] == list(range(60))


def test_a_moment_without_end_is_said(admin: FlaskClient, host: Callable[..., Speaking]) -> None:
    host(answer(200, {"statements": same_moment(30), "more": "/xapi/statements?again"}))
    page = admin.get(f"{PAGE}?older=2026-11-23T12:00:00Z,{uuid.uuid4()}").text
    assert "of the same moment" in page


@pytest.mark.parametrize(
    "place", ["", ",", "yesterday,x", "http://169.254.169.254/", f"2026-11-23T12:00:00Z,{'x' * 36}"]
)
def test_a_place_that_is_none_is_the_beginning(admin: FlaskClient, host: Callable[..., Speaking], place: str) -> None:
    asked = host(answer(200, {"statements": []})).asked
    for name in ("older", "newer"):
        assert admin.get(f"{PAGE}?{urlencode({name: place})}").status_code == 200
    assert asked == ["GET /xapi/statements?limit=50 HTTP/1.1"] * 2


def test_one_statement_in_every_detail(holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    *_, passed = holding.tell(tried(ngozi.uuid))
    page = admin.get(f"{PAGE}/{passed}").text
    assert "Ngozi Adeyemi passed <em>Notice</em> (module) with 80%" in page
    assert f"<code>{ngozi.uuid} at {holding.home}</code>" in page
    assert "8 of 10 (80%)" in page
    assert "<dd>1 min 1 s</dd>" in page
    assert "<dt>Taken back</dt><dd>no</dd>" in page
    assert "no: another program wrote it" in page
    assert re.search(r"<pre [^>]*tabindex=\"0\"[^>]*><code>{\n  &#34;", page)
    assert "&#34;scaled&#34;: 0.8" in page
    assert f"{PAGE}?person={ngozi.uuid}" in page


def test_what_was_taken_back_says_so_and_can_be_read(holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    (passed,) = holding.tell(happened(events.Initialized, ngozi.uuid))
    taking = voided(holding.home, uuid.UUID(passed), dt.datetime.now(dt.UTC))
    holding.keep(taking)
    assert shown(admin) == [f"The system took back statement {passed}"]
    assert f"{PAGE}/{passed}" in admin.get(f"{PAGE}/{taking['id']}").text
    page = admin.get(f"{PAGE}/{passed}").text
    assert "It was taken back." in page
    assert "Ngozi Adeyemi started <em>Notice</em> (module)" in page


def test_how_it_stands_here_is_told_too(app: Flask, holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    with app.app_context():
        with transaction() as session:
            record(session, happened(events.Initialized, ngozi.uuid))
        kept = db.session.scalars(select(Statement)).one()
    page = admin.get(f"{PAGE}/{kept.uuid}").text
    assert "The store does not hold it." in page
    assert "waits to be sent since" in page
    assert "Ngozi Adeyemi started" in page
    holding.keep(json.loads(kept.body))
    for delivery, says in ((Delivery.PARKED, "refused by the store"), (Delivery.DELIVERED, "delivered on")):
        with app.app_context(), transaction() as session:
            row = session.get_one(Statement, kept.id)
            row.delivery, row.delivered_at, row.answer = delivery, dt.datetime.now(dt.UTC), "<b>no</b>"
        page = admin.get(f"{PAGE}/{kept.uuid}").text
        assert says in page
        assert "<b>no</b>" not in page


def test_what_nobody_holds_is_not_there(holding: Holding, admin: FlaskClient) -> None:
    assert admin.get(f"{PAGE}/{uuid.uuid4()}").status_code == 404
    assert admin.get(f"{PAGE}/nonsense").status_code == 404


def test_each_look_at_others_is_written_down(
    session: Session, holding: Holding, admin: FlaskClient, ida: Person, ngozi: Person
) -> None:
    (own,) = holding.tell(happened(events.Initialized, ida.uuid))
    admin.get(PAGE)
    admin.get(f"{PAGE}?person={ida.email}")
    admin.get(f"{PAGE}/{own}")
    admin.get(f"{PAGE}?person=nobody")
    assert log(session) == []
    (hers,) = holding.tell(happened(events.Initialized, ngozi.uuid))
    admin.get(PAGE)
    admin.get(f"{PAGE}?person=ngozi@example.org")
    admin.get(f"{PAGE}/{hers}")
    found = log(session)
    assert {(one.action, one.actor_uuid, one.actor_was) for one in found} == {(Action.LOOKED, ida.uuid, "admin")}
    assert [(one.about, one.facts) for one in found] == [
        (None, {"at": "statements", "people": 1}),
        (ngozi.uuid, {"at": "statements"}),
        (ngozi.uuid, {"at": "statement", "statement": hers}),
    ]
    assert "Looked at" in admin.get("/audit").text


def test_who_was_erased_has_no_name_any_more(app: Flask, holding: Holding, admin: FlaskClient, ngozi: Person) -> None:
    holding.tell(happened(events.Initialized, ngozi.uuid))
    with app.app_context(), transaction() as session:
        accounts.become_nobody(session, session.get_one(Person, ngozi.id), dt.datetime.now(dt.UTC))
    assert shown(admin) == ["Somebody who was erased started Notice (module)"]
    assert shown(admin, person=str(ngozi.uuid)) == ["Somebody who was erased started Notice (module)"]
    assert admin.get(f"{PAGE}?person=Erased+person").status_code == 422


@pytest.mark.parametrize("name", UNTOLD)
def test_a_store_that_tells_nothing_is_said_in_words(
    session: Session, admin: FlaskClient, host: Callable[..., Speaking], ngozi: Person, name: str
) -> None:
    host(UNTOLD[name])
    began = time.monotonic()
    page = admin.get(f"{PAGE}?person=ngozi@example.org")
    assert time.monotonic() - began < 5
    assert page.status_code == 200
    assert 'class="alert alert-danger"' in page.text
    assert "The Learning Record Store" in page.text
    assert "<script>alert" not in page.text
    assert "169.254" not in "".join(re.findall(r"href=\"[^\"]*\"", page.text))
    assert log(session) == [], "nothing was seen"
    single = admin.get(f"{PAGE}/{uuid.uuid4()}")
    assert single.status_code in (200, 404)


def test_a_store_that_is_not_there_is_said_in_words(app: Flask, admin: FlaskClient) -> None:
    use(app, "http://127.0.0.1:9/xapi")
    for path in (PAGE, f"{PAGE}/{uuid.uuid4()}"):
        page = admin.get(path)
        assert page.status_code == 200
        assert "gave no answer that can be read" in page.text
        assert "lms doctor" in page.text


def test_credentials_that_cannot_be_read_are_said_in_words(app: Flask, settings: Settings, admin: FlaskClient) -> None:
    keys = settings.instance / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    (keys / "lrs-client").write_text("[]")
    page = admin.get(PAGE)
    assert page.status_code == 200
    assert "credentials" in page.text


def test_of_a_redirect_nothing_is_followed(admin: FlaskClient, host: Callable[..., Speaking]) -> None:
    asked = host(answer(302, b"", Location="/secrets")).asked
    admin.get(PAGE)
    assert len(asked) == 1


HOSTILE: list[Any] = [
    {},
    None,
    5,
    "text",
    of_another(actor={"account": {"homePage": "http://127.0.0.1:8000", "name": "<script>alert(1)</script>"}}),
    of_another(verb={"id": "http://e.org/v", "display": {"en": "<script>alert(1)</script>" * 9000}}),
    of_another(object={"id": "http://e.org/o", "definition": {"name": {"en": "x" * 2_000_000}}}),
    of_another(
        object={"objectType": "SubStatement", "actor": {}, "verb": {}, "object": {"objectType": "SubStatement"}}
    ),
    of_another(actor={"objectType": "Group", "member": [{"mbox": "mailto:a@b.org"}] * 5000}),
    of_another(context={"contextActivities": [], "instructor": 5, "contextAgents": [{"objectType": "contextAgent"}]}),
    of_another(id="../../etc", stored="0001-01-01T00:00:00Z", timestamp="9999-12-31T23:59:59.999999Z"),
    of_another(result={"score": {"scaled": float("nan"), "raw": 10**400}, "duration": "P", "response": "\ud800\u202e"}),
]


def test_hostile_statements_are_shown_escaped_and_cut(
    admin: FlaskClient, host: Callable[..., Speaking], ngozi: Person
) -> None:
    host(answer(200, {"statements": HOSTILE, "more": ""}))
    page = admin.get(PAGE)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert len(page.data) < 60_000
    assert "\u202e" not in page.text
    for one in HOSTILE:
        if isinstance(one, dict):
            host(answer(200, one))
            single = admin.get(f"{PAGE}/{uuid.uuid4()}")
            assert single.status_code == 200
            assert "<script>alert" not in single.text
            assert "\u202e" not in single.text
            assert len(single.data) < 1_000_000


def test_whatever_a_store_gives_is_a_page(
    app: Flask, admin: FlaskClient, host: Callable[..., Speaking], database_is_sqlite: None
) -> None:
    @hypothesis_settings(max_examples=40)
    @given(STATEMENTS)
    def look(statement: Json) -> None:
        host(answer(200, {"statements": [statement], "more": ""}))
        assert admin.get(PAGE).status_code == 200
        host(answer(200, statement))
        assert admin.get(f"{PAGE}/{uuid.uuid4()}").status_code == 200

    look()


@pytest.fixture
def database_is_sqlite(settings: Settings) -> None:
    if not settings.database.startswith("sqlite"):
        pytest.skip("once is enough: nothing of it comes near the database")


def test_nobody_else_comes_in(app: Flask, person: MakePerson, sign_in: Callable[..., FlaskClient]) -> None:
    for role in (Role.TRAINER, Role.SITE_LEAD, Role.PROGRAMME_LEAD):
        browser = sign_in(app.test_client(), person("Rae Holm", roles=[role]))
        assert browser.get(PAGE).status_code == 403
        assert browser.get(f"{PAGE}/{uuid.uuid4()}").status_code == 403
    assert app.test_client().get(PAGE).status_code == 303
