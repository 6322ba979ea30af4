"""A copy for one reader: sealed with the reader's key, bound to its author, its reader and its place."""

from __future__ import annotations

from uuid import UUID

from lms import vault
from lms.reflection.words import Words, from_json, to_json


def sealed_for(key: bytes, words: Words, author: UUID, reader: UUID, share: UUID) -> bytes:
    """The words as ciphertext that opens for this reader, at this place alone."""
    return vault.seal(key, to_json(words), _about(author, reader, share))


def open_shared(key: bytes, ciphertext: bytes, author: UUID, reader: UUID, share: UUID) -> Words:
    """The words again. Raises vault.SealBrokenError."""
    return from_json(vault.open_sealed(key, ciphertext, _about(author, reader, share)))


def _about(author: UUID, reader: UUID, share: UUID) -> str:
    return f"reflection of {author} shared with {reader} as {share}"
