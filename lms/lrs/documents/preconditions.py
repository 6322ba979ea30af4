"""Whether someone may change a document that they saw as it was then (Communication 3.1, RFC 9110 13.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from lms.lrs.refusal import RefusalError

MATCH, NONE_MATCH = "If-Match", "If-None-Match"


class Silence(Enum):
    """What a request may do that says nothing of what it expects to find."""

    WRITES = "anything"
    CREATES = "make a document where there is none"
    DOES_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request says of the document that it expects to find."""

    match: ETags | None
    none_match: ETags | None
    silence: Silence = Silence.WRITES

    def check(self, etag: str | None) -> None:
        """Refuse (400, 409, 412) if the document with this tag, or None of them, is not what was expected."""
        if self.match is None and self.none_match is None:
            self._check_silence(is_there=etag is not None)
        if self.match is not None and not (etag is not None and etag in self.match):
            raise RefusalError(412, "the document is not, or no longer, the one that it names", MATCH)
        if self.none_match is not None and etag is not None and etag in self.none_match:
            raise RefusalError(412, "there is such a document already", NONE_MATCH)

    def _check_silence(self, is_there: bool) -> None:
        if self.silence is Silence.WRITES:
            return
        if is_there:
            reason = "there is a document already: look at its current state, then send its ETag with If-Match"
            raise RefusalError(409, f"{reason} to replace that one")
        if self.silence is Silence.DOES_NOTHING:
            raise RefusalError(400, "is missing; send * to store a document where there is none", NONE_MATCH)


def condition(match: str | None, none_match: str | None, silence: Silence = Silence.WRITES) -> Condition:
    """The condition that two headers make; None for one that was not sent."""
    return Condition(_tags(match), _tags(none_match), silence)


def _tags(header: str | None) -> ETags | None:
    return None if header is None else parse_etags(header)
