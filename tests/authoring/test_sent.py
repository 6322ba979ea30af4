"""A zip waits while its sender looks at what it would change, and is taken over or left; on both databases."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.authoring import queries
from lms.authoring.models import KEPT_FOR, SentModule
from lms.authoring.upload import service
from lms.config import Settings
from lms.db import db, transaction
from lms.operate.chores import remove_old
from tests.authoring.desk import BASE, MODULE, SENT, draft, hidden, packed, published, send, take, trainer, written
from tests.conftest import ready_url
from tests.content import sample

__all__ = ["draft", "published", "ready_url", "trainer"]
ROOT = f"courses/{MODULE}"
PAGE = f"{ROOT}/start/who-cares.md"


def changed(text: str = "Then someone stayed.") -> bytes:
    """A zip of the module in which the first page says something else."""
    files = sample.files()
    return packed({**files, PAGE: files[PAGE] + f"\n{text}\n"})


@pytest.fixture
def colleague(app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(app.test_client(), person("Max Orr", "max@example.org", roles=[Role.TRAINER], site="north"))


def test_first_one_sees_what_would_change_and_nothing_does(app: Flask, draft: FlaskClient) -> None:
    before, files = written(app), sample.files()
    files[PAGE] += "\nThen someone stayed.\n\n:::{nonsense}\nOne line.\n\n:::\n"
    files[f"{ROOT}/module.yaml"] = files[f"{ROOT}/module.yaml"].replace("title: ", "title: Really ", 1)
    del files[f"{ROOT}/tools/card.md"]
    assert send(draft, packed(files)).location == SENT
    page = draft.get(SENT).text
    line = files[PAGE][: files[PAGE].index(":::{nonsense}")].count("\n") + 1
    assert f"{PAGE}, line {line}: " in page
    assert re.search(r"<ins>.{0,60}Really", page)
    assert "0 new, 2 changed" in page
    assert "1 taken away" in page
    assert f"<li>{ROOT}/tools/card.md</li>" in page
    assert written(app) == before
    assert "waits for you" in draft.get(f"{BASE}/upload").text


def test_who_leaves_it_has_the_draft_as_it_was(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    send(draft, changed())
    form = hidden(draft.get(SENT).text)
    assert draft.submit(f"{SENT}/leave", form).location == BASE
    assert "The zip is left." in draft.get(BASE).text
    assert written(app) == before
    for address in (SENT, f"{SENT}/leave"):
        assert draft.submit(address, form).location == BASE
        assert "No zip of yours waits here" in draft.get(BASE).text
    assert draft.get(SENT).location == BASE
    assert written(app) == before


def test_undo_brings_back_what_was_there_before_the_zip(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    take(draft, changed())
    assert b"someone stayed" in written(app)[PAGE]
    draft.submit(f"{BASE}/undo")
    assert written(app) == before


def test_what_is_there_already_does_not_wait(app: Flask, draft: FlaskClient) -> None:
    assert send(draft, packed(sample.files())).location == BASE
    assert "There is nothing to change." in draft.get(BASE).text
    assert draft.get(SENT).location == BASE


def test_a_zip_waits_in_the_database_for_every_worker_for_a_day(
    app: Flask, draft: FlaskClient, settings: Settings
) -> None:
    send(draft, changed())
    again, cookie = create_app(settings), draft.get_cookie(app.config["SIGN_IN_COOKIE_NAME"])
    assert cookie
    other = again.test_client()
    other.set_cookie(cookie.key, cookie.value)
    assert "someone stayed" in other.get(SENT).text
    at = dt.datetime.now(dt.UTC)
    remove_old(again, at)
    assert other.get(SENT).status_code == 200
    remove_old(again, at + KEPT_FOR + dt.timedelta(minutes=1))
    with again.app_context():
        assert db.session.scalars(select(SentModule.id)).all() == []
        db.engine.dispose()


def test_a_zip_past_its_day_is_gone_even_if_nobody_has_deleted_it(app: Flask, draft: FlaskClient) -> None:
    send(draft, changed())
    form, before = hidden(draft.get(SENT).text), written(app)
    with app.app_context(), transaction() as session:
        long_ago = dt.datetime.now(dt.UTC) - KEPT_FOR - dt.timedelta(minutes=1)
        session.execute(update(SentModule).values(sent_at=long_ago))
    assert "waits for you" not in draft.get(f"{BASE}/upload").text
    for answer in (draft.get(SENT), draft.submit(SENT, form), draft.submit(f"{SENT}/leave", form)):
        assert answer.location == BASE
    assert "a day has passed" in draft.get(BASE).text
    assert written(app) == before
    assert send(draft, changed()).location == SENT


def test_only_who_sent_it_sees_it(app: Flask, draft: FlaskClient, colleague: FlaskClient) -> None:
    send(draft, changed())
    form, before = hidden(draft.get(SENT).text), written(app)
    assert colleague.get(SENT).location == BASE
    assert "waits for you" not in colleague.get(f"{BASE}/upload").text
    for address in (SENT, f"{SENT}/leave"):
        assert colleague.submit(address, form).location == BASE
    assert written(app) == before
    assert draft.get(SENT).status_code == 200


def test_what_others_wrote_meanwhile_is_not_written_over(
    app: Flask, draft: FlaskClient, colleague: FlaskClient
) -> None:
    send(draft, changed())
    seen = hidden(draft.get(SENT).text)
    colleague.submit(f"{BASE}/outline", {"do": "add section", "title": "By a colleague"})
    before = written(app)
    answer = draft.submit(SENT, seen)
    assert answer.status_code == 409
    assert re.search(r"Max Orr has saved since: [^<]*module\.yaml", answer.text)
    assert "The section “By a colleague” goes." in answer.text
    assert written(app) == before
    for strange in ("", "x", "1-", "9-9", f"{seen['version']}1", "-1-1", f"{seen['version'].split('-')[0]}-{'9' * 30}"):
        assert draft.submit(SENT, {**seen, "version": strange}).status_code == 409
    assert written(app) == before
    assert draft.submit(SENT, hidden(answer.text)).location == BASE
    assert b"someone stayed" in written(app)[PAGE]
    draft.submit(f"{BASE}/undo")
    assert written(app) == before


def test_a_draft_that_was_published_or_begun_meanwhile_is_shown_first(
    app: Flask, draft: FlaskClient, colleague: FlaskClient
) -> None:
    send(draft, changed())
    seen = hidden(draft.get(SENT).text)
    colleague.submit(f"{BASE}/throw-away", {"sure": "yes"})
    answer = draft.submit(SENT, seen)
    assert answer.status_code == 409
    assert "a draft would be begun" in answer.text
    seen = hidden(answer.text)
    colleague.submit(f"{BASE}/draft")
    assert draft.submit(SENT, seen).status_code == 409


def test_what_was_published_meanwhile_is_shown_first(app: Flask, trainer: FlaskClient, colleague: FlaskClient) -> None:
    send(trainer, changed())
    seen = hidden(trainer.get(SENT).text)
    colleague.submit(f"{BASE}/draft")
    take(colleague, packed({**sample.files(), PAGE: sample.files()[PAGE] + "\nBy a colleague.\n"}))
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found
        form = {"do": "now", "version": str(found.version)}
    assert colleague.submit(f"{BASE}/publish", form).status_code == 303
    answer = trainer.submit(SENT, seen)
    assert answer.status_code == 409
    assert "By a colleague." in answer.text
    with app.app_context():
        assert queries.open_draft(db.session, MODULE) is None
    assert trainer.submit(SENT, hidden(answer.text)).location == BASE
    assert b"someone stayed" in written(app)[PAGE]


def test_of_two_zips_the_one_that_was_looked_at_is_taken(app: Flask, draft: FlaskClient) -> None:
    send(draft, changed("The first."))
    first, before = hidden(draft.get(SENT).text), written(app)
    send(draft, changed("The second."))
    for address in (SENT, f"{SENT}/leave"):
        answer = draft.submit(address, first)
        assert answer.status_code == 409
        assert "The second." in answer.text
    assert written(app) == before
    assert draft.submit(SENT, hidden(draft.get(SENT).text)).location == BASE
    assert b"The second." in written(app)[PAGE]


@pytest.mark.parametrize("strange", ["one\ttwo", ">#\n  one", "2026-02-31"])
def test_what_could_not_be_written_on_afterwards_is_refused_with_its_line(
    app: Flask, draft: FlaskClient, strange: str
) -> None:
    files, before = sample.files(), written(app)
    files[f"{ROOT}/module.yaml"] = re.sub("(?m)^title: .*$", f"title: {strange}", files[f"{ROOT}/module.yaml"])
    answer = send(draft, packed(files))
    if answer.status_code == 303:  # taken as it is: then it can be written on
        draft.submit(SENT, hidden(draft.get(SENT).text))
        renamed = {"do": "rename section", "section": "start", "title": "Another", "minutes": "5"}
        assert draft.submit(f"{BASE}/outline", renamed).status_code == 303
    else:
        assert answer.status_code == 422
        assert f"{ROOT}/module.yaml, line " in answer.text
        assert written(app) == before


def test_a_fault_in_taking_over_is_not_told_as_a_zip_that_is_gone(
    app: Flask, draft: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(draft, changed())
    form, before = hidden(draft.get(SENT).text), written(app)
    monkeypatch.setattr(service, "replacing", lambda *_: {}["a key that is not there"])
    assert draft.submit(SENT, form).status_code == 500
    monkeypatch.undo()
    assert written(app) == before
    assert draft.submit(SENT, form).location == BASE, "it waits still"
