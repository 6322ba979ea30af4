"""Words as they are kept: sealed with their author's key, bound to the author, the entry and the version."""

from __future__ import annotations

from uuid import UUID

from lms import vault
from lms.reflection.words import Words, from_json, to_json


def sealed(key: bytes, words: Words, author: UUID, entry: UUID, number: int) -> bytes:
    """The words as ciphertext that opens at this place alone."""
    return vault.seal(key, to_json(words), _about(author, entry, number))


def opened(key: bytes, ciphertext: bytes, author: UUID, entry: UUID, number: int) -> Words:
    """The words again. Raises vault.SealBrokenError."""
    return from_json(vault.open_sealed(key, ciphertext, _about(author, entry, number)))


def _about(author: UUID, entry: UUID, number: int) -> str:
    return f"writing of {author} in entry {entry}, version {number}"
