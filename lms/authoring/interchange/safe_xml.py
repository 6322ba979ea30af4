"""XML from elsewhere: no document types, no entities, nothing fetched; lines known; size and depth limited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from lms.authoring.interchange.neutral import MOST_BYTES, refusal

_MOST_DEPTH = 60
_MOST_ELEMENTS = 100_000


@dataclass(frozen=True)
class Document:
    """The tree of a file, and the line on which each of its elements begins."""

    root: Element
    lines: dict[Element, int] = field(repr=False)

    def line(self, element: Element) -> int:
        """Where an element begins."""
        return self.lines.get(element, 1)


class _TooMuchError(Exception):
    """More levels or elements than a file of questions has."""


class _Builder(TreeBuilder):
    """Notes lines, and stops where a tree grows without end."""

    parser: DefusedXMLParser

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Element, int] = {}
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _MOST_DEPTH or len(self.lines) >= _MOST_ELEMENTS:
            raise _TooMuchError
        element = super().start(tag, attributes)
        self.lines[element] = self.line
        return element

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    @property
    def line(self) -> int:
        return int(self.parser.parser.CurrentLineNumber)


def parse(source: bytes, file: str) -> Document:
    """The tree of a file. Raises ContentError with the line at which it cannot be read."""
    if len(source) > MOST_BYTES:
        raise refusal(file, 1, "the file is larger than 10 MB", "leave pictures out or make several files")
    builder = _Builder()
    builder.parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        builder.parser.feed(source)
        return Document(builder.parser.close(), builder.lines)
    except _TooMuchError:
        raise refusal(file, builder.line, "there are too many elements in it", "make several files") from None
    except DefusedXmlException:
        what = "it declares a document type or entities, which are never read"
        raise refusal(file, builder.line, what, "take the declaration out") from None
    except ParseError as error:
        raise refusal(file, error.position[0], f"it is not well-formed XML ({error})", "export it again") from None
    except (ValueError, LookupError) as error:
        raise refusal(file, builder.line, f"it cannot be read as text ({error})", "save it as UTF-8") from None


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1]


def children(element: Element, name: str) -> Iterator[Element]:
    """The direct children that are called so."""
    return (child for child in element if local(child) == name)


def child(element: Element, name: str) -> Element | None:
    """The first of them."""
    return next(children(element, name), None)


def words(element: Element | None, *path: str) -> str:
    """The text of the element at a path below this one; empty if there is none."""
    for name in path:
        element = child(element, name) if element is not None else None
    return "".join(element.itertext()).strip() if element is not None else ""
