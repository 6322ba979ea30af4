"""Which blocks ask for writing, and with which boxes."""

from __future__ import annotations

from enum import StrEnum

from lms.content.blocks import Block, OwnWords, Practice, Reflection
from lms.content.module import Module, Page

YOUR_WORDS = "Your words"
TO_ADD = "What would you add now?"


class Kind(StrEnum):
    """What a piece of writing is."""

    REFLECTION = "reflection"
    RECALL = "recall"
    PRACTICE = "practice"
    REVISIT = "revisit"
    """What is added to a reflection when it comes back weeks later."""


Prompt = Reflection | OwnWords


def as_prompt(block: Block) -> Prompt | None:
    """The block if it has boxes to write in; a practice that is made of items has none."""
    if isinstance(block, Practice) and block.items:
        return None
    return block if isinstance(block, Reflection | OwnWords) else None


def find(module: Module, block_id: str, kind: Kind) -> tuple[Page, Prompt] | None:
    """The prompt on which writing of this kind hangs, with its page."""
    for page, block in module.blocks():
        prompt = as_prompt(block)
        if prompt and prompt.id == block_id and kind in kinds(prompt):
            return page, prompt
    return None


def kinds(prompt: Prompt) -> tuple[Kind, ...]:
    """The kinds of writing that a prompt asks for: its own, and what is added later."""
    own = Kind(prompt.kind)
    return (own, Kind.REVISIT) if isinstance(prompt, Reflection) and prompt.revisit else (own,)


def labels(prompt: Prompt, kind: Kind) -> tuple[str, ...]:
    """What stands above each box."""
    if kind is Kind.REVISIT:
        return (TO_ADD,)
    return prompt.boxes if isinstance(prompt, Reflection) else (YOUR_WORDS,)


def points(prompt: Prompt, kind: Kind) -> tuple[str, ...]:
    """What is ticked off after comparing, as its author wrote it."""
    return () if isinstance(prompt, Reflection) or kind is Kind.REVISIT else tuple(one.source for one in prompt.points)
