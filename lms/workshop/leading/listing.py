"""Who comes to a session and who was there, as rows of a file, the head first. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lms.ui.sheets import Cell, Row
from lms.workshop.leading.queries import Guest
from lms.workshop.places import State
from lms.workshop.presence import Way
from lms.workshop.when import said

NOTED = {Way.CODE: "by the code", Way.LIST: "by the list"}


def attendance(guests: Iterable[Guest], zone: str) -> Iterator[Row]:
    """Each of them as the page shows them, with days and times of the place."""
    yield ["Name", "Place", "Asked on", "Was there", "Noted", "Noted on", "Noted at"]
    for one in guests:
        booking = one.booking
        place = "has a place" if booking.state is State.BOOKED else "waits"
        row: list[Cell] = [one.person.name, place, said(booking.booked_at, zone)[0]]
        if booking.attended_at is None:
            yield [*row, "no", None, None, None]
        else:
            day, time = said(booking.attended_at, zone)
            yield [*row, "yes", NOTED.get(booking.attended_by) if booking.attended_by else None, day, f"{time:%H:%M}"]
