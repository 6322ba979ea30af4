"""Whatever goes wrong, a person reads what to do, and nobody reads how we are built."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import TooManyRequests

from lms import config
from lms.accounts.access import public
from lms.app import REQUEST_BYTES, create_app
from lms.db import Base, db
from lms.ui.errors import WORDS

SECRET = "my private words"


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Flask]:
    """An application with views that go wrong."""
    url = f"sqlite:///{tmp_path / 'cares.db'}"
    app = create_app(config.load({}, instance=tmp_path / "instance", database_url=url))
    app.testing = False

    def add(path: str, view: object) -> None:
        app.add_url_rule(path, path, public(view), methods=["GET", "POST"])  # type: ignore[type-var]

    def fail() -> str:
        raise ZeroDivisionError(SECRET)

    def lose() -> str:
        db.session.execute(text("SELECT :words FROM nowhere"), {"words": SECRET})
        return ""

    def wait() -> str:
        raise TooManyRequests(retry_after=7)

    add("/fail", fail)
    add("/lose", lose)
    add("/slow", wait)
    for code in WORDS:
        add(f"/code/{code}", lambda code=code: abort(code))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_error_has_a_page_of_the_house(broken: Flask, code: int) -> None:
    answer = broken.test_client().get(f"/code/{code}")
    assert answer.status_code == code
    assert WORDS[code].title in answer.text
    assert answer.headers["X-Request-Number"] in answer.text
    assert "site-header" in answer.text


@pytest.mark.parametrize("code", sorted(WORDS))
def test_scripts_get_json(broken: Flask, code: int) -> None:
    answer = broken.test_client().get(f"/code/{code}", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == code
    assert answer.json
    assert answer.json["error"] == WORDS[code].title
    assert answer.json["request"] == answer.headers["X-Request-Number"]


def test_failure_shows_and_logs_no_private_word(broken: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = broken.test_client().get("/lose?q=unsaid")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Nothing was lost" in answer.text
    logged = "".join(capsys.readouterr())
    assert answer.headers["X-Request-Number"] in logged
    for word in (SECRET, "unsaid"):
        assert word not in answer.text
        assert word not in logged


def test_failure_is_logged_with_its_trace(broken: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = broken.test_client().get("/fail")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    logged = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in logged
    assert "test_errors.py" in logged
    assert SECRET not in logged.replace(f'ZeroDivisionError("{SECRET}")', "").replace(
        "raise ZeroDivisionError(SECRET)", ""
    )
    assert answer.headers["X-Request-Number"] in logged


def test_wait_is_told(broken: Flask) -> None:
    assert broken.test_client().get("/slow").headers["Retry-After"] == "7"


def test_lost_database_gives_503_to_whoever_is_signed_in(learner_of_lost_database: FlaskClient) -> None:
    answer = learner_of_lost_database.get("/")
    assert answer.status_code == 503
    assert "Please try again in a moment" in answer.text


@pytest.fixture
def learner_of_lost_database(broken: Flask) -> FlaskClient:
    """Someone whose cookie looks right, while the database has lost its tables."""
    with broken.app_context():
        Base.metadata.drop_all(db.engine)
    browser = broken.test_client()
    browser.set_cookie(broken.config["SIGN_IN_COOKIE_NAME"], "A" * 43)
    return browser


BAD_FORMS = [
    b"name=a%00b",
    b"name=%ED%A0%80",  # half of a surrogate pair
    b"name=%FF",
    b"name=\xff",
    b"na%00me=a",
    b"&".join(b"f%d=1" % number for number in range(1001)),
]


@pytest.mark.parametrize("body", BAD_FORMS, ids=range(len(BAD_FORMS)))
def test_unreadable_forms_are_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)


def test_unreadable_addresses_are_refused(client: FlaskClient) -> None:
    for path in ("/sign-in?next=%00", "/modules/a%00b", "/sign-in?q=%ED%A0%80", "/modules/%FF"):
        assert client.get(path).status_code == 400, path


def test_unreadable_multipart_is_refused(client: FlaskClient) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\x00b\r\n--x--\r\n'
    answer = client.post("/sign-in", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400


CHUNKED = {"Transfer-Encoding": "chunked"}


def test_too_much_without_a_stated_length_is_refused_and_not_cut(client: FlaskClient) -> None:
    """As sent in chunks, whose end gunicorn finds."""
    body = io.BytesIO(b"email=" + b"x" * 4 * REQUEST_BYTES)
    sent = {"input_stream": body, "content_type": "application/x-www-form-urlencoded", "headers": CHUNKED}
    answer = client.post("/sign-in", **sent, environ_overrides={"wsgi.input_terminated": True})
    assert answer.status_code == 413


def test_a_form_in_chunks_is_read(client: FlaskClient) -> None:
    body = io.BytesIO(b"email=zoe%40example.org&password=x")
    sent = {"input_stream": body, "content_type": "application/x-www-form-urlencoded", "headers": CHUNKED}
    answer = client.post("/sign-in", **sent, environ_overrides={"wsgi.input_terminated": True})
    assert "zoe@example.org" in answer.text


JSON_BODIES = [b'{"a":' * 50_000, b'{"email": 5, "password": []}', b'{"email": "a\\u0000b"}', b"[]", b"5", b""]


@pytest.mark.parametrize("body", JSON_BODIES, ids=range(len(JSON_BODIES)))
@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-16"])
def test_json_is_not_read_as_a_form(client: FlaskClient, body: bytes, kind: str) -> None:
    headers = {"X-CSRFToken": client.csrf_token()}  # type: ignore[attr-defined]
    assert client.post("/sign-in", data=body, content_type=kind, headers=headers).status_code == 415


def test_a_file_is_not_read_as_a_field(client: FlaskClient) -> None:
    token = client.csrf_token()  # type: ignore[attr-defined]
    fields = {name: (io.BytesIO(b"x"), "a.txt") for name in ("email", "password", "parcel")}
    assert client.post("/sign-in", data={"csrf_token": token, **fields}).status_code == 415


def test_any_real_text_comes_through(client: FlaskClient) -> None:
    words = "naïve 🙂 שלום % + & = \u202e"
    answer = client.post("/sign-in", data={"email": words, "password": "x"})
    assert answer.status_code == 422
    assert "naïve 🙂 שלום" in answer.text


def test_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/forgotten-password", data={"email": "x" * 1_100_000}).status_code == 413


def test_pages_are_sent_compressed(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in client.get("/sign-in").headers
