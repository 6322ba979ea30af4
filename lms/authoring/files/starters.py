"""What something new begins as: whole enough to be seen, and plainly still to be written."""

from __future__ import annotations

import re
from collections.abc import Collection
from string import ascii_lowercase
from typing import Any

from lms.authoring.files.block_text import block
from lms.authoring.files.typed import Values
from lms.authoring.files.yaml_text import written
from lms.content.blocks import KINDS

_WRITE = "Write here."
_OPTIONS: dict[str, Values] = {
    "callout": {"type": "note", "title": "Title of the box"},
    "content-note": {"topic": "what the page is about"},
    "figure": {"src": "media/picture.svg", "alt": "What the picture says"},
    "recall": {"minutes": 3, "points": ["A point of a good answer"]},
    "practice": {"minutes": 5},
    "reflection": {"minutes": 3},
    "scenario": {"minutes": 12},
    "exercise": {"title": "Title of the exercise", "due_days": 14},
    "commitment": {"examples": ["If …, then I will …", "If …, then I will …"]},
    "self-assessment": {
        "minutes": 3,
        "scale": ["Never", "Sometimes", "Often", "Always"],
        "statements": [{"id": "first", "text": "I …"}],
    },
    "warm-up": {"minutes": 4},
    "quiz": {"minutes": 15},
    "media": {"src": "media/recording.mp3", "type": "audio", "minutes": 3},
}
NEW_TOOL = "---\ntitle: A tool to print\nsummary: What it is for.\n---\n\nWrite here what people take with them.\n"
_OUTCOME = re.compile(r"\d{1,6}\.\d{1,6}")
_NAMELESS = ("callout", "content-note", "quiz")


def new_block(kind: str, id_: str) -> str:
    """A block of a kind as it stands in a page; prose for any other word."""
    if kind not in KINDS:
        return _WRITE
    texts = [_WRITE] if KINDS[kind].texts[0] else []
    options = written(_OPTIONS[kind]) if kind in _OPTIONS else ""
    return block(kind, "" if kind in _NAMELESS else id_, options, texts)


def figure(id_: str, src: str, alt: str) -> str:
    """A picture as it stands in a page, with the words for those who do not see it."""
    return block("figure", id_, written({"src": src, "alt": alt}), [])


def new_item(type_: str, id_: str, *, slot: str | None = None, outcome: str | None = None) -> Values:
    """A question of a type, for a place in the quiz or as a check of an outcome."""
    place: Values = {"slot": slot} if slot else {"type": type_, "outcome": outcome, "level": "understand"}
    return {"id": id_, **place, "stem": "Write the question here.", **_answers(type_)}


def _answers(type_: str) -> Values:
    said = "Say why here."
    options = [{"id": letter, "text": f"Option {letter}", "feedback": said} for letter in ascii_lowercase[:3]]
    if type_ == "single":
        return {"options": [options[0] | {"key": True}, *options[1:]]}
    if type_ == "multiple":
        return {"choose": 2, "options": [one | {"key": True} for one in options[:2]] + options[2:]}
    if type_ == "situational":
        return {"options": [one | {"marks": marks} for one, marks in zip(options, (2, 1, 0), strict=True)]}
    if type_ == "ordering":
        return {"options": options}
    if type_ == "matching":
        targets = [{"id": letter, "text": f"Target {letter}"} for letter in ascii_lowercase[:3]]
        lines = [
            {"id": f"s{number}", "text": f"Line {number}", "target": target["id"], "feedback": said}
            for number, target in enumerate(targets[:2], 1)
        ]
        return {"targets": targets, "sources": lines}
    return {"answer": 0, "feedback": said, "otherwise": said}


def new_scenario(id_: str, title: str) -> Values:
    """A story of one decision, to go on from."""
    choices = [
        {
            "id": letter,
            "text": f"Choice {letter}",
            "verdict": verdict,
            "effects": {"trust": effect},
            "consequence": "What happens then.",
            "why": "Why.",
            "next": "end",
        }
        for letter, verdict, effect in (("a", "best", 2), ("b", "poor", -2))
    ]
    return {
        "id": id_,
        "title": title,
        "role": "You are …",
        "setting": "Where it happens.",
        "fiction": "This story is made up.",
        "meters": [{"id": "trust", "title": "Trust", "start": 5}],
        "first": "begin",
        "scenes": [{"id": "begin", "decision": 1, "title": "It begins", "text": _WRITE, "choices": choices}],
        "endings": [
            {"id": "good", "title": "A good end", "at_least": {"trust": 6}, "text": _WRITE},
            {"id": "other", "title": "Another end", "text": _WRITE},
        ],
        "debrief": "What to take from it.",
    }


def new_part(name: str, others: Collection[Any], used: Collection[str] = ()) -> Values:
    """A part of a list that is called so, with an id that no other has, nor any that was `used` before.

    People's answers are kept by these ids: given to something else, they would be taken for answers to that.
    """
    taken = {str(one.get("id")) for one in others if isinstance(one, dict)} | set(used)
    if name in ("cast", "responses", "support"):
        return {}
    if name == "outcomes":
        return {"id": _next_outcome(taken)}
    letters = [letter for letter in ascii_lowercase if letter not in taken]
    if name in ("options", "targets", "choices") and letters:
        return {"id": letters[0]}
    number = next(number for number in range(1, len(taken) + 2) if f"{name[:-1]}-{number}" not in taken)
    return {"id": f"{name[:-1]}-{number}"}


def _next_outcome(taken: Collection[str]) -> str:
    """The number behind the last one: `1.4` behind `1.3`."""
    known = [one.split(".") for one in taken if _OUTCOME.fullmatch(one)]
    module, number = max(((int(first), int(second)) for first, second in known), default=(1, 0))
    return f"{module}.{number + 1}"
