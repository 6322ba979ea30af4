"""A learner finds the way: dashboard, outline, pages, and back to the very place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.content.blocks import Block
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.outbox.models import Statement
from lms.player import blocks
from lms.player.blocks import Kind
from lms.progress.models import PageProgress, Place, Visit
from tests.player.sample import MODULE, SECOND, UNWRITTEN

FIRST = f"/modules/{MODULE}/pages/verbs"
SECOND_PAGE = f"/modules/{MODULE}/pages/turn"
RESUME = f"/modules/{MODULE}/resume"


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def complete(app: Flask, person: Person, module_id: str, at: dt.datetime) -> None:
    """As if the module had been completed then."""
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(
            update(Registration)
            .filter_by(person_id=person.id, module_id=module_id)
            .values(state=State.COMPLETED, started_at=at, completed_at=at, passed_at=at)
        )


def test_visitor_is_asked_to_sign_in(learner: FlaskClient, app: Flask) -> None:
    for path in ("/", f"/modules/{MODULE}", FIRST, RESUME):
        assert app.test_client().get(path).headers["Location"].startswith("/sign-in")


def test_newcomer_sees_one_clear_start(learner: FlaskClient) -> None:
    page = learner.get("/").text
    assert "Welcome, Ada" in page
    assert page.count("btn-primary") == 1
    assert re.search(rf'href="{RESUME}">Start', page)
    assert "In preparation" in page
    assert "It is still being written." in page
    assert "Opens 7 days after you complete <em>Notice</em>" in page
    assert f"/modules/{UNWRITTEN}" not in page


def test_start_leads_to_the_first_page(learner: FlaskClient) -> None:
    assert learner.get(RESUME).headers["Location"] == FIRST


def test_looking_at_the_dashboard_and_the_outline_records_nothing(learner: FlaskClient, app: Flask) -> None:
    learner.get("/")
    learner.get(f"/modules/{MODULE}")
    learner.get(RESUME)
    learner.head(FIRST)
    assert count(app, Registration) == count(app, Statement) == 0


def test_opening_a_page_is_recorded_once(learner: FlaskClient, app: Flask) -> None:
    assert learner.get(FIRST).status_code == 200
    told = count(app, Statement)
    assert count(app, PageProgress) == 1
    assert told > 0
    learner.get(FIRST)
    assert count(app, PageProgress) == 1
    assert count(app, Statement) == told


def test_returning_leads_to_the_very_place(learner: FlaskClient, app: Flask) -> None:
    anchor = re.search(r'id="(at-\d+-\d+)"', learner.get(FIRST).text)[1]  # type: ignore[index]
    learner.get(SECOND_PAGE)
    learner.get(FIRST)
    assert send_time(learner, FIRST, seconds=20, anchor=anchor).status_code == 204
    assert learner.get(RESUME).headers["Location"] == f"{FIRST}#{anchor}"
    page = learner.get("/").text
    assert "Go on where you stopped" in page
    assert "You stopped at <strong>The four verbs</strong>" in page


def test_time_is_counted_but_never_more_than_the_clock_allows(learner: FlaskClient, app: Flask) -> None:
    learner.get(FIRST)
    assert send_time(learner, FIRST, seconds=600).status_code == 204
    with app.app_context():
        assert (db.session.scalar(select(PageProgress.seconds)) or 0) <= 10


@pytest.mark.parametrize("seconds", ["-1", "601", "x", "", "1e3"])
def test_strange_time_reports_are_refused(learner: FlaskClient, seconds: str) -> None:
    learner.get(FIRST)
    assert send_time(learner, FIRST, seconds=seconds).status_code == 400


def test_strange_anchor_is_not_kept(learner: FlaskClient, app: Flask) -> None:
    learner.get(FIRST)
    for anchor in ('"><script>', "main", "at-" + "1" * 200):
        assert send_time(learner, FIRST, seconds=1, anchor=anchor).status_code == 204
    with app.app_context():
        assert db.session.scalar(select(Place.anchor)) == ""


def test_time_report_needs_a_token(learner: FlaskClient) -> None:
    learner.get(FIRST)
    assert learner.post(f"{FIRST}/time", data={"seconds": "1"}).status_code == 400


def test_locked_module_says_why_and_lets_nobody_in(learner: FlaskClient, app: Flask) -> None:
    answer = learner.get(f"/modules/{SECOND}/pages/one")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/modules/{SECOND}"
    assert "Opens 7 days after you complete <em>Notice</em>" in learner.get(f"/modules/{SECOND}").text
    assert send_time(learner, f"/modules/{SECOND}/pages/one", seconds=1).status_code == 404
    assert count(app, Registration) == 0


def test_modules_open_one_after_the_other(learner: FlaskClient, app: Flask, ada: Person) -> None:
    learner.get(FIRST)
    now = dt.datetime.now(dt.UTC)
    complete(app, ada, MODULE, now - dt.timedelta(days=3))
    page = learner.get("/").text
    assert "Well done. Next comes Speak" in page
    assert "Opens on <time" in page
    complete(app, ada, MODULE, now - dt.timedelta(days=8))
    assert re.search(rf'href="/modules/{SECOND}/resume">Start', learner.get("/").text)
    assert learner.get(f"/modules/{SECOND}/pages/one").status_code == 200


def test_unknown_names_are_not_found(learner: FlaskClient) -> None:
    for path in (
        "/modules/none",
        f"/modules/{UNWRITTEN}",
        "/modules/none/resume",
        f"/modules/{MODULE}/pages/none",
        f"/modules/{MODULE}/tools/none",
        f"/modules/{MODULE}/media/none.svg",
        f"/modules/{MODULE}/media/../module.yaml",
    ):
        assert learner.get(path).status_code == 404, path


def test_outline_tells_the_state_of_every_section(learner: FlaskClient) -> None:
    learner.get(FIRST)
    page = learner.get(f"/modules/{MODULE}").text
    assert "Under way" in page
    assert "To come" in page
    learner.get(SECOND_PAGE)
    assert "Done" in learner.get(f"/modules/{MODULE}").text


def test_page_shows_every_block(learner: FlaskClient) -> None:
    page = learner.get(FIRST).text
    for words in (
        "This part talks about distress. You may have lived it. You can skip, pause or come back",
        "Samaritans",
        "This story is made up.",
        "What research shows",
        "What is not known",
        "Try this",
        "<figcaption>Four verbs, <em>one</em> person.</figcaption>",
        "Read what the picture shows",
        'id="source-1"',
        "https://doi.org/10.1000/heard",
        "A link, not a cause.",
    ):
        assert words in page, words
    page = learner.get(SECOND_PAGE).text
    for anchor in (
        "block-recall-recall-verbs",
        "block-check-which-move",
        "block-reflection-last-time",
        "block-scenario-the-lift",
        "block-exercise-ten-minutes",
        "block-commitment-my-plan",
        "block-self-assessment-where-i-stand",
        "block-tool-card",
    ):
        assert f'id="{anchor}"' in page, anchor
        assert f'id="{anchor}-title"' in page


def test_page_gives_no_key_away(learner: FlaskClient) -> None:
    page = learner.get(SECOND_PAGE).text
    assert "Waiting lets people think" not in page


def test_pages_lead_on_and_back(learner: FlaskClient) -> None:
    page = learner.get(SECOND_PAGE).text
    assert f'href="/modules/{MODULE}/pages/quiz" rel="next"' in page
    assert "Next section: Finish" in page
    assert f'href="{FIRST}" rel="prev"' in page


def test_tool_has_lines_to_write_on(learner: FlaskClient) -> None:
    page = learner.get(f"/modules/{MODULE}/tools/card").text
    assert page.count("write-line") == 2
    assert "___" not in page


def test_media_are_sent_as_what_they_are(learner: FlaskClient) -> None:
    answer = learner.get(f"/modules/{MODULE}/media/verbs.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_page_asks_few_questions_of_the_database(learner: FlaskClient, questions: Callable[[], int]) -> None:
    learner.get(FIRST)
    learner.get(SECOND_PAGE)
    learner.get("/")
    questions()
    learner.get(FIRST)
    assert questions() <= 6
    learner.get("/")
    # Who it is, how far they are, which module was opened early, what is asked of them, the next session.
    assert questions() <= 5


def send_time(browser: FlaskClient, path: str, **values: object):  # type: ignore[no-untyped-def]
    """A report as the page's script sends it."""
    headers = {"X-CSRFToken": token_of(browser), "X-Requested-With": "fetch"}
    return browser.post(f"{path}/time", data=values, headers=headers)


