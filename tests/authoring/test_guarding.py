"""Ids with learners' work are neither taken away nor given to something else by accident."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import config
from lms.accounts.models import Person, Role
from lms.audit.models import AuditEvent
from lms.authoring.publishing.changes import Work
from lms.authoring.publishing.guarding import CHECK, Key, Nature, natures, threats
from lms.cli import main
from lms.content.library import library
from lms.content.loader import load_module
from lms.content.same_words import likeness
from lms.content.service import import_bundle
from lms.db import db, open_session, writing
from lms.enrolment.models import Registration
from lms.operate import preparing
from lms.quiz.models import CheckAnswer
from tests.quiz import sample

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
BASE = f"/authoring/{sample.MODULE}"
MODULE = load_module(sample.bundle(), sample.MODULE)
ITEM = MODULE.bank.checks[0].id
WORK = Work(items={}, checks={ITEM: 3}, prompts={}, stories={}, pages={})


def without(id_: str) -> Any:
    """The module as it would be without one of its checks."""
    bank = MODULE.bank.model_copy(update={"checks": tuple(one for one in MODULE.bank.checks if one.id != id_)})
    return replace(MODULE, bank=bank)


def asking(words: str) -> Any:
    """The module with other words in that check."""
    item = MODULE.bank.checks[0]
    text = type(item.stem)(words)
    options = tuple(one.model_copy(update={"text": type(item.stem)(f"{words} {one.id}")}) for one in item.options)  # type: ignore[union-attr]
    changed = item.model_copy(update={"stem": text, "options": options})
    return replace(MODULE, bank=MODULE.bank.model_copy(update={"checks": (changed, *MODULE.bank.checks[1:])}))


def test_what_would_go_or_be_something_else_is_told() -> None:
    assert threats(MODULE, MODULE, WORK) == []
    [gone] = threats(MODULE, without(ITEM), WORK)
    assert (gone.key, gone.people) == (Key(CHECK, ITEM), 3)
    assert "3 people answered it." in gone.said
    assert threats(MODULE, without(ITEM), replace(WORK, checks={})) == []
    [other] = threats(MODULE, asking("Quite another matter, of trolleys"), WORK)
    assert "would be something else" in other.said
    was = natures(MODULE)[Key(CHECK, ITEM)]
    assert threats(without(ITEM), MODULE, WORK, lambda _: was) == []
    [back] = threats(without(ITEM), MODULE, WORK, lambda _: Nature("numeric", was.words))
    assert "would be something else" in back.said


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_between_nothing_and_all(first: str, second: str) -> None:
    assert likeness(first, first) == 1
    assert 0 <= likeness(first, second) <= 1


@pytest.fixture
def worked_on(app: Flask, person: Callable[..., Person]) -> Iterator[None]:
    """The sample, published, with a check that two people answered."""
    people = [person(f"Learner {number}") for number in range(2)]
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, sample.bundle(), AT)
        for one in people:
            taken = Registration(person_id=one.id, module_id=sample.MODULE, registered_at=AT)
            session.add(taken)
            session.flush()
            answer = CheckAnswer(
                registration_id=taken.id, item_id=ITEM, token=one.uuid, response=["a"], answered_at=AT, raw=0, max=1
            )
            session.add(answer)
    library.forget()
    yield
    library.forget()


@pytest.fixture
def trainer(
    app: Flask, worked_on: None, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> FlaskClient:
    """A trainer's browser, with a draft."""
    browser = sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER]))
    browser.submit(f"{BASE}/draft")
    return browser


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', page)
    assert found
    return found.group(1)


def let_go(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [one.facts for one in db.session.scalars(select(AuditEvent)) if one.action == "work let go"]


def test_nothing_goes_without_a_tick_of_its_own(app: Flask, trainer: FlaskClient) -> None:
    address = f"{BASE}/pages/checks"
    page = trainer.get(address).text
    place = int(
        page.split(f'<option value="{ITEM}" selected')[0].rsplit('name="id"', 1)[0].rsplit('id="b', 1)[1].split("-")[0]
    )
    form = {"version": version_in(page.split(f'action="{address}/blocks/{place}"')[1]), "do": "remove block"}
    assert trainer.submit(f"{address}/blocks/{place}", form).status_code == 303
    assert "2 people worked on it." in trainer.get(address).text
    assert trainer.submit(f"{BASE}/check/{ITEM}/remove").status_code == 303
    page = unescape(trainer.get(f"{BASE}/publish").text)
    assert f"The quick check {ITEM} would go. 2 people answered it." in page
    form = {"version": version_in(page)}
    refused = trainer.submit(f"{BASE}/publish", form)
    assert refused.status_code == 422
    assert "Tick what may go" in refused.text
    assert trainer.submit(f"{BASE}/publish", {**form, "may": "question x"}).status_code == 422
    assert let_go(app) == []
    assert trainer.submit(f"{BASE}/publish", {**form, "may": f"quick check {ITEM}"}).status_code == 303
    assert let_go(app) == [{"kind": "quick check", "id": ITEM, "people": 2}]


def put_without(id_: str, folder: Path) -> Path:
    """The sample as files, in which one of its checks has another id."""
    for name, data in sample.bundle().files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bank, page = folder / f"quizzes/{sample.MODULE}.yaml", folder / f"courses/{sample.MODULE}/only/checks.md"
    bank.write_text(bank.read_text().replace(f'"{id_}"', '"another-one"').replace(f"id: {id_}\n", "id: another-one\n"))
    page.write_text(page.read_text().replace(id_, "another-one"))
    return folder


def test_the_command_line_refuses_the_same(
    app: Flask, worked_on: None, settings: config.Settings, tmp_path: Path
) -> None:
    folder = put_without(ITEM, tmp_path / "files")
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database}

    def run(*arguments: str) -> Any:
        library.forget()
        return CliRunner(env=environment).invoke(main, ["courses", "import", str(folder), *arguments])

    refused = run()
    assert refused.exit_code == 1
    assert f"The quick check {ITEM} would go. 2 people answered it." in refused.output
    assert f"--may-remove {ITEM}" in refused.output
    with open_session(settings.database) as session:
        assert library.module(session, sample.MODULE)
    assert run("--draft").exit_code == 0
    done = run("--may-remove", ITEM)
    assert done.exit_code == 0, done.output
    assert "published as revision" in done.output
    assert let_go(app) == [{"kind": "quick check", "id": ITEM, "people": 2}]


def test_a_new_release_takes_nothing_away_either(
    app: Flask, worked_on: None, settings: config.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = put_without(ITEM, tmp_path / "release")
    monkeypatch.setattr(preparing, "_files", lambda: release)
    prepared = preparing.prepare(settings, "admin@example.org")
    assert f"The quick check {ITEM} would go. 2 people answered it." in prepared.warnings[0]
    assert f"--may-remove {ITEM}" in prepared.warnings[0]
    with open_session(settings.database) as session:
        library.forget()
        module = library.module(session, sample.MODULE)
        assert module
        assert module.check(ITEM)
