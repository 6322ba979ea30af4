"""A new module from nothing or as a copy, and its place in the programme."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from lms.authoring import queries
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.loader import read_module
from lms.db import db
from tests.authoring.test_writing import MODULE, course, files, trainer

__all__ = ["course", "files", "trainer"]


def bundle_of(app: Flask, module_id: str) -> Bundle:
    with app.app_context():
        draft = queries.open_draft(db.session, module_id)
        assert draft
        return queries.bundle(db.session, draft)


def test_a_template_is_whole_and_can_be_published(app: Flask, trainer: FlaskClient) -> None:
    begun = trainer.submit("/authoring/new", {"title": "Saying no: kindly"})
    assert begun.location.endswith("/authoring/saying-no-kindly")
    assert read_module(bundle_of(app, "saying-no-kindly"), "saying-no-kindly").problems == ()
    for address in ("", "/questions", "/pages/welcome", "/pages/quiz", "/preview/try-it", "/publish", "/module"):
        assert trainer.get(f"{begun.location}{address}").status_code == 200, address
    assert "Nobody has seen this module yet" in trainer.get(f"{begun.location}/publish").text
    assert trainer.submit(f"{begun.location}/publish", {"version": "1"}).status_code == 303
    library.forget()
    added = {"module": "saying-no-kindly", "do": "add", "days": "3"}
    assert trainer.submit("/authoring/programme", added).status_code == 303
    library.forget()
    assert "Saying no: kindly" in trainer.get("/").text


def test_a_copy_is_the_same_under_another_name(app: Flask, trainer: FlaskClient, files: Bundle) -> None:
    begun = trainer.submit("/authoring/new", {"title": "Listening, again", "copy": MODULE})
    assert begun.location.endswith("/authoring/listening-again")
    made, original = bundle_of(app, "listening-again").files, files.of_module(MODULE).files
    assert len(made) == len(original)
    differing = [path for path, data in made.items() if data != original[path.replace("listening-again", MODULE)]]
    assert sorted(differing) == ["courses/listening-again/module.yaml", "quizzes/listening-again.yaml"]
    assert read_module(Bundle(made), "listening-again").problems == ()


def test_a_title_is_needed_and_two_of_one_name_differ(trainer: FlaskClient) -> None:
    wrong = trainer.submit("/authoring/new", {"title": " "})
    assert (wrong.status_code, "Give the module a title." in wrong.text) == (422, True)
    places = [trainer.submit("/authoring/new", {"title": title}).location for title in ("One", "One", "New")]
    assert [place.rsplit("/", 1)[-1] for place in places] == ["one", "one-2", "new-2"]


def test_the_order_of_the_programme(app: Flask, trainer: FlaskClient) -> None:
    assert "Notice and listen" in trainer.get("/authoring/programme").text
    assert trainer.submit("/authoring/programme", {"module": "nowhere", "do": "add"}).status_code == 404
    before = order(app)
    trainer.submit("/authoring/programme", {"module": MODULE, "do": "down"})
    assert order(app) == [before[1], before[0], *before[2:]]
    trainer.submit("/authoring/programme", {"module": MODULE, "do": "days", "days": "9999"})
    trainer.submit("/authoring/programme", {"module": MODULE, "do": "remove"})
    assert MODULE not in order(app)
    trainer.submit("/authoring/programme", {"module": MODULE, "do": "add", "days": "2"})
    assert order(app)[-1] == MODULE


def order(app: Flask) -> list[str]:
    library.forget()
    with app.app_context():
        found = library.programme(db.session)
        assert found
        return [one.id for one in found.modules]
