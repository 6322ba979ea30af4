"""Every way through a branching story, without walking each one: paths that meet in a state go on as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.content.schema import Choice, Ending, Scenario, Scene

MOST_STATES = 200_000
"""A story with more states than this is told as too large to be measured."""
Meters = tuple[int, ...]


@dataclass(frozen=True)
class Span:
    """Fewest and most of something over several paths."""

    least: int
    most: int

    def plus(self, amount: int) -> Span:
        """The same paths, each longer by an amount."""
        return Span(self.least + amount, self.most + amount)

    def joined(self, other: Span | None) -> Span:
        """Over the paths of both."""
        return Span(min(self.least, other.least), max(self.most, other.most)) if other else self


@dataclass
class _Arrival:
    """Paths that have come to one scene with the same meters."""

    count: int
    words: Span
    decisions: Span

    def join(self, other: _Arrival) -> None:
        self.count += other.count
        self.words = self.words.joined(other.words)
        self.decisions = self.decisions.joined(other.decisions)


@dataclass
class Paths:
    """What all ways from the first scene to an ending have in common."""

    count: int = 0
    words: Span | None = None
    decisions: Span | None = None
    endings: dict[str, int] = field(default_factory=dict)
    """Paths that come to each ending that can be reached."""
    loop: str | None = None
    """A scene that leads back to itself; nothing else is measured then."""
    too_many: bool = False


def reachable_scenes(scenario: Scenario) -> set[str]:
    """Ids of the scenes that some path comes to."""
    scenes, found, waiting = _scenes(scenario), set[str](), [scenario.first]
    while waiting:
        scene = waiting.pop()
        if scene in found or scene not in scenes:
            continue
        found.add(scene)
        waiting += [choice.next for choice in scenes[scene].choices]
    return found


def walk(scenario: Scenario) -> Paths:
    """Measure all paths: words read are scenes, all choices shown, the chosen consequence and the ending."""
    order, loop = _in_order(scenario)
    paths = Paths(loop=loop)
    if loop:
        return paths
    scenes = _scenes(scenario)
    start = tuple(meter.start for meter in scenario.meters)
    arrivals: dict[str, dict[Meters, _Arrival]] = {scenario.first: {start: _Arrival(1, Span(0, 0), Span(0, 0))}}
    for scene_id in order:
        for meters, arrival in arrivals.pop(scene_id, {}).items():
            _leave(scenario, scenes[scene_id], meters, arrival, arrivals)
        if sum(map(len, arrivals.values())) > MOST_STATES:
            return Paths(too_many=True)
    for meters, arrival in arrivals.pop("end", {}).items():
        _finish(paths, ending_for(scenario, meters), arrival)
    return paths


def ending_for(scenario: Scenario, meters: Meters) -> Ending:
    """The first ending whose floors are all reached; the last has none."""
    values = dict(zip((meter.id for meter in scenario.meters), meters, strict=True))
    for ending in scenario.endings:
        if all(values[name] >= floor for name, floor in ending.at_least.items()):
            return ending
    return scenario.endings[-1]


def _scenes(scenario: Scenario) -> Mapping[str, Scene]:
    return {scene.id: scene for scene in scenario.scenes}


def _in_order(scenario: Scenario) -> tuple[list[str], str | None]:
    """Reachable scenes, each after all that lead to it; or a scene in a loop."""
    scenes = _scenes(scenario)
    reached = reachable_scenes(scenario)
    before = {scene: set[str]() for scene in reached}
    for scene in reached:
        for choice in scenes[scene].choices:
            if choice.next in before:
                before[choice.next].add(scene)
    order: list[str] = []
    while before:
        ready = sorted(scene for scene, earlier in before.items() if not earlier & before.keys())
        if not ready:
            return order, min(before)
        order += ready
        for scene in ready:
            del before[scene]
    return order, None


def _leave(
    scenario: Scenario, scene: Scene, meters: Meters, arrival: _Arrival, arrivals: dict[str, dict[Meters, _Arrival]]
) -> None:
    shown = scene.text.words + sum(choice.text.words for choice in scene.choices)
    for choice in scene.choices:
        after = _moved(scenario, meters, choice)
        words = arrival.words.plus(shown + choice.consequence.words)
        onward = _Arrival(arrival.count, words, arrival.decisions.plus(1))
        there = arrivals.setdefault(choice.next, {})
        if after in there:
            there[after].join(onward)
        else:
            there[after] = onward


def _moved(scenario: Scenario, meters: Meters, choice: Choice) -> Meters:
    """Meters after a choice, kept within 0 and 10."""
    ids: Iterable[str] = (meter.id for meter in scenario.meters)
    return tuple(min(10, max(0, value + choice.effects.get(name, 0))) for name, value in zip(ids, meters, strict=True))


def _finish(paths: Paths, ending: Ending, arrival: _Arrival) -> None:
    paths.count += arrival.count
    paths.words = arrival.words.plus(ending.text.words).joined(paths.words)
    paths.decisions = arrival.decisions.joined(paths.decisions)
    paths.endings[ending.id] = paths.endings.get(ending.id, 0) + arrival.count