def test_signing_out_ends_the_visit_and_wipes_the_device(learner: FlaskClient, app: Flask) -> None:
    learner.get(FIRST)
    token = token_of(learner)
    answer = learner.post("/sign-out", data={"csrf_token": token})
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    with app.app_context():
        assert db.session.scalar(select(Visit.ended_at)) is not None


def test_device_key_is_for_its_owner_alone(
    learner: FlaskClient, app: Flask, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    def ask(browser: FlaskClient) -> dict[str, str]:
        answer = browser.post("/device-key", headers={"X-CSRFToken": token_of(browser), "X-Requested-With": "fetch"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json
        return answer.json

    other = sign_in(app.test_client(), person("Ben Cole"))
    assert ask(learner) == ask(learner)
    assert ask(learner)["key"] != ask(other)["key"]
    assert app.test_client().post("/device-key", headers={"X-Requested-With": "fetch"}).status_code == 401
    assert learner.post("/device-key").status_code == 400
    assert learner.get("/device-key").status_code == 405


def test_last_report_of_a_page_does_not_lead_back(learner: FlaskClient, app: Flask) -> None:
    learner.get(FIRST)
    learner.get(SECOND_PAGE)
    assert send_time(learner, FIRST, seconds=5, anchor="at-3-1").status_code == 204
    assert learner.get(RESUME).headers["Location"] == SECOND_PAGE


def test_end_of_a_module_says_so(learner: FlaskClient, app: Flask, ada: Person) -> None:
    end = f"/modules/{MODULE}/completed"
    assert learner.get(end).headers["Location"] == f"/modules/{MODULE}"
    learner.get(FIRST)
    complete(app, ada, MODULE, dt.datetime.now(dt.UTC))
    page = learner.get(end).text
    assert "You have completed Notice" in page
    assert "Opens on <time" in page
    assert learner.get("/modules/none/completed").status_code == 404


def test_help_is_there_for_everyone(learner: FlaskClient, app: Flask) -> None:
    for browser in (learner, app.test_client()):
        assert "Samaritans" in browser.get("/help").text
        assert browser.get("/accessibility").status_code == 200


def test_every_room_gets_one_question_for_all_its_blocks(learner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def load(_session: object, registration: Registration, given: Sequence[Block]) -> dict[str, str]:
        assert registration.module_id == MODULE
        asked.append([block.id for block in given])
        return {block.id: "a state" for block in given}

    monkeypatch.setitem(blocks.KINDS, "reflection", Kind("player/blocks/plain.html", load))
    assert learner.get(SECOND_PAGE).status_code == 200
    assert asked == [["last-time"]]


def token_of(browser: FlaskClient) -> str:
    """The token in the head of every page."""
    return re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/").text)[1]  # type: ignore[index]


def test_when_all_is_opened_the_quiz_is_what_is_left(learner: FlaskClient, app: Flask, ada: Person) -> None:
    for page_id in ("verbs", "turn", "quiz"):
        learner.get(f"/modules/{MODULE}/pages/{page_id}")
    for path in ("/", f"/modules/{MODULE}"):
        page = learner.get(path).text
        assert "What is left is to pass" in page
        assert f"/modules/{MODULE}/pages/quiz#block-quiz" in page
    assert "See how far you are" in learner.get(f"/modules/{MODULE}/pages/quiz").text
    complete(app, ada, MODULE, dt.datetime.now(dt.UTC))
    assert f'href="/modules/{MODULE}/completed"' in learner.get(f"/modules/{MODULE}/pages/quiz").text


def test_a_tool_is_a_sheet_to_keep(learner: FlaskClient) -> None:
    address = f"/modules/{MODULE}/tools/card"
    assert f'href="{address}.pdf"' in learner.get(address).text
    sheet = learner.get(f"{address}.pdf")
    assert sheet.mimetype == "application/pdf"
    assert sheet.data.startswith(b"%PDF-")
    assert learner.get(f"/modules/{MODULE}/tools/none.pdf").status_code == 404
    assert learner.get(f"/modules/{SECOND}/tools/card.pdf").status_code == 404


def test_the_end_of_a_module_names_what_is_to_do_on_shift(learner: FlaskClient, app: Flask, ada: Person) -> None:
    learner.get(FIRST)
    learner.submit(f"/modules/{MODULE}/exercises/ten-minutes", {"done": "yes"})
    complete(app, ada, MODULE, dt.datetime.now(dt.UTC))
    page = learner.get(f"/modules/{MODULE}/completed").text
    assert f'href="{SECOND_PAGE}#block-exercise-ten-minutes">Ten minutes</a> <span class="quiet">done</span>' in page
    assert f'href="{SECOND_PAGE}#block-commitment-my-plan">Your plan</a>' in page
