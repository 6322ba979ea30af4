"""Whom a list of addresses names, and what is to be mended in it. Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lms.accounts.organisation.tree import descendants
from lms.accounts.roster.addresses import Addresses
from lms.content.problems import Problem

TAKE_OUT = "take the line out"


@dataclass(frozen=True)
class Known:
    """Someone whom a list names, as they are here."""

    id: int
    is_active: bool
    has_left: bool
    site_id: int | None
    """Where they work now."""


@dataclass(frozen=True)
class Named:
    """What came of a list."""

    people: Mapping[str, Known]
    """By address, those of whom nothing is to be mended."""
    problems: Sequence[Problem] = ()
    twice: Sequence[Problem] = ()
    """Lines that say once more what an earlier one says."""

    @property
    def ids(self) -> set[int]:
        """The numbers of the people."""
        return {one.id for one in self.people.values()}


def to_ask(addresses: Addresses, known: Mapping[str, Known], where: str) -> Named:
    """Whom a list names who can be asked; `where` they are looked for, in words such as "at your places"."""

    def wrong(email: str) -> tuple[str, str] | None:
        one = known.get(email)
        if one is None:
            return f"{email}: nobody {where} has this address", f"look how it is written, or {TAKE_OUT}"
        if one.has_left:
            return f"{email} has left", TAKE_OUT
        return None if one.is_active else (f"{email} is let in no longer", f"ask an admin, or {TAKE_OUT}")

    found = {email: wrong(email) for email in addresses.lines}
    return _named(addresses, known, found)


def to_take_off(addresses: Addresses, known: Mapping[str, Known], asked: Collection[int]) -> Named:
    """Whom a list names of those who are named so far, whether or not they are still here."""
    found = {
        email: None if email in known and known[email].id in asked else (f"{email} is not asked by name", TAKE_OUT)
        for email in addresses.lines
    }
    return _named(addresses, known, found)


def _named(addresses: Addresses, known: Mapping[str, Known], wrong: Mapping[str, tuple[str, str] | None]) -> Named:
    told = [Problem(addresses.file, addresses.lines[email], *words) for email, words in wrong.items() if words]
    people = {email: known[email] for email, words in wrong.items() if not words}
    return Named(people, sorted([*addresses.problems, *told]), addresses.twice)


def place_for(led: Collection[int], parents: Mapping[int, int | None], sites: Collection[int | None]) -> int | None:
    """The place, of those that someone leads, at or below which all of these people work; None: there is none."""
    wanted = set(sites)
    return next((place for place in led if wanted <= descendants(parents, [place])), None)
