"""A second person is asked to look at a draft, and says something about a block."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from lms.authoring.files.meeting import mark
from lms.authoring.files.page_text import pieces
from lms.config import Settings
from tests.authoring.test_writing import BASE, FILE, PAGE, change, course, draft, files, text, trainer

__all__ = ["course", "draft", "files", "trainer"]
MakePerson = Callable[..., Person]
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def tom(person: MakePerson) -> Person:
    return person("Tom Reed", "tom@example.org", roles=[Role.TRAINER], site="north")


def say(browser: FlaskClient, about: str, words: str, back: str = PAGE, path: str = FILE) -> None:
    form = {"path": path, "about": about, "text": words, "back": back}
    assert browser.submit(f"{BASE}/comments", form).location == (back if back.startswith(BASE) else BASE)


def test_a_comment_stays_with_its_block(app: Flask, draft: FlaskClient, tom: Person, sign_in: SignIn) -> None:
    found = pieces(text(app, FILE))
    other = sign_in(app.test_client(), tom)
    say(other, "attend-single", "Is <b>this</b> too easy?")
    say(other, mark(found[2].text), "A long first sentence.")
    page = draft.get(PAGE).text
    assert "Is &lt;b&gt;this&lt;/b&gt; too easy?" in page
    assert "Comments on what has been changed since" not in page
    change(draft, 2, do="block up")
    assert "Comments on what has been changed since" not in draft.get(PAGE).text, "it moves with its words"
    change(draft, 1, type="note", title="Another", text="A short one.")
    assert "Comments on what has been changed since" in draft.get(PAGE).text
    outline = draft.get(BASE).text
    assert "2 comments wait for an answer" in outline
    assert draft.submit(f"{BASE}/comments/1/done", {"back": PAGE}).location == PAGE
    assert draft.submit(f"{BASE}/comments/1/done", {"back": PAGE}).status_code == 303
    assert "1 comment waits for an answer" in draft.get(BASE).text


def test_what_is_empty_or_leads_elsewhere(draft: FlaskClient) -> None:
    say(draft, "attend-single", "  ")
    assert "waits for an answer" not in draft.get(BASE).text
    for back in ("https://example.org/", "//example.org", "/account", f"{BASE}/..//example.org"):
        say(draft, "attend-single", "Words", back if not back.startswith(BASE) else "x")
    nowhere = {"path": "courses/other/module.yaml", "about": "", "text": "Words"}
    assert draft.submit(f"{BASE}/comments", nowhere).status_code == 404
    assert draft.submit(f"{BASE}/comments/999/done").status_code == 404


def test_somebody_is_asked_once_and_says_when_it_is_done(
    app: Flask, draft: FlaskClient, tom: Person, sign_in: SignIn, settings: Settings
) -> None:
    assert draft.submit(f"{BASE}/review", {"reviewer": str(tom.uuid)}).status_code == 303
    assert draft.submit(f"{BASE}/review", {"reviewer": str(tom.uuid)}).status_code == 303
    (mail,) = (settings.instance / "mail").glob("*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["To"].addresses[0].addr_spec == "tom@example.org"
    assert BASE in message.get_content()
    other = sign_in(app.test_client(), tom)
    assert "I have looked at it" in other.get(BASE).text
    assert "I have looked at it" not in draft.get(BASE).text
    assert other.submit(f"{BASE}/review/done").status_code == 303
    assert "Tom Reed has looked at it as it is now." in draft.get(BASE).text
    change(draft, 1, source="Changed since.")
    assert "the draft was changed since" in draft.get(BASE).text
    draft.submit(f"{BASE}/review", {"reviewer": str(tom.uuid)})
    assert len(list((settings.instance / "mail").glob("*.eml"))) == 2, "asked again, for what is new"


def test_only_who_may_write_can_be_asked(draft: FlaskClient, person: MakePerson) -> None:
    for who in (person("A Learner"), person("A Lead", roles=[Role.SITE_LEAD], site="north")):
        assert draft.submit(f"{BASE}/review", {"reviewer": str(who.uuid)}).status_code == 404
    assert draft.submit(f"{BASE}/review", {"reviewer": "nonsense"}).status_code == 404
    assert draft.submit(f"{BASE}/review/done").status_code == 404, "who was not asked is not done"
