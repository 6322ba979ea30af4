"""Asking a Learning Record Store what it holds, with little patience: somebody waits for the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.config import Settings
from lms.xapi.answers import Answer, Verdict, verdict
from lms.xapi.client import Client, NoAnswerError
from lms.xapi.question import Place, Question
from lms.xapi.target import Target, target
from lms.xapi.things import as_uuid
from lms.xapi.words import moment, word

Json = dict[str, Any]
SHOWN = 25
"""Statements on a page."""
PATIENCE_SECONDS = 4.0
"""For each word of the store's."""
WHOLE_SECONDS = 6.0
"""For all that is asked for one page; then the connections are cut."""
MOST_PAGES = 20
"""Of the store's, that are looked through for one of ours."""

_ADVICE = {
    Verdict.UNWELCOME: "Check LMS_LRS_ENDPOINT, LMS_LRS_KEY and LMS_LRS_SECRET, and whether this key may read there.",
    Verdict.BUSY: "It has much to do. Please try again in some minutes.",
    Verdict.AWAY: "Please try again in a moment. If it stays so, ask those who run it.",
    Verdict.REFUSED: "Ask for less, or in another way: another verb, activity or day.",
}
_ASK_THEM = "Ask those who run it what this answer means."


class NotToldError(Exception):
    """What the store did not tell, in a sentence, and what to do."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice


@dataclass(frozen=True)
class Leaf:
    """Some statements, the latest first, and where it goes on."""

    statements: list[Json]
    newer: Place | None
    older: Place | None


@dataclass(frozen=True)
class Held:
    """One statement."""

    statement: Json
    is_voided: bool


def leaf(settings: Settings, question: Question, place: Place | None) -> Leaf:
    """The statements that are asked for, from a place on. Raises NotToldError."""
    with _visit(settings) as client:
        found, has_more = _some(client, question.parameters(settings.url, place), place)
        if place and place.is_newer and not has_more:
            # The newest of all: a full page, as it is without a place.
            place = None
            found, has_more = _some(client, question.parameters(settings.url, None), None)
    if place and place.is_newer:
        found.reverse()
        return Leaf(found, _place(found[:1], is_newer=True), _place(found[-1:]) or _turned(place))
    return Leaf(found, _place(found[:1], is_newer=True) if place else None, _place(found[-1:]) if has_more else None)


def held(settings: Settings, statement: UUID) -> Held | None:
    """A statement, also one that was taken back; None if the store has none of this id. Raises NotToldError."""
    with _visit(settings) as client:
        for is_voided in (False, True):
            answer, found = client.one(statement, is_voided=is_voided)
            if found is not None:
                return Held(found, is_voided)
            # A store may say 400 or 404 where it holds none that is voided.
            if answer.status != 404 and not (is_voided and answer.status == 400):
                raise _refused(answer)
    return None


@contextmanager
def _visit(settings: Settings) -> Iterator[Client]:
    try:
        with Client(_target(settings), PATIENCE_SECONDS) as client:
            # A store that drips is never silent for long enough.
            end = threading.Timer(WHOLE_SECONDS, client.close)
            end.start()
            try:
                yield client
            finally:
                end.cancel()
    except NoAnswerError as error:
        what = f"The Learning Record Store gave no answer that can be read: {word(str(error), 300)}."
        advice = "See whether it runs and can be reached. The command lms doctor asks it and says more."
        raise NotToldError(what, advice) from None
    except RecursionError:
        raise NotToldError("The Learning Record Store answers what is nested too deeply.", _ASK_THEM) from None


def _target(settings: Settings) -> Target:
    try:
        return target(settings)
    except (OSError, ValueError) as error:
        what = f"The credentials for the Learning Record Store cannot be read: {word(str(error), 300)}."
        raise NotToldError(what, "Restore the file, or remove it and restart.") from None


def _some(client: Client, parameters: dict[str, str], place: Place | None) -> tuple[list[Json], bool]:
    """As many as are shown, and whether there are more."""
    seen: list[Json] = []
    more = ""
    for _ in range(MOST_PAGES):
        answer, some, more = client.page(parameters, more)
        if answer.status != 200:
            raise _refused(answer)
        seen += some
        left = _behind(seen, place, is_all=not more)
        if left is not None and (len(left) > SHOWN or not more):
            return left[:SHOWN], len(left) > SHOWN
    left = _behind(seen, place, is_all=False)
    if left is None:
        what = f"The store holds more than {len(seen)} statements of the same moment."
        raise NotToldError(what, "Ask for a person, a verb or an activity, so that there are fewer.")
    return left[:SHOWN], bool(more)


def _behind(seen: list[Json], place: Place | None, is_all: bool) -> list[Json] | None:
    """What follows the statement of a place; None while that may still come. It may have been taken back meanwhile."""
    if place is None:
        return seen
    for number, one in enumerate(seen):
        if as_uuid(one.get("id")) == place.statement:
            return seen[number + 1 :]
    if is_all or (seen and place.is_passed(moment(seen[-1].get("stored")))):
        return [one for one in seen if not place.was_before(moment(one.get("stored")))]
    return None


def _place(shown: list[Json], is_newer: bool = False) -> Place | None:
    if not shown:
        return None
    at, id_ = moment(shown[0].get("stored")), as_uuid(shown[0].get("id"))
    return Place(at, id_, is_newer) if at and id_ else None


def _turned(place: Place) -> Place:
    return Place(place.stored, place.statement, not place.is_newer)


def _refused(answer: Answer) -> NotToldError:
    advice = _ADVICE.get(verdict(answer), _ASK_THEM)
    return NotToldError(f"The Learning Record Store answers: {word(str(answer), 300)}.", advice)
