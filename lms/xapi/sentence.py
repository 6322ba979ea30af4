"""A statement as a sentence: "Ngozi Adeyemi passed Noticing (module) with 80%"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.xapi import vocabulary as v
from lms.xapi.results import score, tail
from lms.xapi.things import Thing, last_part, thing
from lms.xapi.who import Known, who
from lms.xapi.words import in_english, word

Json = dict[str, Any]

WORDS = {
    v.ANSWERED: "answered",
    v.ATTEMPTED: "tried",
    v.COMPLETED: "completed",
    v.EXPERIENCED: "experienced",
    v.FAILED: "failed",
    v.INITIALIZED: "started",
    v.INTERACTED: "interacted with",
    v.LAUNCHED: "launched",
    v.PASSED: "passed",
    v.PROGRESSED: "progressed in",
    v.REGISTERED: "registered for",
    v.SATISFIED: "completed all of",
    v.SCORED: "got a score in",
    v.TERMINATED: "left",
    v.VOIDED: "took back",
}
"""Our verbs as they stand in a sentence."""
_BY_ID = {verb.id: words for verb, words in WORDS.items()}
_NO_NAMES = ("somebody", "the ", "a group")


@dataclass(frozen=True)
class Sentence:
    """In parts, so that a page can set them apart."""

    who: str
    did: str
    thing: Thing
    tail: str = ""
    """With what joins it to the rest."""

    @property
    def refers_to(self) -> UUID | None:
        """The statement that this one is about."""
        return self.thing.refers_to

    def __str__(self) -> str:
        kind = f" ({self.thing.kind})" if self.thing.kind else ""
        return f"{self.who} {self.did} {self.thing.name}{kind}{self.tail}"


def sentence(statement: Json, known: Known) -> Sentence:
    """What any JSON object says, if it is a statement; of one that is none, whatever can be said."""
    verb, result = _id_of(statement.get("verb")), statement.get("result")
    reached = score(result.get("score")) if isinstance(result, dict) and verb == v.SCORED.id else ""
    return Sentence(
        who=_at_the_beginning(who(statement.get("actor"), known)),
        did=f"scored {reached} in" if reached else did(statement.get("verb")),
        thing=_thing(statement.get("object"), known),
        tail=tail(verb, result),
    )


def did(verb: object) -> str:
    """Our words for verbs that we know; those of others in quotation marks, since anybody may call anything so."""
    id_ = _id_of(verb)
    if id_ in _BY_ID:
        return _BY_ID[id_]
    theirs = in_english(verb.get("display") if isinstance(verb, dict) else None, 40) or last_part(id_)
    return f"“{theirs}”" if theirs else "did something with"


def _thing(given: object, known: Known) -> Thing:
    if isinstance(given, dict) and given.get("objectType") == "SubStatement":
        return Thing(f"“{_inner(given, known)}”")
    return thing(given, known)


def _inner(given: Json, known: Known) -> str:
    # xAPI 1.0.3 Data 2.4.4.3: there is none inside of another, so what claims to be one is not looked into.
    inner = given.get("object")
    is_deeper = isinstance(inner, dict) and inner.get("objectType") == "SubStatement"
    return word(str(sentence({**given, "object": None} if is_deeper else given, known)), 300)


def _id_of(verb: object) -> str:
    id_ = verb.get("id") if isinstance(verb, dict) else None
    return id_ if isinstance(id_, str) else ""


def _at_the_beginning(text: str) -> str:
    return text[0].upper() + text[1:] if text.startswith(_NO_NAMES) else text
