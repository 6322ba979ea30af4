"""What counts as an e-mail address, and when two are the same."""

from __future__ import annotations

import re
from urllib.parse import quote

MAX_CHARACTERS = 254

_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
"""The rule of browsers (HTML, type=email)."""
_PLAIN_IN_MAILTO = "@!$'*+-._~"


def normal(text: str) -> str:
    """An address as we keep it: without space around it, in lower case."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Whether a mail could be sent there; `text` in its normal form."""
    return len(text) <= MAX_CHARACTERS and _ADDRESS.fullmatch(text) is not None


def mailto(email: str) -> str:
    """The address as a link, written as RFC 6068, section 2, asks."""
    return f"mailto:{quote(email, safe=_PLAIN_IN_MAILTO)}"
