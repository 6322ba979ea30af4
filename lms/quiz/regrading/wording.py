"""What was corrected about a question, in plain words."""

from __future__ import annotations

from lms.content.schema import Item, MatchingItem, NumericItem, OrderingItem, SituationalItem
from lms.quiz import grading
from lms.quiz.responding import plain_number
from lms.quiz.showing import words_of


def corrected(old: Item, new: Item) -> list[str]:
    """What decides now, and what did before; one line for each thing that is different."""
    if isinstance(old, SituationalItem) and isinstance(new, SituationalItem):
        return _rated(old, new)
    if isinstance(old, MatchingItem) and isinstance(new, MatchingItem):
        return _matched(old, new)
    if isinstance(old, NumericItem) and isinstance(new, NumericItem):
        return [f"The right answer was {_range(old)}. It is now {_range(new)}."]
    if isinstance(new, OrderingItem):
        return [f"The right order was: {_listed(old)}.", f"It is now: {_listed(new)}."]
    return [f"The right answer was {_quoted(old)}. It is now {_quoted(new)}."]


def is_reworded(old: Item, new: Item) -> bool:
    """Whether what people read when they answered was something else than what is marked now."""
    return _read(old) != _read(new)


def _rated(old: SituationalItem, new: SituationalItem) -> list[str]:
    before = {option.id: option.marks for option in old.options}
    return [
        f"“{_bare(option.text.plain)}” earned {_marks(before.get(option.id, 0))}. It now earns {_marks(option.marks)}."
        for option in new.options
        if before.get(option.id, 0) != option.marks
    ]


def _matched(old: MatchingItem, new: MatchingItem) -> list[str]:
    words = {target.id: target.text.plain for target in (*old.targets, *new.targets)}
    before = {source.id: source.target for source in old.sources}
    return [
        f"“{_bare(source.text.plain)}” went with “{_bare(words[before[source.id]])}”. "
        f"It now goes with “{_bare(words[source.target])}”."
        for source in new.sources
        if before.get(source.id, source.target) != source.target
    ]


def _range(item: NumericItem) -> str:
    unit = f" {item.unit}" if item.unit else ""
    around = f", give or take {plain_number(item.tolerance)}" if item.tolerance else ""
    return f"{plain_number(item.answer)}{unit}{around}"


def _quoted(item: Item) -> str:
    return " and ".join(f"“{_bare(words)}”" for words in words_of(item, grading.right_response(item)))


def _listed(item: Item) -> str:
    return "; ".join(_bare(words) for words in words_of(item, grading.right_response(item)))


def _bare(words: str) -> str:
    return words.strip().rstrip(".")


def _marks(count: int) -> str:
    return ("no marks", "1 mark", "2 marks")[count]


def _read(item: Item) -> tuple[object, ...]:
    parts = (*getattr(item, "options", ()), *getattr(item, "sources", ()), *getattr(item, "targets", ()))
    return item.stem.source, frozenset((part.id, part.text.source) for part in parts), getattr(item, "unit", "")
