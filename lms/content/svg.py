"""Diagrams that may stand in a page: only shapes, words and our own colour classes."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {
    "svg",
    "g",
    "path",
    "line",
    "polyline",
    "polygon",
    "rect",
    "circle",
    "ellipse",
    "text",
    "tspan",
    "defs",
    "marker",
    "title",
    "desc",
}
_ATTRIBUTES = {
    "id",
    "class",
    "viewBox",
    "d",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "dx",
    "dy",
    "width",
    "height",
    "points",
    "transform",
    "fill-rule",
    "marker-end",
    "marker-start",
    "marker-mid",
    "markerWidth",
    "markerHeight",
    "markerUnits",
    "orient",
    "refX",
    "refY",
    "role",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "text-anchor",
    "font-size",
    "font-weight",
    "preserveAspectRatio",
    "opacity",
    "aria-hidden",
}
_LOCAL_REFERENCE = re.compile(r"^url\(#([A-Za-z][\w-]*)\)$")
_VIEW_BOX = re.compile(r"\s*-?[\d.]+(?:[\s,]+-?[\d.]+)(?:[\s,]+[\d.]+){2}\s*")
_MOST_BYTES = 200_000
_MOST_DEPTH = 20

register_namespace("", SVG.strip("{}"))


class SvgError(Exception):
    """Why a drawing cannot stand in a page."""


def clean_svg(source: bytes, prefix: str) -> str:
    """The drawing as markup for a page; its ids get a prefix, so that two drawings cannot clash.

    Raises SvgError for anything that is not a plain drawing.
    """
    if len(source) > _MOST_BYTES:
        raise SvgError("is larger than 200 kB")
    try:
        root = fromstring(source, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SvgError(f"is not a well-formed drawing ({error})") from None
    if root.tag != f"{SVG}svg" or not _VIEW_BOX.fullmatch(root.get("viewBox", "")):
        raise SvgError("has no <svg> with a viewBox of four numbers")
    _check_depth(root)
    for element in root.iter():
        _check(element)
        _prefix_ids(element, prefix)
    _name(root, prefix)
    return str(tostring(root, encoding="unicode"))


def plain_svg(source: bytes) -> bytes:
    """The drawing as a file of its own: what is no part of it (comments, instructions to programs) is gone.

    Raises SvgError for anything that is not a plain drawing.
    """
    clean_svg(source, "drawing")
    return bytes(tostring(fromstring(source, forbid_dtd=True), encoding="utf-8")) + b"\n"


def _check_depth(root: Element) -> None:
    """Writing a drawing recurses, so a tower of groups would end in a stack overflow."""
    level = [root]
    for _ in range(_MOST_DEPTH):
        level = [child for element in level for child in element]
    if level:
        raise SvgError(f"is nested more than {_MOST_DEPTH} levels deep")


def _check(element: Element) -> None:
    name = str(element.tag).removeprefix(SVG)
    if name not in _ELEMENTS:
        raise SvgError(f"has an element <{name}>, which is not allowed")
    for attribute in element.attrib:
        if attribute not in _ATTRIBUTES:
            raise SvgError(f"has an attribute {attribute} on <{name}>, which is not allowed")


def _prefix_ids(element: Element, prefix: str) -> None:
    if "id" in element.attrib:
        element.set("id", f"{prefix}-{element.get('id')}")
    for attribute in ("marker-end", "marker-start", "marker-mid"):
        if attribute not in element.attrib:
            continue
        match = _LOCAL_REFERENCE.match(element.get(attribute, ""))
        if not match:
            raise SvgError(f"has a {attribute} that does not point inside the drawing")
        element.set(attribute, f"url(#{prefix}-{match[1]})")


def _name(root: Element, prefix: str) -> None:
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    if title is None or desc is None:
        raise SvgError("has no <title> or no <desc>")
    title.set("id", f"{prefix}-title")
    desc.set("id", f"{prefix}-desc")
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("class", "diagram")
