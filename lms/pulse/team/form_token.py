"""The token of a form that anybody may fill in: made here for this pulse, and another one each time.

It is no cookie, and nobody need be signed in: it stands in the form, and says no more than which form it is.
"""

from __future__ import annotations

import secrets

from itsdangerous import BadData, URLSafeSerializer

_PURPOSE = "team pulse"


def issued(secret: str, key: str) -> str:
    """A token for one more form of the pulse with this key."""
    return str(_signer(secret).dumps([key, secrets.token_hex(16)]))


def number_of(secret: str, key: str, token: str) -> str | None:
    """The random number of the form that came with this token; None unless we made it for this pulse."""
    try:
        whose, number = _signer(secret).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return str(number) if whose == key else None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_PURPOSE)
