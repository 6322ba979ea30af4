"""Who may come in where."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import current_user
from werkzeug.routing import AnyConverter, UUIDConverter

from lms.accounts import access
from lms.accounts.models import Person, Role


@pytest.fixture(autouse=True)
def rooms(app: Flask) -> None:
    """A view for each policy."""

    @access.public
    def hall() -> str:
        return f"hello {current_user.is_authenticated}"

    @access.signed_in
    def room() -> str:
        return f"hello {current_user.name}"

    @access.needs(Role.ADMIN, Role.PROGRAMME_LEAD)
    def office() -> str:
        return "keys"

    for view in (hall, room, office):
        app.add_url_rule(f"/{view.__name__}", view_func=view, methods=["GET", "POST"])


def test_everyone_may_come_into_the_hall(client: FlaskClient) -> None:
    assert client.get("/hall").text == "hello False"


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client: FlaskClient) -> None:
    answer = client.get("/room?page=2")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/room?page%3D2")


def test_a_script_is_told_so(client: FlaskClient) -> None:
    answer = client.post("/room", headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, answer.json) == (401, {"error": "signed out", "sign_in": "/sign-in"})


def test_who_is_signed_in_may_come_in(
    client: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    sign_in(client, person("Zoë Ng"))
    assert client.get("/room").text == "hello Zoë Ng"
    assert client.submit("/room").text == "hello Zoë Ng"


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_opens_its_rooms_only(
    client: FlaskClient, person: Callable[..., Person], sign_in: Callable[..., FlaskClient], role: Role | None
) -> None:
    sign_in(client, person(roles=[role] if role else [], site="north"))
    assert client.get("/office").status_code == (200 if role in (Role.ADMIN, Role.PROGRAMME_LEAD) else 403)


def test_a_route_without_a_policy_does_not_start(app: Flask) -> None:
    access.check_every_route_has_a_policy(app)
    app.add_url_rule("/open-by-mistake", view_func=lambda: "secret", endpoint="mistake")
    with pytest.raises(access.NoPolicyError, match=r"/open-by-mistake \(mistake\)"):
        access.check_every_route_has_a_policy(app)


def test_a_route_without_a_policy_is_closed(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/late", view_func=lambda: "secret", endpoint="late")
    assert client.get("/late").status_code == 403


def _some(converter: object) -> object:
    """A value that a part of an address takes."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return uuid4() if isinstance(converter, UUIDConverter) else 1


def test_every_closed_page_asks_to_sign_in(app: Flask, client: FlaskClient) -> None:
    """Every address of the whole application that is not public, as a visitor tries it with each method it knows."""
    tried = 0
    for rule in app.url_map.iter_rules():
        if access.policy_of(app, rule.endpoint) is access.PUBLIC:
            continue
        values = {name: _some(converter) for name, converter in rule._converters.items()}
        built = rule.build(values)
        assert built, rule
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = client.open(built[1], method=method)
            assert answer.status_code == 303, rule
            assert answer.location.startswith("/sign-in")
            tried += 1
    assert tried > 8
