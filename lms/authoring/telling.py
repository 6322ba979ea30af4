"""A finding as a trainer is told it: where it is, in the words of the editor, what is wrong and what to do.

The rules are those of the command line, which tells file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.authoring.files.outline import title_in
from lms.authoring.files.page_text import pieces
from lms.authoring.files.parts import Read, scenario_file
from lms.authoring.files.places import Place, place_of, trail
from lms.authoring.wording import BLOCKS, PARTS, words_of
from lms.content.problems import ContentError, Problem
from lms.content.strict_yaml import Document

_QUOTED = re.compile(r"(“[^”]*”)")
_CODE = re.compile(r"`([^`]*)`")
_REPR = re.compile(r"(?<!\w)'([^']*)'(?!\w)")
_OWN = re.compile(r"^(?:item|slot) '[^']*':? ")
_LISTS = {"outline": "Outline", "questions": "Questions", "sources": "Sources"}
_TERMS = {
    "scenario": "story",
    "item": "question",
    "items": "questions",
    "slot": "place in the quiz",
    "meter": "hidden figure",
    "blueprint": "quiz",
}
_WHAT: Mapping[str, str] = {
    r"a single item needs exactly one option .*": "exactly one option has to be the right one",
    r"a situational item needs exactly one option .*": "exactly one option has to earn 2 marks",
    r"`choose` must be the number of options .*": "as many options have to be right as there are to choose",
    r"a figure needs `alt`.*": "the picture has no words for those who do not see it",
    r"there is no check item (.*)": r"there is no quick check \1",
    r"item '.*' names no slot of the blueprint": "this question has no place in the quiz",
    r"item '.*' differs from its slot .*": "kind, outcome or level are not those of its place in the quiz",
    r"no item names the slot '.*'": "no question is written for this place",
    r"the (.*) is used already in .*": r"the \1 is used twice",
    r"this is not valid YAML \((.*)\)": r"it cannot be read: \1",
    r"(\d+) pages hold the quiz": r"the quiz stands on \1 pages",
    r"there is no front matter": "the page does not begin with its title",
    r"the file is missing": "it is not there",
}
_REMEDIES: Mapping[str, str] = {
    r"add it to quizzes/.*": "choose another, or add one under “Questions”",
    r"add scenarios/.*": "choose another, or add one on the outline",
    r"write one in scenarios/": "add one on the outline",
    r"add tools/.*": "choose another",
    r"add it to the module's folder `media`": "add it under “Media”",
    r"add it to sources\.yaml": "add it under “Sources”, or take its name away here",
    r"write it, or take it out of module\.yaml": "write it, or take it away on the outline",
    r"add it to `pages` in module\.yaml or remove it": "add a page on the outline, and write there what this one says",
    r"name one of module\.yaml": "choose one of those under “About the module”",
    r"give it a slot": "choose one",
    r"leave these three to the slot": "open the question and press “Save”: it takes all three from its place",
    r"put `:::\{quiz\}` on one page": "put the block “Quiz” on one page",
    r"add `:::\{scenario\} .*`": "put the block “Story with decisions” on one",
    r"add it; in `items` it comes from the slot": "choose a place in the quiz, which says what kind of question it is",
    r"remove it or mend its spelling": "open it and press “Save”: what is not known goes",
    r"begin with `---`.*": "write its title",
    r"mend the value": "write something else",
    r"(.*)see the section on diagrams in docs/.*": r"\1draw it anew, or choose another picture",
}
_TO_DO: Mapping[str, str] = {
    r"a single item .*": "tick “This is right” at one",
    r"a situational item .*": "give 2 marks to the best, and fewer to all others",
    r"`choose` must .*": "tick “This is right” at others, or write another number",
    r"a figure needs .*": "write “What the picture says”, or tick that it says nothing that the text does not say",
}
"""What to do about it, where the rule does not say it."""


@dataclass(frozen=True)
class Told:
    """A finding in a trainer's words."""

    where: str
    what: str
    remedy: str
    address: str = ""
    """Where it can be mended; empty if nowhere in the editor."""


