"""Rules 7 to 9: outcomes, and what serves each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lms.content.blocks import Check, Practice, Recall, ScenarioBlock
from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject
from lms.content.checker.wordlists import word_lists
from lms.content.problems import Problem
from lms.content.schema import LEVELS, Item, Slot
from lms.ui.counting import counted

OUTCOMES = Rule(7, "Outcomes", "4 to 6, each begins with a verb from the list", "any other")
COVERAGE = Rule(8, "Coverage", "each outcome has 1 page, 1 practice, 2 retrievals, 4 bank items", "any short")
BLUEPRINT = Rule(9, "Blueprint", "exact", "off by more than 1")

PLANNED_TYPES = {"single": 7, "multiple": 2, "ordering": 1, "matching": 1, "numeric": 1, "situational": 4}
# Columns of the plan: remember, understand, apply, analyse or evaluate.
PLANNED_COLUMNS = ((0, 1), (0, 1, 2), (1, 2, 2), (2, 2, 3), (1, 2, 3), (2, 3))
ITEMS_FOR_A_SLOT = 2


def outcomes(subject: Subject) -> Result:
    """Each outcome begins with a verb that can be seen done."""
    found = subject.module.outcomes
    findings = [
        subject.at(
            subject.module_file,
            ("outcomes", index, "text"),
            f"outcome {outcome.id} begins with “{outcome.text.split()[0]}”",
            "begin with a verb that can be seen done, such as describe, choose, plan",
        )
        for index, outcome in enumerate(found)
        if outcome.text.split()[0].lower() not in word_lists()["outcome_verbs"]
    ]
    if not 4 <= len(found) <= 6:
        findings.append(subject.at(subject.module_file, ("outcomes",), counted(len(found), "outcome"), "write 4 to 6"))
    return OUTCOMES.result(str(len(found)), none_of(findings), findings)


def coverage(subject: Subject) -> Result:
    """Pages, practice or scenarios, retrieval and graded items of each outcome.

    A check inside a page and a free recall that names the outcome are retrieval; an item inside a practice is practice.
    """
    served = {
        ("page", 1): Counter(outcome for page in subject.module.pages for outcome in set(page.outcomes)),
        ("practice or scenario", 1): Counter(_practised(subject)),
        ("retrieval", 2): Counter(_retrieved(subject)),
        ("bank item", 4): Counter(item.outcome for item in subject.module.bank.items),
    }
    findings = [
        _short(subject, index, outcome.id, what, counts[outcome.id], least)
        for index, outcome in enumerate(subject.module.outcomes)
        for (what, least), counts in served.items()
        if counts[outcome.id] < least
    ]
    findings += list(_unknown(subject, served.values()))
    measured = f"{counted(len(subject.module.outcomes), 'outcome')}, {counted(len(findings), 'gap')}"
    return COVERAGE.result(measured, none_of(findings), findings)


def _practised(subject: Subject) -> Iterable[str]:
    for _, block in subject.module.blocks():
        if isinstance(block, Practice):
            items = (subject.module.check(item_id) for item_id in block.items)
            yield from {*block.outcomes, *(item.outcome for item in items if item)}
        if isinstance(block, ScenarioBlock):
            scenario = subject.module.scenarios.get(block.id)
            yield from {*block.outcomes, *(scenario.outcomes if scenario else ())}


def _retrieved(subject: Subject) -> Iterable[str]:
    for _, block in subject.module.blocks():
        if isinstance(block, Recall):
            yield from set(block.outcomes)
        item = subject.module.check(block.id) if isinstance(block, Check) else None
        if item:
            yield item.outcome


def _short(subject: Subject, index: int, outcome: str, what: str, count: int, least: int) -> Problem:
    path = ("outcomes", index)
    told = f"outcome {outcome} has {count} of {least} it needs: {what}"
    return subject.at(subject.module_file, path, told, f"add {least - count}, or name the outcome where it is served")


def _unknown(subject: Subject, served: Iterable[Counter[str]]) -> Iterable[Problem]:
    known = {outcome.id for outcome in subject.module.outcomes}
    for outcome in sorted(set().union(*served) - known):
        told = f"outcome {outcome} is served, but is none of the module's"
        yield subject.at(subject.module_file, ("outcomes",), told, "name one of the module's outcomes")


def blueprint(subject: Subject) -> Result:
    """Slots by outcome, level and type against the plan, and two items for each slot.

    A slot may stand one level beside its planned one, to fit the verb of its outcome; each further one counts as one.
    """
    bank = subject.module.bank
    misses = [*_outcome_misses(subject), *_type_misses(bank.blueprint)]
    findings = [
        subject.in_bank(("blueprint",), f"{what}, off by {off}", "change the places of the quiz (the blueprint)")
        for what, off in misses
    ]
    short = list(_slots_short_of_items(subject))
    findings += short
    off = max((off for _, off in misses), default=0)
    off = max(off, ITEMS_FOR_A_SLOT if short else 0)
    measured = f"{counted(len(bank.blueprint), 'place')}, {counted(len(bank.items), 'question')}, off by {off}"
    return BLUEPRINT.result(measured, "pass" if off == 0 else "warn" if off == 1 else "fail", findings)


def _outcome_misses(subject: Subject) -> Iterable[tuple[str, int]]:
    outcomes_in_order = [outcome.id for outcome in subject.module.outcomes]
    for outcome, planned in zip(outcomes_in_order, PLANNED_COLUMNS, strict=False):
        slots = [slot for slot in subject.module.bank.blueprint if slot.outcome == outcome]
        if len(slots) != len(planned):
            has = f"outcome {outcome} has {counted(len(slots), 'place')} in the quiz, planned {len(planned)}"
            yield has, abs(len(slots) - len(planned))
            continue
        columns = sorted(min(LEVELS.index(slot.level), 3) for slot in slots)
        moved = max(abs(column - plan) for column, plan in zip(columns, planned, strict=True))
        if moved > 1:
            yield f"levels of outcome {outcome} are moved by {moved} columns, one is allowed", moved - 1


def _type_misses(slots: Iterable[Slot]) -> Iterable[tuple[str, int]]:
    found = Counter(slot.type for slot in slots)
    for kind, planned in PLANNED_TYPES.items():
        if found[kind] != planned:  # type: ignore[index]
            there = found[kind]  # type: ignore[index]
            yield f"{counted(there, 'place')} of type {kind}, planned {planned}", abs(there - planned)


def _slots_short_of_items(subject: Subject) -> Iterable[Problem]:
    items: Counter[str | None] = Counter(_slot_of(item) for item in subject.module.bank.items)
    for index, slot in enumerate(subject.module.bank.blueprint):
        if items[slot.id] < ITEMS_FOR_A_SLOT:
            told = f"place {slot.id} of the quiz has {counted(items[slot.id], 'question')}"
            yield subject.in_bank(("blueprint", index), told, "write two for each place")


def _slot_of(item: Item) -> str | None:
    return item.slot
