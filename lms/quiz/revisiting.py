"""What to look at again after a failed attempt: sections and pages, never the answers."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from lms.content.module import Module, Page, Section


@dataclass(frozen=True)
class Revisit:
    """A section whose questions did not all go well, and its pages that serve them."""

    section: Section
    pages: tuple[Page, ...]


def to_revisit(module: Module, outcomes: Set[str]) -> tuple[Revisit, ...]:
    """The sections with pages to read that serve these outcomes."""
    found = []
    for section in module.sections:
        pages = tuple(
            page for page in section.pages if page.words_budget and not set(page.outcomes).isdisjoint(outcomes)
        )
        if pages:
            found.append(Revisit(section, pages))
    return tuple(found)
