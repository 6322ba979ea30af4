"""YAML that cannot surprise: no anchors, aliases, tags or duplicate keys; size and depth limited; lines known.

Both common loaders run out of memory on alias bombs once the result is walked, and one of them lets the last of two
equal keys win. So values are built here from the parser's event stream, which shows what was really written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.util import create_timestamp, timestamp_regexp

from lms.content.problems import ContentError, Problem

MOST_BYTES = 500_000
"""The parser in Python takes about a second for half a megabyte; a large bank has 150 kB."""
MOST_DEPTH = 24

Path = tuple[str | int, ...]
FAULTS = (MarkedYAMLError, ReaderError, YAMLError, ValueError, OverflowError, RecursionError)
"""What the parser in Python raises for what it does not take."""
_READ_OTHERWISE = ("\t", "\x85", "\u2028", "\u2029", "\ufeff", "\n---", "\n...", "\n%", "\r---", "\r...", "\r%")
"""Signs that are a blank, a new line or a new document to the one parser, and not to the other."""
_BLOCK_READ_OTHERWISE = re.compile(r"[|>][-+0-9]*(?:#|[ \r]*(?:#[^\n]*)?\n[ \r]*\n)")
"""The head of a long text that a comment or an empty line follows at once."""


@dataclass(eq=False)
class Document:
    """The plain values of a YAML file, and the line on which each of them begins."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the value at a path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str, file: str, first_line: int = 1) -> Document:
    """Read one YAML document; `first_line` is where it begins in its file.

    Raises ContentError with the line of the first thing that is not allowed.
    """
    if len(text) > MOST_BYTES:
        raise ContentError(
            [Problem(file, 1, "the file is larger than 500 kB", "split it or remove what is not needed")]
        )
    # libyaml (ruamel.yaml.clib) is twelve times as quick. It is of YAML 1.1 and refuses some of what 1.2 allows, as in
    # `[why?]`: what it does not take, the parser in Python decides, and says what is wrong; so it does of what libyaml
    # alone would take, since files are changed with the parser in Python. The `safe` readers gather no comments on
    # their way.
    if not _is_read_otherwise(text):
        with suppress(*FAULTS):
            return _Builder(YAML(typ="safe").parse(text), file, first_line).document()
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text), file, first_line).document()
    except FAULTS as error:
        raise ContentError([syntax_problem(error, file, first_line)]) from None


def _is_read_otherwise(text: str) -> bool:
    """Whether libyaml might take what the parser in Python refuses, or read it as something else."""
    return (
        any(sign in text for sign in _READ_OTHERWISE)
        or text.startswith(("---", "...", "%"))
        or _BLOCK_READ_OTHERWISE.search(text) is not None
    )


class _Builder:
    def __init__(self, events: Iterable[Event], file: str, first_line: int) -> None:
        self._events = events
        self._resolver = VersionedResolver(version="1.2")
        self._first_line = first_line
        self._document = Document(file, None)

    def document(self) -> Document:
        content = self._content_events()
        if content:
            self._position, self._content = 0, content
            self._document.data = self._value(())
            if self._position < len(content):
                self._refuse(content[self._position], "there is a second document", "keep one document in a file")
        return self._document

    def _content_events(self) -> list[Event]:
        kinds = (
            ScalarEvent,
            AliasEvent,
            MappingStartEvent,
            MappingEndEvent,
            SequenceStartEvent,
            SequenceEndEvent,
        )
        depth = 0
        content: list[Event] = []
        for event in self._events:
            if not isinstance(event, kinds):
                continue
            self._refuse_references(event)
            depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
            depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
            if depth > MOST_DEPTH:
                self._refuse(event, "values are nested too deeply", "use at most 24 levels")
            content.append(event)
        return content

    def _refuse_references(self, event: Event) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._refuse(event, "anchors and aliases are not allowed", "write the value out where it is used")
        tag = None if isinstance(event, MappingEndEvent | SequenceEndEvent) else getattr(event, "tag", None)
        if tag:
            self._refuse(event, f"the tag {tag} is not allowed", "remove it; values are told apart by form")

    def _value(self, path: Path) -> Any:
        event = self._next()
        self._document.lines[path] = self._line(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(self._content[self._position], MappingEndEvent):
            event = self._next()
            if not isinstance(event, ScalarEvent):
                self._refuse(event, "a key is not a plain word", "use a plain word as key")
            key = str(event.value)
            if key == "<<" and not event.style:
                self._refuse(event, "the key << is not allowed", "write out what it would bring in")
            if key in values:
                self._refuse(event, f"the key {key!r} stands twice", "keep one of the two")
            values[key] = self._value((*path, key))
            if not isinstance(values[key], list):
                self._document.lines[(*path, key)] = self._line(event)
        self._position += 1
        return values

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(self._content[self._position], SequenceEndEvent):
            values.append(self._value((*path, len(values))))
        self._position += 1
        return values

    def _scalar(self, event: Any) -> Any:
        is_plain = not event.style
        tag = str(self._resolver.resolve(ScalarNode, event.value, (is_plain, not is_plain)))
        kind = tag.rsplit(":", 1)[-1]
        if kind in ("int", "float"):
            return self._number(event, kind)
        if kind == "timestamp":
            self._refuse_no_moment(event)
        if kind == "bool":
            return event.value.lower() == "true"
        return None if kind == "null" else event.value

    def _number(self, event: Any, kind: str) -> int | float:
        digits = event.value.replace("_", "")
        try:
            if kind == "int":
                return int(digits, 0 if digits[:2] in ("0x", "0o") else 10)
            number = float(digits)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self._refuse(event, f"{event.value[:40]!r} is no number that can be used", "write it in plain digits")
        return number

    def _refuse_no_moment(self, event: Any) -> None:
        # A day stays the text that it is here; but who changes the file makes a date of it.
        match = timestamp_regexp.match(event.value)
        try:
            if match:
                create_timestamp(**match.groupdict())
        except (ValueError, OverflowError):
            self._refuse(event, f"{event.value[:40]!r} is no day that there is", "write another, or quotation marks")

    def _next(self) -> Any:
        event = self._content[self._position]
        self._position += 1
        return event

    def _line(self, event: Event) -> int:
        return int(event.start_mark.line) + self._first_line

    def _refuse(self, event: Event, what: str, remedy: str) -> NoReturn:
        raise ContentError([Problem(self._document.file, self._line(event), what, remedy)])


def syntax_problem(error: Exception, file: str, first_line: int = 1) -> Problem:
    """What a parser says of a text that it does not take, with the line in its file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + first_line if mark else first_line
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(file, line, f"this is not valid YAML ({reason})", "check indentation, colons and quotation marks")
