"""Revisions and drafts compared in words."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

from lms.authoring import queries, service
from lms.authoring.comparing.comparison import compare
from lms.authoring.comparing.words import MOST_STEPS, compared
from lms.content.loader import load_module
from lms.db import db, transaction
from tests.authoring.desk import BASE, MODULE, draft, published, trainer, written
from tests.content import sample
from tests.work import called

__all__ = ["draft", "published", "trainer"]
ROOT = f"courses/{MODULE}"
PAGE = f"{ROOT}/start/who-cares.md"
SENTENCE = "Support work reaches every patient."
texts = some.text("ab *\n#", max_size=60)


def save(app: Flask, **files: str | None) -> None:
    """Put files into the draft, or take them away."""
    with app.app_context(), transaction() as session:
        found = service.lock(session, MODULE)
        assert found
        changes = {path: None if text is None else text.encode() for path, text in files.items()}
        service.save(session, found, changes, None, dt.datetime.now(dt.UTC))


def text(app: Flask, path: str) -> str:
    return written(app)[path].decode()


def publish(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found
        version = found.version
    assert browser.submit(f"{BASE}/publish", {"version": str(version), "sure": "yes"}).status_code == 303  # type: ignore[attr-defined]


def said(html: str) -> str:
    """What a screen reader would read of the page, in one line."""
    main = html.split("<main", 1)[1].split("</main>", maxsplit=1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", "", main)).split())


@given(texts, texts)
def test_both_texts_are_in_the_comparison(old: str, new: str) -> None:
    runs = compared(old, new)
    assert "".join(run.text for run in runs if run.mark != "added").split() == old.split()
    assert "".join(run.text for run in runs if run.mark != "removed").split() == new.split()
    assert any(run.mark != "same" for run in runs) == (old.split() != new.split() or (bool(runs) and not (old and new)))


def test_the_draft_is_compared_with_what_learners_see(app: Flask, draft: FlaskClient) -> None:
    assert "No words are different" in draft.get(f"{BASE}/compare").text
    save(app, **{PAGE: text(app, PAGE).replace(SENTENCE, "Support work helps every single patient.")})
    page = draft.get(f"{BASE}/compare")
    assert "<h3>Who cares" in page.text
    assert re.search(r"<del>.{0,60}reaches.{0,60}</del>", page.text)
    assert re.search(r"<ins>.{0,60}helps.{0,60}</ins>", page.text)
    assert "Support work (gone: reaches) (new: helps) every (new: single) patient. It goes" in said(page.text)
    assert "Four verbs" not in said(page.text), "what is as it was is not shown"
    assert f"{BASE}/compare" in draft.get(f"{BASE}/publish").text
    assert f"{BASE}/compare" in draft.get(f"{BASE}/history").text


def test_every_kind_of_change_is_said_in_words(app: Flask, draft: FlaskClient) -> None:
    module = f"{ROOT}/module.yaml"
    top = text(app, module)
    top = top.replace("pages: [pause, smiling, recall-steady]", "pages: [smiling, pause, fresh, recall-steady]")
    top = top.replace("title: A sample", "title: A better sample").replace("minutes: 13.5", "minutes: 14")
    bank = text(app, sample.BANK)
    stem = f"On a shift you see {sample.case(1, 9)}. What helps most?"
    save(
        app,
        **{
            module: top,
            f"{ROOT}/steady/fresh.md": "---\ntitle: Fresh air\n---\n\nGo out.\n",
            sample.BANK: bank.replace(stem, stem.replace("most", "least"), 1),
            f"{ROOT}/scenarios/cold-cups.yaml": text(app, f"{ROOT}/scenarios/cold-cups.yaml").replace(
                "title: Scene 3", "title: The third"
            ),
            f"{ROOT}/media/verbs.svg": sample.SVG.replace("Attend", "Listen"),
            f"{ROOT}/steady/pause.md": text(app, f"{ROOT}/steady/pause.md") + "\n:::{check} check-1\n:::\n",
        },
    )
    shown = said(draft.get(f"{BASE}/compare").text)
    for words in (
        "New page: “Fresh air”, in the section “steady”.",
        "The order of the pages in “steady” is now: “Smiling”, “Pause”, “Fresh air”, “Recall”.",
        "The section “start” is planned with 14 minutes instead of 13.5.",
        "The file verbs.svg is another one.",
        "Title: A (new: better) sample",
        "Fresh air New Title: (new: Fresh air) (new: Go out.)",
        "Questions of the quiz",
        "What helps (gone: most?) (new: least?)",
        "Scenes scene-3, Title: (gone: Scene 3) (new: The third)",
        "Quick check: (new: check-1)",
    ):
        assert words in shown, words
    assert "slot" not in shown
    save(app, **{f"{ROOT}/steady/fresh.md": None, module: top.replace("pause, fresh, ", "")})
    shown = said(draft.get(f"{BASE}/compare").text)
    assert "The page “Pause” goes." in shown


def test_revisions_are_compared_with_the_one_before_and_with_now(app: Flask, draft: FlaskClient) -> None:
    for word in ("serves", "lifts"):
        save(app, **{PAGE: sample.files()[PAGE].replace("reaches", word)})
        publish(app, draft)
        draft.submit(f"{BASE}/draft")  # type: ignore[attr-defined]
    history = draft.get(f"{BASE}/history").text
    for number, query in ((2, ""), (3, ""), (1, "?with=now"), (2, "?with=now")):
        assert f"{BASE}/history/{number}/compare{query}" in history
    assert f'{BASE}/history/1/compare"' not in history, "there is none before the first"
    compare_ = lambda path: said(draft.get(f"{BASE}/history/{path}").text)  # noqa: E731
    assert "(gone: reaches) (new: serves)" in compare_("2/compare")
    assert "(gone: serves) (new: lifts)" in compare_("3/compare")
    assert "From revision 1 to what learners see (revision 3)" in compare_("1/compare?with=now")
    assert "(gone: reaches) (new: lifts)" in compare_("1/compare?with=now")
    assert "(gone: serves) (new: lifts)" in compare_("3/compare?with=now"), "learners see it: with the one before"
    for path in ("1/compare", "4/compare", "99999999999999999999/compare"):
        assert draft.get(f"{BASE}/history/{path}").status_code == 404
    assert draft.get("/authoring/none/compare").status_code == 404


def test_what_is_broken_is_compared_as_far_as_it_can_be_read(app: Flask, draft: FlaskClient) -> None:
    save(app, **{PAGE: text(app, PAGE).replace(SENTENCE, "<script>alert(1)</script>")})
    page = draft.get(f"{BASE}/compare")
    assert (page.status_code, "has to be mended" in page.text) == (200, True)
    assert "<script>alert" not in page.text
    save(app, **{f"{ROOT}/module.yaml": "a: *b\n"})
    page = draft.get(f"{BASE}/compare")
    assert "cannot be compared" in page.text
    assert "aliases are not allowed" in page.text


@pytest.mark.parametrize(
    ("old", "new"),
    [("a " * 9000, "a b " * 4500), ("a b " * 700, "b a " * 700), ("\n\n".join("ab" * 4000), "\n\n".join("ba" * 4000))],
    ids=["one word", "two words", "paragraphs"],
)
def test_texts_that_are_hard_to_compare_take_no_longer(old: str, new: str) -> None:
    head = "---\ntitle: Who cares\n---\n\n"
    one = load_module(sample.bundle(), MODULE)
    before, after = (sample.bundle({PAGE: f"{head}{text}\n"}) for text in (old, new))
    files = [load_module(bundle, MODULE) for bundle in (before, after)]
    with called() as calls:
        assert not compare(*files).is_empty
        assert compare(one, one).is_empty
    assert calls.count < 4 * MOST_STEPS
