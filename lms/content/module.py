"""One module as it is taught: immutable, complete, every reference resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from lms.content.blocks import WORDS_A_MINUTE, Block, Check, Practice, Quiz
from lms.content.markup import Citations
from lms.content.schema import BankFile, Item, Outcome, Scenario, Source, SupportLine

SomeBlock = TypeVar("SomeBlock", bound=Block)


@dataclass(frozen=True)
class Page:
    """One screen to read and act on."""

    id: str
    title: str
    section_id: str
    blocks: tuple[Block, ...]
    citations: Citations
    file: str
    words_budget: int | None = None
    outcomes: tuple[str, ...] = ()
    sensitive: bool = False
    review_by: dt.date | None = None
    """When its facts must be checked again, if it names a law, a body or a telephone number."""

    @cached_property
    def words(self) -> int:
        """Words that count as reading."""
        return sum(block.words for block in self.blocks)

    @cached_property
    def minutes(self) -> float:
        """Reading and doing, in minutes."""
        return self.words / WORDS_A_MINUTE + sum(block.activity_minutes for block in self.blocks)

    def of_kind(self, kind: type[SomeBlock]) -> list[SomeBlock]:
        """The blocks of one kind, in order."""
        return [block for block in self.blocks if isinstance(block, kind)]


@dataclass(frozen=True)
class Section:
    """10 to 25 minutes on one idea."""

    id: str
    title: str
    number: int
    planned_minutes: float
    pages: tuple[Page, ...]

    @cached_property
    def minutes(self) -> float:
        """Reading and doing of all its pages."""
        return sum(page.minutes for page in self.pages)


@dataclass(frozen=True)
class Tool:
    """A one-page aid for work, to read on a screen or to print."""

    id: str
    title: str
    summary: str
    source: str
    html: str
    review_by: dt.date | None = None


@dataclass(frozen=True)
class Module:
    """One 2-hour course."""

    id: str
    title: str
    summary: str
    promise: str
    outcomes: tuple[Outcome, ...]
    sections: tuple[Section, ...]
    support: tuple[SupportLine, ...]
    sources: Mapping[str, Source]
    bank: BankFile
    scenarios: Mapping[str, Scenario]
    tools: Mapping[str, Tool]
    media: Mapping[str, bytes]

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every page in reading order."""
        return tuple(page for section in self.sections for page in section.pages)

    @cached_property
    def minutes(self) -> float:
        """Reading and doing of the whole module."""
        return sum(section.minutes for section in self.sections)

    def page(self, page_id: str) -> Page | None:
        """The page with this id."""
        return self._pages_by_id.get(page_id)

    def section_of(self, page: Page) -> Section:
        """The section that a page belongs to."""
        return self._sections_by_id[page.section_id]

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """The pages before and after."""
        at = self.pages.index(page)
        after = self.pages[at + 1] if at + 1 < len(self.pages) else None
        return (self.pages[at - 1] if at else None), after

    def find(self, block_id: str, kind: type[SomeBlock]) -> tuple[Page, SomeBlock] | None:
        """The block of a kind with this id, and the page on which it stands."""
        for page in self.pages:
            for block in page.of_kind(kind):
                if block.id == block_id:
                    return page, block
        return None

    def asking(self, item_id: str) -> tuple[Page, Block] | None:
        """The block that asks a check item, and the page on which it stands."""
        for page, block in self.blocks():
            asked = (block.id,) if isinstance(block, Check) else block.items if isinstance(block, Practice) else ()
            if item_id in asked:
                return page, block
        return None

    def check(self, item_id: str) -> Item | None:
        """The check item with this id."""
        return self._checks_by_id.get(item_id)

    def item(self, item_id: str) -> Item | None:
        """The graded item with this id."""
        return self._items_by_id.get(item_id)

    def blocks(self) -> Iterator[tuple[Page, Block]]:
        """Every block with its page, in reading order."""
        for page in self.pages:
            for block in page.blocks:
                yield page, block

    @cached_property
    def quiz_page(self) -> Page | None:
        """The page on which its quiz stands."""
        return next((page for page in self.pages if page.of_kind(Quiz)), None)

    @cached_property
    def _pages_by_id(self) -> dict[str, Page]:
        return {page.id: page for page in self.pages}

    @cached_property
    def _sections_by_id(self) -> dict[str, Section]:
        return {section.id: section for section in self.sections}

    @cached_property
    def _items_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.bank.items}

    @cached_property
    def _checks_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.bank.checks}
