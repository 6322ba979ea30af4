"""The code that is shown in the room: it says which session and in which minute, and nobody can make one up.

All of it is in the code itself and in the clock, so several web workers and a restart change nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.exc import BadData

STEP = 60
"""Seconds for which a code is shown. It is good while the next is shown too, for whoever had just raised a phone."""
GRACE = dt.timedelta(minutes=15)
"""For how long a scan is remembered: time to sign in."""
_CODE, _SCAN = "attendance at a session", "scan of a code at a session"
_NAME_BYTES, _STEP_BYTES = 16, 4


@dataclass(frozen=True)
class Shown:
    """What a code says."""

    session: UUID
    step: int | None
    """In which minute it was made, counted since 1970; None: it stays."""

    def is_good(self, stays: bool, at: dt.datetime) -> bool:
        """Whether a session takes it at this moment; one that stays only where that is wanted."""
        if self.step is None:
            return stays
        # One ahead too: of several hosts the clocks differ by a little.
        return abs(_step(at) - self.step) <= 1


def code(secret: str, session: UUID, at: dt.datetime | None) -> str:
    """What stands at the end of the address in the QR code; None: one that stays. Short, so that it scans from afar."""
    step = b"" if at is None else _step(at).to_bytes(_STEP_BYTES)
    return Signer(secret, _CODE).sign(base64_encode(session.bytes + step)).decode()


def read(secret: str, given: str) -> Shown | None:
    """What a code says; None if it is none of ours."""
    try:
        said = base64_decode(Signer(secret, _CODE).unsign(given))
    except (BadData, ValueError):
        return None
    name, step = said[:_NAME_BYTES], said[_NAME_BYTES:]
    if len(name) != _NAME_BYTES or len(step) not in (0, _STEP_BYTES):
        return _printed_before(secret, given)
    return Shown(UUID(bytes=name), int.from_bytes(step) if step else None)


def _printed_before(secret: str, given: str) -> Shown | None:
    """One of the first version, which said the session alone: as one of 1970, it is good no more, but is no riddle."""
    try:
        return Shown(UUID(URLSafeSerializer(secret, salt=_CODE).loads(given)), step=0)
    except (BadData, ValueError, TypeError, AttributeError):
        return None


def next_in(at: dt.datetime) -> int:
    """Seconds until the next code is shown, at least one."""
    return math.floor(STEP - at.timestamp() % STEP) + 1


def scan(secret: str, session: UUID, at: dt.datetime) -> str:
    """What a browser keeps of having scanned a code in time."""
    return str(URLSafeSerializer(secret, salt=_SCAN).dumps([session.hex, int(at.timestamp())]))


def scanned_at(secret: str, kept: str, session: UUID, at: dt.datetime) -> dt.datetime | None:
    """When this browser scanned a code of a session; None if it did not, or too long ago."""
    try:
        name, seconds = URLSafeSerializer(secret, salt=_SCAN).loads(kept)
    except BadSignature:
        return None
    then = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return then if name == session.hex and abs(at - then) <= GRACE else None


def _step(at: dt.datetime) -> int:
    return int(at.timestamp()) // STEP
