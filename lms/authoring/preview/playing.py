"""Playing a story without anyone who plays it: the same rules as `lms.scenario.service`, values in, values out."""

from __future__ import annotations

from lms.authoring.preview.trial import Story
from lms.content.schema import Scenario
from lms.scenario.story import NoSuchChoiceError, play


def start(told: Story) -> Story:
    """From the beginning; what came of it before stays to be compared with."""
    return Story(first=told.first)


def choose(story: Scenario, told: Story, step: int, place: int) -> Story:
    """The story one choice further. Raises NoSuchChoiceError for one that is not offered."""
    choices = told.choices[:step]
    scene = play(story, choices).scene
    if scene is None or not 0 <= place < len(scene.choices):
        raise NoSuchChoiceError(place)
    choice = scene.choices[place].id
    if told.first is not None and len(choices) == told.kept and told.first[len(choices)] == choice:
        raise NoSuchChoiceError(choice)
    choices = (*choices, choice)
    is_whole = told.kept is None and play(story, choices).ending is not None
    return Story(choices, choices if is_whole else told.first, told.kept)


def replay(told: Story, decision: int) -> Story:
    """One decision of the story that is over, again. Raises IndexError for one that was never taken."""
    if told.first is None or not 0 <= decision < len(told.first):
        raise IndexError(decision)
    return Story(told.first[:decision], told.first, decision)


def leave(told: Story) -> Story:
    """Back to what came of the story before."""
    return told if told.first is None else Story(told.first, told.first)


def is_tellable(story: Scenario, told: Story) -> bool:
    """Whether these choices are still offered: the story may have been rewritten since."""
    try:
        is_first_whole = told.first is None or play(story, told.first).ending is not None
        play(story, told.choices)
    except NoSuchChoiceError:
        return False
    return is_first_whole and (told.kept is None or (told.first is not None and 0 <= told.kept < len(told.first)))
