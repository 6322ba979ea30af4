"""After a corrected key: what is marked again, what nobody loses unasked, and what is told of it."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.audit.models import AuditEvent
from lms.content.bundle import Bundle
from lms.content.library import library
from lms.content.schema import Item
from lms.content.service import import_bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from lms.outbox.models import Statement
from lms.privacy.queries import record_of
from lms.quiz import grading
from lms.quiz.grading import Score
from lms.quiz.models import QuizAttempt, QuizRegrade
from lms.quiz.queries import sitting
from lms.quiz.regrading.marking import Answer, Change, Result, can_read, exact, is_corrected, regrade
from lms.quiz.regrading.wording import corrected
from lms.quiz.responding import Response
from lms.quiz.showing import to_form
from tests.quiz import sample
from tests.quiz.test_taking import MODULE, START, start
from tests.samples.bank import ALL, ITEM

MASTERY = 0.75
BASE = f"/authoring/{MODULE}/mark-again"


@st.composite
def items(draw: st.DrawFn, raw: dict[str, Any]) -> Item:
    """An item of a type with any key that it may have."""
    made, ids = copy.deepcopy(raw), "abcd"
    keys = draw(st.permutations(ids))
    for option in made.get("options", ()):
        place = keys.index(option["id"])
        option |= {"key": place < made.get("choose", 1)} if "key" in option else {}
        option |= {"marks": (2, 1, 0, 0)[place]} if "marks" in option else {}
    if made["type"] == "ordering":
        made["options"] = draw(st.permutations(made["options"]))
    for source in made.get("sources", ()):
        source["target"] = draw(st.sampled_from(["slip", "drift", "deliberate"]))
    if made["type"] == "numeric":
        made |= {"answer": draw(st.integers(14, 18)), "tolerance": draw(st.sampled_from([0, 0.5, 2]))}
    return ITEM.validate_python(made)


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[Item], list[Item], list[Response]]:
    """The items of a quiz by an old key and by another, and what somebody answered."""
    old, new, given_ = [], [], []
    for raw in ALL:
        before = draw(items(raw))
        old.append(before)
        new.append(draw(st.just(before) | items(raw)))
        given_.append(draw(st.just(()) | items(raw).map(grading.right_response)))
    return old, new, given_


def _sat(old: list[Item], responses: list[Response]) -> tuple[Result, list[Answer]]:
    marked = [grading.mark(item, response) for item, response in zip(old, responses, strict=True)]
    score = grading.total(marked)
    kept = [
        Answer(item.id, response, exact(float(one.raw)))
        for item, response, one in zip(old, responses, marked, strict=True)
    ]
    return Result(score, grading.is_pass(score, MASTERY)), kept


@given(answered(), st.sampled_from([0.5, 0.75, 0.9]))
def test_marking_again_changes_what_was_corrected_once(
    sat: tuple[list[Item], list[Item], list[Response]], mastery_now: float
) -> None:
    old, new, responses = sat
    result, answers = _sat(old, responses)
    unchanged = regrade(result, answers, {item.id: (item, item) for item in old}, mastery_now)
    assert (unchanged.new, unchanged.marks, unchanged.change) == (result, (), Change.SAME)
    corrections = {was.id: (was, is_) for was, is_ in zip(old, new, strict=True)}
    outcome = regrade(result, answers, corrections, mastery_now)
    assert {marks.item_id for marks in outcome.marks} == {i for i, pair in corrections.items() if is_corrected(*pair)}
    afresh = grading.total(grading.mark(item, response) for item, response in zip(new, responses, strict=True))
    assert outcome.new.score == afresh, "exactly what it would have been worth"
    lost = result.passed and not outcome.new.passed
    assert lost == (outcome.change is Change.LOST), "a pass is never lost without being named"
    assert not (outcome.change is Change.BETTER and lost)
    assert not (outcome.new.score.raw <= result.score.raw and outcome.is_now_passed)
    now = {marks.item_id: marks.new for marks in outcome.marks}
    kept = [Answer(one.item_id, one.response, now.get(one.item_id, one.raw)) for one in answers]
    again = regrade(outcome.new, kept, {item.id: (item, item) for item in new}, mastery_now)
    assert (again.new, again.marks) == (outcome.new, ())
    assert all(corrected(*pair) for pair in corrections.values() if is_corrected(*pair))


def test_what_cannot_be_marked_fairly_is_left() -> None:
    def single(*ids: str, key: str) -> Item:
        options = [{"id": one, "text": one, "feedback": one, "key": one == key} for one in ids]
        return ITEM.validate_python({**ALL[0], "options": options})

    was = single("a", "b", "c", key="c")
    assert not can_read(was, single("a", "c", key="a"), ("b",)), "what was chosen is gone"
    assert not can_read(was, single("a", "b", "c", "d", key="d"), ("c",)), "what is right was not offered"
    assert not can_read(was, ITEM.validate_python({**ALL[2], "id": was.id}), ("a",)), "another kind of question"
    assert can_read(was, single("b", "a", key="a"), ("a",))
    assert not is_corrected(was, single("c", "d", "b", "a", key="c")), "order and distractors decide nothing"
    parts = {"a": "Ask him", "b": "Tell him off", "c": "Wait until he speaks"}
    was, other = _worded(parts, "c"), {**parts, "c": "Nothing of the kind"}
    assert not can_read(was, _worded(other, "b"), ("c",)), "the id that was chosen stands for something else now"
    assert not can_read(was, _worded(other, "c"), ("a",)), "so does that of the right one"
    assert can_read(was, _worded({**parts, "c": "Wait until he has spoken"}, "b"), ("c",)), "it is better said"
    assert can_read(was, _worded({**parts, "a": "Ask hmi"}, "b"), ("a",)), "a slip of the pen"
    was = single("a", "b", "c", key="c")
    kept = Result(Score(Fraction(1), 1), passed=True)
    left = regrade(kept, [Answer(was.id, ("b",), Fraction(1))], {was.id: (was, single("a", "c", key="a"))}, MASTERY)
    assert (left.new, left.marks) == (kept, ())


def _worded(parts: dict[str, str], key: str) -> Item:
    options = [{"id": id_, "text": text, "feedback": text, "key": id_ == key} for id_, text in parts.items()]
    return ITEM.validate_python({**ALL[0], "options": options})


def publish(app: Flask, key: str) -> None:
    """The module with another right answer to its single items."""
    files = dict(sample.bundle().files)
    bank = json.loads(files[f"quizzes/{MODULE}.yaml"])
    for item in bank["items"]:
        if item["slot"] == "slot-single":
            for option in item["options"]:
                option["key"] = option["id"] == key
    files[f"quizzes/{MODULE}.yaml"] = json.dumps(bank).encode()
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        import_bundle(session, Bundle(files), dt.datetime.now(dt.UTC))
    library.forget()


def sit(app: Flask, browser: FlaskClient, single: str, number: str = "16") -> str:
    """Open every page, take the quiz with these answers and all else right; the address of the attempt."""
    for page in ("reading", "checks", "final"):
        browser.get(f"/modules/{MODULE}/pages/{page}")
    attempt = start(browser)
    with app.app_context():
        found = db.session.scalars(select(QuizAttempt).filter_by(uuid=uuid.UUID(attempt.rsplit("/", 1)[1]))).one()
        questions = sitting(db.session, found).questions
    for place, question in enumerate(questions, 1):
        mine = {"single": (single,), "numeric": (number,)}
        response = mine.get(question.item.type, grading.right_response(question.item))
        browser.submit(f"{attempt}/items/{place}", to_form(question.item, question.presented, response))
    browser.submit(f"{attempt}/submit")
    return attempt


def told(app: Flask, whose: Person) -> list[str]:
    """The verbs of somebody's statements about scores and passes, in order."""
    with app.app_context():
        rows = db.session.scalars(
            select(Statement.body)
            .join(Registration, Registration.uuid == Statement.registration)
            .where(Registration.person_id == whose.id)
            .order_by(Statement.id)
        )
        verbs = [json.loads(body)["verb"]["id"].rsplit("/", 1)[1] for body in rows]
    return [verb for verb in verbs if verb in ("scored", "passed", "failed", "completed", "satisfied", "voided")]


