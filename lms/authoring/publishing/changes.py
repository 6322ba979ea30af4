"""What publishing a draft would change for the people who learn from the module, in plain words.

What would part them from their work is in `guarding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.authoring.comparing.outline import rearranged
from lms.content.module import Module, Page, Tool
from lms.content.schema import Scenario, Source
from lms.quiz.regrading.marking import decides
from lms.ui.counting import people

_Titled = Scenario | Tool | Source
_ABOUT = ("title", "summary", "promise", "outcomes", "support")
MARK_AGAIN = "their scores stay, unless you have them marked again afterwards"


class Weight(StrEnum):
    """How much a change matters to who is in the middle."""

    PLAIN = "plain"
    CARE = "care"
    """Someone's work hangs on it."""


@dataclass(frozen=True)
class Change:
    """One thing that is different."""

    said: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True)
class Work:
    """How many people have done what, by the ids of the content."""

    items: Mapping[str, int]
    checks: Mapping[str, int]
    prompts: Mapping[str, int]
    stories: Mapping[str, int]
    pages: Mapping[str, int]
    in_a_quiz: int = 0
    """Who have a quiz open that they have not handed in."""


def changes(old: Module | None, new: Module, work: Work) -> list[Change]:
    """What is different, the gravest first."""
    if old is None:
        return [Change("Nobody has seen this module yet. It appears as soon as the programme lists it.")]
    found = [*_items(old, new, work), *_checks(old, new, work), *_pages(old, new, work), *_others(old, new)]
    order = (Weight.CARE, Weight.PLAIN)
    return sorted(found, key=lambda change: order.index(change.weight))


def _items(old: Module, new: Module, work: Work) -> Iterator[Change]:
    before, after = {one.id: one for one in old.bank.items}, {one.id: one for one in new.bank.items}
    if work.in_a_quiz and before != after:
        yield Change(
            f"{people(work.in_a_quiz)} {'is' if work.in_a_quiz == 1 else 'are'} in the middle of the quiz, "
            "and will go on with the questions that were drawn for them."
        )
    for id_, item in before.items():
        count = work.items.get(id_, 0)
        if id_ not in after:
            yield Change(f"The question {id_} goes. {_answered(count)}")
        elif decides(item) != decides(after[id_]):
            said = f"The right answer to {id_} is another one. {_answered(count, MARK_AGAIN)}"
            yield Change(said, Weight.CARE if count else Weight.PLAIN)
        elif item != after[id_]:
            yield Change(f"The question {id_} is worded anew. {_answered(count)}")
    new_ones = after.keys() - before.keys()
    if new_ones:
        yield Change(f"{len(new_ones)} new {'question' if len(new_ones) == 1 else 'questions'} in the quiz.")


def _checks(old: Module, new: Module, work: Work) -> Iterator[Change]:
    before, after = {one.id: one for one in old.bank.checks}, {one.id: one for one in new.bank.checks}
    for id_, item in before.items():
        count = work.checks.get(id_, 0)
        if id_ not in after:
            yield Change(f"The quick check {id_} goes. {_answered(count, 'what they saw stays counted')}")
        elif item != after[id_]:
            yield Change(f"The quick check {id_} is changed. {_answered(count, 'what they saw stays counted')}")
    new_ones = after.keys() - before.keys()
    if new_ones:
        yield Change(f"{len(new_ones)} new {'quick check' if len(new_ones) == 1 else 'quick checks'}.")


def _pages(old: Module, new: Module, work: Work) -> Iterator[Change]:
    before, after = {page.id: page for page in old.pages}, {page.id: page for page in new.pages}
    for id_, page in before.items():
        count = work.pages.get(id_, 0)
        if id_ not in after:
            said = f"The page “{page.title}” goes. {people(count)} read it; their progress is counted without it."
            yield Change(said, Weight.CARE if count else Weight.PLAIN)
    changed = [page.title for id_, page in before.items() if id_ in after and _reads_otherwise(page, after[id_])]
    if changed:
        yield Change(f"Changed pages: {', '.join(changed)}.")
    added = [page.title for id_, page in after.items() if id_ not in before]
    if added:
        said = ", ".join(added)
        yield Change(f"New pages: {said}. Who has completed the module stays completed; others are asked to read them.")


def _reads_otherwise(page: Page, after: Page) -> bool:
    """Whether something on the page is different, beside its title."""
    return page.blocks != after.blocks or page.sensitive != after.sensitive


def _others(old: Module, new: Module) -> Iterator[Change]:
    """What nobody's work hangs on, and what people would see all the same."""
    yield from map(Change, rearranged(old, new))
    if any(getattr(old, name) != getattr(new, name) for name in _ABOUT):
        yield Change("What is said about the module is changed: title, summary, outcomes, or where to turn.")
    if old.bank.blueprint != new.bank.blueprint:
        yield Change("The places in the quiz are changed. Quizzes that are open go on as they were drawn.")
    yield from _named("story", "stories", old.scenarios, new.scenarios)
    yield from _named("tool", "tools", old.tools, new.tools)
    yield from _named("source", "sources", old.sources, new.sources)


def _named(one: str, several: str, before: Mapping[str, _Titled], after: Mapping[str, _Titled]) -> Iterator[Change]:
    """Things with titles that came, went or are otherwise."""
    yield from (Change(f"The {one} “{it.title}” goes.") for id_, it in before.items() if id_ not in after)
    for word, ids in (
        ("Changed", [id_ for id_, it in before.items() if id_ in after and it != after[id_]]),
        ("New", [id_ for id_ in after if id_ not in before]),
    ):
        if ids:
            yield Change(f"{word} {several}: {', '.join(after[id_].title for id_ in ids)}.")


def _answered(count: int, stays: str = "their scores stay") -> str:
    return f"{people(count)} answered it; {stays}." if count else "Nobody has answered it yet."
