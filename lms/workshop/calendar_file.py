"""Sessions as a calendar reads them (RFC 5545). Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from lms.workshop.places import State

if TYPE_CHECKING:
    from icalendar import Event

MAKER = "-//Cares//Sessions//EN"
REFRESH = dt.timedelta(hours=1)
"""How often a calendar is asked to look again (RFC 7986, 5.7)."""


class Planned(Protocol):
    """What is asked of a session."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def starts_at(self) -> dt.datetime: ...
    @property
    def ends_at(self) -> dt.datetime: ...
    @property
    def cancelled_at(self) -> dt.datetime | None: ...
    @property
    def changed_at(self) -> dt.datetime: ...
    @property
    def sequence(self) -> int: ...


def entry(session: Planned, state: State | None, is_leader: bool, url: str) -> Event:
    """A session as one event. Where to meet online is told to who has a place, and to who leads it."""
    from icalendar import Event  # noqa: PLC0415 - large, and seldom asked for

    address = f"{url}/sessions/{session.uuid}"
    found = Event()
    # Named by the host for good, whatever the title is later: that is how a calendar knows it again.
    found.add("uid", f"{session.uuid}@{urlsplit(url).hostname}")
    found.add("dtstamp", session.changed_at)
    found.add("last-modified", session.changed_at)
    found.add("sequence", session.sequence)
    found.add("dtstart", session.starts_at)
    found.add("dtend", session.ends_at)
    found.add("summary", session.title)
    found.add("location", session.place)
    found.add("url", address)
    found.add("description", "\n".join(_words(session, state, is_leader, address)))
    found.add("status", _status(session, state, is_leader))
    found.add("transp", "OPAQUE" if _is_busy(session, state, is_leader) else "TRANSPARENT")
    return found


def calendar(entries: Iterable[Event], name: str) -> bytes:
    """A calendar of these events."""
    from icalendar import Calendar, vDuration  # noqa: PLC0415

    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for property_ in ("name", "x-wr-calname"):  # RFC 7986, 5.1, and as calendars knew it before
        made.add(property_, f"Sessions: {name}")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    # The library knows no type of it, and would write the time as Python does.
    made.add("x-published-ttl", vDuration(REFRESH))
    for one in entries:
        made.add_component(one)
    return bytes(made.to_ical())


def file_name(session: Planned) -> str:
    """What a file with one session is called."""
    return f"session-{session.starts_at:%Y-%m-%d}.ics"


def _status(session: Planned, state: State | None, is_leader: bool) -> str:
    if session.cancelled_at:
        return "CANCELLED"
    return "CONFIRMED" if is_leader or state is State.BOOKED else "TENTATIVE"


def _is_busy(session: Planned, state: State | None, is_leader: bool) -> bool:
    return session.cancelled_at is None and (is_leader or state is State.BOOKED)


def _words(session: Planned, state: State | None, is_leader: bool, address: str) -> Iterable[str]:
    if session.cancelled_at:
        yield "This session does not take place."
    elif state is State.WAITING:
        yield "You are on the waiting list."
    if session.link and (is_leader or state is State.BOOKED):
        yield f"Online: {session.link}"
    yield address
