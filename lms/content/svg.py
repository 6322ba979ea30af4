"""Diagrams that may stand in a page: only shapes, words and our own colour classes."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"
_GRADIENTS = {"linearGradient", "radialGradient"}
ELEMENTS = {
    *("svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan", "defs"),
    *("marker", "title", "desc", "stop", "clipPath"),
} | _GRADIENTS
"""Nothing among them loads, runs, moves or repeats anything."""
REFERRING = {"marker-end": {"marker"}, "marker-start": {"marker"}, "marker-mid": {"marker"}, "clip-path": {"clipPath"}}
"""Attributes whose value leads to a part of the drawing, and to which kinds of it."""
PAINTS = {"fill": _GRADIENTS, "stroke": _GRADIENTS}
"""Colours, for which a gradient of the drawing may stand."""
_COLOURS = {"stop-color", "color"}
PRESENTATION = {
    *PAINTS,
    *REFERRING,
    *_COLOURS,
    *(
        "fill-rule",
        "fill-opacity",
        "clip-rule",
        "stop-opacity",
        "opacity",
        "visibility",
        "paint-order",
        "vector-effect",
    ),
    *("stroke-width", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin"),
    *("stroke-miterlimit", "stroke-opacity"),
    *("text-anchor", "font-size", "font-weight", "font-style", "font-family", "letter-spacing", "word-spacing"),
    *("text-decoration", "dominant-baseline", "alignment-baseline", "baseline-shift"),
}
"""What a style may say of a part as well."""
ATTRIBUTES = PRESENTATION | {
    *("id", "class", "viewBox", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy"),
    *("width", "height", "points", "transform", "pathLength", "rotate", "textLength", "lengthAdjust"),
    *("markerWidth", "markerHeight", "markerUnits", "orient", "refX", "refY", "role", "preserveAspectRatio"),
    *("aria-hidden", "fx", "fy", "fr", "offset", "gradientUnits", "gradientTransform", "spreadMethod"),
    "clipPathUnits",
}
_COLOUR = r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}|context-(?:stroke|fill)|(?:rgb|hsl)a?\([\d\s.,%/+-]{1,60}\)"
_REFERENCE = r"url\(#(?P<id>[A-Za-z][\w-]*)\)"
_IS_COLOUR = re.compile(_COLOUR)
_IS_PAINT = re.compile(rf"{_COLOUR}|{_REFERENCE}(?:\s+(?:{_COLOUR}))?")
LOCAL_REFERENCE = re.compile(_REFERENCE)
_ODD = re.compile(r"url\s*\(|expression\s*\(|script\s*:|data\s*:|[@\\<>{};]", re.IGNORECASE)
"""In no value that draws: what could load or run something, or end what it stands in."""
_VIEW_BOX = re.compile(r"\s*-?[\d.]+(?:[\s,]+-?[\d.]+)(?:[\s,]+[\d.]+){2}\s*")
MOST_BYTES = 200_000
_MOST_DEPTH = 60

register_namespace("", SVG.strip("{}"))


class SvgError(Exception):
    """Why a drawing cannot stand in a page."""


def clean_svg(source: bytes, prefix: str, alt: str = "") -> str:
    """The drawing as markup for a page; its ids get a prefix, so that two drawings cannot clash.

    It is called as its title says; `alt` stands in for an empty one. Raises SvgError for anything that is not a plain
    drawing.
    """
    root = _parsed(source)
    _check_depth(root)
    for element in root.iter():
        _check(element)
        _prefix_ids(element, prefix)
    _name(root, prefix, alt)
    return str(tostring(root, encoding="unicode"))


def plain_svg(source: bytes) -> bytes:
    """The drawing as a file of its own: what is no part of it (comments, instructions to programs) is gone.

    Raises SvgError for anything that is not a plain drawing.
    """
    clean_svg(source, "drawing")
    return written(fromstring(source, forbid_dtd=True))


def written(root: Element) -> bytes:
    """A drawing as a file."""
    return bytes(tostring(root, encoding="utf-8")) + b"\n"


def fits(attribute: str, value: str) -> bool:
    """Whether an attribute may say this: nothing that loads or runs, and references into the drawing alone."""
    if attribute in PAINTS:
        return bool(_IS_PAINT.fullmatch(value.strip()))
    if attribute in _COLOURS:
        return bool(_IS_COLOUR.fullmatch(value.strip()))
    if attribute in REFERRING:
        return bool(LOCAL_REFERENCE.fullmatch(value))
    return not _ODD.search(value)


def has_view_box(root: Element) -> bool:
    """Whether it says what part of the plane it shows."""
    return bool(_VIEW_BOX.fullmatch(root.get("viewBox", "")))


def _parsed(source: bytes) -> Element:
    if len(source) > MOST_BYTES:
        raise SvgError("is larger than 200 kB")
    try:
        root: Element = fromstring(source, forbid_dtd=True)
    except DefusedXmlException:
        raise SvgError("declares a document type or entities (<!DOCTYPE …>), which are never read") from None
    except ParseError as error:
        raise SvgError(f"is not a well-formed drawing (line {error.position[0]})") from None
    except (ValueError, LookupError):
        raise SvgError("is not a well-formed drawing: it is not text that can be read") from None
    if root.tag != f"{SVG}svg" or not has_view_box(root):
        raise SvgError("has no <svg> with a viewBox of four numbers")
    return root


def _check_depth(root: Element) -> None:
    """Writing a drawing recurses, so a tower of groups would end in a stack overflow."""
    level = [root]
    for _ in range(_MOST_DEPTH):
        level = [child for element in level for child in element]
    if level:
        raise SvgError(f"is nested more than {_MOST_DEPTH} levels deep")


def _check(element: Element) -> None:
    name = str(element.tag).removeprefix(SVG)
    if name not in ELEMENTS:
        raise SvgError(f"has an element <{name}>, which is not allowed")
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES:
            raise SvgError(f"has an attribute {attribute} on <{name}>, which is not allowed")
        if fits(attribute, value):
            continue
        if attribute in REFERRING:
            raise SvgError(f"has a {attribute} that does not point inside the drawing")
        raise SvgError(f"has an attribute {attribute} on <{name}> with a value that is not allowed")


def _prefix_ids(element: Element, prefix: str) -> None:
    if "id" in element.attrib:
        element.set("id", f"{prefix}-{element.get('id')}")
    for attribute in (*REFERRING, *PAINTS):
        value = element.get(attribute)
        if value:
            element.set(attribute, LOCAL_REFERENCE.sub(rf"url(#{prefix}-\g<id>)", value))


def _name(root: Element, prefix: str, alt: str) -> None:
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    if title is None or desc is None:
        raise SvgError("has no <title> or no <desc>")
    title.text = title.text or alt
    title.set("id", f"{prefix}-title")
    desc.set("id", f"{prefix}-desc")
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("class", "diagram own-colours" if _has_colours(root) else "diagram")


def _has_colours(root: Element) -> bool:
    """Whether it is painted, for white paper, rather than drawn with the classes that follow light and dark."""
    return any(element.get(name, "none") != "none" for element in root.iter() for name in (*PAINTS, *_COLOURS))
