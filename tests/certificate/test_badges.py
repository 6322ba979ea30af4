"""A certificate as an Open Badge 3.0, held against the rules of the specification (tests/standards/open_badges.py)."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import keys
from lms.accounts.models import Person
from lms.audit.actions import SYSTEM
from lms.certificate import badge, signing
from lms.certificate.badge import Addresses, Subject
from lms.certificate.models import Certificate
from lms.certificate.validity import valid_until
from lms.config import Settings
from lms.days import start_of_day
from lms.db import db, writing
from lms.enrolment.models import Registration
from lms.privacy.service import erase
from tests.certificate.conftest import SignIn, publish
from tests.standards import open_badges

AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
Get = Callable[[str], dict[str, Any]]


@pytest.fixture
def get(app: Flask) -> Get:
    """How a program elsewhere, which nobody has signed in, asks for JSON here."""

    def ask(address: str) -> dict[str, Any]:
        answer = app.test_client().get(urlsplit(address).path)
        assert answer.status_code == 200, address
        assert answer.mimetype == "application/json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert not answer.headers.getlist("Set-Cookie")
        found: dict[str, Any] = answer.json
        return found

    return ask


def badges(app: Flask, learner: FlaskClient) -> list[str]:
    """All of the learner's, as they are downloaded: the module's and the programme's."""
    learner.submit("/certificates")
    with app.app_context():
        uuids = db.session.scalars(select(Certificate.uuid).order_by(Certificate.id)).all()
    answers = [learner.get(f"/certificates/{uuid}.jwt") for uuid in uuids]
    assert all("attachment" in answer.headers["Content-Disposition"] for answer in answers)
    return [answer.text for answer in answers]


