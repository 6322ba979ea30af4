"""Forms of strings: IRIs, UUIDs, language tags, timestamps, durations, hashes (xAPI 1.0.3 Data 4)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from lms.lrs.rules.checks import BrokenError, matching, recurring

# Best effort, as the standard allows (Data 2.2): a scheme, then something without what RFC 3987 excludes.
iri = recurring(matching(re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>"{}|\\^`\x00-\x1f]+'), "an absolute IRI"))
mailbox = matching(re.compile(r"mailto:[^\s@:]+@[^\s@:]+"), 'an address like "mailto:name@example.org"')
sha1 = matching(re.compile(r"[0-9a-fA-F]{40}"), "a SHA-1 hash in hexadecimal digits")
sha2 = matching(
    re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}"),
    "a SHA-2 hash in hexadecimal digits",
)
uuid = matching(re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a UUID")
media_type = matching(re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(?:\s*;.*)?", re.ASCII), "a media type")
language_tag = recurring(
    matching(
        re.compile(
            r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language, extended languages
            r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"  # script, region
            r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"  # variants
            r"(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"  # extensions
            r"(?:-x(?:-[a-z0-9]{1,8})+)?|[xi](?:-[a-z0-9]{1,8})+)",  # private use, old registrations
            re.IGNORECASE | re.ASCII,
        ),
        "a language tag (RFC 5646)",
    )
)

_AMOUNT = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:{_AMOUNT}W|(?=[\dT])(?:{_AMOUNT}Y)?(?:{_AMOUNT}M)?(?:{_AMOUNT}D)?"
    rf"(?:T(?=\d)(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?)",
    re.ASCII,
)
_FRACTION_INSIDE = re.compile(r"[.,]\d+[A-Z].")
_LEAP = re.compile(r"(?<=T\d\d:\d\d:)60|(?<=T\d\d\d\d)60", re.ASCII)
"""The second that a day may have more (RFC 3339 5.7); Python's clock has none."""
_TIMESTAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?"
    r"|\d{8}T\d{4}(?:\d{2}(?:[.,]\d+)?)?(?P<basic_zone>Z|[+-]\d{2}(?:\d{2})?)?",
    re.ASCII,
)


def duration(value: Any) -> None:
    """ISO 8601 4.4.3.2: `PT4H35M59.14S`, `P3Y`, `P4W`; only the last part may have a fraction."""
    if type(value) is not str or not _DURATION.fullmatch(value) or _FRACTION_INSIDE.search(value):
        raise BrokenError('must be an ISO 8601 duration like "PT1H30M"')


def timestamp(value: Any) -> None:
    """ISO 8601 date and time; the offset -00:00 says that none is known and is refused (RFC 3339 4.3)."""
    moment(value)


def in_utc(value: str) -> str:
    """A valid timestamp in UTC; one that is so already stays as it is, to the last digit."""
    if value[-1] in "Zz":
        return value
    return moment(value).isoformat().replace("+00:00", "Z")


def moment(value: Any) -> dt.datetime:
    """The point in time that a timestamp names, in UTC. Raises BrokenError.

    A time zone is recommended (Data 4.5), and we demand it: without one nobody can say when it was.
    """
    found = _TIMESTAMP.fullmatch(value) if type(value) is str else None
    if not found:
        raise BrokenError('must be an ISO 8601 timestamp like "2026-11-23T12:00:00.000Z"')
    zone = found["zone"] or found["basic_zone"]
    if not zone:
        raise BrokenError('must have a time zone, like "Z" or "+01:00"')
    if zone[0] == "-" and not zone.strip("-0:"):
        raise BrokenError("must not have the time zone -00:00")
    try:
        plain, leaps = _LEAP.subn("59", value.upper())
        last = dt.datetime.fromisoformat(plain).astimezone(dt.UTC)
        if leaps and (last.hour, last.minute) != (23, 59):
            raise ValueError("only the last minute of a day in UTC can have a second 60")
        return last + dt.timedelta(seconds=leaps)
    except (ValueError, OverflowError):
        raise BrokenError("is not a date and time that exists") from None
