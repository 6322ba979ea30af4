"""What is sent when someone writes: texts, ticks, and which text they are based on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms.reflection.prompts import Prompt, labels, points
from lms.reflection.service import Draft
from lms.reflection.words import Words
from lms.reflection.writing import Writing

MOST_CHARACTERS = 20_000
"""Of one box: some ten printed pages. Four full boxes of any script still fit into one request."""
MOST_SAVES = 2**31 - 1
_SITTING = 22


@dataclass(frozen=True)
class Sent:
    """A form as it came, and what is wrong with it."""

    draft: Draft
    errors: Mapping[str, str]
    wants_model: bool
    """The button that opens the model answer was pressed."""


def read(form: Mapping[str, str], prompt: Prompt, writing: Writing, is_deliberate: bool) -> Sent:
    """A form as it was sent for a prompt on which something may be written already. Raises ValueError."""
    above = tuple(label for label, _ in writing.words.boxes(labels(prompt, writing.kind)))
    texts = tuple(_lines(form.get(f"box-{place}", "")) for place in range(len(above)))
    ticks = tuple(point for place, point in enumerate(points(prompt, writing.kind)) if f"point-{place}" in form)
    wants_model = is_deliberate and "compare" in form
    draft = Draft(Words(above, texts, ticks), _version(form), form.get("sitting", "")[:_SITTING], is_deliberate)
    return Sent(draft, _errors(texts, form.get("compare", "")), wants_model)


def _errors(texts: tuple[str, ...], compare: str) -> dict[str, str]:
    errors = {f"box-{place}": _too_long(text) for place, text in enumerate(texts) if len(text) > MOST_CHARACTERS}
    if compare == "written" and not any(text.strip() for text in texts):
        errors["box-0"] = "Write a few words first. Or look at the model answer without writing: that is fine too."
    return errors


def _too_long(text: str) -> str:
    over = len(text) - MOST_CHARACTERS
    return (
        f"This is {over:,} character{'s' if over > 1 else ''} too long: a box takes {MOST_CHARACTERS:,}. "
        "Nothing is lost. Please shorten it, or keep the rest elsewhere, and save again."
    )


def _version(form: Mapping[str, str]) -> int:
    version = int(form.get("version", "0"))
    if not 0 <= version <= MOST_SAVES:
        raise ValueError("no such version")
    return version


def _lines(text: str) -> str:
    """Browsers send each end of a line as two characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
