"""What is measured: for each scene, the requests of every visitor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from flask import Flask

from bench.load import Ask, ask, visit
from bench.people import Learner, addresses, first_choices, found, learners, module, page_with
from lms.content.blocks import Check, Quiz, Reflection
from lms.content.module import Module

Asks = list[list[Ask]]


@dataclass(frozen=True)
class Scene:
    """Requests of one kind."""

    name: str
    prepare: Callable[[Stage, int], list[Ask]]
    """So many requests or a few more, of learners of their own."""
    is_parallel: bool = False
    """Whether it is measured also with eight learners at once."""


@dataclass(frozen=True)
class Stage:
    """The installation under test."""

    app: Flask
    port: int
    module: Module

    def learners(self, count: int) -> list[Learner]:
        """New people, signed in."""
        return learners(self.app, self.port, count)

    def begun(self) -> Learner:
        """Someone who has opened every page once."""
        (learner,) = self.learners(1)
        visit(self.port, [learner.get(path) for path in addresses(self.module)])
        return learner


def stage(app: Flask, port: int) -> Stage:
    """The first module on its port."""
    return Stage(app, port, module())


def dashboard(stage: Stage, count: int) -> list[Ask]:
    return [stage.begun().get("/")] * count


def outline(stage: Stage, count: int) -> list[Ask]:
    return [stage.begun().get(f"/modules/{stage.module.id}")] * count


def page_again(stage: Stage, count: int) -> list[Ask]:
    """From page to page of a module that is known: the place to resume is written each time."""
    learner = stage.begun()
    return [learner.get(path) for path in islice(cycle(addresses(stage.module)), count)]


def page_first(stage: Stage, count: int) -> list[Ask]:
    """Pages opened for the first time: progress and statements are written each time."""
    first, *others = addresses(stage.module)
    readers = stage.learners(-(-count // len(others)))
    visit(stage.port, [reader.get(first) for reader in readers])
    return [reader.get(path) for reader in readers for path in others]


def time_report(stage: Stage, count: int) -> list[Ask]:
    learner, path = stage.begun(), addresses(stage.module)[-1]
    return [learner.post(f"{path}/time", {"seconds": "1", "anchor": f"p{number}"}, 204) for number in range(count)]


def check(stage: Stage, count: int) -> list[Ask]:
    """Answers to a question inside a page."""
    learner, path = stage.begun(), page_with(stage.module, Check)
    page = learner.read(path)
    action = found(r'action="(/modules/[^"]+/checks/[^"]+)"', page)
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    token = found(r'name="token" value="([^"]+)"', form)
    tokens = [f"{token[:24]}{number:012x}" for number in range(count)]
    return [learner.post(action, {"token": one, **first_choices(form)}) for one in tokens]


def reflection(stage: Stage, count: int) -> list[Ask]:
    """Saves of private writing, as they go on while one writes."""
    learner = stage.begun()
    page = learner.read(page_with(stage.module, Reflection))
    action = found(r'action="(/modules/[^"]+/writing/[^"]+)"', page)
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    box = found(r'<textarea[^>]* name="([^"]+)"', form)
    return [learner.post(action, {"version": str(number), box: "word " * (number + 1)}) for number in range(count)]


def quiz_item(stage: Stage, count: int) -> list[Ask]:
    learner = stage.begun()
    return [learner.get(path) for path in islice(cycle(_quiz(stage, learner)), count)]


def quiz_answer(stage: Stage, count: int) -> list[Ask]:
    """Answers to a quiz, each to a question that had none."""
    posts: list[Ask] = []
    while len(posts) < count:
        learner = stage.begun()
        posts += [
            learner.post(path, {"version": "0", **first_choices(learner.read(path))}) for path in _quiz(stage, learner)
        ]
    return posts


def _quiz(stage: Stage, learner: Learner) -> list[str]:
    """Addresses of the questions of an attempt that has just begun."""
    visit(stage.port, [learner.post(f"/modules/{stage.module.id}/quiz/start", {})])
    page = learner.read(page_with(stage.module, Quiz))
    attempt = found(r"/attempts/([0-9a-f-]{36})", page)
    first = learner.read(f"/attempts/{attempt}/items/1")
    total = int(found(r'<progress value="\d+" max="(\d+)"', first))
    return [f"/attempts/{attempt}/items/{place}" for place in range(1, total + 1)]


def sign_in_page(stage: Stage, count: int) -> list[Ask]:
    return [ask(stage.port, "/sign-in")] * count


SCENES: Sequence[Scene] = (
    Scene("dashboard", dashboard, is_parallel=True),
    Scene("outline of a module", outline),
    Scene("page, opened again", page_again, is_parallel=True),
    Scene("page, opened first, statements written", page_first),
    Scene("report of reading time", time_report),
    Scene("answer to a check, statement written", check),
    Scene("private writing saved", reflection),
    Scene("question of the quiz", quiz_item, is_parallel=True),
    Scene("answer in the quiz", quiz_answer),
    Scene("sign-in page of a visitor", sign_in_page),
)
