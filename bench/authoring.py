"""Whether the editor stays quick for a large module: 100 pages, 300 questions, a story of 50 scenes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from flask import Flask

from bench.installations import Place, bare_page
from bench.load import Ask, visit
from bench.measuring import WARM_UP
from bench.pages import rows
from bench.people import Learner, found
from bench.report import Report
from bench.scenes import Asks, Stage
from lms.accounts import service as accounts
from lms.accounts.models import Role
from lms.authoring import service
from lms.authoring.files.starters import new_item, new_scenario
from lms.authoring.files.yaml_text import written
from lms.authoring.starting.templates import template
from lms.content.bundle import Bundle
from lms.db import db, writing

MODULE = "large"
PAGES, QUESTIONS, SCENES = 100, 300, 50
PLACES = 50
"""In the quiz."""
PARAGRAPH = "Ada asks Ben what is late, waits, and says back what she hears. Then they agree on one thing to do. " * 5
SHOWN = {
    "outline of 100 pages": "",
    "a page of 400 words": "/pages/page-50",
    "300 questions": "/questions",
    "one question": "/item/question-150",
    "a story of 50 scenes": "/scenario/story",
    "one scene": "/scene/story:scene-25",
    "what the checker says of all of it": "/findings",
    "what publishing it would change": "/publish",
}
SAVED = "a block saved"
BLOCK = f"/authoring/{MODULE}/pages/page-50/blocks/1"
TEXTS = ("She asks, waits, and says back what she hears.", "She asks one question, and waits.")


def measured(kind: str, url: str, folder: Path, requests: int) -> Report:
    """Every page of the editor of one large draft."""
    report, place = Report(kind), Place(folder, url)
    with bare_page(url, folder) as bare, place.serving() as served, place.stage(served) as stage:
        trainer = _trainer(stage)
        _begin(stage.app)
        for name, path in SHOWN.items():
            one = trainer.get(f"/authoring/{MODULE}{path}")
            visit(served.port, [one] * WARM_UP)
            asks: Asks = [[one] * requests]
            report.rows += rows(bare, served, name, asks)
        saves: Asks = [list(islice(cycle(_saves(trainer)), requests))]
        report.rows += rows(bare, served, SAVED, saves)
    return report


def _saves(trainer: Learner) -> list[Ask]:
    """Two forms that can be sent by turns: each says that its writer saw what the other one left."""
    page = f"/authoring/{MODULE}/pages/page-50"
    token = found(r'name="csrf-token" content="([^"]+)"', trainer.read(page))
    writer, asks = replace(trainer, token=token), list[Ask]()
    for text in (*TEXTS, TEXTS[0]):
        seen = found(rf'(?s)action="{BLOCK}".*?name="version" value="([^"]*)"', trainer.read(page))
        asks.append(writer.post(BLOCK, {"version": seen, "source": text}))
        visit(trainer.port, asks[-1:])
    return asks[1:]


def _trainer(stage: Stage) -> Learner:
    at = dt.datetime.now(dt.UTC)
    with writing(db.session) as session:
        person = accounts.add_person(session, f"trainer-{at.timestamp()}@example.org", "Trainer", at)
        accounts.join(session, person, None, Role.TRAINER)
        key = accounts.begin_sign_in(session, person.id, None, "bench", at)
    return Learner(stage.port, f"{stage.app.config['SIGN_IN_COOKIE_NAME']}={key}")


def _begin(app: Flask) -> None:
    with app.app_context(), writing(db.session) as session:
        service.begin(session, MODULE, Bundle(dict(_files())), None, dt.datetime.now(dt.UTC))


def _files() -> Iterator[tuple[str, bytes]]:
    made = template(MODULE, "A large module", dt.date(2026, 11, 28)).files
    ids = [f"page-{number}" for number in range(PAGES)]
    sections = [
        {"id": f"part-{at}", "title": f"Part {at}", "minutes": 10, "pages": ids[at * 10 : at * 10 + 10]}
        for at in range(PAGES // 10)
    ]
    top = made[f"courses/{MODULE}/module.yaml"].decode().partition("sections:")[0] + written({"sections": sections})
    yield f"courses/{MODULE}/module.yaml", top.encode()
    for place, id_ in enumerate(ids):
        yield f"courses/{MODULE}/part-{place // 10}/{id_}.md", _page(place).encode()
    yield f"quizzes/{MODULE}.yaml", written(_bank()).encode()
    yield f"courses/{MODULE}/scenarios/story.yaml", written(_story()).encode()


def _page(place: int) -> str:
    return f"---\ntitle: Page {place}\n---\n\n" + "\n\n".join(
        [PARAGRAPH, PARAGRAPH, f":::{{reflection}} think-{place}\nWhat did you hear?\n:::", PARAGRAPH, PARAGRAPH, ""]
    )


def _bank() -> dict[str, object]:
    slots = [{"id": f"s{at}", "outcome": "1.1", "level": "apply", "type": "single"} for at in range(PLACES)]
    item = partial(new_item, "single")
    items = [item(f"question-{at}", slot=f"s{at % PLACES}") for at in range(QUESTIONS)]
    return {"module": MODULE, "blueprint": slots, "items": items}


def _story() -> dict[str, object]:
    story = new_scenario("story", "A story")
    (scene,) = story["scenes"]
    story["scenes"] = [
        {
            **scene,
            "id": f"scene-{at}",
            "choices": [{**one, "next": f"scene-{at + step}" if at + step < SCENES else "end"} for one, step in steps],
        }
        for at in range(SCENES)
        for steps in [list(zip(scene["choices"], (1, 2), strict=True))]
    ]
    return {**story, "first": "scene-0"}
