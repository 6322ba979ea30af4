"""Signing a credential, and the public half of the key by which anybody can see that it was signed here.

A JSON Web Signature in compact form (RFC 7515) with RS256, which is what Open Badges 3.0, 8.2, asks of every issuer and
every reader.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from lms import keys

SIGNER = "badges"
"""Name of the file with the key. When it is lost, badges of before can be verified no more."""
ALGORITHM = "RS256"


@lru_cache(maxsize=8)
def key_of(instance: Path) -> RSAPrivateKey:
    """The key of an installation, read once. Raises OSError or ValueError when it cannot be read."""
    return keys.rsa_key(instance, SIGNER)


def thumbprint(key: RSAPrivateKey) -> str:
    """The name of a key: the SHA-256 digest of its public half (RFC 7638)."""
    return _encoded(hashlib.sha256(_json({"e": _e(key), "kty": "RSA", "n": _n(key)})).digest())


def jwk(key: RSAPrivateKey, address: str) -> dict[str, str]:
    """The public half as a JSON Web Key (RFC 7517), as it is found at its address; nothing of the private one."""
    return {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": address, "n": _n(key), "e": _e(key)}


def signed(payload: Mapping[str, Any], key: RSAPrivateKey, address: str) -> str:
    """A payload as a compact JWS; the same bytes each time. `address` is where the public half of the key is found."""
    header = {"alg": ALGORITHM, "kid": address, "typ": "JWT"}
    content = f"{_encoded(_json(header))}.{_encoded(_json(payload))}"
    return f"{content}.{_encoded(key.sign(content.encode(), padding.PKCS1v15(), SHA256()))}"


def _n(key: RSAPrivateKey) -> str:
    return _number(key.public_key().public_numbers().n)


def _e(key: RSAPrivateKey) -> str:
    return _number(key.public_key().public_numbers().e)


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
