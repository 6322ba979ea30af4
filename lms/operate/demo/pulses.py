"""What an invented team answers to its manager: a pulse before the programme, closed, and one after it, still open."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.content.library import library
from lms.content.schema import PulsePlan
from lms.pulse.team import service
from lms.pulse.team.models import Occasion, TeamPulse
from lms.pulse.team.service import Wanted

TEAM = "Team of the north wards"
PEOPLE = 14
ANSWERS = 10
BEFORE, AFTER = (6, 5, 4, 4, 2, 5, 5, 4), (9, 8, 7, 5, 8, 8, 6, 4)
"""How many of those who answer agree with each line, in their order."""
EARLIER = dt.timedelta(days=60)
DISAGREE, AGREE = 1, 3


def ask_team(session: Session, manager: Person, at: dt.datetime) -> None:
    """Both pulses, if the programme has any."""
    programme = library.programme(session)
    if programme and programme.pulse:
        first = _asked(session, manager, programme.pulse, Occasion.BEFORE, (at - EARLIER).date())
        _answer(session, first, BEFORE)
        service.close(session, first)
        _answer(session, _asked(session, manager, programme.pulse, Occasion.AFTER, at.date()), AFTER)


def _asked(session: Session, manager: Person, plan: PulsePlan, occasion: Occasion, on: dt.date) -> TeamPulse:
    return service.open_pulse(session, manager, plan, Wanted(TEAM, occasion, PEOPLE), uuid4(), on)


def _answer(session: Session, pulse: TeamPulse, agreeing: tuple[int, ...]) -> None:
    for number in range(ANSWERS):
        steps = [AGREE if number < count else DISAGREE for count in agreeing]
        chosen = {id_: step for (id_, _), step in zip(pulse.statements, steps, strict=False)}
        service.answer(session, pulse.key, str(uuid4()), chosen, pulse.opened_on)
