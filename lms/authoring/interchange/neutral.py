"""What a reader and a writer of questions give, and how a question that was read gets its place among ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lms.authoring.files.outline import slug
from lms.authoring.files.typed import Values
from lms.content.problems import ContentError, Problem
from lms.content.schema import Item

MOST_QUESTIONS = 1000
"""As many as one bank may hold."""
MOST_BYTES = 10_000_000
"""Of one file; pictures in it make a file large, and never come in."""
_LONGEST_NAME = 200
_LONGEST_ID = 56
"""Behind it is room for a number, if another has the same name."""
_ITEM: TypeAdapter[Any] = TypeAdapter(Item)
NO_FORM: dict[str, str] = {
    "essay": "an essay question: nothing here is marked by hand",
    "shortanswer": "a short answer in words: only numbers are marked here",
    "description": "a text without a question",
    "cloze": "gaps in a text: there is no such question here",
}
"""Why a kind of question is left, where several formats have it."""


class CannotTakeError(Exception):
    """Why a question cannot be one of ours, as a sentence for whoever brings it."""


@dataclass(frozen=True)
class Left:
    """Something that did not come along: a whole question, or a piece of one."""

    number: int
    """Which question of the file, from 1; 0 for what belongs to none."""
    line: int
    name: str
    reason: str
    is_whole: bool = True


@dataclass(frozen=True)
class Taken:
    """What was read: items that pass our schema, and all that could not be taken over."""

    items: tuple[Values, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Written:
    """A file in another format, and what that format cannot say."""

    content: bytes
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Place:
    """Where new questions go: checks of an outcome, or a place in the quiz."""

    outcome: str
    level: str = "understand"
    slot: str | None = None
    type: str | None = None
    """The one that its slot asks for."""
    taken: Collection[str] = ()
    """Ids that others have."""


@dataclass
class Asked:
    """A question as a reader found it: our values without id and place, or the reason why there are none."""

    number: int
    line: int
    name: str
    values: Values | None = None
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    """Pieces of it that were left."""
    where: str = ""
    """The file that it stands in, if there are several."""

    def without(self, reason: str, *, is_whole: bool) -> Left:
        """It, or a piece of it, stays behind."""
        name = f"{self.where}: {self.name}" if self.where else self.name
        return Left(self.number, self.line, short(name), reason, is_whole)


Make = Callable[[list[str]], Values]
"""Gives the values of a question and notes what it leaves; raises CannotTakeError."""


def ask(number: int, line: int, name: str, make: Make) -> Asked:
    """A question made, or the reason why it cannot be."""
    asked = Asked(number, line, name)
    try:
        asked.values = make(asked.notes)
    except CannotTakeError as error:
        asked.reason = str(error)
    return asked


def tags_left(tags: Iterable[str]) -> list[str]:
    """What is noted of the tags of a question; nothing if it has none."""
    said = ", ".join(tag for tag in tags if tag)
    return [f"its tags were left out: {said}"] if said else []


def left_out(reason: str) -> Make:
    """A question that is left, whatever is in it."""

    def make(_notes: list[str]) -> Values:
        raise CannotTakeError(reason)

    return make


def take(found: Iterable[Asked], place: Place, file: str) -> Taken:
    """Give every question its id and its place. Raises ContentError if there are too many."""
    items: list[Values] = []
    left: list[Left] = []
    ids = set(place.taken)
    for asked in found:
        if asked.number > MOST_QUESTIONS:
            raise refusal(file, asked.line, f"there are more than {MOST_QUESTIONS} questions", "make several files")
        item = _placed(asked, place, ids)
        if item is None:
            left.append(asked.without(asked.reason, is_whole=True))
            continue
        items.append(item)
        ids.add(item["id"])
        left += [asked.without(note, is_whole=False) for note in dict.fromkeys(asked.notes)]
    return Taken(tuple(items), tuple(left))


def short(name: str) -> str:
    """A name in one line."""
    return " ".join(name.split())[:_LONGEST_NAME]


def refusal(file: str, line: int, what: str, remedy: str) -> ContentError:
    """A file that cannot be used at all."""
    return ContentError([Problem(file, line, what, remedy)])


def _placed(asked: Asked, place: Place, ids: set[str]) -> Values | None:
    if asked.values is None:
        return None
    values = dict(asked.values)
    type_ = values.pop("type")
    if place.type and type_ != place.type:
        asked.reason = f"it is of the type {type_}, and the place {place.slot} asks for {place.type}"
        return None
    id_ = slug(short(asked.name or values["stem"])[:_LONGEST_ID], ids)
    full = {"id": id_, "type": type_, "outcome": place.outcome, "level": place.level, **values}
    fault = fault_in(full)
    if fault:
        asked.reason = fault
        return None
    return {"id": id_, "slot": place.slot, **values} if place.slot else full


def fault_in(item: Values) -> str:
    """The first thing that our schema says against a question; empty if it is one."""
    try:
        _ITEM.validate_python(item)
    except ValidationError as error:
        return _said(error)
    return ""


def _said(error: ValidationError) -> str:
    """The first thing that our schema says against it."""
    first = error.errors()[0]
    if first["type"] == "string_too_short":
        return "one of its texts is empty: perhaps it was a picture"
    where = ".".join(str(part) for part in first["loc"][1:])
    return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
