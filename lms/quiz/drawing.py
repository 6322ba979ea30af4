"""Which items make a quiz, and in which order their options are shown. The same seed draws the same."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass

from lms.content.schema import BankFile, Item, MatchingItem, NumericItem


@dataclass(frozen=True)
class Presented:
    """The order in which a learner sees the parts of an item; the browser knows them by their places only."""

    options: tuple[str, ...] = ()
    """Option ids; source ids of a matching item."""
    targets: tuple[str, ...] = ()


def draw(bank: BankFile, seed: str, seen: Collection[str] = ()) -> tuple[str, ...]:
    """One item id for each slot of the blueprint, in the order of the blueprint.

    Items of the last attempt (`seen`) are drawn again only where a slot has no other.
    """
    chance = random.Random(f"draw {seed}")  # reproducible on purpose, guards nothing  # noqa: S311  # nosec B311
    return tuple(_one_of(chance, bank, slot.id, seen) for slot in bank.blueprint)


def present(item: Item, seed: str) -> Presented:
    """The item's parts, shuffled by the seed and the item's id; a numeric item has none."""
    chance = random.Random(f"present {seed} {item.id}")  # noqa: S311  # nosec B311
    if isinstance(item, NumericItem):
        return Presented()
    if isinstance(item, MatchingItem):
        return Presented(
            _shuffled(chance, [source.id for source in item.sources]),
            _shuffled(chance, [target.id for target in item.targets]),
        )
    return Presented(_shuffled(chance, [option.id for option in item.options]))


def _one_of(chance: random.Random, bank: BankFile, slot_id: str, seen: Collection[str]) -> str:
    candidates = [item.id for item in bank.items if item.slot == slot_id]
    fresh = [item_id for item_id in candidates if item_id not in seen]
    return chance.choice(fresh or candidates)


def _shuffled(chance: random.Random, ids: list[str]) -> tuple[str, ...]:
    return tuple(chance.sample(ids, len(ids)))
