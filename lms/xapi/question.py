"""Which statements are wanted, in the parameters of the standard (xAPI 1.0.3 Communication 2.1.3), and where to go on.

Pages go on from a statement that was shown, by the moment at which it was stored. The store's own `more` is followed
within one look only and never handed to a browser: whatever came back from there would be an address to ask.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from lms.xapi.statements import agent
from lms.xapi.things import as_uuid
from lms.xapi.words import moment

ASKED = 50
"""Statements on one page of the store's."""
_A_LITTLE = dt.timedelta(milliseconds=2)
"""Stores may keep time finer than they tell it; what comes twice by that is taken away by its id."""


@dataclass(frozen=True)
class Place:
    """Where to go on: behind a statement that was shown."""

    stored: dt.datetime
    statement: UUID
    is_newer: bool = False
    """Towards the latest; else towards the oldest."""

    def __str__(self) -> str:
        return f"{self.stored.isoformat()},{self.statement}"

    @classmethod
    def read(cls, text: str, is_newer: bool) -> Self | None:
        """A place out of an address; None where it is none."""
        stored, _, statement = text.partition(",")
        at, id_ = moment(stored), as_uuid(statement)
        return cls(at, id_, is_newer) if at and id_ else None

    def was_before(self, stored: dt.datetime | None) -> bool:
        """Whether a statement of that moment stands before this place, on the page that was shown."""
        return stored is not None and (stored < self.stored if self.is_newer else stored > self.stored)

    def is_passed(self, stored: dt.datetime | None) -> bool:
        """Whether the statement of this place can no longer come once one of that moment has come."""
        if stored is None:
            return False
        return stored > self.stored + _A_LITTLE if self.is_newer else stored < self.stored - _A_LITTLE


@dataclass(frozen=True)
class Question:
    """What is asked for; what is empty does not limit."""

    person: UUID | None = None
    verb: str = ""
    activity: str = ""
    """Of this activity, and of what was done as a part of it."""
    since: dt.datetime | None = None
    """Stored then or later."""
    before: dt.datetime | None = None
    """Stored earlier than this."""

    def parameters(self, url: str, place: Place | None) -> dict[str, str]:
        """What to ask a store for, from a place on; `url` is the home page of our accounts."""
        given = {"limit": str(ASKED)} | self._times(place)
        if self.person:
            given["agent"] = json.dumps(agent(url, str(self.person)))
        if self.verb:
            given["verb"] = self.verb
        if self.activity:
            given |= {"activity": self.activity, "related_activities": "true"}
        return given | ({"ascending": "true"} if place and place.is_newer else {})

    def _times(self, place: Place | None) -> dict[str, str]:
        # To a store `since` means later than, and `until` not later than.
        least = dt.timedelta(microseconds=1)
        since = [self.since - least] if self.since else []
        until = [self.before - least] if self.before else []
        if place and place.is_newer:
            since.append(place.stored - _A_LITTLE)
        elif place:
            until.append(place.stored + _A_LITTLE)
        found = {"since": max(since, default=None), "until": min(until, default=None)}
        return {name: at.isoformat().replace("+00:00", "Z") for name, at in found.items() if at}
