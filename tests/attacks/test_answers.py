"""What every answer says to the browser, and that no private word leaves its owner's pages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.models import Person, Role
from lms.config import Settings
from tests.attacks.conftest import SECRET, Owner
from tests.attacks.walk import walk


def test_every_answer_has_its_headers(app: Flask, owner: Owner) -> None:
    met = {answer.status_code for _, answer in owner.walk.answers}
    assert met >= {200, 303}
    refused = [
        owner.browser.get("/none"),
        owner.browser.post("/"),
        owner.browser.post("/sign-out"),
        owner.browser.post("/sign-in", data=b"x" * 2_000_000),
        app.test_client().get("/", headers={"Host": "evil.example.org"}),
    ]
    assert {answer.status_code for answer in refused} >= {400, 404, 405}
    for answer in [*(one for _, one in owner.walk.answers), *refused]:
        _is_safe(answer)


def _is_safe(answer: TestResponse) -> None:
    where, given = answer.request.path, answer.headers
    policy = given["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'"), where
    assert "unsafe" not in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert given["X-Content-Type-Options"] == "nosniff", where
    assert given["Referrer-Policy"] in ("same-origin", "no-referrer"), where
    assert given["Cross-Origin-Opener-Policy"] == "same-origin", where
    if not where.startswith("/static/") and "/media/" not in where:
        assert "no-store" in given["Cache-Control"], where
    for cookie in given.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie, where
        assert "SameSite=Lax" in cookie, where


def test_what_was_written_in_private_is_nowhere_but_on_its_owners_pages(
    app: Flask,
    owner: Owner,
    settings: Settings,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    again = walk(app, owner.browser, SECRET, sends=False)
    assert any(SECRET.encode() in answer.data for _, answer in again.answers)
    for role in Role:
        browser = sign_in(app.test_client(), person(f"Rae {role}", roles=[role], site="north"))
        for address, answer in walk(app, browser, "other words", sends=False).answers:
            assert SECRET.encode() not in answer.data, (role, address)
    assert SECRET not in caplog.text + capsys.readouterr().out
    files = [path for folder in (tmp_path, settings.instance) for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert SECRET.encode() not in path.read_bytes(), path


def test_an_unanswered_question_gives_no_key_away(app: Flask, owner: Owner, other: FlaskClient) -> None:
    """The form of a question is made of the same parts for right and wrong options."""
    begun = other.submit("/modules/notice-and-listen/quiz/start").headers["Location"]
    page = other.get(begun).text
    for word in ("key", "correct", "feedback", "marks=", "data-right", "best"):
        assert word not in page.partition("<fieldset")[2].partition("</fieldset>")[0].lower().replace("keyboard", "")
