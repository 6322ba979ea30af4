"""A learner who writes, in a module with a prompt of every kind."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.reflection import sample

SCRIPT = {"X-Requested-With": "fetch", "Accept": "application/json"}


@dataclass
class Author:
    """Someone at a browser, who opens pages and writes into the boxes there."""

    browser: Any
    person: Person

    def page(self, block_id: str) -> str:
        """The page on which a prompt stands, opened."""
        name = "write" if block_id in ("unheard", "thanks") else "compare"
        return str(self.browser.get(f"/modules/{sample.MODULE}/pages/{name}").text)

    def form(self, block_id: str, kind: str = "reflection", page: str | None = None) -> dict[str, str]:
        """What the form of a prompt holds when its page has been opened."""
        html = page or self.page(block_id)
        found = re.search(rf'<form[^>]*action="{address(block_id, kind)}".*?</form>', html, re.DOTALL)
        assert found, f"no form for {block_id}"
        return fields(found[0])

    def write(self, block_id: str, *texts: str, kind: str = "reflection", **more: str) -> TestResponse:
        """Open the page, fill in the boxes, press Save."""
        boxes = {f"box-{place}": text for place, text in enumerate(texts)}
        return self.send(block_id, kind, self.form(block_id, kind) | boxes | more)

    def send(self, block_id: str, kind: str, form: dict[str, str]) -> TestResponse:
        """Press Save."""
        answer: TestResponse = self.browser.submit(address(block_id, kind), form)
        return answer

    def autosave(self, block_id: str, form: dict[str, str], kind: str = "reflection") -> TestResponse:
        """What the script of the page sends."""
        answer: TestResponse = self.browser.submit(address(block_id, kind), form, headers=SCRIPT)
        return answer


def address(block_id: str, kind: str = "reflection") -> str:
    """Where a text is sent."""
    return f"/modules/{sample.MODULE}/writing/{kind}/{block_id}"


def fields(form: str) -> dict[str, str]:
    """Names and values of a form, as a browser reads them."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    ticked = re.findall(r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"[^>]* checked', form)
    boxes = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    found = {name: unescape(value) for name, value in [*hidden, *boxes] if name != "csrf_token"}
    return found | dict.fromkeys(ticked, "yes")


@pytest.fixture
def taught(app: Flask) -> Iterator[None]:
    """The sample programme is published."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), dt.datetime.now(dt.UTC))
    library.forget()
    yield
    library.forget()


@pytest.fixture
def author(app: Flask, taught: None, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Author:
    """Ada, who writes."""
    ada = person("Ada Bell")
    return Author(sign_in(app.test_client(), ada), ada)


@pytest.fixture
def stranger(app: Flask, taught: None, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Author:
    """Ben, who writes too."""
    ben = person("Ben Cole")
    return Author(sign_in(app.test_client(), ben), ben)