def taken(app: Flask, whose: Person) -> Registration:
    with app.app_context():
        return db.session.scalars(select(Registration).filter_by(person_id=whose.id)).one()


def said(page: str) -> str:
    """The words of a page, as they are read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.split("<main", 1)[1]))


def form_of(page: str, **more: Any) -> dict[str, Any]:
    """What the page sends along."""
    items = sorted(set(re.findall(r'name="items" value="([^"]+)"', page)))
    (revision,) = set(re.findall(r'name="revision" value="([^"]+)"', page))
    return {"revision": revision, "items": items, **more}


def test_a_corrected_key_is_followed_as_somebody_says(
    app: Flask, learner: FlaskClient, ada: Person, person: Callable[..., Person], sign_in: Callable[..., FlaskClient]
) -> None:
    people = {name: person(name) for name in ("Ben Cole", "Cyd Dorn", "Dee Ek")}
    ben, cyd, dee = (sign_in(app.test_client(), one) for one in people.values())
    trainer = sign_in(app.test_client(), person("Tia Moss", roles=[Role.TRAINER], site="north"))
    assert "nothing to mark again" in trainer.get(BASE).text
    adas = sit(app, learner, "c", number="1")  # 6 of 7 by the old key, 5 by the new
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)):
        bens = sit(app, ben, "a", number="1")  # 5 of 7, and 6
    second = start(ben)
    cyds = sit(app, cyd, "c")  # 7 of 7, and 6
    dees = sit(app, dee, "b")  # 6 of 7 by both
    before = told(app, ada)
    assert told(app, people["Ben Cole"]) == ["scored", "failed"]
    assert before == ["scored", "passed", "completed", "satisfied"]

    publish(app, key="a")
    asked = trainer.get(BASE)
    assert "The right answer was “Option c”. It is now “Option a”." in asked.text
    assert "1 result goes up" in asked.text
    assert not re.search("Ada Bell|Ben Cole|Cyd Dorn|Dee Ek", asked.text), "nobody is named before it is asked for"
    form = form_of(asked.text)
    assert trainer.submit(f"{BASE}/results", {"revision": form["revision"]}).status_code == 422
    listed = trainer.submit(f"{BASE}/results", form)
    assert re.search("Ben Cole [^:]+: would now pass", said(listed.text))
    assert re.search("Cyd Dorn [^:]+: the score goes down, nothing else", said(listed.text))
    assert "Ada Bell" in listed.text.split('id="lost"')[1]
    assert "Dee" not in listed.text
    assert not re.search(r"\d%|\d of \d", said(listed.text)), "no more than it takes to decide"
    (lost,) = re.findall(r'name="attempts" value="([^"]+)"', listed.text)

    assert trainer.submit(BASE, {**form, "revision": "1", "better": "y"}).status_code == 409
    for press in ("1 result went up, 1 result stayed, 1 person has passed by it", "Nothing was marked again"):
        assert trainer.submit(BASE, {**form, "better": "y"}).status_code == 303
        assert press in trainer.get(BASE).text
    assert taken(app, people["Ben Cole"]).state is State.COMPLETED
    assert told(app, people["Ben Cole"]) == ["scored", "failed", "scored", "passed", "completed", "satisfied"]
    page = said(ben.get(f"{bens}/result").text)
    assert "You have passed 6 of 7 marks. One question was marked again on" in page
    assert "because its right answer was corrected. Your result was 71%, and is now 85%. With that you have" in page
    assert ben.submit(START).headers["Location"] == f"{bens}/result"
    assert "/items/" not in ben.get(f"/modules/{MODULE}/resume").headers["Location"]
    ben.submit(f"{second}/submit")  # all wrong, but that decides nothing any more
    assert "failed" not in told(app, people["Ben Cole"])[2:]
    right = re.compile(r"Option ([abcd]) Best answer")
    assert right.search(said(ben.get(f"{bens}/result").text))[1] == "a"  # type: ignore[index]
    page = said(dee.get(f"{dees}/result").text)
    assert "Your result of 85% stays." in page
    assert right.search(page)[1] == "a", "whose result stays learns what is right as well"  # type: ignore[index]
    page = said(cyd.get(f"{cyds}/result").text)
    assert "marked again" not in page, "what goes down is left as it is"
    assert (told(app, ada), taken(app, ada).state) == (before, State.COMPLETED)

    assert trainer.submit(BASE, {**form, "worse": "y"}).status_code == 303
    assert "Your result was 100%, and is now 85%." in said(cyd.get(f"{cyds}/result").text)
    assert told(app, people["Cyd Dorn"]) == ["scored", "passed", "completed", "satisfied", "scored"]

    passes = f"{BASE}/passes"
    reason = "Option c harms people, and we agreed on it in the team."
    for wrong in ({}, {"attempts": lost}, {"attempts": lost, "reason": reason}, {"reason": reason, "sure": "y"}):
        answer = trainer.submit(passes, {**form, **wrong})
        assert answer.status_code == 422
        assert wrong.get("reason", "") in answer.text
    assert told(app, ada) == before
    for _ in range(2):
        trainer.submit(passes, {**form, "attempts": lost, "reason": reason, "sure": "y"})
    assert told(app, ada) == [*before, "voided", "voided", "voided", "scored"]
    assert (taken(app, ada).state, taken(app, ada).passed_at) == (State.STARTED, None)
    page = said(learner.get(f"{adas}/result").text)
    assert "Not passed yet" in page
    assert f"With that it does not pass any more. The reason that was given: “{reason}”" in page

    with app.app_context():
        kept = list(db.session.scalars(select(QuizRegrade).order_by(QuizRegrade.id)))
        assert [(one.old_passed, one.new_passed, one.old_completed_at is not None) for one in kept] == [
            (False, True, False),
            (True, True, False),
            (True, True, False),
            (True, False, True),
        ]
        looked = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "looked at")).all()
        assert len({one.about for one in looked}) == 3
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "quiz marked again")).all()
        assert [one.facts["result"] for one in noted] == ["passed by it", "worse", "pass taken away"]
        record = record_of(db.session, db.session.merge(ada), dt.datetime.now(dt.UTC), in_clear=True)
        assert record["quiz_attempts"][0]["marked_again"][0]["reason"] == reason

    back = trainer.submit(f"/authoring/{MODULE}/history/1/restore")
    assert back.headers["Location"] == BASE, "the way back is the same way"
    form = form_of(trainer.get(BASE).text)
    assert "would no longer pass" in trainer.get(BASE).text
    trainer.submit(BASE, {**form, "better": "y"})
    assert told(app, ada)[-4:] == ["scored", "passed", "completed", "satisfied"]
    assert taken(app, ada).state is State.COMPLETED
    assert taken(app, people["Ben Cole"]).passed_at, "nobody loses a pass unasked"
    page = said(learner.get(f"{adas}/result").text)
    assert "Your result was 71%, and is now 85%. With that you have passed." in page
