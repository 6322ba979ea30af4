"""What is meant to happen once, asked for many times at the same moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.accounts import passwords, service
from lms.accounts.models import ErasureRequest, PasswordLink, Person, SignIn
from lms.db import db, writing

AT_ONCE = 8


def links_of(app: Flask, who: Person, count: int) -> list[str]:
    """Addresses at which somebody's password can be set."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        return [f"/password/{service.make_link(session, who.id, dt.datetime.now(dt.UTC))}" for _ in range(count)]


def at_once(app: Flask, ask: Callable[[int], Any]) -> list[Any]:
    """What came of a question that was asked several times side by side."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_of_several_links_used_at_once_one_works(app: Flask, person: Callable[..., Person]) -> None:
    """Each in the hands of another: whoever comes first has set the password, and nobody is answered by a failure."""
    zoe = person("Zoe Adler", "zoe@example.org", "a password of before")
    for several in (1, 4):
        links = links_of(app, zoe, several)
        new = [f"four plain words {number}" for number in range(AT_ONCE)]

        def use(number: int, links: list[str] = links, new: list[str] = new) -> int:
            browser: Any = app.test_client()
            link = links[number % len(links)]
            return int(browser.submit(link, {"new_password": new[number]}).status_code)

        codes = at_once(app, use)
        assert sorted(codes) == [303] + [410] * (AT_ONCE - 1), several
        with app.app_context():
            kept = db.session.scalars(select(Person.password_hash).filter_by(id=zoe.id)).one()
        assert passwords.matches(kept, new[codes.index(303)])
        assert count(app, PasswordLink) == 0
        assert count(app, SignIn) == 1


def test_erasure_asked_for_at_once_is_asked_for_once(
    app: Flask, person: Callable[..., Person], sign_in: Callable[..., Any]
) -> None:
    zoe = person("Zoe Adler")
    browsers = [sign_in(app.test_client(), zoe) for _ in range(AT_ONCE)]
    path = "/account/data/erasure"
    assert at_once(app, lambda one: browsers[one].submit(path).status_code) == [303] * AT_ONCE
    assert count(app, ErasureRequest) == 1
    both = (path, f"{path}/take-back")
    assert at_once(app, lambda one: browsers[one].submit(both[one % 2]).status_code) == [303] * AT_ONCE
    assert count(app, ErasureRequest) <= 1
