"""Who may come in, with which version, by which syntax; what is answered to others."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode

import pytest

from lms.keys import Credentials
from tests.lrs.conftest import CLIENT, VERSION, Lrs, basic, made

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer key:secret",
        basic(Credentials("key", "")),
        basic(Credentials("key", "Secret")),
        basic(Credentials("", "secret")),
        basic(Credentials("key", "secret2")),
        basic(Credentials("kéy", "sécret")),
        "Basic é",
    ],
)
def test_strangers_stay_outside(lrs: Lrs, authorization: str | None) -> None:
    for method in ("GET", "POST"):
        answer = lrs.ask(method, "statements", made(), Authorization=authorization)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert answer.headers[VERSION] == "1.0.3"
        assert "secret" not in answer.get_json()["error"].replace("key and secret", "")
    assert lrs.find() == []


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.3", "1.0.99"])
def test_versions_of_the_first_edition(lrs: Lrs, version: str) -> None:
    answer = lrs.ask("GET", "statements", X_Experience_API_Version=version)
    assert (answer.status_code, answer.headers[VERSION]) == (200, "1.0.3")


def test_a_version_of_the_second_edition(lrs: Lrs) -> None:
    answer = lrs.ask("GET", "statements", X_Experience_API_Version="2.0.0")
    assert (answer.status_code, answer.headers[VERSION]) == (200, "2.0.0")


@pytest.mark.parametrize("version", [None, "", "0.9", "0.95", "1", "1.1.0", "1.1", "2.1.0", "3.0.0", "1.0.x", "a1.0.3"])
def test_other_versions_are_refused(lrs: Lrs, version: str | None) -> None:
    answer = lrs.ask("GET", "statements", X_Experience_API_Version=version)
    assert (answer.status_code, answer.get_json()["where"]) == (400, VERSION)
    # Only 0.9 knew requests without the header: the refusal bears the version as which such a one was read.
    assert answer.headers[VERSION] == ("0.9" if version is None else "1.0.3")


@pytest.mark.parametrize(
    ("version", "answered"), [("1.0", "1.0.3"), ("1.0.1", "1.0.3"), ("2.0", "2.0.0"), ("2.0.1", "2.0.0")]
)
def test_refusals_bear_the_version_of_the_request(lrs: Lrs, version: str, answered: str) -> None:
    for authorization, path in ((None, "statements"), (basic(CLIENT), "nothing"), (basic(CLIENT), "statements?x=1")):
        answer = lrs.ask("GET", path, Authorization=authorization, X_Experience_API_Version=version)
        assert (answer.status_code >= 400, answer.headers[VERSION]) == (True, answered)


@pytest.mark.parametrize("version", [None, "0.9", "1.0.3"])
def test_about_is_for_everyone(lrs: Lrs, version: str | None) -> None:
    answer = lrs.ask("GET", "about", Authorization=None, X_Experience_API_Version=version)
    assert answer.get_json() == {"version": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]}


@pytest.mark.parametrize("path", ["", "nothing", "statements/", "Statements", "activities/states", "../about"])
def test_what_is_not_here(lrs: Lrs, path: str) -> None:
    answer = lrs.ask("GET", path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/json"
    assert "error" in answer.get_json()


@pytest.mark.parametrize(("method", "path"), [("DELETE", "statements"), ("POST", "about"), ("PATCH", "statements")])
def test_methods_that_do_not_go_with_a_resource(lrs: Lrs, method: str, path: str) -> None:
    answer = lrs.ask(method, path, b"")
    assert answer.status_code == 405
    assert answer.headers["Allow"]


def alternate(lrs: Lrs, method: str, form: dict[str, str], query: str = "", **headers: str | None) -> tuple[int, str]:
    """A call in the syntax for browsers that cannot set headers."""
    bare: dict[str, str | None] = {"Authorization": None, "X_Experience_API_Version": None}
    given = {**bare, "Content_Type": FORM, **headers}
    answer = lrs.ask("POST", f"statements?method={method}{query}", urlencode(form).encode(), **given)
    return answer.status_code, answer.text


def test_the_alternate_syntax_carries_everything_in_the_form(lrs: Lrs) -> None:
    known = {"Authorization": basic(CLIENT), VERSION: "1.0.3"}
    id_ = str(uuid.uuid4())
    content = {"content": json.dumps(made(id=None)), "Content-Type": "application/json"}
    assert alternate(lrs, "PUT", {**known, **content, "statementId": id_}) == (204, "")
    status, text = alternate(lrs, "GET", {**known, "verb": "http://example.org/verbs/did", "limit": "1"})
    assert (status, json.loads(text)["statements"][0]["id"]) == (200, id_)
    assert alternate(lrs, "POST", {**known, "content": json.dumps([made(), made()])})[0] == 200
    assert len(lrs.find()) == 3


def test_a_head_by_the_alternate_syntax_has_no_body(lrs: Lrs) -> None:
    known = {"Authorization": basic(CLIENT), VERSION: "1.0.3"}
    lrs.keep()
    assert alternate(lrs, "HEAD", {**known, "limit": "1"}) == (200, "")


def test_the_alternate_syntax_has_its_own_rules(lrs: Lrs) -> None:
    known = {"Authorization": basic(CLIENT), VERSION: "1.0.3"}
    content = {"content": json.dumps(made())}
    assert alternate(lrs, "POST", content)[0] == 401
    assert alternate(lrs, "POST", {**known, **content, VERSION: "0.9"})[0] == 400
    assert alternate(lrs, "POST", {**known, **content, VERSION: "2.0.0"})[0] == 400
    assert alternate(lrs, "POST", known)[0] == 400
    assert alternate(lrs, "PUT", {**known, **content}, query=f"&statementId={uuid.uuid4()}")[0] == 400
    assert alternate(lrs, "PATCH", {**known, **content})[0] == 405
    assert lrs.ask("PUT", "statements?method=POST", made()).status_code == 400
    assert lrs.ask("POST", "statements?method=POST", json.dumps(content).encode(), Content_Type=FORM).status_code == 400
    assert lrs.ask("POST", "statements?method=POST", b"content=%ff", Content_Type=FORM).status_code == 400
    assert lrs.find() == []
