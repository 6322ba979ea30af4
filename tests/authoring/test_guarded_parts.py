"""What hangs together is not parted by accident: ids, places of the quiz, kinds of questions, stories, revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from lms.authoring import queries, service
from lms.authoring.files.outline import sections_of
from lms.authoring.files.yaml_text import plain
from lms.authoring.watching.service import put
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.authoring.desk import BASE, MODULE, NOW, draft, published, trainer, written
from tests.authoring.test_guarding import version_in
from tests.authoring.test_writing import fields_in
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
BANK, TOP, ROOT = sample.BANK, f"courses/{MODULE}/module.yaml", f"courses/{MODULE}"


def submit(browser: FlaskClient, address: str, form: dict[str, str] | None = None) -> Any:
    return browser.submit(f"{BASE}{address}", form or {})  # type: ignore[attr-defined]


def form_of(browser: FlaskClient, address: str) -> dict[str, str]:
    return fields_in(browser.get(f"{BASE}{address}").text)


def bank(app: Flask) -> Any:
    return plain(written(app)[BANK].decode(), BANK)


def item(app: Flask, id_: str) -> Any:
    return next(one for one in bank(app)["items"] if one["id"] == id_)


def save(app: Flask, file: str, change: Callable[[str], str]) -> None:
    """As if it had been typed in a file."""
    with app.app_context(), db.sessionmaker() as session, writing(session):
        found = service.lock(session, MODULE)
        assert found
        text = change((queries.text(session, found, file)) or "")
        service.save(session, found, {file: text.encode()}, None, dt.datetime.now(dt.UTC))


def publish(browser: FlaskClient, **more: str) -> Any:
    page = browser.get(f"{BASE}/publish").text
    answer = submit(browser, "/publish", {"version": version_in(page), **more})
    library.forget()
    return answer


# Ids that carry learners' work.


def test_an_id_that_learners_chose_by_is_not_given_to_a_new_option(app: Flask, draft: FlaskClient) -> None:
    first = item(app, "s01-a")
    gone = first["options"][-1]["id"]
    place = len(first["options"]) - 1
    submit(draft, "/item/s01-a", form_of(draft, "/item/s01-a") | {"do": f"remove options.{place}"})
    assert gone not in [one["id"] for one in item(app, "s01-a")["options"]]
    submit(draft, "/item/s01-a", form_of(draft, "/item/s01-a") | {"do": "add options"})
    assert gone not in [one["id"] for one in item(app, "s01-a")["options"]]
    assert len(item(app, "s01-a")["options"]) == len(first["options"])


def test_a_question_a_choice_and_a_scene_get_ids_that_were_never_seen(app: Flask, draft: FlaskClient) -> None:
    submit(draft, "/item/s01-a/remove")
    assert submit(draft, "/new", {"kind": "item", "slot": "s01", "title": "s01 a"}).location.endswith("/item/s01-a-2")
    story = next(path for path in written(app) if "/scenarios/" in path).rsplit("/", 1)[1].removesuffix(".yaml")
    file = f"{ROOT}/scenarios/{story}.yaml"
    scene = plain(written(app)[file].decode(), file)["scenes"][0]
    address = f"/scene/{story}:{scene['id']}"
    last = len(scene["choices"]) - 1
    submit(draft, address, form_of(draft, address) | {"do": f"remove choices.{last}"})
    submit(draft, address, form_of(draft, address) | {"do": "add choices"})
    now = plain(written(app)[file].decode(), file)["scenes"][0]
    assert scene["choices"][last]["id"] not in [one["id"] for one in now["choices"]]
    submit(draft, f"{address}/remove")
    made = submit(draft, "/new", {"kind": "scene", "scenario": story, "title": scene["id"]})
    assert made.location.endswith(f":{scene['id']}-2")


# Places of the quiz and kinds of questions.


def test_a_place_with_questions_stays(app: Flask, draft: FlaskClient) -> None:
    answer = submit(draft, "/slot/s01/remove")
    assert answer.location.endswith("/slot/s01")
    page = unescape(draft.get(answer.location).text)
    assert "written for this place: s01-a" in page
    assert "or take it away first." in page
    assert "s01" in [slot["id"] for slot in bank(app)["blueprint"]]
    for one in [one["id"] for one in bank(app)["items"] if one["slot"] == "s01"]:
        submit(draft, f"/item/{one}/remove")
    assert submit(draft, "/slot/s01/remove").location.endswith("/questions")
    assert "s01" not in [slot["id"] for slot in bank(app)["blueprint"]]


def test_a_question_whose_place_is_gone_opens_and_can_be_placed_or_taken_away(app: Flask, draft: FlaskClient) -> None:
    type_ = bank(app)["blueprint"][0]["type"]
    other = next(slot["id"] for slot in bank(app)["blueprint"][1:] if slot["type"] == type_)
    save(app, BANK, lambda text: text.replace("slot: s01\n", "slot: gone\n"))
    listed = draft.get(f"{BASE}/questions").text
    assert "Without a place" in listed
    form = form_of(draft, "/item/s01-a")
    assert form["options.0.text"]
    submit(draft, "/item/s01-a", form | {"slot": other})
    assert item(app, "s01-a")["slot"] == other
    rest = next(one["id"] for one in bank(app)["items"] if one["slot"] == "gone")
    assert submit(draft, f"/item/{rest}/remove").status_code == 303
    assert rest not in [one["id"] for one in bank(app)["items"]]


def test_a_question_keeps_the_kind_of_its_place(app: Flask, draft: FlaskClient) -> None:
    slots = bank(app)["blueprint"]
    other = next(slot["id"] for slot in slots if slot["type"] != slots[0]["type"])
    page = draft.get(f"{BASE}/item/s01-a").text
    assert f'<option value="{other}"' not in page, "places of another kind are not offered"
    submit(draft, "/item/s01-a", form_of(draft, "/item/s01-a") | {"slot": other, "stem": "Said anew?"})
    assert (item(app, "s01-a")["slot"], item(app, "s01-a")["stem"].strip()) == ("s01", "Said anew?")
    page = draft.get(f"{BASE}/slot/s01").text
    assert "as long as questions are written for this place" in page
    submit(draft, "/slot/s01", form_of(draft, "/slot/s01") | {"type": "numeric"})
    assert bank(app)["blueprint"][0]["type"] == slots[0]["type"]


def test_fields_of_another_kind_go_as_soon_as_a_question_is_saved(app: Flask, draft: FlaskClient) -> None:
    extra = "slot: s01\n    rationale: ''\n    answer: 0\n    level: evaluate\n"
    save(app, BANK, lambda text: text.replace("slot: s01\n", extra, 1).replace("text:", "marks: 0\n        text:", 1))
    assert "is not known here; open it and press “Save”" in unescape(draft.get(f"{BASE}/publish").text)
    submit(draft, "/item/s01-a", form_of(draft, "/item/s01-a"))
    saved = item(app, "s01-a")
    assert not {"rationale", "answer", "level"} & saved.keys()
    assert "marks" not in saved["options"][0]
    assert "mended first" not in draft.get(f"{BASE}/publish").text


# Stories and tools.


@pytest.mark.parametrize(("kind", "folder"), [("scenario", "scenarios"), ("tool", "tools")])
def test_a_story_or_a_tool_goes_when_no_page_shows_it(app: Flask, draft: FlaskClient, kind: str, folder: str) -> None:
    file = next(path for path in written(app) if path.startswith(f"{ROOT}/{folder}/"))
    id_ = file.rsplit("/", 1)[1].split(".")[0]
    assert "Take it away" in draft.get(f"{BASE}/{kind}/{id_}").text
    answer = submit(draft, f"/{kind}/{id_}/remove")
    assert file in written(app)
    assert "It is shown on “" in unescape(draft.get(answer.location).text)
    for path, data in written(app).items():
        if path.endswith(".md"):
            save(app, path, lambda text: text.replace(f"{{{kind}}} {id_}", f"{{{kind}}} other"))
            assert data
    assert submit(draft, f"/{kind}/{id_}/remove").status_code == 303
    assert file not in written(app)


# Something was published since the draft was begun.


def test_publishing_an_older_draft_undoes_nothing_unseen(
    app: Flask,
    draft: FlaskClient,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
    published: Bundle,
) -> None:
    top = published.files[TOP].decode()
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, Bundle({**published.files, TOP: top.replace("title: ", "title: New ", 1).encode()}), NOW)
    library.forget()
    page = unescape(draft.get(f"{BASE}/publish").text)
    assert "Revision 2 was published on" in page
    assert "from files" in page
    assert "<li>The outline, or what is said about the module</li>" in page
    refused = publish(draft)
    assert refused.status_code == 422
    assert "Something else was published since this draft was begun" in refused.text
    day = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    assert publish(draft, do="at", day=f"{day:%Y-%m-%d}", time="10:00").status_code == 422
    assert publish(draft, over="1").status_code == 422
    tom = sign_in(app.test_client(), person("Tom Bell", roles=[Role.TRAINER]))
    assert submit(tom, "/history/1/restore").status_code == 303
    library.forget()
    assert publish(draft).status_code == 303, "learners see what the draft began as: nothing would be undone"


def test_who_published_is_named(
    app: Flask,
    draft: FlaskClient,
    person: Callable[..., Person],
    sign_in: Callable[..., FlaskClient],
    published: Bundle,
) -> None:
    tom = sign_in(app.test_client(), person("Tom Bell", roles=[Role.TRAINER]))
    submit(draft, "/outline", {"do": "rename section", "section": "start", "title": "By Ida", "minutes": "13"})
    assert publish(draft).status_code == 303
    submit(draft, "/draft")
    assert submit(tom, "/history/1/restore").status_code == 303
    library.forget()
    assert "by Tom Bell" in draft.get(f"{BASE}/publish").text
    assert publish(draft, over="3").status_code == 303


# Files that come from a folder.


def test_what_no_form_can_show_is_not_put_into_the_draft(app: Flask, draft: FlaskClient, published: Bundle) -> None:
    page = next(path for path in published.files if path.endswith("/who-cares.md"))
    broken = Bundle(
        {**published.files, TOP: b"sections: 5\n", BANK: b"items: [\n", page: b"---\ntitle: New\n---\n\nx\n"}
    )
    with app.app_context(), db.sessionmaker() as session, writing(session):
        done = put(session, MODULE, published, broken, NOW)
    assert done
    assert (done.taken, done.refused_files) == ((page,), {TOP, BANK})
    assert written(app)[TOP] == published.files[TOP]
    assert draft.get(BASE).status_code == 200
    assert sections_of("sections: 5\n", MODULE) == []
    assert sections_of("sections: [5, {id: a, pages: 7}, {id: b, pages: [c, 4]}]\n", MODULE) == [
        {"id": "a", "pages": []},
        {"id": "b", "pages": ["c"]},
    ]


def test_the_outline_opens_whatever_stands_in_its_file(app: Flask, draft: FlaskClient) -> None:
    for text in ("sections: 5\n", "sections: [5]\n", "sections: [{id: start, pages: 5}]\n", "x", "sections: [\n"):
        save(app, TOP, lambda _, text=text: text)  # type: ignore[misc]
        assert draft.get(BASE).status_code == 200, text
        assert draft.get(f"{BASE}/pages/who-cares").status_code in (200, 404), text


def test_findings_say_where_they_are(app: Flask, draft: FlaskClient) -> None:
    form = form_of(draft, "/item/s01-a") | {"options.1.text": "", "options.0.feedback": ""}
    submit(draft, "/item/s01-a", form)
    page = f"{ROOT}/start/starting-point.md"
    save(app, page, lambda text: text.replace("minutes: 3\nrevisit", "minutes: 5,5\nrevisit"))
    said = " ".join(unescape(draft.get(f"{BASE}/publish").text).split())
    assert ">Question of the quiz s01-a, Options b</a>: “Text” is missing; add it." in said
    assert ">Question of the quiz s01-a, Options a</a>: “What is said to whoever answers so” is missing" in said
    assert ">Page “You”, Reflection felt-cared</a>: “Minutes”: “5,5” is no number; write a number, such as 5" in said
