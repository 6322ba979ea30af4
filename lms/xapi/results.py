"""What came of it, in words: scores, success, progress, time spent."""

from __future__ import annotations

import re
from typing import Any

from lms.xapi import vocabulary as v
from lms.xapi.words import number, word

Json = dict[str, Any]

_DURATION = re.compile(
    r"P(?=.)(?:(?P<d>\d+)D)?(?:T(?=.)(?:(?P<h>\d+)H)?(?:(?P<min>\d+)M)?(?:(?P<s>\d+)(?:[.,]\d+)?S)?)?", re.ASCII
)
_JUDGED = (v.PASSED.id, v.FAILED.id)


def tail(verb: str, result: object) -> str:
    """The end of a sentence, with what joins it to the rest: ` with 80%`, `, right`."""
    if not isinstance(result, dict):
        return ""
    if verb in _JUDGED:
        reached = share(result.get("score"))
        return f" with {reached}" if reached else ""
    said = [_success(verb, result), _completion(result), "" if verb == v.SCORED.id else score(result.get("score"))]
    return "".join(f", {one}" for one in said if one) + _progress(result)


def score(value: object) -> str:
    """`8 of 10`, else `8`, else `80%`; empty where there is no score."""
    if not isinstance(value, dict):
        return ""
    raw, highest = number(value.get("raw")), number(value.get("max"))
    if raw:
        return f"{raw} of {highest}" if highest else raw
    return _percent(value.get("scaled"))


def share(value: object) -> str:
    """`80%`, else what else is known of the score."""
    return (_percent(value.get("scaled")) if isinstance(value, dict) else "") or score(value)


def duration(value: object) -> str:
    """`1 h 47 min 3 s`; what is written in another way, as it is."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    if not found:
        return word(value)
    return " ".join(f"{int(amount)} {unit}" for unit, amount in found.groupdict().items() if amount) or "0 s"


def _success(verb: str, result: Json) -> str:
    success = result.get("success")
    if not isinstance(success, bool):
        return ""
    if verb == v.ANSWERED.id:
        return "right" if success else "not right"
    return "with success" if success else "without success"


def _completion(result: Json) -> str:
    return "not completed" if result.get("completion") is False else ""


def _progress(result: Json) -> str:
    extensions = result.get("extensions")
    reached = number(extensions.get(v.PROGRESS)) if isinstance(extensions, dict) else ""
    return f", now at {reached}%" if reached else ""


def _percent(scaled: object) -> str:
    if isinstance(scaled, bool) or not isinstance(scaled, int | float) or not -1 <= scaled <= 1:
        return ""
    return f"{number(scaled * 100, 1)}%"
