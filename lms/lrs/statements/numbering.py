"""Numbers in the place of the digests of terms, as the index has them.

A new thing gets the next number. Learners who began together are at work together, and what is said of them stands side
by side in the index: a batch changes a few of its pages. Digests would scatter it over as many as there are statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from lms.lrs.inserting import find_things, insert_things

DIGEST = 16
"""Bytes."""
HALF = 32
"""Bits of a number."""
NONE = 0
"""The number of a term by which nothing can be found."""


def numbers(connection: sa.Connection, terms: Collection[bytes]) -> dict[bytes, int]:
    """The number of each term; new things get one. To be asked for in a transaction that writes."""
    digests = _digests(terms)
    found = find_things(connection, digests)
    new = [one for one in digests if one not in found]
    if new:
        found |= insert_things(connection, new)
    return {term: _number(found, term) for term in terms}


def known(connection: sa.Connection, terms: Collection[bytes]) -> dict[bytes, int]:
    """The number of each term; NONE if no statement ever spoke of one of its things."""
    found = find_things(connection, _digests(terms))
    return {term: _number(found, term) for term in terms}


def _digests(terms: Iterable[bytes]) -> list[bytes]:
    return list(dict.fromkeys(part for term in terms for part in (term[:DIGEST], term[DIGEST:]) if part))


def _number(found: dict[bytes, int], term: bytes) -> int:
    first, second = found.get(term[:DIGEST]), found.get(term[DIGEST:], 0)
    if first is None or (len(term) > DIGEST and not second):
        return NONE
    return first << HALF | second
