"""Setting, changing and forgetting a password, and the mails for it."""

from __future__ import annotations

import datetime as dt
import email
import re
import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import config
from lms.accounts import service
from lms.accounts.models import Membership, PasswordLink, Person
from lms.accounts.tokens import fingerprint
from lms.db import Base, writing
from lms.mail import PostOffice

OLD, NEW = "kettle-lamp-river", "four trolleys by noon"


@pytest.fixture
def zoe(person: Callable[..., Person]) -> Person:
    return person("Zoë Ng", "zoe@example.org", OLD)


@pytest.fixture
def mails(app: Flask, settings: config.Settings) -> Callable[[], list[Message]]:
    """The mails written so far."""

    def read() -> list[Message]:
        post: PostOffice = app.extensions["mail"]
        post.settle()
        return [email.message_from_bytes(path.read_bytes()) for path in sorted(settings.instance.glob("mail/*.eml"))]

    return read


def ask(client: Any, address: str = "zoe@example.org") -> Any:
    return client.submit("/forgotten-password", {"email": address})


def path_in(mail: Message) -> str:
    found = re.search(r"^http://127\.0\.0\.1:8000(/password/[\w-]{43})$", str(mail.get_payload()), re.MULTILINE)
    assert found
    return found.group(1)


def can_sign_in(app: Flask, password: str) -> bool:
    data = {"email": "zoe@example.org", "password": password}
    return bool(app.test_client().submit("/sign-in", data).status_code == 303)  # type: ignore[attr-defined]


def test_a_forgotten_password_is_set_anew(
    app: Flask, client: Any, zoe: Person, sign_in: Callable[..., Any], mails: Callable[[], list[Message]]
) -> None:
    elsewhere = sign_in(app.test_client(), zoe)
    assert "a link is on its way" in ask(client, "ZOE@example.org").text
    path = path_in(mails()[0])
    for _ in range(2):  # a mail filter may look first
        assert "Zoë Ng" in client.get(path).text
    assert client.submit(path, {"new_password": NEW}).location == "/"
    assert "Your new password is set" in client.get("/account").text
    assert elsewhere.get("/account").status_code == 303
    assert client.get(path).status_code == 410
    assert client.submit(path, {"new_password": "lift seven again"}).status_code == 410
    assert can_sign_in(app, NEW)
    assert not can_sign_in(app, OLD)


def test_the_mail_says_what_it_is(client: Any, zoe: Person, mails: Callable[[], list[Message]]) -> None:
    ask(client)
    (mail,) = mails()
    assert mail["Subject"] == "Set your password for Cares"
    assert email.utils.parseaddr(str(email.header.make_header(email.header.decode_header(mail["To"])))) == (
        "Zoë Ng",
        "zoe@example.org",
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] and mail["Message-ID"]


def test_mails_are_kept_for_their_owner_alone(
    client: Any, zoe: Person, mails: Callable[[], list[Message]], settings: config.Settings
) -> None:
    ask(client)
    assert mails()
    assert (settings.instance / "mail").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in settings.instance.glob("mail/*")] == [0o600]


