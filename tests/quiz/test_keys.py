"""Nothing gives a key away too early: not the order, not what is answered, not one's own copy (C1)."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from typing import Any

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from lms.accounts.models import Person
from lms.content.schema import MatchingItem, NumericItem
from lms.db import db, writing
from lms.quiz.drawing import Presented, present
from lms.quiz.showing import show
from tests.conftest import hashed
from tests.quiz.test_taking import right_forms, start
from tests.samples import bank as samples

PASSWORD = "kettle-lamp-river"


@given(st.sampled_from(samples.ALL), st.randoms(use_true_random=False), st.text(max_size=40))
def test_the_order_shown_says_nothing_of_the_authors(written: dict[str, Any], chance: random.Random, seed: str) -> None:
    """The same words in another order, with other ids, are shown in the same order."""
    item = samples.ITEM.validate_python(written)
    if isinstance(item, NumericItem):
        return
    names = ("sources", "targets") if isinstance(item, MatchingItem) else ("options",)
    otherwise = item.model_copy(update={name: _mixed(chance, getattr(item, name)) for name in names})
    assert _words(item, present(item, seed)) == _words(otherwise, present(otherwise, seed))


def _mixed(chance: random.Random, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """In another order, under new ids that stand in that order."""
    order = chance.sample(parts, len(parts))
    return tuple(part.model_copy(update={"id": f"part-{place}"}) for place, part in enumerate(order))


def _words(item: Any, presented: Presented) -> Any:
    shown = show(item, presented, {})
    return shown.parts, shown.targets


def test_every_order_is_as_likely() -> None:
    """The first place goes to each of four options about as often: within five deviations of 4,000 throws."""
    item = samples.ITEM.validate_python(samples.SINGLE)
    firsts = [present(item, f"attempt {number}").options[0] for number in range(4_000)]
    for option in "abcd":
        assert abs(firsts.count(option) - 1_000) < 5 * (4_000 * 0.25 * 0.75) ** 0.5


def test_right_and_wrong_answers_are_answered_alike(app: Flask, learner: Any) -> None:
    attempt = start(learner)
    scripted = {"X-Requested-With": "fetch", "Accept": "application/json"}
    for place, right in enumerate(right_forms(app, attempt), 1):
        met = []
        path = f"{attempt}/items/{place}"
        for version, form in enumerate((right, wrong(right))):
            saved = learner.submit(path, {**form, "version": str(version)}, headers=scripted)
            page, review = learner.get(path), learner.get(f"{attempt}/review")
            met.append(
                (
                    saved.status_code,
                    sorted(saved.get_json()),
                    sorted(saved.headers.keys()),
                    bare(page.text),
                    len(review.headers),
                )
            )
        assert met[0] == met[1], place


def wrong(form: dict[str, list[str]]) -> dict[str, list[str]]:
    """Another answer of the same kind: all places turned by one, another number."""
    if "number" in form:
        return {"number": ["99"]}
    if "choice" in form:
        return {"choice": [str((int(value) + 1) % 4) for value in form["choice"]]}
    values = list(form.values())
    return dict(zip(form, values[1:] + values[:1], strict=True))


def bare(page: str) -> str:
    """A page without what was chosen, versions and tokens: the rest must be the same."""
    page = re.sub(r'(value|content)="[^"]{60,}"', "", page)
    page = re.sub(r'name="version" value="\d+"', "", page)
    return re.sub(r' (checked|selected)|(?<=maxlength="24" )value="[^"]*"', "", page)


def test_ones_own_copy_tells_answers_in_words_until_they_are_handed_in(app: Flask, learner: Any, ada: Person) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(update(Person).filter_by(id=ada.id).values(password_hash=hashed(PASSWORD)))
    attempt = start(learner)
    for place, form in enumerate(right_forms(app, attempt), 1):
        learner.submit(f"{attempt}/items/{place}", form)
    before = [given["response"] for given in copied(learner)]
    assert ["Option a", "Option b", "Option c", "Option d"] in before
    for response in before:
        assert not {"a", "b", "c", "d"} & set(response)
        assert not any("." in part and part[0] == "s" for part in response)
    learner.submit(f"{attempt}/submit")
    assert ["a", "b", "c", "d"] in [given["response"] for given in copied(learner)]


def copied(learner: Any) -> list[dict[str, Any]]:
    """The answers in the only attempt, as one's own copy tells them."""
    answer = learner.submit("/account/data/copy", {"current_password": PASSWORD})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".json"))
        (attempt,) = json.loads(archive.read(name))["quiz_attempts"]
    found: list[dict[str, Any]] = attempt["responses"]
    return found


def test_whoever_has_failed_finds_no_key_in_ones_own_copy(app: Flask, learner: Any, ada: Person) -> None:
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(update(Person).filter_by(id=ada.id).values(password_hash=hashed(PASSWORD)))
    attempt = start(learner)
    for place, form in enumerate(right_forms(app, attempt), 1):
        learner.submit(f"{attempt}/items/{place}", wrong(form))
    learner.submit(f"{attempt}/submit")
    assert "You have passed" not in learner.get(f"{attempt}/result").text
    answer = learner.submit("/account/data/copy", {"current_password": PASSWORD})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        packed = b"".join(archive.read(name) for name in archive.namelist())
    assert b"/verbs/answered" in packed
    assert b"correctResponsesPattern" not in packed