@dataclass(frozen=True)
class Telling:
    """Tells findings of one draft."""

    module_id: str
    read: Read
    documents: Mapping[str, Document]
    """The files that were read."""
    address: Callable[[Place], str]

    def place(self, problem: Problem) -> Place | None:
        """Where it is mended; None for what no form shows."""
        return place_of(problem.file, problem.line, self.module_id, self.read, self.documents)

    def all(self, problems: Iterable[Problem]) -> list[Told]:
        """Each once: what stands in one place and sounds the same is the same to whoever mends it."""
        return list(dict.fromkeys(self(problem) for problem in problems))

    def __call__(self, problem: Problem) -> Told:
        """One finding."""
        place = self.place(problem)
        return Told(
            self._where(place, problem),
            in_words(problem.what, _WHAT),
            _to_do(problem),
            self.address(place) if place else "",
        )

    def _where(self, place: Place | None, problem: Problem) -> str:
        document = self.documents.get(problem.file)
        inner = _inner(document, problem.line, place) if document and place else []
        return ", ".join([self._named(place, problem), *inner])

    def _named(self, place: Place | None, problem: Problem) -> str:
        if place is None:
            return problem.file.removeprefix(f"courses/{self.module_id}/")
        if place.kind == "page":
            return self._on_page(place, problem.file)
        if place.kind in _LISTS:
            return _LISTS[place.kind]
        if place.kind in ("scene", "scenario"):
            story, _, scene = place.id.partition(":")
            title = title_in(self.read(scenario_file(self.module_id, story)) or "") or story
            return f"Story “{title}”" + (f", scene {scene}" if scene else "")
        return f"{PARTS[place.kind]} {place.id}".strip()

    def _on_page(self, place: Place, file: str) -> str:
        text = self.read(file) or ""
        page = f"Page “{title_in(text) or place.id}”"
        if not place.block:
            return page
        piece = pieces(text)[place.block]
        return f"{page}, {BLOCKS.get(piece.kind, 'Block')} {piece.id}".strip()


def without_place(problem: Problem) -> Told:
    """One finding, told beside what it is about."""
    return Told("", in_words(problem.what, _WHAT), _to_do(problem))


def briefly(error: ContentError) -> str:
    """What keeps something from being done, in one line."""
    found = dict.fromkeys(f"{told.what}; {told.remedy}" for told in map(without_place, error.problems))
    return f"{'. '.join(list(found)[:3])}."


def in_words(text: str, table: Mapping[str, str]) -> str:
    """What a rule says, with the labels of the editor in the place of names in files."""
    for pattern, words in table.items():
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            text = found.expand(words)
            break
    text = _REPR.sub(r"“\1”", _CODE.sub(_label, _OWN.sub("", text)))
    return "".join(one if one.startswith("“") else _termed(one) for one in _QUOTED.split(text))


def _to_do(problem: Problem) -> str:
    known = next((words for pattern, words in _TO_DO.items() if re.fullmatch(pattern, problem.what, re.DOTALL)), "")
    return known or in_words(problem.remedy, _REMEDIES)


def _label(match: re.Match[str]) -> str:
    return f"“{words_of(match[1]).label}”" if match[1].replace("_", "").isalpha() else f"“{match[1]}”"


def _termed(text: str) -> str:
    return re.sub(r"\b[a-z]+\b", lambda match: _TERMS.get(match[0], match[0]), text)


def _inner(document: Document, line: int, place: Place) -> list[str]:
    """The options, choices and the like that a line is in, below what has a form of its own."""
    found = trail(document, line)
    own = {place.id, place.id.partition(":")[2]}
    return [f"{words_of(name).label} {_called(part, number)}" for name, part, number in found if _id(part) not in own]


def _called(part: Any, number: int) -> str:
    return _id(part) or str(number + 1)


def _id(part: Any) -> str:
    return str(part.get("id") or "") if isinstance(part, dict) else ""
