"""A learner's way through the programme and through one module, put into words and figures for the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lms.content.module import Module, Page, Section
from lms.enrolment.availability import Standing, Step
from lms.progress import completion


class State(StrEnum):
    """How far something is."""

    DONE = "done"
    UNDER_WAY = "under way"
    TO_COME = "to come"


class Spot(Protocol):
    """What is asked of a place to resume."""

    @property
    def page_id(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...


@dataclass(frozen=True)
class ModuleView:
    """One module of the programme as its learner sees it."""

    step: Step
    title: str
    module: Module | None
    """None while it is in preparation."""
    opened: Collection[str] = ()
    spot: Spot | None = None
    after_title: str = ""
    """The module that must be completed first."""

    @property
    def percent(self) -> int:
        return completion.percent(self.module, self.opened) if self.module else 0

    @property
    def minutes_left(self) -> float:
        return completion.minutes_left(self.module.pages, self.opened) if self.module else 0

    @property
    def quiz_page(self) -> Page | None:
        """The page of the quiz, once it is all that is left."""
        if self.module is None or self.step.standing is not Standing.STARTED or self.minutes_left > 0:
            return None
        return self.module.quiz_page

    @property
    def stopped_at(self) -> Page | None:
        """The page on which the learner stopped."""
        return self.module.page(self.spot.page_id) if self.module and self.spot else None


def module_views(
    steps: Iterable[Step],
    modules: Mapping[str, Module],
    opened: Mapping[str, Collection[str]],
    spots: Mapping[str, Spot],
) -> list[ModuleView]:
    """Every module of the programme in order."""
    titles: dict[str, str] = {}
    views = []
    for step in steps:
        module = modules.get(step.module_id)
        titles[step.module_id] = module.title if module else title_of(step.module_id)
        views.append(
            ModuleView(
                step,
                titles[step.module_id],
                module,
                opened.get(step.module_id, ()),
                spots.get(step.module_id),
                titles.get(step.after or "", ""),
            )
        )
    return views


def title_of(module_id: str) -> str:
    """A title for a module that nobody has written yet: `safe-to-speak` is `Safe to speak`."""
    return module_id.replace("-", " ").capitalize()


def now_at(views: Iterable[ModuleView]) -> ModuleView | None:
    """The module to go on with: the one last worked in, else the first that is open; None when there is none."""
    views = list(views)
    begun = [view for view in views if view.step.standing is Standing.STARTED]
    if begun:
        return max(begun, key=lambda view: (view.spot is not None, view.spot.at if view.spot else view.step.number))
    return next((view for view in views if view.step.standing is Standing.OPEN), None)


def next_after(views: Iterable[ModuleView]) -> ModuleView | None:
    """The first module that is neither open nor completed: what comes next."""
    return next((view for view in views if not view.step.is_open), None)


@dataclass(frozen=True)
class SectionView:
    """One section as its learner sees it."""

    section: Section
    state: State
    opened: Collection[str]

    def state_of(self, page: Page) -> State:
        """Whether a page has been opened."""
        return State.DONE if page.id in self.opened else State.TO_COME


def section_views(module: Module, opened: Collection[str]) -> list[SectionView]:
    """The sections of a module with their states."""
    return [SectionView(section, _state(section, opened), opened) for section in module.sections]


def _state(section: Section, opened: Collection[str]) -> State:
    if completion.is_finished(section, opened):
        return State.DONE
    return State.UNDER_WAY if any(page.id in opened for page in section.pages) else State.TO_COME
