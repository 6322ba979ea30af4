"""Where a learner goes on: the very place where they stopped."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple, Protocol

from lms.content.module import Module
from lms.progress import completion

_ANCHOR = re.compile(r"(?:at|block)-[a-z0-9-]{1,90}")


class Spot(Protocol):
    """What is asked of a place to resume."""

    @property
    def page_id(self) -> str: ...
    @property
    def anchor(self) -> str: ...


class Target(NamedTuple):
    """A page and a place on it; an empty anchor is its top."""

    page_id: str
    anchor: str


def where_to_resume(module: Module, opened: Collection[str], spot: Spot | None) -> Target:
    """The place where the learner stopped; without one, or if its page is gone, the first page not yet opened."""
    if spot and module.page(spot.page_id):
        return Target(spot.page_id, spot.anchor)
    page = completion.first_unopened(module, opened) or module.pages[0]
    return Target(page.id, "")


def is_anchor(text: str) -> bool:
    """Whether this can be the id of a paragraph or a block; empty, it is the top of the page."""
    return not text or _ANCHOR.fullmatch(text) is not None
