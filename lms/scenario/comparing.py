"""What a replay changed: decision by decision, figure by figure, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lms.content.schema import Ending, Meter
from lms.scenario.story import Played, Step


@dataclass(frozen=True)
class Pair:
    """One decision of both stories; a story that was shorter has none."""

    before: Step | None
    now: Step | None

    @property
    def is_same(self) -> bool:
        """Whether the same was chosen in the same scene."""
        return _what(self.before) == _what(self.now)

    @property
    def shown(self) -> Step:
        """The step that names the decision."""
        step = self.now or self.before
        assert step
        return step


@dataclass(frozen=True)
class Change:
    """A figure at the end of both stories."""

    meter: Meter
    before: int
    now: int


@dataclass(frozen=True)
class Comparison:
    """The first story beside the replay."""

    pairs: tuple[Pair, ...]
    """From the replayed decision on."""
    changes: tuple[Change, ...]
    before: Ending
    now: Ending

    @property
    def is_same_ending(self) -> bool:
        """Whether both ended alike."""
        return self.before.id == self.now.id

    @property
    def has_moved(self) -> bool:
        """Whether any figure ended otherwise."""
        return any(change.before != change.now for change in self.changes)


def compare(before: Played, now: Played, kept: int) -> Comparison:
    """Two stories that are over, of which the first `kept` steps are the same."""
    assert before.ending and now.ending
    pairs = tuple(Pair(*both) for both in zip_longest(before.steps[kept:], now.steps[kept:]))
    return Comparison(pairs, tuple(_changes(before, now)), before.ending, now.ending)


def _changes(before: Played, now: Played) -> Iterator[Change]:
    for meter in now.story.meters:
        yield Change(meter, before.meters[meter.id], now.meters[meter.id])


def _what(step: Step | None) -> tuple[str, str] | None:
    return (step.scene.id, step.choice.id) if step else None
