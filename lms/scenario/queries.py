"""What a page needs to know of a story: where it stands, and how it went before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lms.content.blocks import Block
from lms.content.library import library
from lms.content.schema import Choice, Scenario
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_facts
from lms.scenario.comparing import Comparison, compare
from lms.scenario.models import ScenarioRun
from lms.scenario.story import Played, play


@dataclass(frozen=True)
class State:
    """A story as its page shows it."""

    run: ScenarioRun
    """Under way, or the latest that came to an ending."""
    first: ScenarioRun | None
    """The latest that came to an ending and was no replay; it may be the run itself."""
    story: Scenario
    """As it was when the run began."""

    @cached_property
    def played(self) -> Played:
        """The story as far as it was told."""
        return play(self.story, self.run.choices)

    @cached_property
    def first_played(self) -> Played | None:
        """The story that was played before; None the first time, and for one that has been rewritten since."""
        is_comparable = self.first and self.first is not self.run and self.first.revision_id == self.run.revision_id
        return play(self.story, self.first.choices) if self.first and is_comparable else None

    @property
    def is_replay(self) -> bool:
        """Whether one decision is, or was, played again."""
        return self.run.replay_of_id is not None

    @property
    def spent(self) -> Choice | None:
        """The choice that a replay does not offer again."""
        if not self.first_played or len(self.run.choices) != self.run.kept:
            return None
        return self.first_played.steps[self.run.kept].choice

    @property
    def last_time(self) -> Choice | None:
        """What was chosen in this scene the first time."""
        scene, before = self.played.scene, self.first_played
        same = (step.choice for step in (before.steps if before else ()) if scene and step.scene.id == scene.id)
        return next(same, None)

    @cached_property
    def comparison(self) -> Comparison | None:
        """What the replay changed, when it is over."""
        if self.run.kept is None or not self.first_played or not self.run.ending_id:
            return None
        return compare(self.first_played, self.played, self.run.kept)


def on_page(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, State]:
    """The stories of a page that have been begun."""
    return _states(session, registration.id, [block.id for block in blocks])


def state_of(session: Session, run: ScenarioRun) -> State:
    """The story that a run belongs to, as it stands now."""
    return _states(session, run.registration_id, [run.scenario_id])[run.scenario_id]


def _states(session: Session, registration_id: int, scenario_ids: Iterable[str]) -> dict[str, State]:
    found: dict[str, list[ScenarioRun]] = {}
    for run in session.scalars(_newest(registration_id, scenario_ids)):
        found.setdefault(run.scenario_id, []).append(run)
    return {scenario_id: _state(session, runs) for scenario_id, runs in found.items()}


def _newest(registration_id: int, scenario_ids: Iterable[str]) -> Select[ScenarioRun]:
    """Of each story the run under way, the newest replay and the newest other that came to an ending."""
    ids = (
        select(func.max(ScenarioRun.id))
        .filter(ScenarioRun.registration_id == registration_id, ScenarioRun.scenario_id.in_(list(scenario_ids)))
        .filter(or_(ScenarioRun.ended_at.is_(None), ScenarioRun.ending_id.is_not(None)))
        .group_by(ScenarioRun.scenario_id, ScenarioRun.ended_at.is_(None), ScenarioRun.replay_of_id.is_(None))
    )
    return select(ScenarioRun).filter(ScenarioRun.id.in_(ids)).order_by(ScenarioRun.id.desc())


def _state(session: Session, runs: Sequence[ScenarioRun]) -> State:
    """Of the newest runs, newest first."""
    under_way = next((run for run in runs if run.ended_at is None), None)
    first = next((run for run in runs if run.ending_id and run.replay_of_id is None), None)
    run = under_way or runs[0]
    return State(run, first, library.revision(session, run.revision_id).scenarios[run.scenario_id])


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: the stories they played, with every choice."""
    return {"stories": own_facts(session, person_id, ScenarioRun)}
