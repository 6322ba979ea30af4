"""Which items make a quiz, and in which order their options are shown. The same seed draws the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lms.content.schema import BankFile, Item, MatchingItem, MatchSource, NumericItem, Option, Target


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
    if isinstance(item, NumericItem):
        return Presented()
    if isinstance(item, MatchingItem):
        return Presented(_shuffled(f"{seed} {item.id}", item.sources), _shuffled(f"{seed} {item.id}", item.targets))
    return Presented(_shuffled(f"{seed} {item.id}", item.options))


def _one_of(chance: random.Random, bank: BankFile, slot_id: str, seen: Collection[str]) -> str:
    candidates = [item.id for item in bank.items if item.slot == slot_id]
    fresh = [item_id for item_id in candidates if item_id not in seen]
    return chance.choice(fresh or candidates)


def _shuffled(seed: str, parts: Iterable[Option | Target | MatchSource]) -> tuple[str, ...]:
    """Ids of the parts in an order that follows from their words alone.

    Learners know the seed, which is in their address bar. Were the author's order shuffled by it, they could turn that
    back, and the author's order is the key of an ordering item, and often that of others.
    """
    return tuple(part.id for part in sorted(parts, key=lambda part: _lot(seed, part.text.source)))


def _lot(seed: str, words: str) -> bytes:
    return hashlib.sha256(f"{seed} {words}".encode()).digest()
