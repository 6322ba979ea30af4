"""A trainer with the open draft of a small module, for tests of what is done to a whole draft."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Person, Role
from lms.authoring import queries, service
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.content import sample

MODULE = sample.MODULE
BASE = f"/authoring/{MODULE}"
MEDIA, SENT = f"{BASE}/media-files", f"{BASE}/upload/sent"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), **options: Any) -> bytes:
    """A red picture."""
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **options)
    return made.getvalue()


PNG = picture()
DRAWING = (
    b'<?xml version="1.0"?><!-- drawn by Ida -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    b"<title>A lift</title><desc>It goes up.</desc><path d='M0 0h9'/></svg>"
)


@pytest.fixture
def published(app: Flask, session: Session) -> Iterator[Bundle]:
    """The files that learners see."""
    bundle = sample.bundle()
    with writing(session):
        import_bundle(session, bundle, at=NOW)
    library.forget()
    yield bundle.of_module(MODULE)
    library.forget()


@pytest.fixture
def trainer(
    app: Flask,
    published: Bundle,
    person: Callable[..., Person],
    sign_in: Callable[[FlaskClient, Person], FlaskClient],
) -> FlaskClient:
    return sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER], site="north"))


@pytest.fixture
def draft(trainer: FlaskClient) -> FlaskClient:
    assert trainer.submit(f"{BASE}/draft").status_code == 303  # type: ignore[attr-defined]
    return trainer


def written(app: Flask) -> dict[str, bytes]:
    """The files of the open draft."""
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found
        return dict(queries.bundle(db.session, found).files)


def upload(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    """A file as a form of the test client takes it."""
    return io.BytesIO(data), name


def send(browser: FlaskClient, data: bytes) -> TestResponse:
    """Choose a zip; what it would change is shown next."""
    return browser.submit(f"{BASE}/upload", {"zip": upload(data, "module.zip")}, content_type="multipart/form-data")


def hidden(page: str) -> dict[str, str]:
    """What the form carries: which zip, and which version of the draft, were looked at."""
    return dict(re.findall(r'name="(sent|version)" value="([^"]*)"', page))


def take(browser: FlaskClient, data: bytes) -> TestResponse:
    """Choose a zip, look, and take it over."""
    answer = send(browser, data)
    return browser.submit(SENT, hidden(browser.get(SENT).text)) if answer.location == SENT else answer


def packed(files: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return stream.getvalue()


def put(app: Flask, path: str, text: str) -> None:
    """Into the draft, as if it had come in a file."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        draft = service.lock(session, MODULE)
        assert draft
        service.save(session, draft, {path: text.encode()}, None, NOW)
