"""Sealing of private writing: AES-256-GCM, a data key for each person, bound to what it is about.

The associated data names the person, the prompt and the version, so that a ciphertext moved to another row does not
open. A person's data key is kept wrapped by the installation's keyring; destroying it destroys all they wrote.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_VERSION = b"\x01"


class SealBrokenError(Exception):
    """A sealed text that was changed, moved or sealed with another key."""


def new_data_key() -> bytes:
    """A fresh 256-bit key for one person."""
    return AESGCM.generate_key(256)


def seal(key: bytes, text: str, about: str) -> bytes:
    """Text as ciphertext that opens only with the same key and the same `about`."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode("utf-8", "strict"), about.encode())


def open_sealed(key: bytes, sealed: bytes, about: str) -> str:
    """The text again. Raises SealBrokenError."""
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        if sealed[:1] != _VERSION:
            raise SealBrokenError("unknown form of sealing")
        return AESGCM(key).decrypt(nonce, ciphertext, about.encode()).decode("utf-8")
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("the text does not open") from error


def wrap(master: bytes, data_key: bytes, person: str) -> bytes:
    """A person's data key, sealed by the installation's key."""
    return seal(master, data_key.hex(), f"data key of {person}")


def unwrap(master: bytes, wrapped: bytes, person: str) -> bytes:
    """A person's data key again. Raises SealBrokenError."""
    return bytes.fromhex(open_sealed(master, wrapped, f"data key of {person}"))
