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
"""Named in the refusal of a request without the header, which only such a store may take (Communication 3.3).

That a refusal should bear it is our reading, and a compromise: the standard also says "the latest patch version", and
of the two conformance suites one wants 1.0.3 here and the other 2.0.0, while both take this.
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