def test_the_answer_is_the_same_for_known_and_unknown(
    client: Any, zoe: Person, person: Callable[..., Person], mails: Callable[[], list[Message]], session: Session
) -> None:
    person(email="gone@example.org", password=OLD)
    with writing(session):
        session.execute(update(Person).filter_by(email="gone@example.org").values(is_active=False))
    answers = [ask(client, address) for address in ("zoe@example.org", "who@example.org", "gone@example.org")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert [mail["To"].endswith("<zoe@example.org>") for mail in mails()] == [True]


def test_the_answer_takes_as_long_for_known_and_unknown(
    client: Any, zoe: Person, mails: Callable[[], list[Message]], session: Session
) -> None:
    spans: dict[str, list[float]] = {"zoe@example.org": [], "who@example.org": []}
    for _ in range(15):
        for address, taken in spans.items():
            token = client.csrf_token()
            start = time.perf_counter()
            client.post("/forgotten-password", data={"email": address, "csrf_token": token})
            taken.append(time.perf_counter() - start)
            mails()
            with writing(session):
                session.execute(Base.metadata.tables["tries"].delete())
    known, unknown = (median(taken) for taken in spans.values())
    assert 0.5 < known / unknown < 2


def test_what_is_no_address_is_told(client: Any) -> None:
    answer = ask(client, "zoe at example")
    assert answer.status_code == 422
    assert "This is not an e-mail address" in answer.text
    assert 'value="zoe at example"' in answer.text


def test_a_link_ends_after_a_day(client: Any, zoe: Person, mails: Callable[[], list[Message]]) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        ask(client)
        path = path_in(mails()[0])
        clock.shift(dt.timedelta(hours=24, seconds=-1))
        assert client.get(path).status_code == 200
        clock.shift(dt.timedelta(seconds=1))
        assert client.get(path).status_code == 410
        assert client.submit(path, {"new_password": NEW}).status_code == 410


def test_the_token_is_not_in_the_database(
    client: Any, zoe: Person, mails: Callable[[], list[Message]], session: Session
) -> None:
    ask(client)
    token = path_in(mails()[0]).rpartition("/")[2]
    assert session.scalar(select(PasswordLink.token_hash)) == fingerprint(token)
    for table in Base.metadata.sorted_tables:
        assert token not in str(session.execute(select(table)).all())


def test_the_address_in_a_mail_is_never_the_one_that_was_asked_at(
    client: Any, zoe: Person, mails: Callable[[], list[Message]]
) -> None:
    token = client.csrf_token()
    data = {"email": "zoe@example.org", "csrf_token": token}
    assert client.post("/forgotten-password", data=data, headers={"Host": "evil.example"}).status_code == 400
    client.post("/forgotten-password", data=data, headers={"X-Forwarded-Host": "evil.example"})
    (mail,) = mails()
    assert "evil" not in mail.as_string()


def test_nobody_can_be_flooded_with_mails(client: Any, zoe: Person, mails: Callable[[], list[Message]]) -> None:
    answers = [ask(client) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert len(mails()) == 5


def test_who_is_locked_out_comes_in_by_a_link(
    app: Flask, client: Any, zoe: Person, mails: Callable[[], list[Message]]
) -> None:
    for _ in range(11):
        client.submit("/sign-in", {"email": "zoe@example.org", "password": "wrong"})
    assert not can_sign_in(app, OLD)
    ask(client)
    assert client.submit(path_in(mails()[0]), {"new_password": NEW}).status_code == 303
    assert can_sign_in(app, NEW)


def test_a_poor_password_is_refused_with_the_reason(app: Flask, client: Any, zoe: Person, session: Session) -> None:
    with writing(session):
        token = service.make_link(session, zoe.id, dt.datetime.now(dt.UTC))
    for password in ("", "short", "password1234", "zoe@example.org"):
        answer = client.submit(f"/password/{token}", {"new_password": password})
        assert answer.status_code == 422
        assert "Please" in answer.text
    assert client.get(f"/password/{token}").status_code == 200, "the link still works"
    assert can_sign_in(app, OLD)


def test_a_password_is_changed(app: Flask, client: Any, zoe: Person, sign_in: Callable[..., Any]) -> None:
    elsewhere = sign_in(app.test_client(), zoe)
    before = sign_in(client, zoe).get_cookie("cares").value
    answer = client.submit("/account/password", {"current_password": OLD, "new_password": NEW})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get_cookie("cares").value != before
    page = client.get("/account").text
    assert "Your password is changed" in page
    assert page.count("(this one)") == 1
    assert elsewhere.get("/account").status_code == 303
    assert can_sign_in(app, NEW)


def test_changing_needs_the_current_password(app: Flask, client: Any, zoe: Person, sign_in: Callable[..., Any]) -> None:
    sign_in(client, zoe)
    codes = []
    for _ in range(11):
        answer = client.submit("/account/password", {"current_password": "wrong", "new_password": NEW})
        codes.append(answer.status_code)
    assert codes == [422] * 10 + [429]
    assert "too many tries" in answer.text
    assert NEW not in answer.text


def test_all_sign_ins_are_shown_to_their_owner_alone(
    app: Flask, client: Any, zoe: Person, person: Callable[..., Person], sign_in: Callable[..., Any]
) -> None:
    other = sign_in(app.test_client(), person(email="max@example.org", password=OLD))
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1"
    client.submit("/sign-in", {"email": "zoe@example.org", "password": OLD}, headers={"User-Agent": agent})
    assert "Safari on iPhone (this one)" in " ".join(client.get("/account").text.split())
    assert "Safari" not in other.get("/account").text


def test_what_a_form_does_not_ask_is_ignored(
    client: Any, zoe: Person, sign_in: Callable[..., Any], session: Session
) -> None:
    sign_in(client, zoe)
    more = {"role": "admin", "roles": "admin", "is_active": "", "id": "7", "email": "x@example.org", "owner": "7"}
    assert client.submit("/account/password", {"current_password": OLD, "new_password": NEW, **more}).status_code == 303
    row = session.execute(select(Person.id, Person.email, Person.is_active)).one()
    assert tuple(row) == (zoe.id, "zoe@example.org", True)
    assert session.scalar(select(Membership.id)) is None


def test_a_data_key_is_made_once_and_wrapped(session: Session, zoe: Person) -> None:
    with writing(session):
        key = service.data_key(session, zoe)
    assert service.data_key(session, zoe) == key
    kept = session.scalar(select(Person.data_key))
    assert kept and key not in kept and key.hex().encode() not in kept


def test_two_people_have_two_keys(session: Session, zoe: Person, person: Callable[..., Person]) -> None:
    other = person()
    with writing(session):
        assert service.data_key(session, zoe) != service.data_key(session, other)


def test_a_lost_reset_mail_is_logged_without_the_address(
    app: Flask, client: Any, zoe: Person, settings: config.Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (settings.instance / "mail").write_text("a file where the folder should be")
    assert ask(client).status_code == 200
    app.extensions["mail"].settle()
    assert f"mail accounts/mail/reset.txt for person {zoe.id} was not sent" in caplog.text
    assert "zoe@example.org" not in caplog.text
