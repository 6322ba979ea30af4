"""The code that is shown in the room: it says which session, and nobody can make one up."""

from __future__ import annotations

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

_PURPOSE = "attendance at a session"


def code(secret: str, session: UUID) -> str:
    """What stands at the end of the address in the QR code."""
    return str(_serializer(secret).dumps(session.hex))


def session_of(secret: str, given: str) -> UUID | None:
    """Which session a code is of; None if it is none of ours."""
    try:
        return UUID(_serializer(secret).loads(given))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_PURPOSE)
