"""The building blocks of rules: a rule is a function that raises BrokenError if a JSON value does not obey it.

The path to the value is put together only when something is broken, so that good statements do not pay for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

Rule = Callable[[Any], object]
KNOWN, SHORT = 2048, 200
"""How many strings are remembered, and how many characters the longest of them may have."""


class BrokenError(Exception):
    """A value that breaks a rule; `path` leads to it."""

    def __init__(self, reason: str, *path: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self._path = list(path)

    def inside(self, *steps: str | int) -> BrokenError:
        """The same problem, seen from further outside."""
        self._path[:0] = steps
        return self

    @property
    def path(self) -> str:
        """JSON path: `$.actor.mbox`, `$[3].verb.id`, `$.context.extensions["no iri"]`."""
        return "$" + "".join(_step(step) for step in self._path)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{step!r}]"


def check(rule: Rule, value: Any, *path: str | int) -> None:
    """Apply a rule to what is found at a path."""
    try:
        rule(value)
    except BrokenError as broken:
        raise broken.inside(*path) from None


def text(value: Any) -> None:
    """A string."""
    if type(value) is not str:
        raise BrokenError("must be a string")


def boolean(value: Any) -> None:
    """True or false."""
    if type(value) is not bool:
        raise BrokenError("must be true or false")


def number(value: Any) -> None:
    """A number; true and false are none."""
    if type(value) is not int and type(value) is not float:
        raise BrokenError("must be a number")


def whole_number(value: Any) -> None:
    """An integer of at least 0."""
    if type(value) is not int or value < 0:
        raise BrokenError("must be a whole number of at least 0")


def anything(_value: Any) -> None:
    """Any JSON value, null too."""


def matching(pattern: re.Pattern[str], what: str) -> Rule:
    """A string of a certain form."""
    match = pattern.fullmatch

    def rule(value: Any) -> None:
        if type(value) is not str or match(value) is None:
            raise BrokenError(f"must be {what}")

    return rule


def recurring(rule: Rule) -> Rule:
    """The same rule for strings that come again and again; those of usual length that obeyed it are remembered."""
    known: set[str] = set()

    def remembered(value: Any) -> None:
        if type(value) is str and value in known:
            return
        rule(value)
        if len(value) <= SHORT:
            if len(known) >= KNOWN:
                known.clear()
            known.add(value)

    return remembered


def one_of(*values: str) -> Rule:
    """One of a few words."""
    known = frozenset(values)

    def rule(value: Any) -> None:
        if type(value) is not str or value not in known:
            raise BrokenError("must be " + " or ".join(f'"{word}"' for word in values))

    return rule


def list_of(rule: Rule) -> Rule:
    """An array whose elements obey a rule."""

    def each(value: Any) -> None:
        if type(value) is not list:
            raise BrokenError("must be an array")
        for place, element in enumerate(value):
            try:
                rule(element)
            except BrokenError as broken:
                raise broken.inside(place) from None

    return each


def map_of(key: Rule, rule: Rule) -> Rule:
    """An object whose keys and values obey rules."""

    def each(value: Any) -> None:
        if type(value) is not dict:
            raise BrokenError("must be an object")
        for name, element in value.items():
            try:
                key(name)
                rule(element)
            except BrokenError as broken:
                raise broken.inside(name) from None

    return each


def shape(properties: Mapping[str, Rule], required: Collection[str] = (), together: Collection[Rule] = ()) -> Rule:
    """An object with known properties, then rules about the whole of it."""
    rule_of = dict(properties).get

    def whole(value: Any) -> None:
        if type(value) is not dict:
            raise BrokenError("must be an object")
        for name, element in value.items():
            rule = rule_of(name)
            if rule is None:
                raise BrokenError("is not a property that the standard knows here", name)
            try:
                rule(element)
            except BrokenError as broken:
                raise broken.inside(name) from None
        for name in required:
            if name not in value:
                raise BrokenError("is missing", name)
        for rule in together:
            rule(value)

    return whole
