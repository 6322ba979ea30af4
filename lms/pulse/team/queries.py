"""Looking team pulses up: for the manager who opened them, and for a colleague with the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.db import as_facts
from lms.pulse.groups import GROUP
from lms.pulse.team.bands import Band, at_least, band_of, move
from lms.pulse.team.models import Occasion, TeamPulse, TeamPulseCount


@dataclass(frozen=True)
class Line:
    """One statement with how many agree."""

    statement_id: str
    text: str
    band: Band | None
    """None: too few answered this line."""


@dataclass(frozen=True)
class Results:
    """What a manager is told of a closed pulse."""

    pulse: TeamPulse
    at_least: int | None
    """So many answered, or some more; None: too few, and nothing else is told."""
    lines: Sequence[Line]

    @property
    def lowest(self) -> Sequence[Line]:
        """The lines to which the fewest agree; none where all stand alike."""
        order = [line.band for line in self.lines if line.band]
        least = min(order, key=list(Band).index, default=None)
        return [line for line in self.lines if line.band is least] if len(set(order)) > 1 else []


@dataclass(frozen=True)
class Pair:
    """One statement before and after the programme."""

    text: str
    before: Band | None
    after: Band | None

    @property
    def moved(self) -> int:
        """Bands up, or down if negative; 0 where it cannot be said."""
        return move(self.before, self.after)


@dataclass(frozen=True)
class Comparison:
    """The two pulses of a team side by side."""

    team: str
    before: Results
    after: Results
    pairs: Sequence[Pair]


def is_open(found: TeamPulse, on: dt.date) -> bool:
    """Whether a pulse takes answers on a day."""
    return not found.is_closed and on <= found.closes_on


def has_enough(found: TeamPulse) -> bool:
    """Whether so many have answered that there will be results."""
    return found.answers >= GROUP


def own_pulses(session: Session, person_id: int) -> Sequence[TeamPulse]:
    """The pulses that a manager opened, the latest first."""
    query = select(TeamPulse).filter_by(person_id=person_id)
    return session.scalars(query.order_by(TeamPulse.opened_on.desc(), TeamPulse.id.desc())).all()


def own_pulse(session: Session, person_id: int, uuid: UUID, for_update: bool = False) -> TeamPulse | None:
    """A pulse that this manager opened; another's looks like none."""
    query = select(TeamPulse).filter_by(person_id=person_id, uuid=uuid)
    return session.scalar(query.with_for_update() if for_update else query)


def by_key(session: Session, key: str, for_update: bool = False) -> TeamPulse | None:
    """The pulse that is answered at an address, whoever asks."""
    query = select(TeamPulse).filter_by(key=key)
    return session.scalar(query.with_for_update() if for_update else query)


def manager_of(session: Session, found: TeamPulse) -> str:
    """The name of whoever opened a pulse, as their team knows them."""
    return session.scalars(select(Person.name).filter_by(id=found.person_id)).one()


def results(session: Session, found: TeamPulse, on: dt.date) -> Results | None:
    """What may be told of a pulse; None while it is open, since whoever looks twice would see what came between."""
    if is_open(found, on):
        return None
    counts = _counts(session, found.id) if has_enough(found) else {}
    lines = [Line(id_, text, band_of(counts.get(id_, {}))) for id_, text in found.statements] if counts else []
    return Results(found, at_least(found.answers), lines)


def comparisons(session: Session, person_id: int, on: dt.date) -> Iterator[Comparison]:
    """The latest pulse before and the latest after the programme of each team that has both, with results."""
    known: dict[tuple[str, Occasion], TeamPulse] = {}
    for one in own_pulses(session, person_id):
        if has_enough(one) and not is_open(one, on):
            known.setdefault((_alike(one.team), one.occasion), one)
    for (name, occasion), later in known.items():
        earlier = known.get((name, Occasion.BEFORE))
        if occasion is Occasion.AFTER and earlier:
            both = results(session, earlier, on), results(session, later, on)
            if both[0] and both[1]:
                yield Comparison(later.team, both[0], both[1], _pairs(both[0], both[1]))


def _pairs(before: Results, after: Results) -> list[Pair]:
    """By the id of the statement; in the words of the later one."""
    first = {line.statement_id: line.band for line in before.lines}
    return [Pair(line.text, first.get(line.statement_id), line.band) for line in after.lines]


def _alike(team: str) -> str:
    return " ".join(team.casefold().split())


def _counts(session: Session, pulse_id: int) -> Mapping[str, Mapping[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for row in session.scalars(select(TeamPulseCount).filter_by(pulse_id=pulse_id)):
        found.setdefault(row.statement_id, {})[row.place] = row.people
    return found


def own_record(session: Session, person_id: int) -> list[dict[str, Any]]:
    """The pulses that a person opened, with what they were told: of others only what the page tells too."""
    return [
        as_facts(one, but={"answers", "forms_used"}) | {"results": _told(session, one) if one.is_closed else None}
        for one in own_pulses(session, person_id)
    ]


def _told(session: Session, found: TeamPulse) -> dict[str, Any]:
    counts = _counts(session, found.id) if has_enough(found) else {}
    agree = {id_: str(told) for id_, places in sorted(counts.items()) if (told := band_of(places))}
    return {"answered_at_least": at_least(found.answers), "agree": agree}
