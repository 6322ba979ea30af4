"""What is written down, and of whom it can be said."""

from __future__ import annotations

import ipaddress
import os
import pwd
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Action(StrEnum):
    """What was done; about one person unless it says otherwise."""

    ADDED = "person added"
    CHANGED = "person changed"
    IMPORTED = "list of people imported"
    """Not about one person; the people that it added or changed have entries of their own."""
    DISABLED = "person disabled"
    ENABLED = "person enabled"
    ROLE_GIVEN = "role given"
    """The facts say which, and at which site; none: at all sites."""
    ROLE_TAKEN = "role taken away"
    LINK_MADE = "password link made"
    PASSWORD_SET = "password set"  # noqa: S105  # nosec B105
    HELD_BACK = "sign-in held back"
    """Too many tries; once for each span of tries."""
    SITE_ADDED = "site added"
    EXPORTED = "record exported"
    ERASURE_ASKED = "erasure asked for"
    ERASURE_TAKEN_BACK = "erasure no longer asked for"
    ERASED = "person erased"
    OPENED_EARLY = "module opened early"
    CLOSED_AGAIN = "module no longer opened early"
    ASSIGNED = "assignment made"
    """Some people are asked to complete something; the facts say what."""
    ASSIGNMENT_CHANGED = "assignment changed"
    ASSIGNMENT_WITHDRAWN = "assignment withdrawn"
    EXEMPTED = "person exempted"
    EXEMPTION_ENDED = "exemption ended"
    STORE_ADDED = "store added"
    """A Learning Record Store that is told what people do; the facts say which."""
    STORE_CHANGED = "store changed"
    STORE_CLOSED = "store closed"
    STORE_REMOVED = "store removed"
    MARKED_AGAIN = "quiz marked again"
    """A result changed because a key was corrected; the facts say how, and of which module."""
    LET_GO = "work let go"
    """Something on which people had worked was taken out of a module, or became something else; the facts say what."""
    SESSION_PLANNED = "session planned"
    """Not about one person, as the next two; the facts say which session."""
    SESSION_CHANGED = "session changed"
    SESSION_CANCELLED = "session cancelled"
    TAKEN_OFF = "taken off a session"
    """The facilitator gave someone's place back for them."""
    ATTENDED = "attendance noted"
    ATTENDANCE_UNDONE = "attendance taken back"
    SHARED = "reflection shared"
    """With the facilitator of a session, by its author."""
    UNSHARED = "reflection no longer shared"
    LOOKED = "looked at"
    """The facts say at what."""
    CUT = "audit log cut"
    """The oldest entries were removed when their time was over."""


class ActorKind(StrEnum):
    """Who acts."""

    PERSON = "person"
    OPERATOR = "operator"
    """Whoever types commands on the server."""
    SYSTEM = "system"
    """Nobody: what is due by itself."""
    VISITOR = "visitor"
    """Someone who has not proven who they are."""


class Way(StrEnum):
    """By which kind of address it came; the address itself is not kept."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NONE = "none"


@dataclass(frozen=True)
class Actor:
    """Who did it, and what they were then."""

    kind: ActorKind
    was: str = ""
    """Roles of a person, in order; the name of an operator's account on the server."""
    uuid: UUID | None = None
    came_from: Way = Way.NONE


SYSTEM = Actor(ActorKind.SYSTEM)


Facts = Mapping[str, str | int | bool | list[str]]


@dataclass(frozen=True)
class Entry:
    """What was done, to whom, with short plain facts: numbers, codes, roles; never a name or a text."""

    action: Action
    about: UUID | None = None
    facts: Facts = field(default_factory=dict)


def operator() -> Actor:
    """Whoever runs this process, by the account of the operating system; behind sudo, whom that names too."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    behind = os.environ.get("SUDO_USER", "")
    return Actor(ActorKind.OPERATOR, (f"{name} for {behind}" if behind else name)[:120])


def person(uuid: UUID, roles: Iterable[str], address: str | None) -> Actor:
    """Someone who is signed in, or has just proven who they are."""
    return Actor(ActorKind.PERSON, ", ".join(sorted(map(str, roles))) or "learner", uuid, way(address))


def visitor(address: str | None) -> Actor:
    """Someone at the sign-in page."""
    return Actor(ActorKind.VISITOR, came_from=way(address))


def way(address: str | None) -> Way:
    """The kind of a network address."""
    try:
        return Way.IPV6 if ipaddress.ip_address(address or "").version == 6 else Way.IPV4
    except ValueError:
        return Way.NONE
