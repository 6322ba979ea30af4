"""What a trainer tried in a preview. It travels with the forms of the page and is kept nowhere.

Every form of a learner's page is led to the preview instead of to where learners send it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_CHARACTERS = 200_000
TO, TRIED = "trial-to", "trial"
"""Names of the hidden fields: where a learner's form would go, and what was tried so far."""
_FORM = re.compile(r"<form\b[^>]*>")
_ACTION = re.compile(r'\saction="([^"]*)"')
_KEEPS = re.compile(r'\s(?:data-autosave="[^"]*"|data-keep(?=[\s>]))')
"""What would save by itself, or keep a copy on the device."""

Fields = Mapping[str, list[str]]


@dataclass(frozen=True)
class Story:
    """A story as far as it was played."""

    choices: tuple[str, ...] = ()
    first: tuple[str, ...] | None = None
    """The choices of the time before; None in the first."""
    kept: int | None = None
    """How many of its choices were taken over; the next one is played again. None: it is no replay."""


@dataclass(frozen=True)
class Trial:
    """Everything tried in one preview."""

    forms: Mapping[str, Fields] = field(default_factory=dict)
    """What was sent last, by what it was for."""
    stories: Mapping[str, Story] = field(default_factory=dict)
    """By scenario id."""
    draws: int = 0
    """How often the quiz was begun."""

    def sent(self, name: str) -> dict[str, str]:
        """The first value of each field sent last; empty if nothing was."""
        return {key: values[0] for key, values in self.forms.get(name, {}).items() if values}


def read(text: str) -> Trial:
    """What a form brought along; nothing at all if it is not what we wrote."""
    try:
        found = json.loads(text[:MOST_CHARACTERS]) if text else {}
        stories = {str(name): _story(one) for name, one in found.get("stories", {}).items()}
        forms = {str(name): _fields(one) for name, one in found.get("forms", {}).items()}
        return Trial(forms, stories, int(found.get("draws", 0)))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return Trial()


def write(trial: Trial) -> str:
    """As it travels."""
    stories = {
        name: {"choices": one.choices, "first": one.first, "kept": one.kept} for name, one in trial.stories.items()
    }
    return json.dumps({"forms": trial.forms, "stories": stories, "draws": trial.draws}, ensure_ascii=False)


def led_here(page: str, address: str, trial: Trial) -> str:
    """A page whose forms go to an address of the preview, and none of which saves by itself."""
    hidden = _hidden(TRIED, write(trial))

    def lead(match: re.Match[str]) -> str:
        tag = match.group()
        goal = _ACTION.search(tag)
        led = _ACTION.sub("", _KEEPS.sub("", tag)).replace("<form", f'<form action="{html.escape(address)}"', 1)
        return led + _hidden(TO, html.unescape(goal.group(1)) if goal else "") + hidden

    return _KEEPS.sub("", _FORM.sub(lead, page))


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{html.escape(value)}">'


def _fields(found: Mapping[str, Any]) -> dict[str, list[str]]:
    return {str(name): [str(value) for value in values] for name, values in found.items()}


def _story(found: Mapping[str, Any]) -> Story:
    first, kept = found["first"], found["kept"]
    return Story(
        tuple(map(str, found["choices"])),
        None if first is None else tuple(map(str, first)),
        None if kept is None else int(kept),
    )
