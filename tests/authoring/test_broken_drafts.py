"""Drafts are half-written most of the time: whatever stands in one, its pages open, and say what is to be mended."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from html import unescape
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring import service
from lms.authoring.files.yaml_text import plain, written
from lms.content import blocks
from lms.content.bundle import from_folder
from lms.content.loader import load_module
from lms.content.module import Module
from lms.db import db, writing
from tests.authoring.test_preview import BASE, Preview, trainer
from tests.authoring.test_writing import MODULE, ROOT

__all__ = ["trainer"]
pytestmark = pytest.mark.slow
COURSE, BANK = f"courses/{MODULE}", f"quizzes/{MODULE}.yaml"
TOP, STORY, SOURCES = f"{COURSE}/module.yaml", f"{COURSE}/scenarios/cold-trolley.yaml", f"{COURSE}/sources.yaml"
Texts = dict[str, str]
Change = Callable[[Any], object]


@cache
def shipped() -> Texts:
    files = from_folder(ROOT).of_module(MODULE).files
    return {path: data.decode() for path, data in files.items() if path.endswith((".md", ".yaml"))}


@cache
def module() -> Module:
    return load_module(from_folder(ROOT), MODULE)


def save(app: Flask, texts: dict[str, str | None]) -> None:
    """As if somebody had typed it."""
    with app.app_context(), db.sessionmaker() as session, writing(session):
        draft = service.lock(session, MODULE)
        assert draft
        encoded = {path: None if text is None else text.encode() for path, text in texts.items()}
        service.save(session, draft, encoded, None, dt.datetime.now(dt.UTC))  # what was read is kept by the time


def yaml(path: str, change: Change) -> Texts:
    """A YAML file with something changed in it."""
    data = deepcopy(plain(shipped()[path], path))
    change(data)
    return {path: written(data)}


def page_with(kind: type[blocks.Block]) -> str:
    return next(page.id for page, block in module().blocks() if isinstance(block, kind))


def path_of(page_id: str) -> str:
    page = module().page(page_id)
    assert page
    return page.file


def opened(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code in (200, 404), f"{address}: {answer.status_code}"
    return unescape(answer.text)


def previews(browser: FlaskClient) -> dict[str, str]:
    found = {}
    for page in module().pages:
        answer = browser.get(f"{BASE}/preview/{page.id}")
        assert answer.status_code == 200, f"{page.id}: {answer.status_code}"
        found[page.id] = unescape(answer.text)
    return found


LISTS = ("", "/module", "/questions", "/sources", "/publish", "/media-files", "/history")
WHOLE = ("/findings", "/compare")
"""They look at every word, and take their time."""


def everything(browser: FlaskClient, *more: str) -> dict[str, str]:
    """Every preview and every page of the editor that lists something, and some of each kind of part."""
    texts = previews(browser)
    for address in (*LISTS, *more):
        opened(browser, f"{BASE}{address}")
    for page in module().pages:
        opened(browser, f"{BASE}/pages/{page.id}")
    one_of_each = {item.type: item.id for item in module().bank.items}
    parts = [f"item/{id_}" for id_ in one_of_each.values()]
    parts += [f"check/{CHECK}", f"item/{module().bank.items[0].id}", "slot/s01"]
    parts += ["scenario/cold-trolley", "scene/cold-trolley:opening", f"source/{next(iter(module().sources))}"]
    parts += [f"tool/{next(iter(module().tools))}"]
    for part in parts:
        opened(browser, f"{BASE}/{part}")
    return texts


CHECK_PAGE, STORY_PAGE, QUIZ_PAGE = page_with(blocks.Check), page_with(blocks.ScenarioBlock), page_with(blocks.Quiz)
CHECK = next(block.id for page, block in module().blocks() if isinstance(block, blocks.Check) and page.id == CHECK_PAGE)


def _check(bank: Any) -> Any:
    return next(one for one in bank["checks"] if one["id"] == CHECK)


def _drop(*path: Any) -> Change:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


HALF = "\n:::{reflection} half\nminutes: soon\n---\nLook back.\n:::\n"
BREAKINGS: dict[str, tuple[Callable[[], Texts], str, str]] = {
    "an empty option of another question": (
        lambda: yaml(BANK, _drop("items", 0, "options", 1, "text")),
        QUIZ_PAGE,
        "is left out of the quiz until it is mended",
    ),
    "an empty option of the question": (
        lambda: yaml(BANK, lambda bank: _check(bank)["options"][0].pop("text")),
        CHECK_PAGE,
        "This question cannot be shown until it is mended",
    ),
    "the question taken away": (
        lambda: yaml(BANK, lambda bank: bank["checks"].remove(_check(bank))),
        CHECK_PAGE,
        f"There is no question “{CHECK}”",
    ),
    "no quick checks at all": (lambda: yaml(BANK, _drop("checks")), CHECK_PAGE, "There is no question"),
    "no places in the quiz": (lambda: yaml(BANK, lambda bank: bank["blueprint"].clear()), QUIZ_PAGE, "The quiz"),
    "an empty choice": (
        lambda: yaml(STORY, _drop("scenes", 0, "choices", 1, "text")),
        STORY_PAGE,
        "This story cannot be shown until it is mended",
    ),
    "a scene taken away": (lambda: yaml(STORY, _drop("scenes", 1)), STORY_PAGE, "This story cannot be shown"),
    "a source that is not there": (
        lambda: {path_of(CHECK_PAGE): f"{shipped()[path_of(CHECK_PAGE)]}\nSo it is [@nobody-2020].\n"},
        CHECK_PAGE,
        "There is no source “nobody-2020”",
    ),
    "a source half-written": (lambda: yaml(SOURCES, _drop("sources", 0, "title")), CHECK_PAGE, "Quick check"),
    "no title of the page": (
        lambda: {path_of(CHECK_PAGE): shipped()[path_of(CHECK_PAGE)].replace("title:", "titel:", 1)},
        CHECK_PAGE,
        "What is said about this page cannot be shown until it is mended",
    ),
    "no title of the module": (lambda: yaml(TOP, _drop("title")), CHECK_PAGE, "Quick check"),
    "no outcomes": (lambda: yaml(TOP, _drop("outcomes")), CHECK_PAGE, "Quick check"),
    "a block without what it needs": (
        lambda: {path_of(CHECK_PAGE): shipped()[path_of(CHECK_PAGE)] + HALF},
        CHECK_PAGE,
        "This block cannot be shown until it is mended",
    ),
    "sections that are none": (lambda: yaml(TOP, lambda top: top.update(sections=5)), CHECK_PAGE, "cannot be shown"),
    "a bank that is none": (lambda: {BANK: "items: 5\nchecks: [1]\nblueprint: x\n"}, CHECK_PAGE, "no question"),
    "a bank that cannot be read": (lambda: {BANK: "items: [\n"}, CHECK_PAGE, "question cannot be shown"),
    "a story that cannot be read": (lambda: {STORY: "scenes: [\n"}, STORY_PAGE, "story cannot be shown"),
}


def test_what_is_half_written_is_told_in_its_place(app: Flask, trainer: FlaskClient) -> None:
    for name, (broken, page_id, said) in BREAKINGS.items():
        save(app, {**shipped(), **broken()})
        assert said in previews(trainer)[page_id], name
        for address in (*LISTS, f"/pages/{page_id}", "/item/" + module().bank.items[0].id, f"/check/{CHECK}"):
            opened(trainer, f"{BASE}{address}")


def _asked(text: str) -> set[str]:
    return {item.id for item in module().bank.checks if re.search(rf"/checks/{item.id}[&\"]", text)}


def test_sound_questions_are_shown_beside_a_broken_one(app: Flask, trainer: FlaskClient) -> None:
    before = previews(trainer)
    save(app, {**yaml(BANK, lambda bank: _check(bank)["options"][1].pop("feedback"))})
    after = previews(trainer)
    assert {page_id: _asked(text) for page_id, text in after.items()} == {
        page_id: _asked(text) - {CHECK} for page_id, text in before.items()
    }
    assert f'<a href="{BASE}/check/{CHECK}" target="_top">Quick check {CHECK}, Options b</a>' in after[CHECK_PAGE]
    assert "“What is said to whoever answers so” is missing; add it." in after[CHECK_PAGE]


def test_a_quiz_can_be_tried_though_a_place_has_no_question(app: Flask, trainer: FlaskClient) -> None:
    save(app, {**yaml(BANK, lambda bank: [one.pop("stem") for one in bank["items"] if one["slot"] == "s01"])})
    preview = Preview(trainer, QUIZ_PAGE)
    text = preview.send(f"/modules/{MODULE}/quiz/start", {})
    assert f"1 of {len(module().bank.blueprint) - 1}" in text


VALUES: tuple[Any, ...] = (None, "", 5, "x: y", [], {}, [5], ["x"], [{}], {"id": 5}, -1, "5,5", True, "a\nb", [[]])


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps: Any = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for step in steps:
        yield (*path, step)
        yield from _paths(data[step], (*path, step))


FRAGMENTS = ("", "---", ":::", "statements: 5", "items: 5", "outcomes: 5", ":::{check} x", "title:")


def _at_random(chance: Random) -> Texts:
    """Anything in the place of anything else, in each kind of file."""
    texts = {}
    for file in (TOP, BANK, STORY, SOURCES):
        data = deepcopy(plain(shipped()[file], file))
        for _ in range(chance.randint(1, 4)):
            path = chance.choice(list(_paths(data)))
            holder = data
            for step in path[:-1]:
                holder = holder[step]
            if chance.random() < 0.3:
                del holder[path[-1]]
            else:
                holder[path[-1]] = chance.choice(VALUES)
        texts[file] = written(data)
    page = path_of(chance.choice(module().pages).id)
    lines = shipped()[page].split("\n")
    at = chance.randrange(len(lines))
    lines[at : at + chance.randint(0, 3)] = [chance.choice(FRAGMENTS)]
    return {**texts, page: "\n".join(lines)}


SPEAKS_OF_FILES = re.compile(r"\.yaml|\btuple\b|\bstring\b|\bYAML\b|`|\[key\]|\binput should\b", re.IGNORECASE)


@pytest.mark.parametrize("seed", range(2))
def test_no_draft_breaks_a_page(app: Flask, trainer: FlaskClient, seed: int) -> None:
    chance = Random(seed)
    for _ in range(2):
        save(app, {**shipped(), **_at_random(chance)})
        everything(trainer, *WHOLE)
        found = [item for item in _items(trainer.get(f"{BASE}/publish").text) if SPEAKS_OF_FILES.search(item)]
        assert found == []


def _items(page: str) -> list[str]:
    listed = re.findall(r'<ul class="author-problems">(.*?)</ul>', page, re.DOTALL)
    lines = [line for one in listed for line in re.findall(r"<li>(.*?)</li>", one, re.DOTALL)]
    return [" ".join(unescape(re.sub(r"<[^>]*>", "", line)).split()) for line in lines]
