"""What to look at again after a failed attempt: outcomes and pages, never the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lms.content.module import Module, Page, Section


@dataclass(frozen=True)
class Revisit:
    """A section whose questions did not all go well, and its pages that serve them."""

    section: Section
    pages: tuple[Page, ...]


def to_revisit(module: Module, marks: Mapping[str, Fraction]) -> tuple[Revisit, ...]:
    """Sections with pages that serve the outcomes of items with marks missing; `marks` is the share earned by item."""
    outcomes = set()
    for item_id, share in marks.items():
        item = module.item(item_id)
        if item and share < 1:
            outcomes.add(item.outcome)
    found = []
    for section in module.sections:
        pages = tuple(page for page in section.pages if outcomes.intersection(page.outcomes))
        if pages:
            found.append(Revisit(section, pages))
    return tuple(found)
