"""When a section is finished and a module completed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lms.content.module import Module, Page, Section


def percent(module: Module, opened: Collection[str]) -> int:
    """Whole per cent of the module's pages that have been opened; 100 only when all of them are."""
    count = sum(page.id in opened for page in module.pages)
    return 100 * count // len(module.pages)


def all_pages_opened(module: Module, opened: Collection[str]) -> bool:
    """Whether nothing is left to open. Prompts stand on pages, so they are opened with them."""
    return all(page.id in opened for page in module.pages)


def is_finished(section: Section, opened: Collection[str]) -> bool:
    """Whether every page of a section has been opened."""
    return all(page.id in opened for page in section.pages)


def minutes_left(pages: Iterable[Page], opened: Collection[str], here: Page | None = None) -> float:
    """Planned minutes of the pages that have not been opened; the page that is being read counts whole."""
    return sum(page.minutes for page in pages if page is here or page.id not in opened)


def first_unopened(module: Module, opened: Collection[str]) -> Page | None:
    """The first page that has not been opened; None when all have been."""
    return next((page for page in module.pages if page.id not in opened), None)
