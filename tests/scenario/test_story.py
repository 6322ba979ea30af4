"""The rules of a story, held against stories of any shape."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.loader import load_module
from lms.content.schema import Scenario
from lms.scenario import chart
from lms.scenario.comparing import compare
from lms.scenario.story import HIGHEST, LOWEST, NoSuchChoiceError, decisions, ending, moved, play, starting_meters
from tests.scenario import sample

STORY = load_module(sample.bundle().of_module(sample.MODULE), sample.MODULE).scenarios[sample.STORY]
METERS = ("heard", "service")
PICKS = st.lists(st.integers(0, 4), min_size=12, max_size=12)


@st.composite
def stories(draw: st.DrawFn) -> Scenario:
    """A story whose choices all lead onwards, as the checker asks."""
    count = draw(st.integers(1, 6))
    effects = st.dictionaries(st.sampled_from(METERS), st.integers(-12, 12))
    floors = st.dictionaries(st.sampled_from(METERS), st.integers(0, 10))
    scenes = []
    for number in range(count):
        after = [f"s{later}" for later in range(number + 1, count)] + ["end"]
        choices = [
            {"id": f"c{place}", "text": "Do.", "effects": draw(effects), "verdict": "fair", "consequence": "Then.",
             "why": "So.", "next": draw(st.sampled_from(after))}
            for place in range(draw(st.integers(2, 4)))
        ]  # fmt: skip
        scenes.append({"id": f"s{number}", "decision": number + 1, "title": "T", "text": "X", "choices": choices})
    endings = [{"id": f"e{number}", "title": "E", "text": "X", "at_least": draw(floors)} for number in range(2)]
    return Scenario.model_validate(
        {"id": "story", "title": "S", "role": "R", "setting": "S", "fiction": "F", "first": "s0", "scenes": scenes,
         "meters": [{"id": id_, "title": id_.title(), "start": draw(st.integers(0, 10))} for id_ in METERS],
         "endings": [*endings, {"id": "last", "title": "L", "text": "X"}], "debrief": "D"}
    )  # fmt: skip


def choices(story: Scenario, picks: list[int]) -> list[str]:
    """A way through a story to its end, led by numbers."""
    taken: list[str] = []
    while scene := play(story, taken).scene:
        taken.append(scene.choices[picks[len(taken)] % len(scene.choices)].id)
    return taken


@settings(max_examples=40)
@given(stories(), PICKS)
def test_any_way_through_a_story_ends(story: Scenario, picks: list[int]) -> None:
    played = play(story, choices(story, picks))
    assert played.ending in story.endings
    assert 1 <= len(played.steps) <= decisions(story)
    assert len(played.path) == len(played.steps)


@settings(max_examples=40)
@given(stories(), PICKS)
def test_the_same_choices_give_the_same_ending(story: Scenario, picks: list[int]) -> None:
    taken = choices(story, picks)
    assert play(story, taken) == play(story, list(taken))
    assert play(deepcopy(story), taken).ending == play(story, taken).ending


@settings(max_examples=40)
@given(stories(), PICKS)
def test_meters_never_leave_their_scale(story: Scenario, picks: list[int]) -> None:
    played = play(story, choices(story, picks))
    for meter in story.meters:
        assert all(LOWEST <= value <= HIGHEST for value in played.history(meter))
        assert len(played.history(meter)) == len(played.steps) + 1


@settings(max_examples=40)
@given(stories(), PICKS)
def test_each_step_begins_where_the_one_before_ended(story: Scenario, picks: list[int]) -> None:
    taken = choices(story, picks)
    played = play(story, taken)
    for before, after in zip(played.steps, played.steps[1:], strict=False):
        assert before.after == after.before
        assert before.choice.next == after.scene.id
    for length in range(len(taken)):
        part = play(story, taken[:length])
        assert part.ending is None
        assert part.steps == played.steps[:length]


@settings(max_examples=40)
@given(stories(), PICKS, PICKS, st.data())
def test_a_comparison_tells_what_differs(story: Scenario, one: list[int], two: list[int], data: st.DataObject) -> None:
    first = choices(story, one)
    kept = data.draw(st.integers(0, len(first) - 1))
    again = first[:kept]
    while scene := play(story, again).scene:
        again.append(scene.choices[two[len(again)] % len(scene.choices)].id)
    found = compare(play(story, first), play(story, again), kept)
    assert len(found.pairs) == max(len(first), len(again)) - kept
    assert all(pair.is_same for pair in found.pairs) == (first == again)
    assert found.is_same_ending == (play(story, first).ending == play(story, again).ending)


@given(st.dictionaries(st.sampled_from(METERS), st.integers(0, 10), min_size=2), st.integers(-30, 30))
def test_moving_up_and_down_is_kept_in_bounds(meters: dict[str, int], by: int) -> None:
    after = moved(meters, {"heard": by, "unknown": 3})
    assert after.keys() == meters.keys()
    assert after["service"] == meters["service"]
    assert after["heard"] == min(10, max(0, meters["heard"] + by))


def test_the_first_ending_whose_floors_are_reached_is_told() -> None:
    for heard, expected in ((10, "heard"), (8, "heard"), (7, "polite"), (4, "polite"), (3, "gone"), (0, "gone")):
        assert ending(STORY, {"heard": heard, "beds": 0}).id == expected


def test_a_choice_that_is_not_offered_is_refused() -> None:
    with pytest.raises(NoSuchChoiceError):
        play(STORY, ["wait"])
    with pytest.raises(NoSuchChoiceError):
        play(STORY, ["ask", "wait", "thank", "thank"])


def test_before_the_first_choice_the_meters_stand_at_their_start() -> None:
    assert play(STORY, []).meters == starting_meters(STORY) == {"heard": 5, "beds": 9}


@given(st.lists(st.integers(LOWEST, HIGHEST), min_size=1, max_size=20), st.integers(0, 5))
def test_a_chart_stays_in_its_field(values: list[int], more: int) -> None:
    places = chart.dots(values, len(values) - 1 + more)
    assert [dot.value for dot in places] == values
    assert all(chart.LEFT <= dot.x <= chart.RIGHT + 0.1 and chart.TOP <= dot.y <= chart.BOTTOM for dot in places)
    assert sorted(places, key=lambda dot: dot.x) == places
    assert len(chart.line(places).split()) == len(values)
