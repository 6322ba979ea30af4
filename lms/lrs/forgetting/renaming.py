"""A statement with a new name in the place of an agent, wherever it stands in it."""

from __future__ import annotations

from typing import Any

from lms.lrs.identity import identity
from lms.lrs.rules.actor import IDENTIFIERS

Json = dict[str, Any]


def renamed(value: Any, who: str, new: Json) -> Any:
    """The value with every agent of this identity replaced, its name left out; everything else is the same."""
    if isinstance(value, list):
        return [renamed(one, who, new) for one in value]
    if not isinstance(value, dict):
        return value
    if any(name in value for name in IDENTIFIERS) and _is_agent(value) and identity(value) == who:
        return {"objectType": value.get("objectType", "Agent"), **new}
    return {name: inner if name == "extensions" else renamed(inner, who, new) for name, inner in value.items()}


def _is_agent(value: Json) -> bool:
    account = value.get("account")
    return account is None or (isinstance(account, dict) and {"homePage", "name"} <= account.keys())
