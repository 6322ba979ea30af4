"""Ids on which learners' work hangs: they are neither taken away nor given to something else by accident.

A question, a prompt or a story is known by its id. Without it nobody can say any more what people answered; under
another one's id people would find their words below a question that they were never asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lms.audit.actions import Action, Entry
from lms.authoring.publishing.changes import Work
from lms.content.blocks import PROMPTS
from lms.content.module import Module
from lms.content.same_words import ALIKE, likeness
from lms.content.schema import Item
from lms.ui.counting import people

QUESTION, CHECK, PROMPT, STORY = "question", "quick check", "prompt", "story"


class Key(NamedTuple):
    """What something is known by."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True)
class Nature:
    """What an id stands for."""

    type: str
    words: str


@dataclass(frozen=True)
class Threat:
    """Something that would part people from their work."""

    key: Key
    people: int
    said: str
    to_do: str

    @property
    def may(self) -> str:
        """What a person agrees to who lets it happen."""
        return f"The {self.key} may go"


Earlier = Callable[[Key], Nature | None]
"""What an id stood for when it was there last, before the revision that is published."""


def natures(module: Module) -> dict[Key, Nature]:
    """What each id of a module stands for."""
    found = {Key(QUESTION, item.id): _of_item(item) for item in module.bank.items}
    found |= {Key(CHECK, item.id): _of_item(item) for item in module.bank.checks}
    for _, block in module.blocks():
        if isinstance(block, PROMPTS):
            text = getattr(block, "text", None)
            found[Key(PROMPT, block.id)] = Nature(block.kind, text.plain if text else "")
    # A story is rewritten scene by scene: whoever is in it goes on with the one that they began.
    return found | {Key(STORY, id_): Nature("scenario", "") for id_ in module.scenarios}


def threats(old: Module | None, new: Module, work: Work, earlier: Earlier = lambda _: None) -> list[Threat]:
    """What would happen to people's work if a module became another, by kind and id."""
    before, after = natures(old) if old else {}, natures(new)
    return sorted(_threats(before, after, work, earlier), key=lambda threat: threat.key)


def _threats(
    before: Mapping[Key, Nature], after: Mapping[Key, Nature], work: Work, earlier: Earlier
) -> Iterator[Threat]:
    for key, count in _counts(work).items():
        was, will_be = before.get(key), after.get(key)
        if was and not will_be:
            yield Threat(key, count, f"The {key} would go. {_DID[key.kind].format(people(count))}", _KEEP[key.kind])
        was = was or (earlier(key) if will_be else None)
        if was and will_be and not _is_same(was, will_be):
            said = f"The {key} would be something else. {_DID[key.kind].format(people(count))}"
            yield Threat(key, count, said, "Give the new one an id of its own, and leave this one as it was.")


def _counts(work: Work) -> dict[Key, int]:
    kinds = {QUESTION: work.items, CHECK: work.checks, PROMPT: work.prompts, STORY: work.stories}
    return {Key(kind, id_): count for kind, counts in kinds.items() for id_, count in counts.items() if count}


def _is_same(was: Nature, will_be: Nature) -> bool:
    """Whether it is the same thing, perhaps better said."""
    return was.type == will_be.type and likeness(was.words, will_be.words) >= ALIKE


def _of_item(item: Item) -> Nature:
    parts = [*getattr(item, "options", ()), *getattr(item, "sources", ()), *getattr(item, "targets", ())]
    return Nature(item.type, " ".join([item.stem.plain, *(part.text.plain for part in parts)]))


def entries(let_go: Iterable[Threat]) -> list[Entry]:
    """What the audit log keeps of it: one entry for each id, with how many people had worked on it."""
    return [
        Entry(Action.LET_GO, facts={"kind": one.key.kind, "id": one.key.id, "people": one.people}) for one in let_go
    ]


_DID = {
    QUESTION: "{} answered it. Their scores stay.",
    CHECK: "{} answered it.",
    PROMPT: "{} worked on it. They would find it in their own records, and no more on the page.",
    STORY: "{} played it.",
}
_KEEP = {
    QUESTION: "Mend it rather than take it away; or, if it is wrong, let it go.",
    CHECK: "Mend it rather than take it away; or let it go.",
    PROMPT: "Leave it on some page of the module; or let it go.",
    STORY: "Leave it on some page of the module; or let it go.",
}
