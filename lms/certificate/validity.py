"""How long a certificate holds. Values in, values out."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from lms.enrolment.assignments.due import months_later


class Validity(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    OVER = "over"
    """Its time has run out: a refresher is due."""
    TAKEN_BACK = "taken back"


def valid_until(completed_on: dt.date, months: int | None) -> dt.date | None:
    """The last day on which it holds; None: for good. A month that is shorter ends earlier: 31 August and six months
    are 28 or 29 February."""
    if months is None:
        return None
    return months_later(completed_on, months)


def standing(until: dt.date | None, is_taken_back: bool, today: dt.date) -> Validity:
    """How it stands today."""
    if is_taken_back:
        return Validity.TAKEN_BACK
    return Validity.VALID if until is None or today <= until else Validity.OVER
