"""Whether statements can reach the Learning Record Store: asked of the store itself."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from lms.config import Settings
from lms.outbox.models import Store
from lms.xapi import vocabulary as v
from lms.xapi.activities import Json, activity
from lms.xapi.answers import Answer, Verdict, verdict
from lms.xapi.client import Client, NoAnswerError
from lms.xapi.statements import by_system, voided
from lms.xapi.target import Target, other_target, target

_UNTIL_THEN = "Ask those who run it, or correct it with `lms xapi store set`. Until then statements wait for it."


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    is_well: bool
    what: str
    advice: str = ""
    """What to do when it is not well."""


def check(settings: Settings) -> list[Finding]:
    """What is found about the store that the settings name."""
    try:
        store = target(settings)
    except (OSError, ValueError) as error:
        return [
            Finding(False, f"The credentials cannot be read: {error}", "Restore the file, or remove it and restart.")
        ]
    with Client(store) as client:
        try:
            return list(_look(client, store, settings.url))
        except NoAnswerError as error:
            return [
                Finding(
                    False,
                    f"The Learning Record Store at {store.endpoint} does not answer: {error}",
                    "Start it, or correct LMS_LRS_ENDPOINT. Until then statements wait, none is lost.",
                )
            ]


def check_other(settings: Settings, store: Store) -> Finding:
    """Whether a store beside the main one can be reached. Nothing is sent: it may be told of some verbs only."""
    try:
        with Client(other_target(settings, store)) as client:
            answer, about = client.about()
    except (OSError, ValueError) as error:
        return Finding(False, f"The password of the store {store.name} cannot be read: {error}", "Set it anew.")
    except NoAnswerError as error:
        return Finding(False, f"The store {store.name} at {store.endpoint} does not answer: {error}", _UNTIL_THEN)
    if not isinstance((about or {}).get("version"), list):
        return Finding(False, f"The store {store.name} at {store.endpoint} says: {answer}", _UNTIL_THEN)
    return Finding(True, f"The store {store.name} at {store.endpoint} answers.")


def _look(client: Client, store: Target, url: str) -> Iterator[Finding]:
    answer, about = client.about()
    versions = (about or {}).get("version")
    if not isinstance(versions, list) or not any(str(version).startswith("1.0") for version in versions):
        yield Finding(
            False,
            f"{store.endpoint} does not say that it speaks xAPI 1.0: {answer}",
            "LMS_LRS_ENDPOINT must be the address of which `statements` and `about` are parts.",
        )
        return
    yield Finding(True, f"The Learning Record Store at {store.endpoint} speaks xAPI {', '.join(map(str, versions))}.")
    now = dt.datetime.now(dt.UTC)
    test = by_system(url, v.INTERACTED, activity(f"{url}/xapi/activities/doctor", v.TASK, "Test of statements"), now)
    yield _sent("a test statement", _send(client, test))
    yield _sent("the withdrawal of it", _send(client, voided(url, uuid.UUID(test["id"]), now)))


def _send(client: Client, statement: Json) -> Answer:
    return client.send([json.dumps(statement)])


def _sent(what: str, answer: Answer) -> Finding:
    follows = verdict(answer)
    if follows is Verdict.TAKEN:
        return Finding(True, f"It took {what}.")
    if follows is Verdict.UNWELCOME:
        return Finding(
            False,
            f"It does not let us write: {answer}",
            "Check LMS_LRS_KEY and LMS_LRS_SECRET, and what they may do there.",
        )
    return Finding(False, f"It did not take {what}: {answer}", "Ask those who run it what this answer means.")
