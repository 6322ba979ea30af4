"""What can be written in a part of a module, read off its schema: one form for everything, and nothing forgotten."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from lms.content.markup import Text


class Kind(StrEnum):
    """How a field is written."""

    LINE = "line"
    TEXT = "text"
    """Markdown, several lines."""
    NUMBER = "number"
    YES_OR_NO = "yes or no"
    CHOICE = "choice"
    DATE = "date"
    LINES = "lines"
    """A list of short texts, one in a line."""
    FIGURES = "figures"
    """Whole numbers by names, `name: number` in a line."""
    PARTS = "parts"
    """A list of parts with fields of their own."""


@dataclass(frozen=True)
class Field:
    """One thing to write."""

    name: str
    kind: Kind
    is_needed: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    holds_numbers: bool = False
    """Of lines and choices: they are whole numbers."""
    part: type[BaseModel] | None = None
    """Of parts: what each is."""


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a part in the order of its schema."""
    return tuple(_field(name, info) for name, info in model.model_fields.items())


def _field(name: str, info: FieldInfo) -> Field:
    default = None if info.default is PydanticUndefined else info.default
    return Field(name=name, is_needed=info.is_required(), default=default, **_written(info.annotation))


def _written(annotation: Any) -> Mapping[str, Any]:
    kind = _bare(annotation)
    origin = get_origin(kind)
    if origin is Literal:
        values = get_args(kind)
        return {"kind": Kind.CHOICE, "choices": tuple(map(str, values)), "holds_numbers": isinstance(values[0], int)}
    if origin is tuple:
        return _several(_bare(get_args(kind)[0]))
    if origin is dict:
        return {"kind": Kind.FIGURES}
    return {"kind": _SIMPLE.get(kind, Kind.LINE)}


def _several(inner: Any) -> Mapping[str, Any]:
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return {"kind": Kind.PARTS, "part": inner}
    return {"kind": Kind.LINES, "holds_numbers": inner is int}


_SIMPLE = {
    Text: Kind.TEXT,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    bool: Kind.YES_OR_NO,
    dt.date: Kind.DATE,
}


def _bare(annotation: Any) -> Any:
    """Without `| None`, `Annotated` and an empty alternative."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        members = [one for one in get_args(annotation) if one is not type(None) and _bare(one) != Literal[""]]
        return _bare(members[0])
    return annotation
