"""Agents, groups and how they are identified (xAPI 1.0.3 Data 2.4.2)."""

from __future__ import annotations

from typing import Any

from lms.lrs.rules import formats
from lms.lrs.rules.checks import BrokenError, Rule, list_of, one_of, shape, text

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

account = shape({"homePage": formats.iri, "name": text}, required=("homePage", "name"))

_IDENTIFYING: dict[str, Rule] = {
    "mbox": formats.mailbox,
    "mbox_sha1sum": formats.sha1,
    "openid": formats.iri,
    "account": account,
}


def identifiers(actor: dict[str, Any]) -> list[str]:
    """Names of the identifiers that an actor has."""
    return [name for name in IDENTIFIERS if name in actor]


def _identified_once(value: dict[str, Any]) -> None:
    found = identifiers(value)
    if len(found) != 1:
        raise BrokenError(f"must have exactly one of {', '.join(IDENTIFIERS)}; it has {' and '.join(found) or 'none'}")


def _identified_or_with_members(value: dict[str, Any]) -> None:
    found = identifiers(value)
    if len(found) > 1:
        raise BrokenError(f"must have one identifier at most; it has {' and '.join(found)}")
    if not found and not value.get("member"):
        raise BrokenError("has no identifier, so it must name its members", "member")


agent = shape(
    {"objectType": one_of("Agent"), "name": text, **_IDENTIFYING},
    together=(_identified_once,),
)
group = shape(
    {"objectType": one_of("Group"), "name": text, "member": list_of(agent), **_IDENTIFYING},
    required=("objectType",),
    together=(_identified_or_with_members,),
)


def actor(value: Any) -> None:
    """An agent or a group."""
    (group if type(value) is dict and value.get("objectType") == "Group" else agent)(value)


def authority(value: Any) -> None:
    """An agent, or the group of an application and its user (Data 2.4.9)."""
    actor(value)
    if value.get("objectType") == "Group" and (identifiers(value) or len(value.get("member", ())) != 2):
        raise BrokenError("a group here must be anonymous and have two members")
