"""Which template shows a block, and what must be looked up for it.

A room that has blocks of its own offers a template and, if its blocks have a state, one function that finds the states
of all of them on a page in one query. Here it gets one line; nothing else in this room changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy.orm import Session

from lms.commitment import queries as commitment
from lms.content.blocks import Block
from lms.content.module import Page
from lms.enrolment.models import Registration
from lms.pulse import queries as pulse
from lms.quiz import queries as quiz
from lms.quiz.again import queries as again
from lms.reflection import queries as reflection
from lms.scenario import queries as scenario

Loader = Callable[[Session, Registration, Sequence[Block]], Mapping[str, Any]]
"""The states of blocks of one kind by their ids; a block without one is left out."""


class LoaderAt(Protocol):
    """The same, where they depend on when one looks."""

    def __call__(
        self, session: Session, registration: Registration, blocks: Sequence[Block], /, at: dt.datetime
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Kind:
    """How blocks of one kind are shown."""

    template: str
    """Is given `block`, `state` (None if there is none), `registration`, `module` and `page`."""
    load: Loader | None = None
    load_at: LoaderAt | None = None
    """Instead of `load`, where the states depend on when one looks."""
    beside: Loader | None = None
    """Finds what another room shows beside a block, given to the template as `beside`."""
    framed: bool = True
    """Whether it stands in a <section> of its own with the id `block-<kind>-<id>`."""

    def loader(self, at: dt.datetime) -> Loader | None:
        """What finds the states, for whoever looks at this moment."""
        return partial(self.load_at, at=at) if self.load_at else self.load


def _practices(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, Any]:
    """Some practices are questions, in others one writes."""
    return {
        **quiz.practices_on_page(session, registration, blocks),
        **reflection.on_page(session, registration, blocks),
    }


KINDS: dict[str, Kind] = {
    "prose": Kind("player/blocks/prose.html", framed=False),
    "callout": Kind("player/blocks/callout.html", framed=False),
    "content-note": Kind("player/blocks/content_note.html", framed=False),
    "figure": Kind("player/blocks/figure.html", framed=False),
    "media": Kind("player/blocks/media.html"),
    "tool": Kind("player/blocks/tool.html"),
    "check": Kind("quiz/check.html", quiz.checks_on_page),
    "practice": Kind("player/blocks/practice.html", _practices),
    "recall": Kind("reflection/recall.html", reflection.on_page),
    "reflection": Kind("reflection/reflection.html", reflection.on_page),
    "quiz": Kind("quiz/quiz.html", load_at=quiz.on_quiz_page),
    "commitment": Kind("commitment/commitment.html", commitment.plans_on_page, beside=reflection.referred_to),
    "exercise": Kind("commitment/exercise.html", commitment.exercises_on_page),
    "self-assessment": Kind("pulse/self_assessment.html", pulse.on_page),
    "warm-up": Kind("quiz/warm_up.html", again.warm_ups_on_page),
    "scenario": Kind("scenario/scenario.html", scenario.on_page),
}
PLAIN = Kind("player/blocks/plain.html")
"""For a kind that no room shows yet: its words."""


@dataclass(frozen=True)
class Shown:
    """A block, ready for the page."""

    block: Block
    kind: Kind
    state: Any
    beside: Any = None

    @property
    def anchor(self) -> str:
        """The id of its section, to which a room comes back after a POST."""
        return anchor(self.block)


def anchor(block: Block) -> str:
    """`block-check-listen-case`; kinds that stand once on a page have no id of their own."""
    return f"block-{block.kind}-{block.id}" if block.id else f"block-{block.kind}"


def shown(session: Session, registration: Registration, page: Page, at: dt.datetime) -> list[Shown]:
    """The blocks of a page in order, each with its state; one query for each kind that has states."""
    used = {kind: KINDS.get(kind, PLAIN) for kind in {block.kind for block in page.blocks}}
    states = {name: _load(kind.loader(at), session, registration, page, name) for name, kind in used.items()}
    beside = {name: _load(kind.beside, session, registration, page, name) for name, kind in used.items()}
    return [
        Shown(block, used[block.kind], states[block.kind].get(block.id), beside[block.kind].get(block.id))
        for block in page.blocks
    ]


def _load(
    load: Loader | None, session: Session, registration: Registration, page: Page, kind: str
) -> Mapping[str, Any]:
    return load(session, registration, _of_kind(page.blocks, kind)) if load else {}


def _of_kind(blocks: Iterable[Block], kind: str) -> list[Block]:
    return [block for block in blocks if block.kind == kind]
