"""Files are taken where a route says so, from whom it lets in, up to its limit; anywhere else they are refused."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import access
from lms.accounts.models import Person, Role
from lms.accounts.syncing.views import MOST_LIST_BYTES
from lms.app import REQUEST_BYTES
from lms.content.bundle import MOST_BUNDLE_BYTES, MOST_FILE_BYTES
from lms.enrolment.assignments.viewing import MOST_NAMES_BYTES
from tests.attacks.conftest import Owner, changed, dump
from tests.attacks.test_routes import addresses

TAKES = {
    "exchange.send": MOST_FILE_BYTES,
    "media_files.add": MOST_FILE_BYTES,
    "upload.send": MOST_BUNDLE_BYTES,
    "upload.take_new": MOST_BUNDLE_BYTES,
    "organisation.bring": MOST_LIST_BYTES,
    "assignments.assign": MOST_NAMES_BYTES,
    "changing.name_people": MOST_NAMES_BYTES,
}
"""The only routes that take files, and how many bytes."""
REFUSED = (410, 415)
"""A link that is spent is told before the form is read."""
MEDIA, ZIP = "/authoring/notice-and-listen/media-files", "/authoring/notice-and-listen/upload"
QUESTIONS = "/authoring/notice-and-listen/questions/take"


class Body(io.RawIOBase):
    """A form with one file of zeros, which says how much of it was read."""

    def __init__(self, size: int, token: str) -> None:
        field = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        head = '--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        self._parts = [f"{field}{head}".encode(), *([bytes(64_000)] * (size // 64_000)), b"\r\n--x--\r\n"]
        self.length, self.read_so_far = sum(map(len, self._parts)), 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self._rest and self._parts:
            self._rest = self._parts.pop(0)
        some, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(some)] = some
        self.read_so_far += len(some)
        return len(some)


def send(browser: FlaskClient, path: str, body: Body, says_length: bool = True) -> int:
    environment = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    if says_length:
        environment["CONTENT_LENGTH"] = str(body.length)
    answer = browser.post(path, environ_overrides=environment)
    return answer.status_code


@pytest.fixture
def writer(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    browser = sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER], site="north"))
    browser.submit("/authoring/notice-and-listen/draft")
    yield browser


def test_these_routes_take_files_and_no_others(app: Flask) -> None:
    marked = {rule.endpoint: access.most_bytes_of_files(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    assert {endpoint: most for endpoint, most in marked.items() if most} == TAKES


def test_everywhere_else_a_file_is_refused(app: Flask, owner: Owner, writer: FlaskClient) -> None:
    before = dump(app, "tries")
    for address in addresses(app, owner, "POST"):
        if address.endpoint in TAKES or not access.policy_of(app, address.endpoint).admits([Role.TRAINER]):  # type: ignore[union-attr]
            continue
        form = {"csrf_token": writer.csrf_token(), "files": (io.BytesIO(b"\x89PNG"), "a.png")}  # type: ignore[attr-defined]
        answer = writer.post(address.path, data=form, content_type="multipart/form-data")
        assert answer.status_code in REFUSED, address
        assert send(writer, address.path, Body(4 * REQUEST_BYTES, writer.csrf_token())) in (413, *REFUSED), address  # type: ignore[attr-defined]
    assert changed(before, dump(app, "tries")) == set()


@pytest.mark.parametrize("path", [MEDIA, ZIP, QUESTIONS])
def test_who_may_not_come_in_sends_nothing(
    app: Flask, owner: Owner, other: FlaskClient, writer: FlaskClient, path: str
) -> None:
    before = dump(app, "tries")
    token = writer.csrf_token()  # type: ignore[attr-defined]
    for browser, status in ((app.test_client(), 303), (owner.browser, 403), (other, 403)):
        body = Body(8 * REQUEST_BYTES, token)
        assert send(browser, path, body) == status
        assert body.read_so_far == 0, "not even looked at"
    assert send(writer, path, Body(REQUEST_BYTES, "forged")) == 400
    assert changed(before, dump(app, "tries")) == set()


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize(
    ("path", "most"), [(MEDIA, MOST_FILE_BYTES), (ZIP, MOST_BUNDLE_BYTES), (QUESTIONS, MOST_FILE_BYTES)]
)
def test_more_than_the_limit_is_not_read(
    app: Flask, owner: Owner, writer: FlaskClient, path: str, most: int, says_length: bool
) -> None:
    before = dump(app)
    body = Body(2 * most, writer.csrf_token())  # type: ignore[attr-defined]
    assert send(writer, path, body, says_length) == 413
    assert body.read_so_far < most + 200_000
    assert changed(before, dump(app)) == set()


@pytest.mark.parametrize("path", [MEDIA, ZIP, QUESTIONS])
def test_a_form_without_files_stays_small_there_too(app: Flask, owner: Owner, writer: FlaskClient, path: str) -> None:
    token = writer.csrf_token()  # type: ignore[attr-defined]
    long = "x" * (2 * REQUEST_BYTES)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = writer.post(path, data={"csrf_token": token, "version": long}, content_type=kind)
        assert answer.status_code == 413, kind
    many = [("a", str(number)) for number in range(5000)]
    answer = writer.post(path, data={"csrf_token": token, **{f"f{n}": value for n, (_, value) in enumerate(many)}})
    assert answer.status_code == 413
