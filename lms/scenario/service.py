"""Playing a story: begin, choose, replay one decision, leave the replay."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.content.library import library
from lms.content.schema import Choice, Scenario
from lms.enrolment.models import Registration
from lms.enrolment.service import forget_rows
from lms.outbox.service import record
from lms.progress.service import Activity, begin
from lms.progress.visiting import step_seconds
from lms.scenario.models import ScenarioRun
from lms.scenario.story import NoSuchChoiceError, Played, play


class MovedOnError(Exception):
    """The story has gone on since the page was made."""


@dataclass(frozen=True)
class Playing:
    """A learner at work in a story; the registration's row is locked."""

    activity: Activity
    run: ScenarioRun
    story: Scenario

    @property
    def played(self) -> Played:
        """The story as far as it was told."""
        return play(self.story, self.run.choices)


def own_run(session: Session, person: Person, run_id: UUID, at: dt.datetime) -> Playing | None:
    """A person at work in a story of theirs; someone else's looks like none."""
    whose = (
        select(Registration.module_id)
        .join(ScenarioRun, ScenarioRun.registration_id == Registration.id)
        .filter(ScenarioRun.uuid == run_id, Registration.person_id == person.id)
    )
    module_id = session.scalar(whose)
    activity = begin(session, person, module_id, at) if module_id else None
    if activity is None:
        return None
    # Read after the registration was locked, so that it is seen as it is now.
    run = session.scalars(select(ScenarioRun).filter_by(uuid=run_id), execution_options={"populate_existing": True})
    return _playing(session, activity, run.one())


def start(session: Session, activity: Activity, scenario_id: str) -> Playing:
    """The story that is under way, begun now if there is none. Raises KeyError for an unknown one."""
    running = _open_run(session, activity, scenario_id)
    if running:
        return _playing(session, activity, running)
    story = activity.module.scenarios[scenario_id]
    revision_id = library.revision_id(session, activity.module.id)
    assert revision_id is not None
    return Playing(activity, _add(session, activity, story.id, revision_id), story)


def choose(session: Session, playing: Playing, step: int, place: int) -> None:
    """Take the choice at a place, counted from 0, of the scene after so many steps; the last one ends the story.

    The same choice sent twice is one. Raises MovedOnError for another one in a scene that is past, and
    NoSuchChoiceError for one that is not offered.
    """
    run = playing.run
    choice = _offered(playing, step, place)
    if run.choices[step : step + 1] == [choice.id]:
        return
    if run.ended_at or step != len(run.choices):
        raise MovedOnError
    if choice.id == excluded(session, run):
        raise NoSuchChoiceError(choice.id)
    run.choices = [*run.choices, choice.id]
    run.seconds += step_seconds(playing.activity.at - run.touched_at)
    run.touched_at = max(run.touched_at, playing.activity.at)
    if playing.played.ending:
        _end(session, playing)


def replay(session: Session, playing: Playing, kept: int) -> None:
    """Play one decision of a story that is over again: the choices before it are taken over.

    Where the same replay is under way already, it goes on. Raises MovedOnError when something else is, and IndexError
    for a decision that was never taken.
    """
    first, activity = playing.run, playing.activity
    if _latest_story(session, activity, first.scenario_id) != first.id:
        raise MovedOnError
    if not 0 <= kept < len(first.choices):
        raise IndexError(kept)
    running = _open_run(session, activity, first.scenario_id)
    if running and (running.replay_of_id, running.kept) != (first.id, kept):
        raise MovedOnError
    if running is None:
        run = _add(session, activity, first.scenario_id, first.revision_id)
        run.replay_of_id, run.kept, run.choices = first.id, kept, first.choices[:kept]


def leave(session: Session, playing: Playing) -> None:
    """Leave a replay, or a story that is played once more, before its end; a first one only waits."""
    run = playing.run
    if run.ended_at is None and _latest_story(session, playing.activity, run.scenario_id):
        run.ended_at = playing.activity.at


def excluded(session: Session, run: ScenarioRun) -> str | None:
    """The choice that a replay does not offer again: it is there to try another one."""
    if run.replay_of_id is None or len(run.choices) != run.kept:
        return None
    first: list[str] = session.scalars(select(ScenarioRun.choices).filter_by(id=run.replay_of_id)).one()
    return first[run.kept]


def _offered(playing: Playing, step: int, place: int) -> Choice:
    scene = play(playing.story, playing.run.choices[:step]).scene
    if scene is None:
        raise MovedOnError
    if not 0 <= place < len(scene.choices):
        raise NoSuchChoiceError(place)
    return scene.choices[place]


def _latest_story(session: Session, activity: Activity, scenario_id: str) -> int | None:
    """The latest run that is over and was no replay."""
    query = select(func.max(ScenarioRun.id)).filter_by(
        registration_id=activity.registration.id, scenario_id=scenario_id, replay_of_id=None
    )
    return session.scalar(query.filter(ScenarioRun.ending_id.is_not(None)))


def _playing(session: Session, activity: Activity, run: ScenarioRun) -> Playing:
    return Playing(activity, run, library.revision(session, run.revision_id).scenarios[run.scenario_id])


def _open_run(session: Session, activity: Activity, scenario_id: str) -> ScenarioRun | None:
    query = select(ScenarioRun).filter_by(
        registration_id=activity.registration.id, scenario_id=scenario_id, ended_at=None
    )
    return session.scalar(query)


def _add(session: Session, activity: Activity, scenario_id: str, revision_id: int) -> ScenarioRun:
    run = ScenarioRun(
        registration_id=activity.registration.id,
        scenario_id=scenario_id,
        revision_id=revision_id,
        choices=[],
        started_at=activity.at,
        touched_at=activity.at,
    )
    session.add(run)
    return run


def _end(session: Session, playing: Playing) -> None:
    run, activity, played = playing.run, playing.activity, playing.played
    assert played.ending
    run.ended_at, run.ending_id = activity.at, played.ending.id
    session.flush()
    record(
        session,
        events.ScenarioEnded(
            **activity.fact,
            scenario_id=run.scenario_id,
            title=played.story.title,
            run=run.uuid,
            choices=played.path,
            ending_id=run.ending_id,
            seconds=run.seconds,
        ),
    )


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of the stories that a person played."""
    forget_rows(session, person_id, ScenarioRun)
