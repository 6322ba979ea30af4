"""Parameters of a request, read as what the standard says they are (xAPI 1.0.3 Communication 2)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any

from lms.lrs import strict_json
from lms.lrs.identity import identity
from lms.lrs.moments import microseconds
from lms.lrs.refusal import RefusalError
from lms.lrs.rules import formats
from lms.lrs.rules.actor import actor
from lms.lrs.rules.checks import BrokenError, Rule

Parameters = Mapping[str, str]


def only(parameters: Parameters, known: Collection[str], required: Collection[str] = ()) -> None:
    """Refuse parameters that are not known (Communication 3.2), and the lack of those that are required."""
    for name in parameters:
        if name not in known:
            hint = next((f"; did you mean {other}?" for other in known if other.lower() == name.lower()), "")
            raise RefusalError(400, f"is not a parameter here{hint}", name)
    for name in required:
        if name not in parameters:
            raise RefusalError(400, "is missing", name)


def identifier(parameters: Parameters, name: str) -> uuid.UUID:
    """A parameter that must be a UUID."""
    check(formats.uuid, parameters[name], name)
    return uuid.UUID(parameters[name])


def iri(parameters: Parameters, name: str) -> str:
    """A parameter that must be an IRI."""
    check(formats.iri, parameters[name], name)
    return parameters[name]


def word(parameters: Parameters, name: str) -> str:
    """A parameter that may be any text that a database can keep."""
    if "\x00" in parameters[name]:
        raise RefusalError(400, "must not hold the character NUL", name)
    return parameters[name]


def moment(parameters: Parameters, name: str) -> int | None:
    """A parameter that must be a timestamp, in microseconds; None if it is not given."""
    if name not in parameters:
        return None
    try:
        return microseconds(formats.moment(parameters[name]))
    except BrokenError as broken:
        raise RefusalError(400, broken.reason, name) from None


def agent(parameters: Parameters, name: str) -> str:
    """A parameter that must be an agent or an identified group: what makes it the same as another."""
    who = identity(described(parameters, name, actor))
    if who is None:
        raise RefusalError(400, "must be an agent or an identified group", name)
    return who


def described(parameters: Parameters, name: str, rule: Rule) -> dict[str, Any]:
    """A parameter that must be a JSON object of a certain shape."""
    value = strict_json.read(parameters[name], name)
    check(rule, value, name)
    strict_json.write(value)  # refuses what is not text
    found: dict[str, Any] = value
    return found


def check(rule: Callable[[Any], object], value: Any, name: str) -> None:
    """Refuse a parameter that breaks a rule."""
    try:
        rule(value)
    except BrokenError as broken:
        raise RefusalError(400, broken.reason, name + broken.path[1:]) from None
