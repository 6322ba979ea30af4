"""What an answer of a Learning Record Store means for the statements that were sent. The status decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What follows from an answer."""

    TAKEN = "it holds all of them"
    UNSURE = "ask it for each of them"
    REFUSED = "one of them is wrong: halve"
    TOO_LARGE = "too much at once: halve"
    UNWELCOME = "it does not let us in: pause, and say so loudly"
    BUSY = "wait as it says"
    SICK = "it fails, perhaps because of one of them"
    AWAY = "it cannot be reached or cannot work"


@dataclass(frozen=True)
class Answer:
    """An answer, as far as it matters."""

    status: int
    text: str = ""
    """The beginning of the body."""
    retry_after: float | None = None
    """Seconds to wait, if it asks for that."""
    is_from_lrs: bool = True
    """It carries the version header of xAPI or JSON: not the page of some proxy or sign-in portal."""

    def __str__(self) -> str:
        return f"{self.status} {self.text}".strip()


_BY_STATUS = {
    401: Verdict.UNWELCOME,
    403: Verdict.UNWELCOME,
    # No statement is to blame for a wrong address: parking them all would only bury the mistake.
    404: Verdict.UNWELCOME,
    405: Verdict.UNWELCOME,
    407: Verdict.UNWELCOME,
    408: Verdict.AWAY,
    409: Verdict.UNSURE,
    413: Verdict.TOO_LARGE,
    425: Verdict.AWAY,
    429: Verdict.BUSY,
    502: Verdict.AWAY,
    503: Verdict.AWAY,
    504: Verdict.AWAY,
}


def verdict(answer: Answer) -> Verdict:
    """What an answer to sent statements means."""
    if answer.status in _BY_STATUS:
        return _BY_STATUS[answer.status]
    if answer.status in (200, 204) and answer.is_from_lrs:
        return Verdict.TAKEN
    if answer.status < 300:
        return Verdict.UNSURE
    if answer.status < 400:
        return Verdict.UNWELCOME  # redirects are not followed: credentials go nowhere else
    return Verdict.REFUSED if answer.status < 500 else Verdict.SICK
