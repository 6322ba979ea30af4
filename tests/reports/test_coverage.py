"""Coverage, counted by the database and counted again, person by person."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.accounts.models import Placement
from lms.accounts.organisation.queries import history
from lms.accounts.organisation.tree import descendants
from lms.db import writing
from lms.enrolment.assignments.models import Assignment, Obligation
from lms.reports.coverage import counting, queries
from lms.reports.coverage.counting import SMALLEST, Count, Line, Standing
from lms.reports.coverage.queries import Question
from tests.reports.organisation import DAYS, FIRST, MODULES, Made, make

ZONES = ("UTC", "Pacific/Auckland", "America/New_York")


class Again:
    """The same figures out of the rows themselves."""

    def __init__(self, made: Made, asked: Question) -> None:
        self.made, self.asked = made, asked

    def day(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(ZoneInfo(self.asked.zone)).date()

    def population(self, on: dt.date) -> Iterable[Placement]:
        sites = None if self.asked.sites is None else descendants(self.made.sites(on), self.asked.sites)
        for one in self.made.placements:
            is_there = one.from_on <= on and (one.until_on is None or one.until_on > on)
            is_asked = (not self.asked.managers_only or one.is_manager) and (sites is None or one.site_id in sites)
            if is_there and is_asked and self.asked.job_group in (None, one.job_group_id):
                yield one

    def standing(self, person_id: int, on: dt.date, modules: Iterable[str]) -> Standing:
        own = [one for one in self.made.registrations if one.person_id == person_id and one.module_id in modules]
        done = {one.module_id for one in own if one.completed_at and self.day(one.completed_at) <= on}
        begun = [one for one in own if one.started_at and self.day(one.started_at) <= on]
        if done == set(modules):
            return Standing.COMPLETED
        return Standing.UNDER_WAY if begun else Standing.NOT_STARTED

    def count(self, on: dt.date, modules: Iterable[str], where: Iterable[Placement] | None = None) -> Count:
        found = Counter(
            self.standing(one.person_id, on, modules) for one in (self.population(on) if where is None else where)
        )
        return Count(found[Standing.COMPLETED], found[Standing.UNDER_WAY], found[Standing.NOT_STARTED])

    def is_late(self, person_id: int, on: dt.date) -> bool:
        """Whether something mandatory that the report speaks of was past its last day then."""
        return any(
            self._is_late(one, asked, on)
            for one in self.made.obligations
            for asked in self.made.assignments
            if asked.id == one.assignment_id and one.person_id == person_id
        )

    def _is_late(self, one: Obligation, asked: Assignment, on: dt.date) -> bool:
        is_exempt = any(
            spared.person_id == one.person_id
            and spared.module_id in (None, asked.module_id)
            and spared.from_on <= on
            and (spared.until_on is None or on < spared.until_on)
            for spared in self.made.exemptions
        )
        is_open = (one.met_at is None or self.day(one.met_at) > on) and (one.ended_on is None or one.ended_on > on)
        is_asked = (one.day_set_on or one.since_on) <= on
        is_about = asked.module_id is None or asked.module_id in self.asked.modules
        is_past = one.due_on is not None and one.due_on < on
        return asked.is_mandatory and is_about and is_past and is_asked and is_open and not is_exempt


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_the_same_when_it_is_counted_again(session: Session, seed: int) -> None:
    with writing(session):
        made = make(session, seed)
    chance = random.Random(seed)
    for _ in range(6):
        asked = Question(
            modules=tuple(chance.sample(MODULES, chance.randint(1, 3))),
            on=FIRST + dt.timedelta(days=chance.randrange(60, DAYS)),
            managers_only=chance.random() < 0.5,
            sites=None if chance.random() < 0.4 else tuple(chance.sample(list(made.sites(FIRST)), 2)),
            job_group=None if chance.random() < 0.6 else 1,
            zone=chance.choice(ZONES),
        )
        again = Again(made, asked)
        found = queries.counts(session, asked)
        there = list(again.population(asked.on))
        for (site, group), count in found.items():
            here = [one for one in there if (one.site_id, one.job_group_id) == (site, group)]
            late = sum(again.is_late(one.person_id, asked.on) for one in here)
            assert count == replace(again.count(asked.on, asked.modules, here), overdue=late)
        whole = replace(counting.added_up(found.values()), overdue=0)
        assert whole == again.count(asked.on, asked.modules)
        for module, count in queries.by_module(session, asked).items():
            assert count == again.count(asked.on, [module])
        for wanted in (None, *Standing):
            names = [one.person.id for one in queries.people(session, asked, wanted, limit=None)]
            standings = [
                one.person_id
                for one in there
                if again.standing(one.person_id, asked.on, asked.modules) == wanted
                or (wanted is Standing.OVERDUE and again.is_late(one.person_id, asked.on))
            ]
            assert sorted(names) == sorted(standings if wanted else [one.person_id for one in there])
        days = counting.month_ends(asked.on, 12)
        points = counting.trend(*queries.steps(session, asked, days, history(session)), days)
        for point in points:
            count = again.count(point.on, asked.modules)
            assert (point.people, point.completed) == (count.people, count.completed), point.on


lines = st.lists(st.builds(Count, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8).map(
    lambda counts: [Line(str(number), f"Site {number}", count) for number, count in enumerate(counts)]
)


@given(lines)
def test_nobody_can_be_told_from_the_rest(given_lines: list[Line]) -> None:
    """What is hidden is of five people or more together, unless there is nothing else to hide it with."""
    shown = counting.compared(given_lines)
    hidden = [one.line.count.people for one in shown if one.is_hidden]
    for one in shown:
        if not one.is_hidden:
            assert one.line.count.people == 0 or one.line.count.people >= SMALLEST
    open_ones = [one for one in shown if not one.is_hidden and one.line.count.people]
    assert not hidden or sum(hidden) >= SMALLEST or not open_ones


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_is_in_its_band(part: int, whole: int) -> None:
    share = min(part, whole) / whole
    first, last = counting.band(share)
    assert first <= share * 100 + 1e-9 < last + 1
    assert (first == 100) == (part >= whole)
