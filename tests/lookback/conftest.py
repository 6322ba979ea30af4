"""Ada, who has completed the first module of a small programme, and the second, which begins with a warm-up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.player import sample
from tests.player.conftest import ada  # noqa: F401

DAY = dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)
"""When the first module is completed, and the plan is made."""
TURN = f"/modules/{sample.MODULE}/pages/turn"

WARM_UP = """:::{warm-up} start-again
minutes: 3
draws: 2
---
What do you remember?
:::
"""
LOOKING_BACK = """:::{self-assessment} looking-back
minutes: 1
then: true
scale: [Never, Sometimes, Often]
statements: [{id: ask, text: I ask before I help.}]
---
:::
"""


def bundle() -> Bundle:
    """The sample programme; module 1 with a reflection that comes back and a baseline, module 2 with a warm-up."""
    files = {path: text.decode() for path, text in sample.bundle().files.items()}
    turn = f"courses/{sample.MODULE}/begin/turn.md"
    files[turn] = (
        files[turn]
        .replace(":::{reflection} last-time\nminutes: 3\n", ":::{reflection} last-time\nminutes: 3\nrevisit: true\n")
        .replace(":::{self-assessment} where-i-stand", ":::{self-assessment} baseline")
        .replace('examples: ["When', 'follow_up_days: [14, 42]\nexamples: ["When')
    )
    page = f"courses/{sample.SECOND}/only/one.md"
    files[page] = files[page].replace("Some words to read.", f"{WARM_UP}\n{LOOKING_BACK}\nSome words to read.")
    return Bundle({path: text.encode() for path, text in files.items()})


@pytest.fixture
def learner(
    app: Flask,
    client: FlaskClient,
    ada: Person,  # noqa: F811
    sign_in: Callable[..., FlaskClient],
) -> Iterator[FlaskClient]:
    """Ada's browser, on the day on which she begins."""
    with time_machine.travel(DAY, tick=False):
        with app.app_context(), db.sessionmaker() as own, writing(own) as session:
            import_bundle(session, bundle(), DAY)
        library.forget()
        yield sign_in(client, ada)
        library.forget()


@dataclass
class Clock:
    """Moves the day of all that follows; Ada signs in again, since sign-ins do not last for weeks."""

    traveller: time_machine.Coordinates
    sign_in: Callable[[], object]

    def move_to(self, at: dt.datetime) -> None:
        self.traveller.move_to(at)
        self.sign_in()


@pytest.fixture
def clock(
    learner: FlaskClient,
    ada: Person,  # noqa: F811
    sign_in: Callable[..., FlaskClient],
) -> Iterator[Clock]:
    """To go weeks ahead."""
    with time_machine.travel(DAY, tick=False) as traveller:
        yield Clock(traveller, lambda: sign_in(learner, ada))


def token_of(page: str, address: str) -> str:
    """The token in the form that is sent to an address."""
    form = page.split(f'action="{address}"', 1)[1].split("</form>", 1)[0]
    found = re.search(r'name="token" value="([^"]+)"', form)
    assert found, "there is no such form"
    return found[1]


def answer_check(learner: FlaskClient, words: str, page: str = TURN, address: str = "") -> None:
    """Answer a question on a page with the option that has these words."""
    address = address or f"/modules/{sample.MODULE}/checks/which-move"
    text = learner.get(page).text
    form = text.split(f'action="{address}"', 1)[1].split("</form>", 1)[0]
    choice = re.search(rf'value="(\d+)"[^>]*>\s*<label[^>]*>(?:<[^>]+>)*{words}', form)
    assert choice, f"no option {words!r}"
    learner.submit(address, {"token": token_of(text, address), "choice": choice[1]})


def complete(learner: FlaskClient, module: str = sample.MODULE, right: bool = True) -> None:
    """Open every page and pass the quiz (`right`), or take it once and fail."""
    pages = ("verbs", "turn", "quiz") if module == sample.MODULE else ("one",)
    for page in pages:
        assert learner.get(f"/modules/{module}/pages/{page}").status_code == 200
    where = learner.submit(f"/modules/{module}/quiz/start").headers["Location"]
    text = learner.get(where).text
    choice = re.search(rf'value="(\d+)"[^>]*>\s*<label[^>]*>{"To wait" if right else "To hurry"}', text)
    assert choice
    learner.submit(where, {"choice": choice[1], "version": "0"})
    learner.submit(where.split("/items/")[0] + "/submit")
