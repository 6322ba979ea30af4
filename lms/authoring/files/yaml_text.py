"""Changing values in a YAML file while comments, order and the style of all other lines stay."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString, ScalarString

from lms.content import strict_yaml
from lms.content.problems import ContentError, Problem

Path = Sequence[str | int]
_LONG_LINE = 90
_LONG_FILE = 400
"""Characters from which on reading takes so long that what was read is kept."""
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")
"""A day that is one in any month; others stay in quotation marks."""


def edited(text: str, file: str, path: Path, value: Any) -> str:
    """The file with the value at a path changed to this one; None takes it away.

    Raises ContentError if the file is not YAML that can be used, and LookupError if the path leads nowhere.
    """
    strict_yaml.load(text, file)  # no aliases, tags or bombs
    yaml = _yaml()
    try:
        root: Any = yaml.load(text) or CommentedMap()
    except strict_yaml.FAULTS as error:
        raise ContentError([strict_yaml.syntax_problem(error, file)]) from None
    if not path:
        return _written(yaml, _merged(root, value))
    holder = root
    for step in path[:-1]:
        holder = holder[step]
    _set(holder, path[-1], value)
    return _written(yaml, root)


def without(text: str, file: str, paths: Sequence[Path]) -> str:
    """The file without some values. Raises ContentError, and LookupError if a path leads nowhere."""
    if not paths:
        return text
    strict_yaml.load(text, file)
    yaml = _yaml()
    root: Any = yaml.load(text)
    for path in paths:
        holder = root
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
    return _written(yaml, root)


def appended(text: str, file: str, path: Path, value: Any) -> str:
    """The file with one more value at the end of the list at a path, which is made if it is not there."""
    data = strict_yaml.load(text, file).data or {}
    for step in path:
        data = data.get(step, []) if isinstance(data, dict) else data[step]
    return edited(text, file, path, [*data, value])


def plain(text: str, file: str) -> Any:
    """The values of a file, shared by all who ask for the same text: never to be changed. Raises ContentError."""
    return strict_yaml.load(text, file).data if len(text) < _LONG_FILE else _shared(text, file)


@lru_cache(maxsize=16)
def _shared(text: str, file: str) -> Any:
    return strict_yaml.load(text, file).data


def dicts(values: Any) -> list[Any]:
    """The parts of a list, whatever else stands in it or in its place."""
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def lists(text: str, file: str, names: Iterable[str]) -> tuple[dict[str, list[Any]], tuple[Problem, ...]]:
    """Some lists of a file, each of parts, and what is wrong if it cannot be read."""
    problems: tuple[Problem, ...] = ()
    try:
        data = plain(text, file)
    except ContentError as error:
        data, problems = None, error.problems
    return {name: dicts(data.get(name)) if isinstance(data, dict) else [] for name in names}, problems


def written(value: Any) -> str:
    """New values as YAML."""
    return _written(_yaml(), _new(value))


def _set(holder: Any, step: Any, value: Any) -> None:
    if value is None:
        del holder[step]
    elif isinstance(holder, list) or step in holder:
        holder[step] = _merged(holder[step], value)
    else:
        holder[step] = _new(value)


def _merged(old: Any, new: Any) -> Any:
    """The new value, in the old one's place and style where they have something in common."""
    if isinstance(old, CommentedMap) and isinstance(new, Mapping):
        # An empty value that is written out, such as `key: false`, says no more than one that is left out; a 0 does.
        for name in [name for name, value in old.items() if name not in new and (value or type(value) in (int, float))]:
            del old[name]
        for name, value in new.items():
            old[name] = _merged(old[name], value) if name in old else _new(value)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, Sequence) and not isinstance(new, str):
        return _merged_list(old, new)
    if isinstance(old, dt.date) and str(old) == new:
        return old
    if isinstance(old, str) and isinstance(new, str):
        return old if old.strip() == new.strip() else _restyled(old, new)
    return old if old == new and type(old) is type(new) else _new(new)


def _merged_list(old: CommentedSeq, new: Sequence[Any]) -> CommentedSeq:
    if list(map(_id, old)) == list(map(_id, new)) or not any(map(_id, new)):
        for place, value in enumerate(new):
            if place < len(old):
                old[place] = _merged(old[place], value)
            else:
                old.append(_new(value))
        del old[len(new) :]
        return old
    known = {_id(one): one for one in old if _id(one)}
    order = [_merged(known[_id(value)], value) if _id(value) in known else _new(value) for value in new]
    made = CommentedSeq(order)
    if old.fa.flow_style():
        made.fa.set_flow_style()
    return made


def _id(value: Any) -> str | None:
    return str(value["id"]) if isinstance(value, Mapping) and value.get("id") else None


def _restyled(old: str, new: str) -> str:
    restyled: str = new
    if "\n" in new or isinstance(old, LiteralScalarString):
        restyled = LiteralScalarString(f"{new.rstrip()}\n")
    elif isinstance(old, ScalarString):
        restyled = type(old)(new)
    return restyled


def _new(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap({name: _new(inner) for name, inner in value.items()})
    if isinstance(value, str) and _DATE.fullmatch(value):
        return dt.date.fromisoformat(value)
    if isinstance(value, str):
        return LiteralScalarString(f"{value.rstrip()}\n") if "\n" in value else value
    if isinstance(value, Sequence):
        return _new_list(value)
    return value


def _new_list(values: Sequence[Any]) -> CommentedSeq:
    made = CommentedSeq([_new(value) for value in values])
    if all(isinstance(value, str | int | float) and "\n" not in str(value) for value in values) and (
        sum(len(str(value)) + 2 for value in values) < _LONG_LINE
    ):
        made.fa.set_flow_style()
    return made


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10**9
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _written(yaml: YAML, root: Any) -> str:
    stream = io.StringIO()
    yaml.dump(root, stream)
    return str(stream.getvalue())
