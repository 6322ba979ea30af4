"""The editions of the standard that are spoken here, and how a request names one (Communication 3.3)."""

from __future__ import annotations

import re
from enum import Enum

from lms.lrs.refusal import RefusalError

HEADER = "X-Experience-API-Version"


class Edition(Enum):
    """An edition; its value is what the version header of an answer says."""

    ONE = "1.0.3"
    TWO = "2.0.0"


BEFORE = "0.9"
"""What a request without the header speaks: only a store of that version may do what it asks (Communication 3.3).

None is here, so it is refused, and the refusal bears the version as which it was read: whoever is refused learns from
any other that the header was understood.
"""
SPOKEN = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
_NAMES = ((Edition.ONE, re.compile(r"1\.0(\.\d+)?", re.ASCII)), (Edition.TWO, re.compile(r"2\.0(\.\d+)?", re.ASCII)))


def answered_in(header: str | None) -> Edition:
    """The edition in which anything is answered, refusals too."""
    named = (edition for edition, name in _NAMES if name.fullmatch(header or ""))
    return next(named, Edition.ONE)


def edition_of(header: str | None) -> Edition:
    """The edition that a version header asks for. Raises RefusalError (400)."""
    if header is None:
        raise RefusalError(400, "is missing; send for example 1.0.3", HEADER, **{HEADER: BEFORE})
    for edition, name in _NAMES:
        if name.fullmatch(header):
            return edition
    raise RefusalError(400, f"{header!r} is not spoken here; send 1.0.x or 2.0.x", HEADER)
