"""What a colleague is asked and chose, and the address at which. Values in, values out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of addresses that are typed from paper: none that can be taken for another."""

Pairs = Sequence[tuple[str, str]]
"""Statements in their order, id and text."""


def new_key() -> str:
    """The last part of an address that nobody guesses (59 bits) and anybody can type: `k7dm-2xqp-9vtr`."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def plain_key(typed: str) -> str:
    """A key as it was made, whichever way it was typed."""
    letters = "".join(letter for letter in typed.lower() if letter in LETTERS)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def chosen(statements: Pairs, steps: int, form: Mapping[str, str]) -> dict[str, int]:
    """What was chosen in a form's fields (`rate-` and the statement's id); what is not on the scale is left out."""
    places = {str(place): place for place in range(steps)}
    given = {id_: form.get(f"rate-{id_}", "") for id_, _ in statements}
    return {id_: places[value] for id_, value in given.items() if value in places}


def digest(number: str) -> str:
    """What is kept of the random number of a form."""
    return hashlib.sha256(number.encode()).hexdigest()[:32]
