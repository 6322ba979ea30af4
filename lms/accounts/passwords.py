"""Passwords: how they are hashed, and which are refused."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_CHARACTERS = 10
MAX_CHARACTERS = 500
"""As typed. To bring marks on letters into order takes the square of their number: of a million, hours."""

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNDONE = str.maketrans("013457@$!", "oleastasi")
_CLEAR = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for one another."""
_WORDS = Path(__file__).with_name("common_passwords.txt")


def generated() -> str:
    """A new password of 80 random bits, easy to read out and to type: `k7mv-2xqd-…`."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


def hashed(password: str) -> str:
    """Argon2id hash with its salt and parameters."""
    return _HASHER.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long where there is none to compare with."""
    fits = len(password) <= MAX_CHARACTERS
    try:
        right = _HASHER.verify(password_hash or _nobodys_hash(), _normal(password) if fits else "")
    except (VerificationError, InvalidHashError):
        return False
    return right and fits and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def objection(password: str, email: str) -> str | None:
    """Why this password is refused for this person, as a sentence; None if it is good.

    Length and a list, no rules of composition: NIST SP 800-63B, 3.1.1.2.
    """
    text = _normal(password[: MAX_CHARACTERS + 1])
    if len(text) > MAX_CHARACTERS or len(password) > MAX_CHARACTERS:
        return f"Please take at most {MAX_CHARACTERS} characters."
    if len(text) < MIN_CHARACTERS:
        return f"Please take at least {MIN_CHARACTERS} characters. Three or four words in a row are easy to remember."
    if _bare(text) in {_bare(email), _bare(email.partition("@")[0])}:
        return "This is your e-mail address. Please take something that others cannot guess."
    if is_common(text):
        return "This is one of the first passwords that others would try. Please take another one."
    return None


def is_common(password: str) -> bool:
    """Whether it is on the list of common ones, or one of them with digits, signs or repetition for disguise."""
    text = password.casefold()
    forms = (text, _bare(text), _bare(text).translate(_UNDONE), _bare(text.translate(_UNDONE)))
    # Fewer than four different characters: one key held down, or two or three in turn.
    return len(set(text)) < 4 or any(_core(form) in _common() for form in forms)


def _bare(text: str) -> str:
    """Without digits and signs around it, as in "2024-Password!"."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text.casefold())


def _core(text: str) -> str:
    """The part that is repeated, if the whole is nothing but a repetition."""
    found = re.fullmatch(r"(.+?)\1+", text)
    return found.group(1) if found else text


def _normal(password: str) -> str:
    """The same keys give the same characters on every system."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    return frozenset(_WORDS.read_text(encoding="utf-8").split())


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")
