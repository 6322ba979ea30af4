"""All paths measured together, against walking each one."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.checker.story_paths import ending_for, reachable_scenes, walk
from lms.content.schema import Scenario


def scenario(scenes: list[dict[str, object]], floors: tuple[int, ...] = (8, 4)) -> Scenario:
    endings: list[dict[str, object]] = [
        {"id": f"e{at}", "title": "E", "at_least": {"m": floor}, "text": "end " * (at + 1)}
        for at, floor in enumerate(floors)
    ]
    return Scenario.model_validate(
        {
            "id": "s",
            "title": "S",
            "role": "R",
            "setting": "S",
            "fiction": "F",
            "meters": [{"id": "m", "title": "M"}],
            "first": scenes[0]["id"],
            "scenes": scenes,
            "endings": [*endings, {"id": "last", "title": "L", "text": "end"}],
            "debrief": "D",
        }
    )


def scene(name: str, choices: list[tuple[str, int, int]]) -> dict[str, object]:
    """Choices as where they lead, their effect, and the words of their consequence."""
    return {
        "id": name,
        "decision": 1,
        "title": "T",
        "text": "scene text here",
        "choices": [
            {
                "id": f"c{at}",
                "text": "choose this",
                "effects": {"m": effect},
                "verdict": "best" if at == 0 else "poor",
                "consequence": "word " * words,
                "why": "w",
                "next": onward,
            }
            for at, (onward, effect, words) in enumerate(choices)
        ],
    }


@st.composite
def stories(draw: st.DrawFn) -> Scenario:
    count = draw(st.integers(1, 4))
    scenes = []
    for at in range(count):
        onward = st.sampled_from([*(f"n{later}" for later in range(at + 1, count)), "end"])
        choice = st.tuples(onward, st.integers(-6, 6), st.integers(1, 4))
        scenes.append(scene(f"n{at}", draw(st.lists(choice, min_size=2, max_size=3))))
    return scenario(scenes)


def each_path(story: Scenario, scene_id: str, meter: int, words: int, decisions: int) -> list[tuple[int, int, str]]:
    if scene_id == "end":
        ending = ending_for(story, (meter,))
        return [(words + ending.text.words, decisions, ending.id)]
    here = story.scene(scene_id)
    shown = words + here.text.words + sum(choice.text.words for choice in here.choices)
    found = []
    for choice in here.choices:
        after = min(10, max(0, meter + choice.effects.get("m", 0)))
        found += each_path(story, choice.next, after, shown + choice.consequence.words, decisions + 1)
    return found


@settings(deadline=None)
@given(stories())
def test_paths_together_are_the_paths_one_by_one(story: Scenario) -> None:
    single = each_path(story, story.first, 5, 0, 0)
    paths = walk(story)
    assert paths.words is not None
    assert paths.decisions is not None
    assert paths.count == len(single)
    assert (paths.words.least, paths.words.most) == (min(p[0] for p in single), max(p[0] for p in single))
    assert (paths.decisions.least, paths.decisions.most) == (min(p[1] for p in single), max(p[1] for p in single))
    assert paths.endings == {ending: sum(p[2] == ending for p in single) for ending in {p[2] for p in single}}


def test_a_loop_is_told() -> None:
    story = scenario([scene("a", [("b", 0, 1), ("end", 0, 1)]), scene("b", [("a", 0, 1), ("end", 0, 1)])])
    assert walk(story).loop == "a"


def test_a_scene_nobody_comes_to_is_not_reached() -> None:
    story = scenario([scene("a", [("end", 0, 1)] * 2), scene("b", [("end", 0, 1)] * 2)])
    assert reachable_scenes(story) == {"a"}


def test_a_story_of_a_hundred_scenes_is_measured_at_once() -> None:
    scenes = [
        scene(f"n{at}", [(f"n{at + 1}" if at < 99 else "end", step, 1) for step in (-1, 0, 1, 2)]) for at in range(100)
    ]
    started = time.process_time()
    assert walk(scenario(scenes)).count == 4**100
    assert time.process_time() - started < 2
