"""What comes in with a form, as the plain values that a file holds; and the other way round.

A value that is not what it should be stays as it was typed: the draft keeps it, and the checker says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from lms.authoring.files.shape import Field, Kind, fields_of
from lms.authoring.files.yaml_text import dicts

Values = dict[str, Any]
_LINE_END = re.compile(r"[ \t]*\n\s*")
_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,15}")
Path = tuple[str | int, ...]
Step = Literal["add", "remove", "up", "down"]
NewPart = Callable[[str, Sequence[Any]], Values]


def _nothing(_name: str, _others: Sequence[Any]) -> Values:
    return {}


def read(fields: Iterable[Field], form: Mapping[str, str], prefix: str = "") -> Values:
    """The values of a form whose boxes are called `name`, `list.0.name` and so on; what is empty is left out."""
    found: Values = {}
    for field in fields:
        value = _read(field, form, f"{prefix}{field.name}")
        if value is not None:
            found[field.name] = value
    return found


def _read(field: Field, form: Mapping[str, str], name: str) -> Any:
    if field.kind is Kind.PARTS:
        return _parts(field, form, name) or None
    text = form.get(name, "").replace("\r\n", "\n")
    if field.kind is Kind.YES_OR_NO:
        return True if text else None
    if not text.strip():
        return None
    if field.kind is Kind.TEXT:
        return text.strip("\n").rstrip()
    if field.kind is Kind.LINES:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return [_number(line) for line in lines] if field.holds_numbers else lines
    if field.kind is Kind.FIGURES:
        return _figures(text)
    is_number = field.kind is Kind.NUMBER or field.holds_numbers
    return _number(text.strip()) if is_number else _LINE_END.sub(" ", text.strip())


def _parts(field: Field, form: Mapping[str, str], name: str) -> list[Values]:
    assert field.part
    places = sorted({int(found[1]) for key in form if (found := re.match(rf"{re.escape(name)}\.(\d{{1,4}})\.", key))})
    return [read(fields_of(field.part), form, f"{name}.{place}.") for place in places]


def _number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _figures(text: str) -> dict[str, Any]:
    pairs = (line.partition(":") for line in text.split("\n") if line.strip())
    return {name.strip(): _number(value.strip()) for name, _, value in pairs}


def shown(field: Field, value: Any) -> str:
    """A value as it stands in its box."""
    if value is None:
        return ""
    if field.kind is Kind.LINES and isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(map(str, value))
    if field.kind is Kind.FIGURES and isinstance(value, Mapping):
        return "\n".join(f"{name}: {figure}" for name, figure in value.items())
    return str(value).rstrip("\n") if field.kind is Kind.TEXT else str(value)


def fits(fields: Iterable[Field], values: Mapping[str, Any]) -> bool:
    """Whether a form can show all of it: where parts belong, there are parts."""
    return shaped(fields, values) == values


def shaped(fields: Iterable[Field], values: Mapping[str, Any]) -> Values:
    """The values without what no form can show, such as a number where a list of parts belongs."""
    kept = dict(values)
    for field in fields:
        if field.kind is Kind.PARTS and kept.get(field.name) is not None:
            assert field.part
            kept[field.name] = [shaped(fields_of(field.part), one) for one in dicts(kept[field.name])]
        if field.kind is Kind.LINES and kept.get(field.name) is not None:
            kept[field.name] = kept[field.name] if isinstance(kept[field.name], list) else [kept[field.name]]
    return kept


def strangers(fields: Iterable[Field], values: Any, path: Path = ()) -> Iterator[Path]:
    """Where parts inside of lists have something that is not known there, such as marks in a question that has none."""
    for field in fields:
        parts = values.get(field.name) if field.kind is Kind.PARTS and isinstance(values, Mapping) else None
        for place, part in enumerate(parts if isinstance(parts, list) else ()):
            assert field.part
            here = (*path, field.name, place)
            if isinstance(part, Mapping):
                yield from ((*here, name) for name in part if name not in field.part.model_fields)
                yield from strangers(fields_of(field.part), part, here)


class Form(Protocol):
    """A form as it came."""

    def lists(self) -> Iterable[tuple[str, list[str]]]:
        """Each name with all that was sent under it."""


def typed(form: Form) -> dict[str, str]:
    """What was sent, by name: several ticks of one name are several lines."""
    return {name: "\n".join(values) if len(values) > 1 else values[0] for name, values in form.lists()}


def boxes(fields: Iterable[Field], values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """A form as a browser sends it when nothing is changed in it: the other way round from `read`."""
    for field in fields:
        name, value = f"{prefix}{field.name}", values.get(field.name)
        if field.kind is Kind.PARTS:
            assert field.part
            for place, one in enumerate(value or ()):
                yield from boxes(fields_of(field.part), one, f"{name}.{place}.")
        elif field.kind is not Kind.YES_OR_NO:
            yield name, shown(field, value)
        elif value:
            yield name, "yes"


def stepped(values: Values, step: Step, path: Sequence[str | int], new: NewPart = _nothing) -> Values:
    """The values with one part of a list added behind the others, taken away, or changed for its neighbour.

    `path` leads to the list for `add`, else to the part in it. What leads nowhere changes nothing. `new` is told the
    name of the list and what is in it, and says what an added part begins as.
    """
    copied: Values = _copied(values)
    place = None if step == "add" else path[-1]
    holder: Any = copied
    for name in path if step == "add" else path[:-1]:
        holder = _inside(holder, name, is_last=name is path[-1])
    if not isinstance(holder, list):
        return copied
    if step == "add":
        holder.append(new(str(path[-1]), holder))
    elif isinstance(place, int) and 0 <= place < len(holder):
        _step(holder, step, place)
    return copied


def _inside(holder: Any, name: str | int, *, is_last: bool) -> Any:
    if isinstance(holder, dict) and isinstance(name, str):
        return holder.setdefault(name, []) if is_last else holder.get(name)
    if isinstance(holder, list) and isinstance(name, int) and 0 <= name < len(holder):
        return holder[name]
    return None


def _step(parts: list[Any], step: Step, place: int) -> None:
    if step == "remove":
        del parts[place]
        return
    other = place + (1 if step == "down" else -1)
    if 0 <= other < len(parts):
        parts[place], parts[other] = parts[other], parts[place]


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
