"""Events as xAPI 1.0.3 statements: values in, values out."""

from __future__ import annotations

import datetime as dt
import uuid
from copy import deepcopy

import tincan

from lms.accounts.email_address import mailto
from lms.events import Event
from lms.xapi import vocabulary as v
from lms.xapi.activities import Activities, Json
from lms.xapi.modelled import VERSION, part
from lms.xapi.telling import Telling, tell

PLATFORM = "Cares"
SYSTEM = "system"
"""Account name of the installation itself, for what no learner did."""


def statements(url: str, event: Event, actor: Json | None = None) -> list[Json]:
    """The statements of an event, in the order in which they are sent, each with an id of its own.

    `actor`: who did it, where that is not to be the opaque account.
    """
    at = Activities(url, event.course)
    who = actor or agent(url, str(event.learner))
    return [_statement(who, event, at, telling) for telling in tell(event, at)]


def voided(url: str, statement_id: uuid.UUID, at: dt.datetime) -> Json:
    """The statement that takes back another. It has neither platform nor revision: its object is no Activity."""
    return _built(
        {
            "id": str(uuid.uuid4()),
            "actor": agent(url, SYSTEM),
            "verb": _verb(v.VOIDED),
            "object": {"objectType": "StatementRef", "id": str(statement_id)},
        },
        at,
    )


def by_system(url: str, verb: v.Verb, activity: Json, at: dt.datetime) -> Json:
    """A statement about the installation itself."""
    return _built({"id": str(uuid.uuid4()), "actor": agent(url, SYSTEM), "verb": _verb(verb), "object": activity}, at)


def agent(url: str, name: str) -> Json:
    """An account of this installation."""
    return {"objectType": "Agent", "account": {"homePage": url, "name": name}}


def mbox(email: str) -> Json:
    """Someone by their e-mail address."""
    return {"objectType": "Agent", "mbox": mailto(email)}


def _statement(actor: Json, event: Event, at: Activities, telling: Telling) -> Json:
    raw = {
        # Random: ids derived from verb, actor and time collide for events of the same instant.
        "id": str(uuid.uuid4()),
        "actor": actor,
        "verb": _verb(telling.verb),
        "object": telling.object,
        "context": _context(event, at, telling),
    }
    if telling.result:
        raw["result"] = telling.result
    return _built(raw, event.at)


def _context(event: Event, at: Activities, telling: Telling) -> Json:
    related: dict[str, list[Json]] = {"grouping": _refer(at.module_id, at.programme_id)}
    if telling.parent:
        related["parent"] = _refer(telling.parent)
    if telling.category:
        related["category"] = _refer(*telling.category)
    session = {v.SESSION_ID: str(event.visit)} if event.visit else {}
    context: Json = {
        "registration": str(event.registration),
        "platform": PLATFORM,
        "contextActivities": related,
    }
    extensions = session | telling.extensions
    return context | {"extensions": extensions} if extensions else context


def _refer(*ids: str) -> list[Json]:
    return [{"objectType": "Activity", "id": id_} for id_ in ids]


def _verb(verb: v.Verb) -> Json:
    return {"id": verb.id, "display": {"en": verb.display}}


def _built(raw: Json, at: dt.datetime) -> Json:
    """A statement of parts as the model writes them; its time with milliseconds, which the model would leave out."""
    is_activity = raw["object"]["objectType"] == "Activity"
    statement = raw | {
        "actor": part(tincan.Agent, raw["actor"]),
        "verb": part(tincan.Verb, raw["verb"]),
        "object": part(tincan.Activity if is_activity else tincan.StatementRef, raw["object"]),
        "timestamp": moment(at),
    }
    if "result" in raw:
        statement["result"] = _result(raw["result"])
    if "context" in raw:
        related = part(tincan.ContextActivities, raw["context"]["contextActivities"])
        statement["context"] = raw["context"] | {"contextActivities": related}
    return statement


def _result(raw: Json) -> Json:
    # The model takes apart the dictionaries that it is given, and rewrites durations: ours are exact.
    exact = {"duration": raw["duration"]} if "duration" in raw else {}
    return dict(tincan.Result(deepcopy(raw)).as_version(VERSION)) | exact


def moment(at: dt.datetime) -> str:
    """A moment in UTC with milliseconds. Raises ValueError for a naive one, which nobody could place."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
