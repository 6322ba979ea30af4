"""Questions in GIFT, the text format of Moodle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from lms.authoring.files.typed import Values
from lms.authoring.interchange.building import (
    Number,
    Offered,
    Pair,
    between,
    choice,
    figure,
    matching,
    numeric,
    ordering,
)
from lms.authoring.interchange.markdown_text import from_html, from_markdown, from_plain
from lms.authoring.interchange.neutral import (
    NO_FORM,
    Asked,
    CannotTakeError,
    Place,
    Taken,
    ask,
    left_out,
    tags_left,
    take,
)
from lms.authoring.interchange.plain_text import decoded

_ESCAPED = re.compile(r"\\([\\:#={}~n])")
_SIGNS = "\\:#={}~n"
_FIRST_STAND_IN = 0xE010
"""Each sign that was written behind a backslash is another character until the syntax around it is read."""
_STOOD_IN = re.compile(f"[{chr(_FIRST_STAND_IN)}-{chr(_FIRST_STAND_IN + len(_SIGNS) - 1)}]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d+)?)%")
_ORDER = re.compile(r"^>[ \t]*\d*(?:[ \t]*[A-Z][A-Z_]*(?=\s))*")
"""How many, and settings in capitals; the things to put in order follow, one in a line."""
_ID = re.compile(r"\[id:([^\]]+)\]")
_TAG = re.compile(r"\[tag:([^\]]+)\]")
_TWO = "gaps in a text, or two questions without an empty line between them: put one there"
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


@dataclass(frozen=True)
class _Block:
    """The lines of one question."""

    line: int
    text: str
    id: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Question:
    """Its text, what stands in its braces, and the format that its texts are in."""

    stem: str
    answers: str
    general: str
    format: str
    notes: list[str]

    def markdown(self, written: str) -> str:
        """A text of it as ours."""
        found = _FORMAT.match(written)
        kind, text = (found[1], written[found.end() :]) if found else (self.format, written)
        text = _restored(text).strip()
        if kind == "markdown":
            return from_markdown(text, self.notes)
        if kind != "plain" and "<" in text:
            return from_html(text, self.notes)
        # Where there is no tag, line ends count; entities are signs all the same.
        return from_plain(text if kind == "plain" else unescape(text), self.notes)

    def answer(self, written: str) -> tuple[str, str]:
        """An answer and its feedback."""
        text, _, feedback = written.partition("#")
        return self.markdown(text), self.markdown(feedback)


def read(source: bytes, file: str, place: Place) -> Taken:
    """The questions of a file. Raises ContentError if it is no text that can be used."""
    return take(_questions(decoded(source, file)), place, file)


def _questions(text: str) -> Iterator[Asked]:
    number = 0
    for block in _blocks(text):
        if block.text.startswith("$CATEGORY:"):
            name = block.text.removeprefix("$CATEGORY:").strip()
            yield ask(0, block.line, _restored(name), left_out("a category: questions have none here"))
            continue
        number += 1
        yield _question(number, block)


def _blocks(text: str) -> Iterator[_Block]:
    """What stands between empty lines, without comments."""
    lines: list[str] = []
    begin, id_ = 1, ""
    tags: list[str] = []
    for at, line in enumerate([*text.split("\n"), ""], 1):
        if _is_next(line, lines):
            yield _Block(begin, _stood_in("\n".join(lines)), id_, tuple(tags))
            lines, id_, tags = [], "", []
        if line.strip().startswith("//"):
            id_ = found[1] if (found := _ID.search(line)) else id_
            tags += _TAG.findall(line)
        elif line.strip():
            begin = begin if lines else at
            lines.append(line.strip())
        elif not lines:
            id_, tags = "", []
        if lines and (not line.strip() or lines[0].startswith("$CATEGORY:")):
            yield _Block(begin, _stood_in("\n".join(lines)), id_, tuple(tags))
            lines, id_, tags = [], "", []


def _is_next(line: str, before: list[str]) -> bool:
    """Whether another question begins here, though no empty line stands before it."""
    is_closed = bool(before) and before[-1].endswith("}") and not before[-1].endswith("\\}")
    return is_closed and line.lstrip().startswith(("::", "//"))


def _question(number: int, block: _Block) -> Asked:
    text, title = block.text, ""
    if text.startswith("::") and "::" in text[2:]:
        title, _, text = text[2:].partition("::")
    name = block.id or _restored(title).strip() or _restored(_FORMAT.sub("", text.partition("{")[0])).strip()

    def make(notes: list[str]) -> Values:
        notes += tags_left(block.tags)
        return _values(text.strip(), notes)

    return ask(number, block.line, name, make)


def _values(text: str, notes: list[str]) -> Values:
    before, brace, rest = text.partition("{")
    inside, end, after = rest.partition("}")
    if not brace and "}" not in text:
        raise CannotTakeError(NO_FORM["description"])
    if not brace or not end:
        raise CannotTakeError("its braces do not match: an answer stands between { and }")
    if "{" in inside or "{" in after:
        raise CannotTakeError(_TWO if "\n" in after.partition("{")[0].strip(" ") else NO_FORM["cloze"])
    answers, _, general = inside.strip().rpartition("####") if "####" in inside else (inside.strip(), "", "")
    stem = f"{before}_____{after}" if after.strip() else before
    found = _FORMAT.match(stem)
    question = _Question(stem, answers.strip(), general, found[1] if found else "moodle", notes)
    return _made(question)


def _made(question: _Question) -> Values:
    answers = question.answers
    if not answers:
        raise CannotTakeError(NO_FORM["essay"])
    if answers.startswith("#"):
        return _numeric(question)
    if answers.startswith(">"):
        return _ordering(question)
    if "~" in answers:
        return _choice(question)
    if "=" in answers and "->" in answers:
        return _matching(question)
    if answers.partition("#")[0].strip().upper() in _TRUTH:
        return _truth(question)
    raise CannotTakeError(NO_FORM["shortanswer"])


def _choice(question: _Question) -> Values:
    offered = []
    for written in _split(question.answers.replace("=", "~="), "~"):
        is_right, share = written.startswith("="), 0.0
        text = written.removeprefix("=")
        if is_right:
            share = 1.0  # as Moodle reads it: after an equals sign a weight is part of the text
        elif weight := _WEIGHT.match(text):
            share, text = float(weight[1]) / 100, text[weight.end() :]
        body, feedback = question.answer(text)
        offered.append(Offered(body, share, feedback))
    several = "=" not in question.answers
    general = question.markdown(question.general)
    return choice(_stem(question), offered, question.notes, several=several, general=general)


def _matching(question: _Question) -> Values:
    pairs, spare = [], []
    for written in _split(question.answers, "="):
        line, arrow, target = written.partition("->")
        if not arrow:
            raise CannotTakeError("a line of it has no arrow -> to what it belongs to")
        if line.strip():
            pairs.append(Pair(question.markdown(line), question.markdown(target)))
        else:
            spare.append(question.markdown(target))
    return matching(_stem(question), pairs, spare, question.markdown(question.general))


def _ordering(question: _Question) -> Values:
    lines = _ORDER.sub("", question.answers, count=1).split("\n")
    options = [Offered(question.markdown(line)) for line in lines if line.strip()]
    return ordering(_stem(question), options, question.markdown(question.general))


def _truth(question: _Question) -> Values:
    word, *said = question.answers.split("#")
    is_true = _TRUTH[word.strip().upper()]
    # GIFT tells first what is said to whoever is wrong.
    wrong, right = ([question.markdown(one) for one in said] + ["", ""])[:2]
    offered = [Offered("True", float(is_true), right if is_true else wrong)]
    offered += [Offered("False", float(not is_true), wrong if is_true else right)]
    return choice(_stem(question), offered, question.notes, several=False, general=question.markdown(question.general))


def _numeric(question: _Question) -> Values:
    written, _, other = question.answers[1:].partition("~")
    numbers, otherwise = [], question.markdown(other.partition("#")[2])
    for one in _split(written, "="):
        text, share = one, 1.0
        if weight := _WEIGHT.match(one):
            share, text = float(weight[1]) / 100, one[weight.end() :]
        value, feedback = text.partition("#")[0].strip(), question.markdown(text.partition("#")[2])
        if value == "*":
            otherwise = feedback
            continue
        middle, tolerance = _figures(_restored(value))
        numbers.append(Number(middle, share, tolerance, feedback))
    general = question.markdown(question.general)
    return numeric(_stem(question), numbers, question.notes, otherwise=otherwise, general=general)


def _figures(written: str) -> tuple[float, float]:
    """A number and how far off still counts: `3`, `3:0.5` or `2..4`. Raises CannotTakeError."""
    least, dots, most = written.partition("..")
    number, _, tolerance = written.partition(":")
    try:
        if dots:
            return between(figure(least), figure(most))
        return float(figure(number)), float(figure(tolerance or "0"))
    except CannotTakeError:
        raise CannotTakeError(f"its answer {written[:40]!r} is not a number") from None


def _stem(question: _Question) -> str:
    stem = question.markdown(question.stem)
    if not stem:
        raise CannotTakeError("it asks nothing: its text is empty")
    return stem


def _split(text: str, sign: str) -> Sequence[str]:
    return [part.strip() for part in text.split(sign) if part.strip()]


def _stood_in(text: str) -> str:
    text = _STOOD_IN.sub("", text)
    return _ESCAPED.sub(lambda found: chr(_FIRST_STAND_IN + _SIGNS.index(found[1])), text)


def _restored(text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        was = _SIGNS[ord(found[0]) - _FIRST_STAND_IN]
        return "\n" if was == "n" else was

    return _STOOD_IN.sub(sign, text)
