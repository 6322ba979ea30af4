"""How long a certificate holds. Values in, values out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.enrolment.assignments.due import months_later, opens_on


class Validity(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    OVER = "over"
    """Its time has run out."""
    TAKEN_BACK = "taken back"


def valid_until(completed_on: dt.date, months: int | None) -> dt.date | None:
    """The last day on which it holds; None: for good. A month that is shorter ends earlier: 31 August and six months
    are 28 or 29 February."""
    if months is None:
        return None
    return months_later(completed_on, months)


@dataclass(frozen=True)
class Renewal:
    """How what ends is renewed: by the quiz taken once more, from some weeks before the end."""

    until: dt.date
    """The last day on which the certificate holds."""
    opens_on: dt.date
    """The first day on which it may be renewed."""
    is_open: bool
    is_over: bool


def renewal(completed_on: dt.date, until: dt.date | None, today: dt.date) -> Renewal | None:
    """How a certificate of what was completed on a day stands to be renewed today; None: it has no end."""
    if until is None:
        return None
    opens = opens_on(completed_on, until)
    return Renewal(until, opens, is_open=opens <= today, is_over=until < today)


def standing(until: dt.date | None, is_taken_back: bool, today: dt.date) -> Validity:
    """How it stands today."""
    if is_taken_back:
        return Validity.TAKEN_BACK
    return Validity.VALID if until is None or today <= until else Validity.OVER
