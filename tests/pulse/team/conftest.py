"""A manager whose programme has a team pulse, and colleagues without accounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.pulse.team.models import TeamPulse
from tests.player import sample

PULSE = """
pulse:
  open_days: 10
  statements:
    - {id: listens, text: My manager listens when I raise something.}
    - {id: can-question, text: I can question how we do things.}
"""


def bundle() -> Bundle:
    """The sample programme, with a pulse of two lines."""
    files = dict(sample.bundle().files)
    files["courses/programme.yaml"] += PULSE.encode()
    return Bundle(files)


@dataclass
class Manager:
    """Ada, who manages the domestics of ward 4."""

    app: Flask
    browser: FlaskClient

    def open(self, **other: Any) -> TeamPulse:
        """Open a pulse by the page, and find it."""
        said = {"team": "Domestics, ward 4", "people": "12", "occasion": "before", **other}
        answer = self.browser.submit("/pulse", said)
        assert answer.status_code == 303, answer.text
        return self.found(answer.location.rsplit("/", 1)[1])

    def found(self, uuid: object) -> TeamPulse:
        """A pulse as it stands in the database."""
        with self.app.app_context():
            return next(one for one in db.session.scalars(select(TeamPulse)) if str(one.uuid) == str(uuid))

    def page(self, pulse: TeamPulse) -> str:
        """What the manager is shown of a pulse, without the markup."""
        text = self.browser.get(f"/pulse/{pulse.uuid}").text
        return " ".join(re.sub(r"<[^>]*>", " ", text).split())

    def close(self, pulse: TeamPulse) -> str:
        """Close it; what the manager is shown then."""
        assert self.browser.submit(f"/pulse/{pulse.uuid}/close").status_code == 303
        return self.page(pulse)


@dataclass
class Team:
    """Colleagues, each with a phone of their own that knows nothing."""

    app: Flask

    def form(self, key: str, browser: FlaskClient | None = None) -> str:
        """The token of a form that was just opened."""
        page = (browser or self.app.test_client()).get(f"/p/{key}")
        assert page.status_code == 200, page.text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        return found[1]

    def send(self, key: str, places: Mapping[str, int], token: str = "", browser: Any = None) -> TestResponse:
        """Answer; with the token of an earlier form it is that form again."""
        browser = browser or self.app.test_client()
        fields = {f"rate-{id_}": str(place) for id_, place in places.items()}
        answer: TestResponse = browser.post(
            f"/p/{key}", data={"csrf_token": token or self.form(key, browser), **fields}
        )
        return answer

    def all_send(self, key: str, *many: Mapping[str, int]) -> None:
        """One after the other."""
        for places in many:
            assert self.send(key, places).status_code == 303


@pytest.fixture
def manager(
    app: Flask, client: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> Iterator[Manager]:
    """Ada's browser, in an installation whose programme has a pulse."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, bundle(), dt.datetime.now(dt.UTC))
    library.forget()
    yield Manager(app, sign_in(client, person("Ada Bell")))
    library.forget()


@pytest.fixture
def team(app: Flask) -> Team:
    """Ada's colleagues."""
    return Team(app)
