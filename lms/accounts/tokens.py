"""Secrets handed out and recognised again: only their fingerprints are kept."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, fit for a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """SHA-256 in hexadecimal. A token has too many bits to be guessed, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def password_address(root: str, token: str) -> str:
    """The mailed address at which a password is set; `root` without a slash at the end."""
    return f"{root}/password/{token}"
