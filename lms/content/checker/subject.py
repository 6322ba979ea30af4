"""The module under check, with the line of each of its parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lms.content.module import Module, Page, Tool
from lms.content.problems import Problem
from lms.content.schema import (
    BankFile,
    CastMember,
    Item,
    MatchingItem,
    MultipleItem,
    NumericItem,
    Option,
    OrderingItem,
    Scenario,
    SingleItem,
    SituationalItem,
)
from lms.content.strict_yaml import Document, Path

ChoiceItem = SingleItem | MultipleItem | SituationalItem


@dataclass(frozen=True)
class PlacedItem:
    """An item of the bank and where it stands there."""

    item: Item
    path: Path

    @property
    def graded(self) -> bool:
        """Whether it belongs to the quiz; else it is a check."""
        return self.path[0] == "items"


@dataclass(frozen=True)
class Subject:
    """What the rules look at."""

    module: Module
    today: dt.date
    documents: Mapping[str, Document]

    @cached_property
    def bank_file(self) -> str:
        """Path of the item bank."""
        return f"quizzes/{self.module.id}.yaml"

    @cached_property
    def module_file(self) -> str:
        """Path of the file that names sections and outcomes."""
        return f"courses/{self.module.id}/module.yaml"

    @cached_property
    def sources_file(self) -> str:
        """Path of the register of sources."""
        return f"courses/{self.module.id}/sources.yaml"

    @cached_property
    def items(self) -> tuple[PlacedItem, ...]:
        """Every item, graded ones first."""
        bank: BankFile = self.module.bank
        graded = tuple(PlacedItem(item, ("items", index)) for index, item in enumerate(bank.items))
        return graded + tuple(PlacedItem(item, ("checks", index)) for index, item in enumerate(bank.checks))

    @cached_property
    def choice_items(self) -> tuple[PlacedItem, ...]:
        """Items in which options are picked."""
        return tuple(placed for placed in self.items if isinstance(placed.item, ChoiceItem))

    @cached_property
    def scenarios(self) -> tuple[tuple[str, Scenario], ...]:
        """Each scenario with its file."""
        folder = f"courses/{self.module.id}/scenarios"
        return tuple((f"{folder}/{name}.yaml", scenario) for name, scenario in self.module.scenarios.items())

    @cached_property
    def tools(self) -> tuple[tuple[str, Tool], ...]:
        """Each tool with its file."""
        folder = f"courses/{self.module.id}/tools"
        return tuple((f"{folder}/{name}.md", tool) for name, tool in self.module.tools.items())

    @cached_property
    def cast(self) -> tuple[CastMember, ...]:
        """Everyone in items and scenarios, once for each appearance."""
        in_items = [member for placed in self.items for member in placed.item.cast]
        return tuple(in_items + [member for _, scenario in self.scenarios for member in scenario.cast])

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of people in stories, each word of them."""
        return frozenset(word for member in self.cast for word in member.name.split() if word[:1].isupper())

    @cached_property
    def module_words(self) -> int:
        """Words read on all pages."""
        return sum(page.words for page in self.module.pages)

    def in_bank(self, path: Path, what: str, remedy: str) -> Problem:
        """Something to mend in the item bank."""
        return self.at(self.bank_file, path, what, remedy)

    def at(self, file: str, path: Path, what: str, remedy: str) -> Problem:
        """Something to mend in a YAML file."""
        return Problem(file, self.line(file, path), what, remedy)

    def line(self, file: str, path: Path) -> int:
        """The line of a value in a YAML file."""
        document = self.documents.get(file)
        return document.line(path) if document else 1


def on(page: Page, what: str, remedy: str, line: int = 1) -> Problem:
    """Something to mend on a page."""
    return Problem(page.file, line, what, remedy)


def options_of(item: Item) -> tuple[Option, ...]:
    """The options of an item, none for matching and numeric ones."""
    if isinstance(item, SingleItem | MultipleItem | SituationalItem | OrderingItem):
        return item.options
    return ()


def feedback_of(item: Item) -> Iterator[tuple[Path, str]]:
    """Every feedback of an item, as plain words, with its path inside the item."""
    for index, option in enumerate(options_of(item)):
        yield ("options", index, "feedback"), option.feedback.plain
    if isinstance(item, MatchingItem):
        for index, source in enumerate(item.sources):
            yield ("sources", index, "feedback"), source.feedback.plain
    if isinstance(item, NumericItem):
        yield ("feedback",), item.feedback.plain
        for index, response in enumerate(item.responses):
            yield ("responses", index, "feedback"), response.feedback.plain
        yield ("otherwise",), item.otherwise.plain
