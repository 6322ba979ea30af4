"""Whoever has a role finds from one page what it is for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role


def ways(page: str) -> list[str]:
    return re.findall(r'<h3><a href="([^"]+)"', page)


@pytest.mark.parametrize("role", Role)
def test_each_way_leads_in(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient], role: Role
) -> None:
    browser = sign_in(app.test_client(), person("Rae Holm", roles=[role], site="north"))
    assert ">Manage</a>" in browser.get("/").text
    page = browser.get("/manage").text
    assert role.value in page
    assert ways(page)
    # Without a module coverage has nothing to say: it is not there, which is not the same as shut.
    assert all(browser.get(address).status_code in (200, 404) for address in ways(page))
    assert ("/audit" in ways(page)) == (role is Role.ADMIN)


def test_who_has_no_role_has_no_such_page(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(app.test_client(), person("Ada Bell"))
    assert "Manage" not in browser.get("/").text
    assert browser.get("/manage").status_code == 403
