"""Whatever a part of a module names must be there: items, scenarios, tools, sources, outcomes, slots, media."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from lms.content.blocks import (
    Block,
    Check,
    Commitment,
    Media,
    Practice,
    Quiz,
    Recall,
    Reflection,
    ScenarioBlock,
    ToolBlock,
)
from lms.content.module import Module, Page
from lms.content.problems import Problem
from lms.content.schema import Item
from lms.content.strict_yaml import Document, Path


class References:
    """Looks through one module; problems carry the line where the name stands.

    `unread` are files that are missing or broken, which is told already: what they would hold is not told again.
    """

    def __init__(self, module: Module, documents: Mapping[str, Document], unread: Collection[str]) -> None:
        self._module = module
        self._root = f"courses/{module.id}"
        self._file = f"{self._root}/module.yaml"
        self._bank = f"quizzes/{module.id}.yaml"
        self._documents = documents
        self._unread = unread
        self._pages_unread = any(name.endswith(".md") for name in unread)
        self._outcomes = {outcome.id for outcome in module.outcomes}

    def problems(self) -> Iterator[Problem]:
        """Everything that is named but not there."""
        for page, block in self._module.blocks():
            for what, remedy in (*self._missing_parts(block), *self._unknown_outcomes(_outcomes_of(block))):
                yield Problem(page.file, block.line, what, remedy)
        for page in self._module.pages:
            yield from self._page_problems(page)
        yield from self._item_problems()
        yield from self._slot_problems()
        yield from self._scenario_problems()
        yield from self._quiz_problems()

    def _missing_parts(self, block: Block) -> Iterator[tuple[str, str]]:
        for item_id in _items_of(block):
            if not self._module.check(item_id) and self._bank not in self._unread:
                yield f"there is no check item {item_id!r}", f"add it to {self._bank}"
        if isinstance(block, ScenarioBlock) and self._lacks(block.id, self._module.scenarios, "scenarios/{}.yaml"):
            yield f"there is no scenario {block.id!r}", f"add scenarios/{block.id}.yaml"
        if isinstance(block, ToolBlock) and self._lacks(block.id, self._module.tools, "tools/{}.md"):
            yield f"there is no tool {block.id!r}", f"add tools/{block.id}.md"
        if isinstance(block, Commitment) and block.reflection and self._lacks_reflection(block.reflection):
            yield f"there is no reflection {block.reflection!r}", "name one of this module's reflections"
        if isinstance(block, Media):
            for name in (block.src, block.captions, block.poster):
                if name and name not in self._module.media:
                    yield f"there is no file {name}", "add it to the module's folder `media`"

    def _lacks(self, name: str, found: Mapping[str, object], file: str) -> bool:
        return name not in found and f"{self._root}/{file.format(name)}" not in self._unread

    def _lacks_reflection(self, name: str) -> bool:
        return not self._pages_unread and self._module.find(name, Reflection) is None

    def _lacks_source(self, source: str) -> bool:
        return self._lacks(source, self._module.sources, "sources.yaml")

    def _page_problems(self, page: Page) -> Iterator[Problem]:
        for source in page.citations.numbers:
            if self._lacks_source(source):
                yield Problem(page.file, 1, f"there is no source {source!r}", "add it to sources.yaml")
        for what, remedy in self._unknown_outcomes(page.outcomes):
            yield Problem(page.file, 1, what, remedy)
        if not page.blocks:
            yield Problem(page.file, 1, "the page is empty", "write it, or take it out of module.yaml")

    def _item_problems(self) -> Iterator[Problem]:
        bank = self._module.bank
        for key, items in (("items", bank.items), ("checks", bank.checks)):
            for index, item in enumerate(items):
                for what, remedy in (*self._unknown_sources(item), *self._unknown_outcomes((item.outcome,))):
                    yield self._at(self._bank, (key, index), f"item {item.id!r}: {what}", remedy)

    def _slot_problems(self) -> Iterator[Problem]:
        slots = {slot.id: slot for slot in self._module.bank.blueprint}
        for index, item in enumerate(self._module.bank.items):
            slot = slots.get(item.slot or "")
            if slot is None:
                what = f"item {item.id!r} names no slot of the blueprint"
                yield self._at(self._bank, ("items", index), what, "give it a slot")
            elif (item.type, item.outcome, item.level) != (slot.type, slot.outcome, slot.level):
                what = f"item {item.id!r} differs from its slot in type, outcome or level"
                yield self._at(self._bank, ("items", index), what, "leave these three to the slot")
        filled = {item.slot for item in self._module.bank.items}
        for index, slot in enumerate(self._module.bank.blueprint):
            if slot.id not in filled:
                what = f"no item names the slot {slot.id!r}"
                yield self._at(self._bank, ("blueprint", index), what, "write one, better two")
            for what, remedy in self._unknown_outcomes((slot.outcome,)):
                yield self._at(self._bank, ("blueprint", index), f"slot {slot.id!r}: {what}", remedy)

    def _scenario_problems(self) -> Iterator[Problem]:
        for scenario in self._module.scenarios.values():
            file = f"{self._root}/scenarios/{scenario.id}.yaml"
            for what, remedy in self._unknown_outcomes(scenario.outcomes):
                yield self._at(file, ("outcomes",), what, remedy)

    def _quiz_problems(self) -> Iterator[Problem]:
        count = sum(isinstance(block, Quiz) for _, block in self._module.blocks())
        if count != 1 and not self._pages_unread:
            yield self._at(self._file, ("sections",), f"{count} pages hold the quiz", "put `:::{quiz}` on one page")

    def _unknown_sources(self, item: Item) -> Iterator[tuple[str, str]]:
        for source in item.cites:
            if self._lacks_source(source):
                yield f"there is no source {source!r}", "add it to sources.yaml"

    def _unknown_outcomes(self, outcomes: Iterable[str]) -> Iterator[tuple[str, str]]:
        for outcome in outcomes:
            if outcome not in self._outcomes:
                yield f"there is no outcome {outcome}", "name one of module.yaml"

    def _at(self, file: str, path: Path, what: str, remedy: str) -> Problem:
        document = self._documents.get(file)
        return Problem(file, document.line(path) if document else 1, what, remedy)


def _items_of(block: Block) -> tuple[str, ...]:
    if isinstance(block, Check):
        return (block.id,)
    return block.items if isinstance(block, Practice) else ()


def _outcomes_of(block: Block) -> tuple[str, ...]:
    return block.outcomes if isinstance(block, Recall | Practice | ScenarioBlock) else ()
