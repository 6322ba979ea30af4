"""Questions in Aiken: a line that asks, lettered answers, and the letter of the right one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lms.authoring.files.typed import Values
from lms.authoring.interchange.building import Offered, choice
from lms.authoring.interchange.leaving import Leaving
from lms.authoring.interchange.markdown_text import from_plain
from lms.authoring.interchange.neutral import Asked, CannotTakeError, Place, Taken, Written, ask, short, take
from lms.authoring.interchange.our_html import words_of
from lms.authoring.interchange.plain_text import decoded

_ANSWER = re.compile(r"ANSWER:\s*(.*)", re.IGNORECASE)
_OPTION = re.compile(r"([A-Z])[.)]\s+(.*)")
Lines = list[tuple[int, str]]


def read(source: bytes, file: str, place: Place) -> Taken:
    """The questions of a file. Raises ContentError if it is no text that can be used."""
    return take(_questions(decoded(source, file)), place, file)


def write(items: Sequence[Values]) -> Written:
    """Those with one right answer, as words alone."""
    leaving = Leaving()
    parts = [_written(item, leaving) for number, item in enumerate(items, 1) if _can_say(number, item, leaving)]
    return Written("\n\n".join(parts).encode() + b"\n", leaving.left)


def is_aiken(text: str) -> bool:
    """Whether a text looks like it: a line with an answer, and no braces around answers."""
    return "{" not in text and any(_ANSWER.match(line) for line in text.split("\n"))


def _questions(text: str) -> Iterator[Asked]:
    lines: Lines = []
    number = 0
    every = text.split("\n")
    for at, line in enumerate(every, 1):
        if line.strip():
            lines.append((at, line.strip()))
        if lines and (_ANSWER.match(lines[-1][1]) or at == len(every)):
            number += 1
            yield _question(number, lines)
            lines = []


def _question(number: int, lines: Lines) -> Asked:
    return ask(number, lines[0][0], short(lines[0][1]), lambda notes: _values([line for _, line in lines], notes))


def _values(lines: list[str], notes: list[str]) -> Values:
    answer = _ANSWER.match(lines[-1])
    if not answer:
        raise CannotTakeError("it has no line ANSWER: with the letter of the right answer")
    key = answer[1].strip().upper()
    first = next((at for at, line in enumerate(lines) if _OPTION.match(line)), len(lines) - 1)
    options = [_OPTION.match(line) for line in lines[first:-1]]
    if not first or not all(options):
        raise CannotTakeError("a question stands first, then each answer on a line that begins with A. or A)")
    found = [option for option in options if option]
    if key not in {option[1] for option in found}:
        raise CannotTakeError(f"no answer has the letter {key[:20]!r}")
    offered = [Offered(from_plain(option[2], notes), float(option[1] == key)) for option in found]
    stem = "\n\n".join(from_plain(line, notes) for line in lines[:first])
    return choice(stem, offered, notes, several=False)


def _can_say(number: int, item: Values, leaving: Leaving) -> bool:
    if item["type"] == "single":
        leaving.begin(number, item)
        leaving.note("its feedback")
        return True
    leaving.begin_whole(number, item, "Aiken has questions with one right answer only")
    return False


def _written(item: Values, leaving: Leaving) -> str:
    texts = [item["stem"], *(option["text"] for option in item["options"])]
    said = [words_of(text) for text in texts]
    if any(plain != text.strip() for plain, text in zip(said, texts, strict=True)):
        leaving.note("paragraphs, lists and emphasis")
    letters = "ABCDEF"
    options = [f"{letters[at]}. {text}" for at, text in enumerate(said[1:])]
    key = next(at for at, option in enumerate(item["options"]) if option.get("key"))
    return "\n".join([said[0], *options, f"ANSWER: {letters[key]}"])
