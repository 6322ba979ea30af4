"""What is different between two states of a module: outline, pages, questions, stories and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.authoring.comparing.alignment import Line, lines
from lms.authoring.comparing.outline import outline_changes
from lms.authoring.comparing.passages import Passage, of_page, of_part
from lms.content.module import Module, Tool
from lms.content.schema import Item

_LONGEST = 110


@dataclass(frozen=True)
class Thing:
    """A page, a question, a story: something with a heading of its own."""

    heading: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Difference:
    """A thing that is not as it was."""

    heading: str
    word: str
    """New, Gone or Changed."""
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Group:
    """The things of one kind that are not as they were."""

    title: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """All that is different."""

    outline: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def is_empty(self) -> bool:
        """Whether learners and trainers would see no difference."""
        return not self.outline and not self.groups


def compare(old: Module, new: Module) -> Comparison:
    """What is different in the new one."""
    before, after = _things(old), _things(new)
    groups = (Group(title, tuple(_differences(before[title], after[title]))) for title in after)
    return Comparison(tuple(outline_changes(old, new)), tuple(group for group in groups if group.differences))


def _differences(old: Mapping[str, Thing], new: Mapping[str, Thing]) -> Iterable[Difference]:
    for id_, thing in new.items():
        found = tuple(lines(old[id_].passages if id_ in old else (), thing.passages))
        if found:
            yield Difference(thing.heading, "Changed" if id_ in old else "New", found)
    for id_, thing in old.items():
        if id_ not in new:
            yield Difference(thing.heading, "Gone", tuple(lines(thing.passages, ())))


def _things(module: Module) -> dict[str, dict[str, Thing]]:
    """Everything by its kind and its id."""
    return {
        "About the module": {"": Thing(module.title, _about(module))},
        "Pages": {page.id: Thing(page.title, of_page(page)) for page in module.pages},
        "Questions of the quiz": _items(module.bank.items),
        "Quick checks": _items(module.bank.checks),
        "Places in the quiz": {one.id: Thing(f"Place {one.id}", of_part(one)) for one in module.bank.blueprint},
        "Stories with decisions": {one.id: Thing(one.title, of_part(one)) for one in module.scenarios.values()},
        "Tools to print": {one.id: Thing(one.title, _tool(one)) for one in module.tools.values()},
        "Sources": {one.id: Thing(one.title, of_part(one)) for one in module.sources.values()},
    }


def _items(items: Iterable[Item]) -> dict[str, Thing]:
    return {item.id: Thing(_short(item.stem.plain), of_part(item)) for item in items}


def _about(module: Module) -> tuple[Passage, ...]:
    said = {"Title": module.title, "Summary": module.summary, "Promise": module.promise}
    found = [Passage(label, text) for label, text in said.items()]
    for outcome in module.outcomes:
        found += of_part(outcome, f"Outcome {outcome.id}, ")
    for line in module.support:
        found += of_part(line, f"Where people can turn: {line.name}, ")
    return tuple(found)


def _tool(tool: Tool) -> tuple[Passage, ...]:
    head = [Passage("Title", tool.title), *([Passage("Summary", tool.summary)] if tool.summary else [])]
    return tuple(head + [Passage("", text.strip()) for text in tool.source.split("\n\n") if text.strip()])


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"
