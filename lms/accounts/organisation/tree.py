"""Sites in a tree: what stands above and below a place, and whether anything stands above itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def ancestors(parents: Mapping[Key, Key | None], key: Key) -> list[Key]:
    """What stands above, the nearest first; it ends where a loop would begin."""
    found: list[Key] = []
    above = parents.get(key)
    while above is not None and above != key and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def descendants(parents: Mapping[Key, Key | None], keys: Iterable[Key]) -> set[Key]:
    """These and all that stands below them."""
    below: dict[Key, list[Key]] = {}
    for key, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, []).append(key)
    found, waiting = set[Key](), list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(below.get(key, ()))
    return found


def in_loops(parents: Mapping[Key, Key | None]) -> set[Key]:
    """Whatever stands above itself: sites that are part of one another, people who lead one another."""
    done, looped = set[Key](), set[Key]()
    for start in parents:
        way: dict[Key, int] = {}
        key: Key | None = start
        while key is not None and key not in done and key not in way:
            way[key] = len(way)
            key = parents.get(key)
        if key is not None and key in way:
            looped |= {one for one, place in way.items() if place >= way[key]}
        done.update(way)
    return looped


@dataclass(frozen=True)
class Branch:
    """A place with all that is below it."""

    key: int
    people: int
    """Who work here or below."""
    managers: int
    here: int
    """Who work at this very place."""
    below: tuple[Branch, ...]


def branches(parents: Mapping[int, int | None], counts: Mapping[int, tuple[int, int]]) -> tuple[Branch, ...]:
    """The places at the top, each with its branches, in the order of `parents`; `counts` are people and managers."""
    below: dict[int | None, list[int]] = {}
    for key, parent in parents.items():
        below.setdefault(parent, []).append(key)
    return tuple(_branch(key, below, counts) for key in below.get(None, ()))


def _branch(key: int, below: Mapping[int | None, list[int]], counts: Mapping[int, tuple[int, int]]) -> Branch:
    inner = tuple(_branch(one, below, counts) for one in below.get(key, ()))
    people, managers = counts.get(key, (0, 0))
    return Branch(
        key,
        people + sum(one.people for one in inner),
        managers + sum(one.managers for one in inner),
        people,
        inner,
    )
