"""The key with which a browser keeps a person's unsent text: another one than any that seals what we store."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"cares: text kept on a device, v1"
_BYTES = 32


def device_key(data_key: bytes) -> str:
    """A key derived from a person's data key, in base64; the data key cannot be found from it."""
    derived = HKDF(SHA256(), _BYTES, salt=None, info=_PURPOSE).derive(data_key)
    return base64.b64encode(derived).decode()
