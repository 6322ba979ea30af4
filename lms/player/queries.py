"""Looking up a learner's way through the programme."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.content.library import library
from lms.content.schema import Programme
from lms.enrolment.availability import Standing
from lms.enrolment.queries import own_steps
from lms.player import overview
from lms.player.overview import ModuleView
from lms.progress.queries import own_standpoints


@dataclass(frozen=True)
class Journey:
    """A learner's way through the programme."""

    programme: Programme | None
    """None before the first import."""
    views: list[ModuleView]

    def view(self, module_id: str) -> ModuleView | None:
        """One module of it."""
        return next((view for view in self.views if view.step.module_id == module_id), None)

    @property
    def now(self) -> ModuleView | None:
        """The module to go on with."""
        return overview.now_at(self.views)

    @property
    def next(self) -> ModuleView | None:
        """The first module that is not open yet."""
        return overview.next_after(self.views)

    @property
    def last_completed(self) -> ModuleView | None:
        """The latest module, in the programme's order, that is completed."""
        done = [view for view in self.views if view.step.standing is Standing.COMPLETED]
        return done[-1] if done else None

    @property
    def is_completed(self) -> bool:
        """Whether the whole programme is."""
        return bool(self.views) and all(view.step.standing is Standing.COMPLETED for view in self.views)


def journey(session: Session, person_id: int, at: dt.datetime) -> Journey:
    """A learner's way through the programme as it is now."""
    programme = library.programme(session)
    if programme is None:
        return Journey(None, [])
    standpoints = own_standpoints(session, person_id)
    taken = {module_id: standpoint.registration for module_id, standpoint in standpoints.items()}
    found = {planned.id: library.module(session, planned.id) for planned in programme.modules}
    views = overview.module_views(
        own_steps(session, programme, person_id, taken, at),
        {module_id: module for module_id, module in found.items() if module},
        {module_id: standpoint.opened for module_id, standpoint in standpoints.items()},
        {module_id: standpoint.place for module_id, standpoint in standpoints.items() if standpoint.place},
    )
    return Journey(programme, views)
