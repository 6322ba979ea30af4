"""Learners for an installation under test, signed in without a password page, and where each of them stands."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from bench.load import Answer, Ask, Connection, Form, ask
from lms.accounts import service
from lms.app import create_app
from lms.config import Settings
from lms.content.blocks import Block
from lms.content.library import library
from lms.content.module import Module
from lms.db import db, writing


@dataclass
class Learner:
    """Someone's browser."""

    port: int
    cookie: str
    token: str = ""

    def get(self, path: str) -> Ask:
        """A page, as this browser asks for it."""
        return ask(self.port, path, self.cookie)

    def post(self, path: str, form: Form, status: int = 303) -> Ask:
        """A form, with this learner's token."""
        return ask(self.port, path, self.cookie, {"csrf_token": self.token, **form}, status)

    def read(self, path: str) -> str:
        """A page's text, asked for now."""
        with Connection(self.port) as connection:
            return text_of(connection.send(self.get(path)))


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application in this process, to prepare what the real one serves."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def learners(app: Flask, port: int, count: int) -> list[Learner]:
    """So many new people, each signed in in a browser."""
    at, made = dt.datetime.now(dt.UTC), []
    with writing(db.session) as session:
        for number in range(count):
            email = f"bench-{at.timestamp()}-{number}@example.org"
            person = service.add_person(session, email, f"Bench {number}", at)
            key = service.begin_sign_in(session, person.id, None, "bench", at)
            made.append(Learner(port, f"{app.config['SIGN_IN_COOKIE_NAME']}={key}"))
    for learner in made:
        learner.token = found(r'name="csrf-token" content="([^"]+)"', learner.read("/"))
    return made


def module() -> Module:
    """The first module that is published."""
    programme = library.programme(db.session)
    assert programme is not None
    return next(one for one in (library.module(db.session, plan.id) for plan in programme.modules) if one)


def addresses(module: Module) -> list[str]:
    """Every page of a module in its order."""
    return [f"/modules/{module.id}/pages/{page.id}" for page in module.pages]


def page_with(module: Module, kind: type[Block]) -> str:
    """The address of a page that has such a block."""
    pages = [page for page, block in module.blocks() if isinstance(block, kind)]
    return f"/modules/{module.id}/pages/{pages[0].id}"


def text_of(answer: Answer) -> str:
    """The page in an answer, which is compressed."""
    return gzip.decompress(answer.body).decode() if answer.body[:2] == b"\x1f\x8b" else answer.body.decode()


def found(pattern: str, page: str) -> str:
    """The one group of the first match. Raises AttributeError without one: the page is another than was thought."""
    match = re.search(pattern, page)
    assert match, f"no {pattern} in {page[:300]}"
    return match.group(1)


def first_choices(form: str) -> dict[str, str | list[str]]:
    """Any answer to a question: its first options, the lines in the order in which they stand, or the number 1."""
    fields: dict[str, str | list[str]] = {"number": "1"} if 'name="number"' in form else {}
    if 'name="choice"' in form:
        how_many = re.search(r"Choose (\d+)\.", form)
        fields["choice"] = [str(place) for place in range(int(how_many.group(1)) if how_many else 1)]
    names = re.findall(r'<select[^>]* name="([^"]+)"', form)
    return fields | {name: str(place) for place, name in enumerate(names)}
