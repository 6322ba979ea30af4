"""What a GET of statements asks for (xAPI 1.0.3 Communication 2.1.3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import urlencode

from lms.lrs.identity import term
from lms.lrs.parameters import agent, check, identifier, iri, moment, only
from lms.lrs.refusal import RefusalError
from lms.lrs.rules.checks import one_of
from lms.lrs.statements import mentions

MOST = 500
"""Statements on one page of an answer."""
BOTH = ("format", "attachments")
SINGLE = ("statementId", "voidedStatementId", *BOTH)
LIST = (
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "ascending",
    "cursor",
    *BOTH,
)
"""All are the standard's but `cursor`, which stands in the address of `more`."""

_form = one_of("ids", "exact", "canonical")


@dataclass(frozen=True, slots=True)
class Shown:
    """How statements are to be given back."""

    form: str
    """`ids`, `exact` or `canonical`."""
    with_attachments: bool


@dataclass(frozen=True, slots=True)
class One:
    """A single statement, voided or not."""

    id: uuid.UUID
    is_voided: bool
    shown: Shown


@dataclass(frozen=True, slots=True)
class Many:
    """Statements that meet all conditions; times in microseconds."""

    ways: tuple[tuple[bytes, ...], ...]
    """A statement meets the conditions if it has all terms of one of these."""
    after: int | None
    """Stored later than this."""
    until: int | None
    """Stored at this moment or earlier."""
    limit: int
    is_ascending: bool
    shown: Shown
    writer: bytes | None = None
    """Stored by this one; None: by anybody."""

    def beyond(self, last: int) -> Many:
        """What is left when all up to the last one shown are taken away."""
        after, until = (last, self.until) if self.is_ascending else (self.after, last - 1)
        return replace(self, after=after, until=until)


def understand(parameters: Mapping[str, str]) -> One | Many:
    """The question that parameters put. Raises RefusalError (400) for whatever the standard does not know."""
    if "statementId" in parameters or "voidedStatementId" in parameters:
        return _one(parameters)
    only(parameters, LIST)
    many = Many(
        ways=tuple(_ways(parameters)),
        after=moment(parameters, "since"),
        until=moment(parameters, "until"),
        limit=min(_optional(parameters, "limit", _count) or MOST, MOST),
        is_ascending=_flag(parameters, "ascending"),
        shown=_shown(parameters),
    )
    cursor = _optional(parameters, "cursor", _count)
    return many if cursor is None else many.beyond(cursor)


def more(parameters: Mapping[str, str], last: int) -> str:
    """The query string that asks for what follows the last statement shown."""
    return urlencode({**parameters, "cursor": str(last)})


def _one(parameters: Mapping[str, str]) -> One:
    if "statementId" in parameters and "voidedStatementId" in parameters:
        raise RefusalError(400, "may not stand beside statementId", "voidedStatementId")
    only(parameters, SINGLE)
    name = "statementId" if "statementId" in parameters else "voidedStatementId"
    return One(identifier(parameters, name), name == "voidedStatementId", _shown(parameters))


def _shown(parameters: Mapping[str, str]) -> Shown:
    form = parameters.get("format", "exact")
    check(_form, form, "format")
    return Shown(form, _flag(parameters, "attachments"))


def _ways(parameters: Mapping[str, str]) -> Iterator[tuple[bytes, ...]]:
    """What is asked for may be related to a statement in one way or the other."""
    wanted = list(_wanted(parameters))
    for kinds in product(*(kinds for kinds, _ in wanted)):
        terms = {kind: term(kind, value) for kind, (_, value) in zip(kinds, wanted, strict=True)}
        yield tuple(mentions.condensed(terms))


def _wanted(parameters: Mapping[str, str]) -> Iterator[tuple[tuple[bytes, ...], str]]:
    """The kinds of things that each condition takes, and the thing."""
    related_agents, related_activities = _flag(parameters, "related_agents"), _flag(parameters, "related_activities")
    if "agent" in parameters:
        further = (mentions.RELATED_AGENT,) if related_agents else ()
        yield (mentions.AGENT, *further), agent(parameters, "agent")
    if "verb" in parameters:
        yield (mentions.VERB,), iri(parameters, "verb")
    if "activity" in parameters:
        further = (mentions.RELATED_ACTIVITY,) if related_activities else ()
        yield (mentions.ACTIVITY, *further), iri(parameters, "activity")
    if "registration" in parameters:
        yield (mentions.REGISTRATION,), str(identifier(parameters, "registration"))


def _optional(parameters: Mapping[str, str], name: str, read: Callable[[str, str], int]) -> int | None:
    return read(parameters[name], name) if name in parameters else None


def _count(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RefusalError(400, "must be a whole number of at least 0", name)
    return int(text)


def _flag(parameters: Mapping[str, str], name: str) -> bool:
    value = parameters.get(name, "false")
    if value not in ("true", "false"):
        raise RefusalError(400, "must be true or false", name)
    return value == "true"
