"""A preview answers as the learner's page would, and leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.accounts.models import Person, Role
from lms.authoring.preview import playing, states
from lms.authoring.preview.trial import TO, TRIED, Story, Trial, led_here, read, write
from lms.content import blocks
from lms.content.bundle import Bundle, from_folder
from lms.content.library import library
from lms.content.loader import load_module
from lms.content.module import Module
from lms.content.schema import Item
from lms.content.service import import_bundle
from lms.db import Base, db, writing
from lms.quiz.drawing import present
from lms.quiz.grading import right_response
from lms.quiz.showing import to_form
from lms.reflection.prompts import as_prompt
from lms.scenario.story import NoSuchChoiceError, play
from tests.authoring.test_writing import MODULE, NOW, ROOT

BASE = f"/authoring/{MODULE}"
TRIAL = re.compile(rf'name="{TRIED}" value="([^"]*)"')


@cache
def shipped() -> Module:
    return load_module(from_folder(ROOT), MODULE)


@pytest.fixture(scope="module")
def module() -> Module:
    """The shipped module."""
    return shipped()


@pytest.fixture
def trainer(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    """A trainer's browser, with a draft of the shipped module."""
    files = from_folder(ROOT)
    wanted = Bundle({**files.of_module(MODULE).files, **files.of_programme().files})
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, wanted, at=NOW)
    library.forget()
    browser = sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER]))
    browser.submit(f"{BASE}/draft")
    yield browser
    library.forget()


class Preview:
    """A page that is being tried, as a browser without a script would have it."""

    def __init__(self, browser: FlaskClient, page_id: str) -> None:
        self.browser, self.address = browser, f"{BASE}/preview/{page_id}"
        self.text = browser.get(self.address).text

    def send(self, to: str, form: dict[str, Any], status: int = 200) -> str:
        """A form that leads to a learner's address."""
        assert f'name="{TO}" value="{to}"' in self.text, f"the page has no form for {to}"
        trial = TRIAL.search(self.text)
        assert trial
        answer = self.browser.submit(self.address, {**form, TO: to, TRIED: unescape(trial.group(1))})
        assert answer.status_code == status
        self.text = answer.text
        return self.text


def right(item: Item) -> dict[str, list[str]]:
    return to_form(item, present(item, str(states.NOBODY)), right_response(item))


def rows(app: Flask) -> dict[str, int]:
    """How many there are in each table, but for who looks at a draft."""
    with app.app_context():
        tables = [table for table in Base.metadata.sorted_tables if table.name not in ("draft_visit", "sign_in")]
        return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_every_block_can_be_tried_and_nothing_is_kept(app: Flask, trainer: FlaskClient, module: Module) -> None:
    before, tried = rows(app), set()
    for page, block in module.blocks():
        step = STEPS.get("writing" if as_prompt(block) else block.kind)
        if step and (block.kind not in tried or block.kind == "scenario"):
            step(Preview(trainer, page.id), block, module)
            tried.add(block.kind)
    assert tried >= {"check", "scenario", "recall", "reflection", "commitment", "exercise", "self-assessment", "quiz"}
    assert rows(app) == before


def _check(preview: Preview, block: Any, module: Module) -> None:
    address = f"/modules/{MODULE}/checks/{block.id}"
    assert "Choose an answer first." in preview.send(address, {}, 422)
    item = module.check(block.id)
    assert item
    assert re.search("That is (the best answer|right).", preview.send(address, right(item)))


def _writing(preview: Preview, block: Any, _: Module) -> None:
    address = f"/modules/{MODULE}/writing/{block.kind}/{block.id}"
    if getattr(block, "model", None) or getattr(block, "points", None):
        assert "Write a few words first." in preview.send(address, {"compare": "written", "box-0": ""})
        text = preview.send(address, {"compare": "written", "box-0": "What I remember", "version": "0"})
        assert "To compare with" in text
        text = preview.send(address, {"box-0": "What I remember", "point-0": "yes", "version": "1"})
        assert "To compare with" in text, "what was opened stays open"
    else:
        text = preview.send(address, {"box-0": "What I remember"})
    assert "What I remember" in text
    assert "data-autosave" not in text
    assert "My reflections</a>" not in text.split("</main>")[0].split("writing-actions")[1], "there is nothing there"


def _plan(preview: Preview, block: Any, _: Module) -> None:
    address = f"/modules/{MODULE}/plans/{block.id}"
    assert "within 500 characters" in preview.send(address, {"when": "w" * 501, "will": ""}, 422)
    preview.text = Preview(preview.browser, preview.address.rsplit("/", 1)[1]).text
    assert "When the radio goes, I will breathe." in preview.send(
        address, {"when": "the radio goes", "will": "breathe"}
    )


def _exercise(preview: Preview, block: Any, _: Module) -> None:
    address = f"/modules/{MODULE}/exercises/{block.id}"
    assert "Done on 2 March 2026" in preview.send(address, {"done": "yes", "day": "2026-03-02"})
    assert "I have done it" in preview.send(address, {"not-done": "yes", "day": ""})


