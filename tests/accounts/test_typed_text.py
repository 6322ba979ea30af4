"""What someone typed must survive the end of their sign-in, and be seen by nobody else."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask, request
from werkzeug.test import TestResponse

from lms.accounts import access
from lms.accounts.models import Person

PASSWORD = "kettle-lamp-river"
WRITING = 'The last time I "listened" <b>badly</b> &amp; why:\r\n\r\n  Hamid stopped mid-sentence… 🙂 \u202eabc'

Enter = Callable[..., Any]


@pytest.fixture
def kept(app: Flask) -> list[dict[str, list[str]]]:
    """What a form that carries text has saved."""
    kept: list[dict[str, list[str]]] = []

    @access.signed_in
    @access.carries_text
    def reflect(name: str) -> str:
        kept.append({name: request.form.getlist(name) for name in request.form if name != "csrf_token"})
        return "saved at " + request.full_path

    @access.signed_in
    def tick() -> str:
        kept.append({"tick": []})
        return "ticked"

    app.add_url_rule("/reflect/<path:name>", view_func=reflect, methods=["GET", "POST"])
    app.add_url_rule("/tick", view_func=tick, methods=["POST"])
    return kept


@pytest.fixture
def zoe(person: Callable[..., Person]) -> Person:
    return person("Zoë Ng", "zoe@example.org", PASSWORD)


def fields(page: TestResponse) -> dict[str, list[str]]:
    """The hidden fields of the form on a page, as a browser reads them; the sign-out form has only a token."""
    form = page.text.rpartition("<form")[2]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*?name="([^"]*)"[^>]*?value="([^"]*)"', form):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def action(page: TestResponse) -> str:
    form = page.text.rpartition("<form")[2]
    found = re.search(r'action="([^"]*)"', form)
    assert found
    return html.unescape(found.group(1))


def write_too_late(client: Any, token: str, data: dict[str, Any] | None = None) -> Any:
    given = data or {"text": WRITING, "version": "3", "share": ["a", "b"]}
    return client.post("/reflect/r1/é?from=page 2", data={**given, "csrf_token": token})


def sign_in_on(client: Any, page: TestResponse, email: str = "zoe@example.org", password: str = PASSWORD) -> Any:
    return client.post(action(page), data={**fields(page), "email": email, "password": password})


def test_what_was_typed_is_saved_after_signing_in_again(
    client: Any, zoe: Person, sign_in: Enter, kept: list[Any]
) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC), tick=False) as clock:
        token = sign_in(client, zoe).csrf_token()
        clock.shift(dt.timedelta(hours=13))
        page = write_too_late(client, token)
        assert page.status_code == 401
        assert "You have been signed out to protect your work. Sign in and we will save what you wrote." in page.text
        assert "Hamid" not in page.text
        assert 'href="/forgotten-password" target="_blank"' in page.text  # the parcel stays in this page
        page = sign_in_on(client, page, password="wrong")
        assert page.status_code == 422
        page = sign_in_on(client, page)
        assert page.status_code == 200
        assert "Save what I wrote" in page.text
        assert html.escape("Hamid stopped mid-sentence… 🙂") in page.text
        assert not kept
        answer = client.post(action(page), data=fields(page))
    assert kept == [{"text": [WRITING], "version": ["3"], "share": ["a", "b"]}]
    assert answer.text == "saved at /reflect/r1/é?from=page 2"


@pytest.mark.parametrize("how", ["signed out", "no cookie", "key of nobody"])
def test_it_does_not_matter_how_the_sign_in_ended(
    client: Any, zoe: Person, sign_in: Enter, kept: list[Any], how: str
) -> None:
    token = sign_in(client, zoe).csrf_token()
    if how == "signed out":
        client.submit("/sign-out")
    elif how == "no cookie":
        client.delete_cookie("cares")
    else:
        client.set_cookie("cares", "A" * 43)
    page = sign_in_on(client, write_too_late(client, token))
    client.post(action(page), data=fields(page))
    assert kept[0]["text"] == [WRITING]


def test_someone_else_sees_nothing_of_it(
    client: Any, zoe: Person, person: Callable[..., Person], sign_in: Enter, kept: list[Any]
) -> None:
    person("Max Orr", "max@example.org", PASSWORD)
    token = sign_in(client, zoe).csrf_token()
    client.submit("/sign-out")
    page = sign_in_on(client, write_too_late(client, token), email="max@example.org")
    assert (page.status_code, page.location) == (303, "/")
    assert "Hamid" not in page.text
    assert not kept


def test_a_page_of_an_earlier_sign_in_gives_it_back(client: Any, zoe: Person, sign_in: Enter, kept: list[Any]) -> None:
    token = sign_in(client, zoe).csrf_token()
    page = write_too_late(sign_in(client, zoe), token)
    assert page.status_code == 200
    assert not kept
    client.post(action(page), data=fields(page))
    assert kept[0]["text"] == [WRITING]


def test_a_page_of_someone_else_gives_nothing_and_saves_nothing(
    client: Any, zoe: Person, person: Callable[..., Person], sign_in: Enter, kept: list[Any]
) -> None:
    token = sign_in(client, zoe).csrf_token()
    page = write_too_late(sign_in(client, person()), token)
    assert page.status_code == 400
    assert "Hamid" not in page.text
    assert not kept


@pytest.mark.parametrize("token", ["", "wrong"])
def test_what_we_gave_no_token_for_is_not_carried(client: Any, zoe: Person, kept: list[Any], token: str) -> None:
    """Else another site could have its own words saved by whoever signs in."""
    assert write_too_late(client, token).status_code == 303
    assert write_too_late(client, client.csrf_token()).status_code == 303, "a visitor's token"


def test_a_form_without_text_is_not_carried(client: Any, zoe: Person, sign_in: Enter, kept: list[Any]) -> None:
    token = sign_in(client, zoe).csrf_token()
    client.delete_cookie("cares")
    assert client.post("/tick", data={"csrf_token": token}).status_code == 303
    sign_in(client, zoe)
    assert client.post("/tick", data={"csrf_token": token}).status_code == 400
    assert not kept


def test_a_script_gets_an_answer_that_it_can_read(client: Any, zoe: Person, sign_in: Enter, kept: list[Any]) -> None:
    token = sign_in(client, zoe).csrf_token()
    sign_in(client, zoe)
    headers = {"X-Requested-With": "fetch", "X-CSRFToken": token}
    stale = client.post("/reflect/r1", data={"text": WRITING}, headers=headers)
    assert (stale.status_code, stale.json["error"]) == (409, "stale token")
    headers["X-CSRFToken"] = stale.json["csrf_token"]
    assert client.post("/reflect/r1", data={"text": WRITING}, headers=headers).status_code == 200
    client.delete_cookie("cares")
    gone = client.post("/reflect/r1", data={"text": WRITING}, headers={"Accept": "application/json"})
    assert (gone.status_code, gone.json) == (401, {"error": "signed out", "sign_in": "/sign-in"})
    assert len(kept) == 1


def test_a_very_long_text_fits_through(client: Any, zoe: Person, sign_in: Enter, kept: list[Any]) -> None:
    text = "é" * 150_000  # six bytes each on their way: nearly as much as a request may have
    token = sign_in(client, zoe).csrf_token()
    client.delete_cookie("cares")
    page = sign_in_on(client, write_too_late(client, token, {"text": text}))
    client.post(action(page), data=fields(page))
    assert kept == [{"text": [text]}]


@pytest.mark.parametrize("parcel", ["", "x", "A" * 500, "=" * 40, "é🙂", "\x01"])
def test_a_parcel_that_is_none_hinders_nobody(client: Any, zoe: Person, parcel: str) -> None:
    data = {"email": "zoe@example.org", "password": PASSWORD, "parcel": parcel}
    assert client.submit("/sign-in", data).status_code == 303
