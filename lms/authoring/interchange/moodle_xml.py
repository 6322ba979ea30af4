"""Questions in Moodle XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from lms.authoring.files.typed import Values
from lms.authoring.interchange.building import Number, Offered, Pair, choice, figure, matching, numeric, ordering
from lms.authoring.interchange.markdown_text import from_html, from_markdown, from_plain
from lms.authoring.interchange.neutral import (
    NO_FORM,
    Asked,
    CannotTakeError,
    Place,
    Taken,
    ask,
    left_out,
    refusal,
    tags_left,
    take,
)
from lms.authoring.interchange.our_html import unit_line
from lms.authoring.interchange.safe_xml import Document, child, children, local, parse, words

_FORMULA = "a question with a formula: its numbers are drawn anew each time"
_PICTURE = "a question on a picture"
_GAPS = "words to be put into gaps of a text"
_REFUSED = NO_FORM | {
    "multianswer": NO_FORM["cloze"],
    "gapselect": _GAPS,
    "ddwtos": _GAPS,
    "ddimageortext": _PICTURE,
    "ddmarker": _PICTURE,
    "calculated": _FORMULA,
    "calculatedsimple": _FORMULA,
    "calculatedmulti": _FORMULA,
    "random": "a question drawn from a category: questions have none here",
    "randomsamatch": "a question made of others at random",
}
_FILE = "a picture or another file was left out"
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_USUAL = {"Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect."}
"""What Moodle says by itself says nothing of a question."""


@dataclass(frozen=True)
class _Question:
    """One question, and what is left of it."""

    element: Element
    notes: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A text of it as Markdown."""
        return self.markdown(child(self.element, name))

    def markdown(self, element: Element | None) -> str:
        """The text of an element as its format says."""
        if element is None:
            return ""
        if child(element, "file") is not None:
            self.notes.append(_FILE)
        text = words(element, "text")
        match element.get("format", "html"):
            case "markdown":
                return from_markdown(text, self.notes)
            case "plain_text":
                return from_plain(text, self.notes)
            case "moodle_auto_format" if "<" not in text and "&" not in text:
                return from_plain(text, self.notes)
            case _:
                return from_html(text, self.notes)

    @property
    def stem(self) -> str:
        """What it asks. Raises CannotTakeError."""
        return self.stem_before("")

    def stem_before(self, unit: str) -> str:
        """What it asks, without the line for a number in this unit that our own files have. Raises CannotTakeError."""
        holder = child(self.element, "questiontext")
        text = child(holder, "text") if holder is not None else None
        if text is not None and text.text and unit:
            text.text = text.text.removesuffix(unit_line(unit))
        found = self.text("questiontext")
        if not found:
            raise CannotTakeError("it asks nothing: its text is empty")
        return found

    @property
    def general(self) -> str:
        """What is said to everyone who has answered."""
        if any(words(self.element, name, "text") for name in ("hint",)):
            self.notes.append("its hints were left out: one answer counts here")
        said = [self.text(name) for name in _COMBINED]
        if any(one and one not in _USUAL for one in said):
            self.notes.append("feedback that goes by how much was right was left out")
        return self.text("generalfeedback")


def read(source: bytes, file: str, place: Place) -> Taken:
    """The questions of a file. Raises ContentError if it is no Moodle XML that can be used."""
    document = parse(source, file)
    if local(document.root) != "quiz":
        raise refusal(file, 1, f"it begins with <{local(document.root)}>", "Moodle XML begins with <quiz>")
    return take(_questions(document), place, file)


def _questions(document: Document) -> Iterator[Asked]:
    number = 0
    for element in document.root:
        kind = element.get("type", "") if local(element) == "question" else ""
        line = document.line(element)
        if not kind:
            yield ask(0, line, local(element), left_out("no question: it has no type"))
        elif kind == "category":
            name = words(element, "category", "text")
            yield ask(0, line, name, left_out("a category: questions have none here"))
        else:
            number += 1
            yield _question(number, line, kind, element)


def _question(number: int, line: int, kind: str, element: Element) -> Asked:
    name = words(element, "idnumber") or words(element, "name", "text")
    make = _MAKERS.get(kind)
    if make is None:
        reason = _REFUSED.get(kind, f"a question of the type {kind[:40]!r}: there is no such question here")
        return ask(number, line, name, left_out(reason))

    def values(notes: list[str]) -> Values:
        notes += _beside(element)
        return make(_Question(element, notes))

    return ask(number, line, name, values)


def _beside(element: Element) -> Iterator[str]:
    """What stands beside a question and has no place here."""
    if any(words(element, name) for name in ("image", "image_base64")):
        # So did Moodle 1 write a picture; its import still takes it.
        yield _FILE
    tags = [words(tag, "text") for name in ("tags", "coursetags") for all_ in children(element, name) for tag in all_]
    yield from tags_left(tags)


def _choice(question: _Question) -> Values:
    several = words(question.element, "single").lower() in ("false", "0")
    offered = [
        Offered(question.markdown(answer), _share(answer), question.markdown(child(answer, "feedback")))
        for answer in children(question.element, "answer")
    ]
    return choice(question.stem, offered, question.notes, several=several, general=question.general)


def _truth(question: _Question) -> Values:
    offered = [
        Offered(words(answer, "text").capitalize(), _share(answer), question.markdown(child(answer, "feedback")))
        for answer in children(question.element, "answer")
    ]
    return choice(question.stem, offered, question.notes, several=False, general=question.general)


def _matching(question: _Question) -> Values:
    pairs, spare = [], []
    for part in children(question.element, "subquestion"):
        text = question.markdown(part)
        target = from_plain(words(part, "answer", "text"), question.notes)
        if text:
            pairs.append(Pair(text, target))
        else:
            spare.append(target)
    return matching(question.stem, pairs, spare, question.general)


def _ordering(question: _Question) -> Values:
    answers = sorted(children(question.element, "answer"), key=_share)
    options = [Offered(question.markdown(answer)) for answer in answers]
    if words(question.element, "selecttype") not in ("", "0", "ALL"):
        question.notes.append("a part of its lines was drawn; here all of them are put in order")
    return ordering(question.stem, options, question.general)


def _numeric(question: _Question) -> Values:
    numbers, otherwise = [], ""
    for answer in children(question.element, "answer"):
        feedback = question.markdown(child(answer, "feedback"))
        written = words(answer, "text")
        if written == "*":
            otherwise = feedback
            continue
        tolerance = figure(words(answer, "tolerance") or "0")
        numbers.append(Number(float(figure(written)), _share(answer), float(tolerance), feedback))
    units = [words(unit, "unit_name") for group in children(question.element, "units") for unit in group]
    if len(units) > 1:
        question.notes.append("all units but the first were left out")
    unit = units[0] if units else ""
    stem = question.stem_before(unit)
    return numeric(stem, numbers, question.notes, unit=unit, otherwise=otherwise, general=question.general)


def _share(answer: Element) -> float:
    return float(figure(answer.get("fraction", "0"))) / 100


_MAKERS: Mapping[str, Callable[[_Question], Values]] = {
    "multichoice": _choice,
    "truefalse": _truth,
    "matching": _matching,
    "ordering": _ordering,
    "numerical": _numeric,
}