def _rating(preview: Preview, block: Any, _: Module) -> None:
    address = f"/modules/{MODULE}/self-assessments/{block.id}"
    assert "Choose an answer" in preview.send(address, {}, 422)
    text = Preview(preview.browser, preview.address.rsplit("/", 1)[1])
    ratings = {f"rate-{statement.id}": "1" for statement in block.statements}
    assert f">{block.scale[1]}</td>" in text.send(address, ratings)


def _story(preview: Preview, block: Any, module: Module) -> None:
    story = module.scenarios[block.id]
    run = f"/stories/{states.run_id(story)}"
    preview.send(f"/modules/{MODULE}/scenarios/{block.id}/start", {})
    assert "Choose what you would do." in preview.send(f"{run}/choices", {"step": "0"}, 422)
    step = 0
    while "How it ends" not in preview.text:
        preview.send(f"{run}/choices", {"step": str(step), "choice": "0"})
        step += 1
    assert "Your decisions, and what they did" in preview.text
    assert "You are playing decision" in preview.send(f"{run}/replay", {"decision": "0"})
    preview.send(f"{run}/choices", {"step": "0", "choice": "0"}, 422)  # there to try another one
    assert "Play one decision again" in preview.send(f"{run}/leave", {})


def _quiz(preview: Preview, _: Any, module: Module) -> None:
    preview.send(f"/modules/{MODULE}/quiz/start", {})
    drawn = re.findall(r"/checks/([\w-]+)&?", preview.text)
    slots = len(module.bank.blueprint)
    for item_id in dict.fromkeys(drawn):
        item = module.item(item_id)
        assert item
        preview.send(f"/modules/{MODULE}/checks/{item_id}", right(item))
    marks = sum(item.max_marks for item in map(module.item, dict.fromkeys(drawn)) if item)
    assert len(set(drawn)) == slots
    assert f"Your answers earn {marks} of {marks} marks." in preview.text


STEPS: dict[str, Callable[[Preview, Any, Module], None]] = {
    "check": _check,
    "writing": _writing,
    "commitment": _plan,
    "exercise": _exercise,
    "self-assessment": _rating,
    "scenario": _story,
    "quiz": _quiz,
}

texts = st.text(max_size=20)
trials = st.builds(
    Trial,
    st.dictionaries(texts, st.dictionaries(texts, st.lists(texts, max_size=2), max_size=2), max_size=3),
    st.dictionaries(
        texts,
        st.builds(
            Story,
            st.lists(texts, max_size=3).map(tuple),
            st.none() | st.lists(texts, max_size=3).map(tuple),
            st.none() | st.integers(0, 3),
        ),
        max_size=2,
    ),
    st.integers(0, 9),
)


@given(trials, texts)
def test_a_trial_travels_unchanged_and_what_is_none_is_nothing(trial: Trial, other: str) -> None:
    assert read(write(trial)) == trial
    assert isinstance(read(other), Trial)
    page = led_here('<form class="a" action="/b?c=1&amp;d" data-autosave="/b" novalidate><p data-keep>', "/here", trial)
    assert page.count("<form") == 1
    assert 'action="/here"' in page
    assert 'value="/b?c=1&amp;d"' in page
    assert "data-" not in TRIAL.sub("", page)
    found = TRIAL.search(page)
    assert found
    assert read(unescape(found.group(1))) == trial


@given(st.data())
def test_a_story_is_played_by_the_rules(data: st.DataObject) -> None:
    """Whatever is sent, what stands is a story that can be told."""
    story = data.draw(st.sampled_from(list(shipped().scenarios.values())))
    told = playing.start(Story())
    for _ in range(12):
        try:
            match data.draw(st.sampled_from(("choose", "choose", "choose", "replay", "leave", "start"))):
                case "choose":
                    told = playing.choose(story, told, len(told.choices), data.draw(st.integers(-1, 4)))
                case "replay":
                    told = playing.replay(told, data.draw(st.integers(-1, 6)))
                case "leave":
                    told = playing.leave(told)
                case _:
                    told = playing.start(told)
        except (NoSuchChoiceError, IndexError):
            pass
        assert playing.is_tellable(story, told)
        assert told.first is None or play(story, told.first).ending is not None
        assert states.story(story, told) is not None


def test_what_is_no_longer_there_is_shown_as_it_is(trainer: FlaskClient, module: Module) -> None:
    page_id = next(page.id for page, block in module.blocks() if isinstance(block, blocks.Check))
    for to in ("/modules/x/checks/gone", "/nowhere", "/sign-out", "", "https://example.org/"):
        answer = trainer.submit(f"{BASE}/preview/{page_id}", {TO: to, TRIED: "{}"})
        assert answer.status_code == 200, to
        assert "Quick check" in answer.text