def content(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_a_badge_can_be_verified_by_what_is_published(app: Flask, ada: Person, learner: FlaskClient, get: Get) -> None:
    for token, kind in zip(badges(app, learner), ("Course", "LearningProgram"), strict=True):
        found = open_badges.verified(token, get, AT, ada.email)
        told = found["credentialSubject"]["achievement"]
        assert told["achievementType"] == kind
        assert found["validFrom"] == "2026-03-02T00:00:00Z"
        assert "validUntil" not in found
        assert get(found["issuer"]["id"])["name"] == found["issuer"]["name"] == "Cares"
        assert get(told["id"])["criteria"] == told["criteria"]
        names = [one for one in found["credentialSubject"]["identifier"] if one["identityType"] == "name"]
        assert [one["identityHash"] for one in names] == ["Ada Bell"]
        assert ada.email not in json.dumps(found), "only as a digest"
        with pytest.raises(AssertionError, match="not this recipient"):
            open_badges.verified(token, get, AT, "eve@example.org")
        assert app.test_client().get(urlsplit(found["id"]).path).status_code == 200


def test_it_is_the_same_file_each_time(app: Flask, learner: FlaskClient) -> None:
    assert badges(app, learner) == badges(app, learner)


def test_a_changed_badge_is_seen(app: Flask, ada: Person, learner: FlaskClient, get: Get) -> None:
    head, body, signature = badges(app, learner)[0].split(".")
    changed = content(f"{head}.{body}.{signature}") | {"name": "Something else"}
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        open_badges.verified(f"{head}.{forged}.{signature}", get, AT, ada.email)


def test_both_dates_are_those_of_the_certificate(app: Flask, ada: Person, learner: FlaskClient, get: Get) -> None:
    publish(app, 6)
    token = badges(app, learner)[0]
    found = open_badges.verified(token, get, AT, ada.email)
    # Days are those of London, an hour before Greenwich in summer.
    assert (found["validFrom"], found["validUntil"]) == ("2026-03-02T00:00:00Z", "2026-09-02T22:59:59Z")
    last = dt.datetime(2026, 9, 2, 22, 59, 59, tzinfo=dt.UTC)
    open_badges.verified(token, get, last, ada.email)
    with pytest.raises(AssertionError, match="expired"):
        open_badges.verified(token, get, last + dt.timedelta(seconds=1), ada.email)
    with pytest.raises(AssertionError, match="not yet valid"):
        open_badges.verified(token, get, AT - dt.timedelta(days=365), ada.email)


def test_what_is_not_so_any_more_is_revoked(app: Flask, ada: Person, learner: FlaskClient, get: Get) -> None:
    token = badges(app, learner)[0]
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.scalars(select(Registration)).one().completed_at = None
    with pytest.raises(AssertionError, match="revoked"):
        open_badges.verified(token, get, AT, ada.email)
    assert learner.get(urlsplit(content(token)["id"]).path + ".jwt").status_code == 404, "it is not signed anew"
    assert ".jwt" not in learner.get("/certificates").text


def test_the_badge_of_who_was_erased_is_revoked(app: Flask, ada: Person, learner: FlaskClient, get: Get) -> None:
    token = badges(app, learner)[0]
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        erase(session, session.get_one(Person, ada.id), SYSTEM, AT)
    with pytest.raises(AssertionError, match="revoked"):
        open_badges.verified(token, get, AT, ada.email)
    told, unknown = get(content(token)["credentialStatus"]["id"]), get(f"/certificates/{uuid4()}/status")
    reasons = [one["revokedCredential"][0]["revocationReason"] for one in (told, unknown)]
    assert reasons[0] == reasons[1], "nobody can tell who was erased from who never was"


def test_only_its_holder_gets_the_file(
    app: Flask, learner: FlaskClient, person: Callable[..., Person], sign_in: SignIn
) -> None:
    path = urlsplit(content(badges(app, learner)[0])["id"]).path
    assert app.test_client().get(f"{path}.jwt").status_code == 303
    assert sign_in(app.test_client(), person("Eve")).get(f"{path}.jwt").status_code == 404
    page = app.test_client().get(path).text
    assert "Open Badge" in page
    assert ".jwt" not in page


def test_the_public_half_of_the_key_is_all_that_is_published(app: Flask, settings: Settings, get: Get) -> None:
    key = signing.key_of(settings.instance)
    address = f"/badges/keys/{signing.thumbprint(key)}"
    assert set(get(address)) == {"kty", "use", "alg", "kid", "n", "e"}
    assert get(address)["kid"] == f"{settings.url}{address}"
    assert app.test_client().get("/badges/keys/another").status_code == 404
    assert app.test_client().get("/badges/achievements/another").status_code == 404
    path = settings.instance / "keys" / signing.SIGNER
    assert path.stat().st_mode & 0o077 == 0
    assert keys.rsa_key(settings.instance, signing.SIGNER).private_numbers() == key.private_numbers()
    path.write_text("nonsense")
    with pytest.raises(ValueError, match="must hold an RSA key in PEM format"):
        keys.rsa_key(settings.instance, signing.SIGNER)


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2150, 1, 1)),
    st.sampled_from(("UTC", "Pacific/Auckland", "America/New_York")),
    st.none() | st.integers(1, 120),
    st.text(min_size=1, max_size=40),
    st.lists(st.text(min_size=1, max_size=20), max_size=3),
)
def test_every_certificate_makes_a_sound_credential(
    day: dt.date, zone: str, months: int | None, title: str, modules: list[str]
) -> None:
    until = valid_until(day, months)
    found: Any = SimpleNamespace(
        uuid=UUID(int=7), about="a", title=title, holder="Zoë Ng", completed_on=day, valid_until=until, issued_at=AT
    )
    at = Addresses("https://cares.example.org", "https://cares.example.org/badges/keys/k")
    subject = Subject("a", title, "In short.", modules)
    made = badge.credential(found, at, "St Elsewhere", subject, "zoe@example.org", zone)
    open_badges.check(made)
    claims = badge.claims(made)
    assert claims["nbf"] == start_of_day(day, zone).timestamp()
    assert ("exp" in claims) == (until is not None)
    if until:
        after = start_of_day(until + dt.timedelta(days=1), zone)
        assert 0 < after.timestamp() - claims["exp"] <= 1, "the last day counts whole"
