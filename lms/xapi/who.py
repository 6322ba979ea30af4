"""Who stands in a statement, in words: names come from the people known here, never from the statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lms.xapi.statements import SYSTEM
from lms.xapi.words import word

Json = dict[str, Any]
MOST_MEMBERS = 20
"""Of a group that are looked at."""


@dataclass(frozen=True)
class Known:
    """What is known here."""

    url: str
    """The public address: home page of the accounts of this installation."""
    names: Mapping[UUID, str] = field(default_factory=dict)
    """Names of people by what they are called outside."""


def who(agent: object, known: Known) -> str:
    """An agent or group as the subject of a sentence, though with a small letter where it is no name."""
    if not isinstance(agent, dict):
        return "somebody unknown"
    if isinstance(agent.get("account"), dict):
        return _account(agent["account"], known)
    for name in ("mbox", "openid"):
        if word(agent.get(name)):
            return word(agent[name]).removeprefix("mailto:")
    if word(agent.get("mbox_sha1sum")):
        return "somebody known by the digest of an e-mail address"
    return _group(agent, known) if agent.get("objectType") == "Group" else "somebody unknown"


def own_uuid(agent: object, url: str) -> UUID | None:
    """By what a person of this installation is called outside, if the agent is such an account."""
    account = agent.get("account") if isinstance(agent, dict) else None
    if not isinstance(account, dict) or account.get("homePage") != url:
        return None
    return _uuid(account.get("name"))


def people(statement: Json, url: str) -> set[UUID]:
    """The accounts of people of this installation that stand in a statement."""
    return {found for agent in _agents(statement) if (found := own_uuid(agent, url))}


def _account(account: Json, known: Known) -> str:
    name, home = account.get("name"), account.get("homePage")
    if home != known.url:
        return f"the account “{word(name, 60)}” at {word(home, 60) or 'an unknown place'}"
    if name == SYSTEM:
        return "the system"
    uuid = _uuid(name)
    if uuid is None:
        return f"the account “{word(name, 60)}” of this installation"
    return known.names.get(uuid, "somebody who was erased")


def _group(agent: Json, known: Known) -> str:
    members = _members(agent)
    if not members:
        return "a group"
    first = ", ".join(who(one, known) for one in members[:3] if _is_agent(one))
    return f"a group of {len(members)}" + (f" ({first}{', …' if len(members) > 3 else ''})" if first else "")


def _agents(statement: Json, is_inner: bool = False) -> Iterator[object]:
    context = statement.get("context")
    context = context if isinstance(context, dict) else {}
    whole = (statement.get("actor"), statement.get("object"), context.get("instructor"), context.get("team"))
    for one in whole:
        yield one
        yield from _members(one)[:MOST_MEMBERS]
    inner = statement.get("object")
    if isinstance(inner, dict) and inner.get("objectType") == "SubStatement" and not is_inner:
        yield from _agents(inner, is_inner=True)


def _members(agent: object) -> list[Any]:
    members = agent.get("member") if isinstance(agent, dict) else None
    return members if isinstance(members, list) else []


def _is_agent(agent: object) -> bool:
    """Whether it is one alone: a group in a group could go on without end."""
    return isinstance(agent, dict) and agent.get("objectType", "Agent") == "Agent"


def _uuid(name: object) -> UUID | None:
    try:
        found = UUID(name) if isinstance(name, str) else None
    except ValueError:
        return None
    # Written otherwise it would be another account in the eyes of a store.
    return found if str(found) == name else None
