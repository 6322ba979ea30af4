"""Whatever is typed into whatever field: it comes back as it was, or is refused in words; never a failure of ours."""

from __future__ import annotations

import os
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.attacks.conftest import Owner
from tests.attacks.test_routes import addresses
from tests.attacks.walk import Address

CASES = int(os.environ.get("LMS_TEST_RUBBISH", "200"))
"""Random ones; 10,000 in a long run."""
EACH = 3 if CASES < 1000 else 99
"""Bad values for each field."""
BAD = (
    "",
    "\0",
    "a\0b",
    "x" * 10_000,
    "\u202eright to left\u202c",
    "🙂👩‍⚕️" * 200,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "../../../etc/passwd",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "' OR '1'='1",
    "\r\nSet-Cookie: a=b",
    "%00%ff",
    '{"a":' * 500,
)
IN_ADDRESSES = ("%00", "%FF", "..%2f..%2fetc%2fpasswd", "x" * 5000, "%F0%9F%99%82", "-1", "{{7*7777}}", " ")
RAW = (b"%ED%A0%80", b"%FF%FE", b"%", b"a=" * 3000, b"\xff\xfe\x00")
"""Bodies that no browser sends: lone surrogates, no UTF-8, half an escape, thousands of fields."""


def test_bad_values_in_every_field_of_every_form(app: Flask, owner: Owner) -> None:
    tried, chance = 0, Random(4711)
    for address in _forms(app, owner):
        form = owner.walk.addresses.get(address, {})
        for name in form:
            for bad in chance.sample(BAD, min(EACH, len(BAD))):
                answer = owner.browser.submit(address.path, {**form, name: bad})
                assert answer.status_code < 500, (address, name, bad[:40])
                # Ours has another name: the cookie for a notice on the next page.
                assert "\nSet-Cookie: a=b" not in str(answer.headers), (address, name)
                tried += 1
    assert tried > 100


def test_bodies_that_no_browser_sends(app: Flask, owner: Owner) -> None:
    for address in _forms(app, owner):
        for raw in RAW:
            for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
                answer = owner.browser.post(address.path, data=raw, content_type=kind)
                assert answer.status_code < 500, (address, raw[:20], kind)
        huge = owner.browser.post(address.path, data=b"a=" + b"x" * 4_000_000)
        assert huge.status_code < 500, address


def test_every_part_of_every_address(app: Flask, owner: Owner) -> None:
    for address in {one.endpoint: one for one in addresses(app, owner, "GET")}.values():
        whole = address.path.split("?")[0]
        parts = whole.split("/")
        for bad in IN_ADDRESSES:
            paths = ["/".join([*parts[:place], bad, *parts[place + 1 :]]) for place in range(2, len(parts))]
            for asked in (*paths, f"{whole}?page={bad}&next={bad}&again={bad}"):
                answer = owner.browser.get(asked)
                assert answer.status_code < 500, asked[:200]
                assert b"root:" not in answer.data
                assert b"54439" not in answer.data  # 7 * 7777


def test_a_mixture_of_everything(app: Flask, owner: Owner, other: FlaskClient) -> None:
    chance = Random(4711)
    forms = _forms(app, owner)
    for _ in range(CASES):
        address = chance.choice(forms)
        known = list(owner.walk.addresses.get(address, {})) or ["x"]
        sent: MultiDict[str, str] = MultiDict()
        for _ in range(chance.randint(0, 6)):
            sent.add(chance.choice([*known, "version", "go", "choice", "next"]), chance.choice(BAD))
        browser = chance.choice([owner.browser, other])
        sent.setlist("csrf_token", [browser.csrf_token()])
        headers = chance.choice([{}, {"X-Requested-With": "fetch", "Accept": "application/json"}])
        answer = browser.post(address.path, data=sent, headers=headers)
        assert answer.status_code < 500, (address, dict(sent.lists()))


def _forms(app: Flask, owner: Owner) -> list[Address]:
    """A form of every kind, but for those that would sign the owner out."""
    gone = {"accounts.sign_out", "accounts.sign_out_everywhere", "accounts.sign_in"}
    return list({one.endpoint: one for one in addresses(app, owner, "POST") if one.endpoint not in gone}.values())
