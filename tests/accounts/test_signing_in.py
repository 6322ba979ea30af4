"""Signing in and out, as people do it in a browser."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask, flash, render_template_string
from flask.testing import FlaskClient
from flask_login import current_user, user_logged_out
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from lms import config
from lms.accounts import access, service
from lms.accounts.models import Person, Role, SignIn
from lms.accounts.tokens import fingerprint
from lms.app import create_app
from lms.db import Base, db, writing

MakePerson = Callable[..., Person]
Enter = Callable[..., FlaskClient]

PASSWORD = "kettle-lamp-river"
NO_MATCH = "do not go together"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def room(app: Flask) -> None:
    """A page behind the sign-in."""

    @access.signed_in
    def room() -> str:
        return "the room"

    app.add_url_rule("/room", view_func=room, methods=["GET", "POST"])


@pytest.fixture
def zoe(person: MakePerson) -> Person:
    return person("Zoë Ng", "zoe@example.org", PASSWORD)


def enter(client: Any, email: str = "zoe@example.org", password: str = PASSWORD, **kwargs: Any) -> Any:
    return client.submit("/sign-in", {"email": email, "password": password}, **kwargs)


def is_in(client: FlaskClient) -> bool:
    return client.get("/room").status_code == 200


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("cares")
    return found.value if found else ""


def test_a_person_signs_in_and_out(client: FlaskClient, zoe: Person) -> None:
    answer = enter(client, " ZOE@example.org ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)
    assert client.submit("/sign-out").location == "/sign-in"
    assert not is_in(client)


def test_one_comes_back_to_where_one_was_going(client: FlaskClient, zoe: Person) -> None:
    page = client.get("/room?x=1", follow_redirects=True)
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    answer = client.submit(action.group(1), {"email": "zoe@example.org", "password": PASSWORD})
    assert answer.location == "/room?x=1"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_one_is_never_sent_elsewhere(client: FlaskClient, zoe: Person, target: str) -> None:
    answer = client.submit(
        "/sign-in", {"email": "zoe@example.org", "password": PASSWORD}, query_string={"next": target}
    )
    assert answer.location == "/"


def test_the_answer_is_the_same_for_whoever_cannot_come_in(
    client: FlaskClient, zoe: Person, person: MakePerson
) -> None:
    person("No Password", "new@example.org")
    gone = person("Gone", "gone@example.org", PASSWORD)
    with client.application.app_context(), writing(db.session) as session:
        service.set_active(session, session.merge(gone), False, dt.datetime.now(dt.UTC))
    pages = set()
    for email, password in [
        ("zoe@example.org", "wrong"),
        ("who@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
    ]:
        answer = enter(client, email, password)
        assert answer.status_code == 422
        assert f'value="{email}"' in answer.text
        pages.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(pages) == 1
    assert NO_MATCH in pages.pop()


def test_the_answer_takes_as_long_for_known_and_unknown(client: FlaskClient, zoe: Person) -> None:
    spans: dict[str, list[float]] = {"zoe@example.org": [], "who@example.org": []}
    enter(client, "warm@example.org", "wrong")
    for _ in range(9):
        for email, taken in spans.items():
            token = client.csrf_token()  # type: ignore[attr-defined]
            start = time.perf_counter()
            client.post("/sign-in", data={"email": email, "password": "wrong", "csrf_token": token})
            taken.append(time.perf_counter() - start)
    known, unknown = (median(taken) for taken in spans.values())
    assert 0.6 < known / unknown < 1.7


@pytest.mark.parametrize("missing", ["email", "password"])
def test_what_is_missing_is_told(client: FlaskClient, missing: str) -> None:
    given = {"email": "zoe@example.org", "password": PASSWORD, missing: ""}
    answer = client.submit("/sign-in", given)  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert "Please give your" in answer.text


def test_a_sign_in_gets_a_new_key_and_the_old_one_is_worthless(
    client: FlaskClient, zoe: Person, session: Session
) -> None:
    client.set_cookie("cares", "A" * 43)  # chosen by someone else
    enter(client)
    first = cookie(client)
    assert first != "A" * 43
    enter(client)
    assert cookie(client) != first
    assert session.scalars(select(SignIn.token_hash)).all() == [fingerprint(cookie(client))]


def test_the_key_itself_is_not_in_the_database(client: FlaskClient, zoe: Person, session: Session) -> None:
    enter(client)
    for table in Base.metadata.sorted_tables:
        assert cookie(client) not in str(session.execute(select(table)).all())


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, client: FlaskClient, zoe: Person) -> None:
    enter(client)
    thief = app.test_client()
    thief.set_cookie("cares", cookie(client))
    assert is_in(thief)
    client.submit("/sign-out")  # type: ignore[attr-defined]
    assert not is_in(thief)


@pytest.mark.parametrize("change", ["password", "role", "lost role", "status", "everywhere"])
def test_a_change_signs_out_on_every_device(
    app: Flask, zoe: Person, sign_in: Enter, change: str, session: Session
) -> None:
    with writing(session):
        who = session.merge(zoe)
        service.join(session, who, None, Role.TRAINER)
    phone, desk = sign_in(app.test_client(), zoe), sign_in(app.test_client(), zoe)
    if change == "everywhere":
        desk.submit("/account/sign-out-everywhere")  # type: ignore[attr-defined]
    with writing(session):
        if change == "password":
            service.set_password(session, who, "another")
        elif change == "role":
            service.join(session, who, None, Role.ADMIN)
        elif change == "lost role":
            service.take_role(session, who, None, Role.TRAINER)
        elif change == "status":
            service.set_active(session, who, False, dt.datetime.now(dt.UTC))
    assert not is_in(phone)
    assert not is_in(desk)


def test_a_disabled_person_is_out_even_with_a_sign_in(client: FlaskClient, zoe: Person, session: Session) -> None:
    enter(client)
    with writing(session):
        session.execute(update(Person).values(is_active=False))
    assert not is_in(client)


def test_a_sign_in_ends_after_silence(client: FlaskClient, zoe: Person, settings: config.Settings) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        enter(client)
        for _ in range(3):
            clock.shift(dt.timedelta(minutes=settings.session_idle_minutes - 6))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=settings.session_idle_minutes + 1))
        assert not is_in(client)
        clock.shift(-dt.timedelta(days=1))
        assert is_in(client), "a clock set back must not break anything"


def test_a_sign_in_ends_in_any_case(client: FlaskClient, zoe: Person, settings: config.Settings) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        enter(client)
        for _ in range(settings.session_hours):
            assert is_in(client)
            clock.shift(dt.timedelta(hours=1))
        clock.shift(dt.timedelta(seconds=1))
        assert not is_in(client)


def seen_at(session: Session) -> dt.datetime | None:
    session.rollback()
    return session.scalar(select(SignIn.seen_at))


def test_a_sign_of_life_is_written_at_most_every_five_minutes(
    client: FlaskClient, zoe: Person, session: Session
) -> None:
    eight = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    with time_machine.travel(eight, tick=False) as clock:
        enter(client)
        for minutes, written in [(4, 0), (5, 5), (9, 5), (10, 10)]:
            clock.move_to(eight + minutes * MINUTE)
            assert is_in(client)
            assert seen_at(session) == eight + written * MINUTE


def test_a_sign_of_life_that_cannot_be_written_hinders_nobody(
    client: FlaskClient, zoe: Person, session: Session
) -> None:
    eight = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    with time_machine.travel(eight, tick=False) as clock:
        enter(client)
        refuse_updates_of_sign_ins(session)
        clock.shift(6 * MINUTE)
        assert is_in(client)
        assert seen_at(session) == eight


def refuse_updates_of_sign_ins(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        steps = ["CREATE TRIGGER no BEFORE UPDATE ON sign_in BEGIN SELECT RAISE(ABORT, 'disk full'); END"]
    else:
        steps = [
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$",
            "CREATE TRIGGER no BEFORE UPDATE ON sign_in FOR EACH ROW EXECUTE FUNCTION no()",
        ]
    with writing(session):
        for step in steps:
            session.execute(text(step))


def test_the_cookies_cannot_be_read_by_scripts_or_sent_by_others(client: FlaskClient, zoe: Person) -> None:
    for header in enter(client).headers.getlist("Set-Cookie"):
        assert "HttpOnly" in header and "SameSite=Lax" in header and "Path=/" in header
        assert "Domain" not in header


def test_with_https_the_cookies_are_bound_to_it(settings: config.Settings, person: MakePerson, zoe: Person) -> None:
    secure = create_app(settings.model_copy(update={"public_url": "https://cares.example"}))
    there = {"base_url": "https://cares.example"}
    client = secure.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in", **there).text)
    assert token
    data = {"email": "zoe@example.org", "password": PASSWORD, "csrf_token": token.group(1)}
    cookies = client.post("/sign-in", data=data, **there).headers.getlist("Set-Cookie")
    assert any(one.startswith("__Host-cares=") for one in cookies)
    for one in cookies:
        assert one.startswith("__Host-") and "Secure" in one and "Path=/" in one and "Domain" not in one
    with secure.app_context():
        db.engine.dispose()


def test_another_host_is_refused(client: FlaskClient, settings: config.Settings) -> None:
    for host in ("evil.example", "localhost.evil.example", "evil.example:8000", "localhost@evil.example"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 400
    for host in ("localhost", "localhost:8000", "127.0.0.1:8000"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-out", "/account/password", "/account/sign-out-everywhere", "/room"])
def test_nothing_is_done_without_a_token_of_ones_own(
    app: Flask, client: FlaskClient, zoe: Person, person: MakePerson, sign_in: Enter, path: str
) -> None:
    sign_in(client, zoe)
    data = {"current_password": PASSWORD, "new_password": "lift seven again"}
    others = sign_in(app.test_client(), person()).csrf_token()  # type: ignore[attr-defined]
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "wrong"}, {"csrf_token": others}):
        assert client.post(path, data=data | token).status_code == 400
        assert is_in(client)


def test_signing_in_needs_a_token_too(app: Flask, client: FlaskClient, zoe: Person) -> None:
    for token in (None, "", "wrong", app.test_client().csrf_token()):  # type: ignore[attr-defined]
        answer = client.post(
            "/sign-in", data={"email": "zoe@example.org", "password": PASSWORD, "csrf_token": token or ""}
        )
        assert answer.status_code == 422
        assert "open for a long time" in answer.text
        assert 'value="zoe@example.org"' in answer.text
    assert not is_in(client)


def test_a_page_view_writes_nothing_and_sets_no_cookie(
    client: FlaskClient, zoe: Person, sign_in: Enter, session: Session
) -> None:
    sign_in(client, zoe)
    answer = client.get("/account")
    assert "csrf_token" in answer.text
    assert not answer.headers.getlist("Set-Cookie")


def test_one_query_finds_who_came(app: Flask, client: FlaskClient, zoe: Person, sign_in: Enter) -> None:
    queries: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
    sign_in(client, zoe)
    queries.clear()
    client.get("/room")
    assert len([query for query in queries if query.startswith("SELECT")]) == 1
    queries.clear()
    app.test_client().get("/sign-in")
    assert not queries


def test_an_error_page_knows_who_is_there_even_after_a_rollback(
    app: Flask, client: FlaskClient, zoe: Person, sign_in: Enter
) -> None:
    @access.signed_in
    def broken() -> str:
        db.session.rollback()
        db.session.expire_all()
        return render_template_string("{{ current_user.name }} {{ current_user.roles|length }}", who=current_user)

    app.add_url_rule("/broken", view_func=broken)
    assert sign_in(client, zoe).get("/broken").text == "Zoë Ng 0"


@pytest.mark.filterwarnings("ignore:The .* cookie is too large")
def test_hostile_cookies_are_nobodys(client: FlaskClient, zoe: Person) -> None:
    for value in ("", "x", "A" * 43, "A" * 5000, "é" * 43, "'; DROP TABLE sign_in; --"):
        client.set_cookie("cares", value)
        client.set_cookie("cares-visit", value)
        client.set_cookie("remember_token", f"{zoe.uuid}|{'0' * 128}")
        assert client.get("/room").status_code == 303


@pytest.mark.parametrize("hostile", ["x" * 10_000, "\u202e🙂@é", "%00", "' OR 1=1 --", "{{ 7*7 }}"])
def test_hostile_text_is_only_text(client: Any, zoe: Person, sign_in: Enter, hostile: str) -> None:
    assert client.submit("/sign-in", {"email": hostile, "password": PASSWORD}).status_code == 422
    assert client.submit("/sign-in", {"email": "zoe@example.org", "password": hostile}).status_code == 422
    assert client.submit("/forgotten-password", {"email": hostile}).status_code == 422
    assert client.get("/password/" + quote(hostile)).status_code in (404, 410)
    assert client.get("/sign-in", query_string={"next": hostile}).status_code == 200
    sign_in(client, zoe)
    data = {"current_password": hostile, "new_password": hostile}
    assert client.submit("/account/password", data).status_code == 422


def test_what_nobody_can_type_is_refused(client: Any, zoe: Person) -> None:
    for field in ("email", "password"):
        data = {"email": "zoe@example.org", "password": PASSWORD}
        data[field] += "\0"
        assert client.submit("/sign-in", data).status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize("raw", [b"email=%ED%A0%80&password=%FF%FE", b"%00=%00", b"&" * 5000, b"a=1&" * 5000])
def test_a_broken_body_is_refused(client: Any, raw: bytes) -> None:
    answer = client.post("/sign-in", data=raw, content_type="application/x-www-form-urlencoded")
    assert 400 <= answer.status_code < 500


def test_a_notice_is_shown_once_and_not_to_the_next_person(app: Flask, client: FlaskClient, zoe: Person) -> None:
    @access.public
    def tell() -> str:
        flash("a notice of before")
        return ""

    app.add_url_rule("/tell", view_func=tell)
    client.get("/tell")
    enter(client)
    assert "a notice of before" not in client.get("/account").text


def test_signing_out_is_told_to_whoever_listens(app: Flask, client: FlaskClient, zoe: Person) -> None:
    told: list[int] = []
    with user_logged_out.connected_to(lambda _, user: told.append(user.id), sender=app):
        enter(client)
        client.submit("/sign-out")  # type: ignore[attr-defined]
    assert told == [zoe.id]


def test_a_hash_of_older_parameters_is_renewed(client: FlaskClient, zoe: Person, session: Session) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with writing(session):
        session.execute(update(Person).values(password_hash=old))
    enter(client)
    assert is_in(client)
    assert "m=19456,t=2,p=1" in (session.scalar(select(Person.password_hash)) or "")


@pytest.mark.parametrize("email", ["zoe@example.org", "who@example.org"])
def test_ten_wrong_passwords_are_the_end_for_a_quarter_of_an_hour(
    settings: config.Settings, client: FlaskClient, zoe: Person, email: str
) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        for _ in range(10):
            assert enter(client, email, "wrong").status_code == 422
            clock.shift(dt.timedelta(seconds=6))
        restarted = create_app(settings)
        restarted.test_client_class = type(client)
        for again in (client, restarted.test_client()):
            answer = enter(again, email, PASSWORD)
            assert answer.status_code == 429
            assert "too many tries. Please try again in 14 minutes" in answer.text
            assert answer.headers["Retry-After"] == "840"
        with restarted.app_context():
            db.engine.dispose()
        clock.shift(dt.timedelta(minutes=14))
        assert enter(client, email, PASSWORD).status_code == (303 if email == "zoe@example.org" else 422)


def test_a_right_password_clears_the_count(client: FlaskClient, zoe: Person) -> None:
    for _ in range(3):
        for _ in range(9):
            assert enter(client, password="wrong").status_code == 422
        assert enter(client).status_code == 303


def test_a_network_address_has_a_limit_of_its_own(client: FlaskClient, zoe: Person) -> None:
    codes = [enter(client, f"one-{number}@example.org", "wrong").status_code for number in range(61)]
    assert codes == [422] * 60 + [429]
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.9"}}
    assert enter(client, **elsewhere).status_code == 303


def test_right_passwords_do_not_use_up_the_address(client: FlaskClient, zoe: Person, session: Session) -> None:
    for _ in range(12):
        assert enter(client).status_code == 303
    assert service.take_try(session, "x@example.org", "127.0.0.1", dt.datetime.now(dt.UTC)) == dt.timedelta()
    times = session.execute(text("SELECT times FROM tries")).scalars().all()
    assert sum(str(one).count(".") for one in times) <= 2


def test_tries_side_by_side_are_all_counted(app: Flask, zoe: Person) -> None:
    def attempt(_: int) -> int:
        return int(enter(app.test_client(), password="wrong").status_code)

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(attempt, range(30)))
    assert sorted(codes) == [422] * 10 + [429] * 20


def test_someone_else_at_the_same_browser_takes_over(client: FlaskClient, zoe: Person, person: MakePerson) -> None:
    person("Max Orr", "max@example.org", PASSWORD)
    enter(client)
    first = cookie(client)
    enter(client, "max@example.org")
    assert "Max Orr" in client.get("/account").text
    client.set_cookie("cares", first)
    assert not is_in(client)


def test_old_sign_ins_are_forgotten(client: FlaskClient, zoe: Person, session: Session) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        enter(client)
        client.delete_cookie("cares")
        clock.shift(dt.timedelta(days=1))
        enter(client)
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_one_time_password_opens_only_the_page_that_sets_another(
    app: Flask, client: FlaskClient, zoe: Person
) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        who = session.get_one(Person, zoe.id)
        service.set_password(session, who, who.password_hash or "", is_temporary=True)
    enter(client)
    assert client.get("/room").location == "/account"
    assert client.submit("/room").location == "/account"
    assert client.get("/room", headers={"X-Requested-With": "fetch"}).status_code == 403
    assert "set your own first" in client.get("/account").text
    own_words = "harbour bread window"
    client.submit("/account/password", {"current_password": PASSWORD, "new_password": own_words, "repeated": own_words})
    assert is_in(client)
