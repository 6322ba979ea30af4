"""Drawings from elsewhere as XML: document types are read over, nothing is fetched, size and depth are limited."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from lms.content.svg import SVG, SvgError

MOST_BYTES = 2_000_000
_MOST_DEPTH, _MOST_PARTS = 100, 20_000
_LONGEST_ENTITY = 100


class _TooMuchError(Exception):
    """More levels, parts or entities than a drawing has."""


class _Builder(TreeBuilder):
    """Stops where a tree grows without end."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > _MOST_DEPTH or self._count > _MOST_PARTS:
            raise _TooMuchError
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read(source: bytes) -> Element:
    """The tree of a drawing. Raises SvgError in the words of whoever sent it."""
    if len(source) > MOST_BYTES:
        raise SvgError("is larger than 2 MB; take pictures out of it")
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False, forbid_entities=False, forbid_external=True)

    def entity(name: str, is_parameter: bool, value: str | None, *where: str | None) -> None:
        """Illustrator names its namespaces by entities. Others are refused: nothing is fetched, nothing multiplies."""
        is_short = value is not None and len(value) <= _LONGEST_ENTITY and not set(value) & set("&%<")
        if is_parameter or not is_short or source.count(b"&") * len(value or "") > MOST_BYTES:
            raise _TooMuchError

    # A document type is read over: expat fetches no definition that is not asked for.
    parser.parser.EntityDeclHandler = entity
    parser.parser.UnparsedEntityDeclHandler = parser.defused_unparsed_entity_decl
    try:
        parser.feed(source)
        root: Element = parser.close()
    except _TooMuchError:
        raise SvgError("declares entities that are not read, or has too many levels or parts; save it anew") from None
    except DefusedXmlException:
        raise SvgError("refers to other files, which are never read; save it anew, with nothing linked") from None
    except ParseError as error:
        raise SvgError(f"is not a well-formed drawing (line {error.position[0]}); save it anew as SVG") from None
    except (ValueError, LookupError):
        raise SvgError("is not a well-formed drawing: it is not text that can be read; save it anew as SVG") from None
    if root.tag != f"{SVG}svg":
        raise SvgError("does not begin with <svg>; save it as SVG")
    return root
