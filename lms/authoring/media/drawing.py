"""Drawings as drawing programs write them, drawn anew: what can stand in a page is kept, and what was dropped is told.

Styles become attributes, since pages allow no styles in the text (docs/security.md); copies (`<use>`) are written out,
so that nothing that is kept refers to anything but a gradient, a marker or a clipping path in the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from lms.authoring.media.svg_reading import read
from lms.authoring.media.svg_styles import Declarations, Sheet, declared
from lms.content.svg import (
    ATTRIBUTES,
    ELEMENTS,
    PAINTS,
    PRESENTATION,
    REFERRING,
    SVG,
    SvgError,
    clean_svg,
    fits,
    has_view_box,
    written,
)

_MOST_MADE = 5_000
"""Parts, with all copies written out."""
_MOST_COPIES = 6
"""Copies of copies."""
_OURS = re.compile(r"d-[a-z-]{1,30}")
"""Classes that have a colour of ours."""
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_ANY_REFERENCE = re.compile(r"""url\(\s*(["']?)#([^"')]{1,200})\1\s*\)\s*(.*)""", re.DOTALL)
_LENGTH = re.compile(r"\s*([\d.]{1,12})\s*(px|pt|pc|mm|cm|in)?\s*")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
"""Of CSS, 96 to the inch."""
_NUMBER = re.compile(r"-?[\d.]{1,12}")
_SHAPES = {"path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text"}
_WORDS = {
    "script": "scripts",
    "image": "pictures",
    "feImage": "pictures",
    "foreignObject": "words laid out as a web page (switch that off in the drawing program, or they are missing)",
    "flowRoot": "flowing text (turn it into plain text in the drawing program, or it is missing)",
    "animate": "movement",
    "animateMotion": "movement",
    "animateTransform": "movement",
    "set": "movement",
    "filter": "effects such as shadows",
    "mask": "masks",
    "pattern": "patterns",
    "metadata": "notes of the drawing program",
    "audio": "recordings",
    "video": "recordings",
    "font": "fonts",
}
_NO_STYLE = ("none", "inherit", "normal", "")
_HEARD = PRESENTATION | {"display", "mask", "filter", "transform", "mix-blend-mode"}
"""Of styles; what else they say changes nothing here."""
_SILENT = {"version", "baseProfile", "style", "enable-background", "space", "x", "y", "width", "height"}
"""Attributes that go without a word."""
_BOX = {"x", "y", "width", "height"}
_SHARED = {"gradientUnits", "gradientTransform", "spreadMethod"}
"""What gradients of one kind take from those of another."""
_LINK, _STYLE, _NOTES, _OTHER = "links", "styles that are not simple", "notes of the drawing program", "other parts"
_UNSAID = {"title", "desc", "style", "symbol", "defs", "linearGradient", "radialGradient", "marker", "clipPath"}
"""Dealt with elsewhere, or no loss."""


@dataclass(frozen=True)
class Cleaned:
    """A drawing that can stand in a page, and what was in it that cannot."""

    data: bytes
    dropped: tuple[str, ...]


def cleaned(source: bytes) -> Cleaned:
    """The drawing without whatever could run, load or move. Raises SvgError if nothing is left that can be drawn."""
    cleaner = _Cleaner(read(source))
    data = written(cleaner.drawing())
    clean_svg(data, "drawing")  # what is kept is what any file has to be
    return Cleaned(data, tuple(cleaner.dropped))


@dataclass
class _Cleaner:
    """Writes a drawing anew, part by part."""

    root: Element
    dropped: dict[str, None] = field(default_factory=dict)
    _by_id: dict[str, Element] = field(default_factory=dict)
    _sheet: Sheet = field(default_factory=lambda: Sheet(_HEARD))
    _names: dict[str, str] = field(default_factory=dict)
    """Ids that something refers to, with what they are called here."""
    _made: int = 0

    def drawing(self) -> Element:
        """The whole of it. Raises SvgError."""
        for element in self.root.iter():
            if element.tag == f"{SVG}style":
                self._sheet.read("".join(element.itertext()))
            if element.get("id"):
                self._by_id.setdefault(element.get("id", ""), element)
        if self._sheet.left:
            self._drop(_STYLE)
        said = self._attributes(self.root)
        kept = {one: value for one, value in said.items() if one in PRESENTATION or one == "preserveAspectRatio"}
        made = Element(f"{SVG}svg", {"viewBox": self._view_box(), **kept})
        SubElement(made, f"{SVG}title")
        SubElement(made, f"{SVG}desc")
        made.extend(list(self._children(self.root, ())))
        if not any(element.tag.removeprefix(SVG) in _SHAPES for element in made.iter()):
            only = f", only {', '.join(self.dropped)}" if self.dropped else ""
            raise SvgError(f"has nothing in it that can be drawn here{only}; draw it with shapes and words")
        if not any(element.get("class") for element in made.iter()):
            made.attrib.setdefault("fill", "#000")  # as SVG has it anyway; said, it stands on white paper
        self._add_referred(made)
        return made

    def _view_box(self) -> str:
        if has_view_box(self.root):
            return self.root.get("viewBox", "")
        sides = [_LENGTH.fullmatch(self.root.get(name, "")) for name in ("width", "height")]
        if not all(sides):
            raise SvgError("does not say how large it is (no viewBox); fit the page to the drawing and save it anew")
        return "0 0 " + " ".join(f"{float(side[1]) * _PIXELS[side[2] or '']:g}" for side in sides if side)

    def _children(self, parent: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        for child in parent:
            yield from self._kept(child, within)

    def _kept(self, element: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        """What becomes of a part: one, several or none. `within`: what is being copied."""
        name = str(element.tag).removeprefix(SVG)
        if name.startswith("{"):
            self._drop(_NOTES)
        elif name == "use":
            yield from self._copied(element, within)
        elif name == "switch":
            yield from self._chosen(element, within)
        elif name in ("g", "a", "symbol" if within else "a"):
            if name == "a":
                self._drop(_LINK)
            yield from self._group(element, within)
        elif name in _UNSAID:
            # Of definitions only those are written that something refers to.
            pass
        elif name in ELEMENTS or name == "textPath":
            yield from self._part(element, "tspan" if name == "textPath" else name, within)
        else:
            self._drop(_WORDS.get(name, _OTHER))

    def _part(self, element: Element, name: str, within: tuple[Element, ...]) -> Iterator[Element]:
        if self._styled(element).get("display") == "none":
            self._drop("hidden parts")
            return
        made = self._new(name, self._attributes(element))
        if name in ("text", "tspan"):
            made.text = element.text
            for child in element:
                kept = list(self._in_words(child, within))
                if kept:
                    kept[-1].tail = child.tail
                elif len(made):
                    made[-1].tail = (made[-1].tail or "") + (child.tail or "")
                else:
                    made.text = (made.text or "") + (child.tail or "")
                made.extend(kept)
        else:
            made.extend(list(self._children(element, within)))
        yield made

    def _in_words(self, element: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        if element.tag != f"{SVG}a":
            return self._kept(element, within)
        self._drop(_LINK)
        return self._part(element, "tspan", within)

    def _group(self, element: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        found = list(self._part(element, "g", within))
        # A group that says nothing only adds a level.
        yield from found if not found or found[0].attrib else list(found[0])

    def _chosen(self, element: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        """Of several for different programs, the first that can be drawn here."""
        for child in element:
            if str(child.tag).removeprefix(SVG) in ("foreignObject", "image") or str(child.tag).startswith(
                "{http://ns."
            ):
                continue
            yield from self._kept(child, within)
            return
        for child in element:
            self._drop(_WORDS.get(str(child.tag).removeprefix(SVG), _NOTES))

    def _copied(self, element: Element, within: tuple[Element, ...]) -> Iterator[Element]:
        target = self._by_id.get(_href(element).removeprefix("#")) if _href(element).startswith("#") else None
        if target is None or target in within or len(within) >= _MOST_COPIES:
            self._drop(_LINK if target is None else _OTHER)
            return
        if self._styled(element).get("display") == "none":
            self._drop("hidden parts")
            return
        attributes = {one: value for one, value in self._attributes(element).items() if one not in _BOX}
        x, y = (element.get(name, "0").strip() for name in ("x", "y"))
        if _NUMBER.fullmatch(x) and _NUMBER.fullmatch(y) and (x, y) != ("0", "0"):
            attributes["transform"] = f"{attributes.get('transform', '')} translate({x},{y})".strip()
        copies = list(self._kept(target, (*within, target)))
        if not attributes:
            yield from copies
        elif copies:
            made = self._new("g", attributes)
            made.extend(copies)
            yield made

    def _attributes(self, element: Element) -> dict[str, str]:
        """What is said of a part that may be said here: by itself, by a style sheet and by its style, in this order."""
        for attribute in element.attrib:
            self._note(attribute, str(element.tag).removeprefix(SVG))
        said = {one: value for one, value in element.attrib.items() if one in ATTRIBUTES - {"id", "class"}}
        kept = {one: self._value(one, value) for one, value in said.items()}
        for one, value in self._styled(element).items():
            if one in ("mask", "filter", "transform", "mix-blend-mode") and value not in ("none", "normal"):
                self._drop(_WORDS.get(one, _STYLE))
            elif one in PRESENTATION:
                kept[one] = self._value(one, value) or kept.get(one, "")
        kept["class"] = " ".join(one for one in element.get("class", "").split() if _OURS.fullmatch(one))
        return {one: value for one, value in kept.items() if value}

    def _styled(self, element: Element) -> Declarations:
        name = str(element.tag).removeprefix(SVG)
        shown = {"display": element.get("display", "")}
        styled = self._sheet.of(name, element.get("class", "").split(), element.get("id", ""))
        return shown | styled | {one: value for one, value in declared(element.get("style", "")) if one in _HEARD}

    def _note(self, attribute: str, name: str) -> None:
        """What an attribute that cannot be kept was."""
        local = attribute.rsplit("}", 1)[-1]
        if local.lower().startswith("on"):
            self._drop("scripts")
        elif attribute in ("mask", "filter"):
            self._drop(_WORDS[attribute])
        elif attribute in _HREFS:
            if name not in ("use", *PAINTS["fill"]):
                self._drop(_LINK)
        elif attribute not in ATTRIBUTES and local not in _SILENT and local != "display":
            self._drop(_NOTES)

    def _value(self, attribute: str, value: str) -> str:
        """A value as it may stand here; empty if it may not."""
        found = _ANY_REFERENCE.fullmatch(value.strip())
        if not found or attribute not in (*PAINTS, *REFERRING):
            if fits(attribute, value):
                return value.strip()
            if attribute in PRESENTATION and value.strip() not in _NO_STYLE:
                self._drop(_STYLE)
            return ""
        kinds = {**PAINTS, **REFERRING}[attribute]
        target = self._by_id.get(found[2])
        if target is not None and str(target.tag).removeprefix(SVG) in kinds:
            return f"url(#{self._names.setdefault(found[2], f'a{len(self._names) + 1}')})"
        kind = str(target.tag).removeprefix(SVG) if target is not None else ""
        self._drop(_WORDS.get(kind, _LINK))
        instead = found[3].strip()
        return instead if attribute in PAINTS and fits(attribute, instead) else "none" if attribute in PAINTS else ""

    def _add_referred(self, made: Element) -> None:
        """The definitions that something refers to, and those to which they do in turn."""
        holder = Element(f"{SVG}defs")
        done = set[str]()
        while waiting := [one for one in self._names if one not in done]:
            for id_ in waiting:
                done.add(id_)
                holder.append(self._definition(id_))
        if len(holder):
            made.insert(2, holder)

    def _definition(self, id_: str) -> Element:
        element = self._by_id[id_]
        name = str(element.tag).removeprefix(SVG)
        made = self._new(name, {"id": self._names[id_], **self._attributes(element)})
        if name in PAINTS["fill"]:
            self._add_stops(made, element)
        elif name == "clipPath":
            made.extend(list(_flat(list(self._children(element, ())))))
        else:
            made.extend(list(self._children(element, ())))
        return made

    def _add_stops(self, made: Element, element: Element) -> None:
        """The colours of a gradient, its own or those of another that it builds on."""
        seen = [element]
        while True:
            stops = [one for one in seen[-1] if one.tag == f"{SVG}stop"]
            if stops and not len(made):
                made.extend([self._new("stop", self._attributes(one)) for one in stops])
            other = self._by_id.get(_href(seen[-1]).removeprefix("#"))
            if other is None or other in seen or len(seen) > _MOST_COPIES:
                return
            for one, value in self._attributes(other).items():
                if other.tag == element.tag or one in _SHARED:
                    made.attrib.setdefault(one, value)
            seen.append(other)

    def _new(self, name: str, attributes: dict[str, str]) -> Element:
        self._made += 1
        if self._made > _MOST_MADE:
            raise SvgError("has more than 5,000 parts; make it simpler and save it anew")
        return Element(f"{SVG}{name}", attributes)

    def _drop(self, what: str) -> None:
        self.dropped[what] = None


def _href(element: Element) -> str:
    return next((element.get(name, "") for name in _HREFS if element.get(name)), "").strip()


def _flat(parts: list[Element], transform: str = "", more: dict[str, str] | None = None) -> Iterator[Element]:
    """Shapes without groups: a clipping path may hold none."""
    for part in parts:
        joined = f"{transform} {part.get('transform', '')}".strip()
        inherited = {**(more or {}), **{one: value for one, value in part.attrib.items() if one != "transform"}}
        if part.tag == f"{SVG}g":
            yield from _flat(list(part), joined, inherited)
            continue
        part.attrib = inherited | ({"transform": joined} if joined else {})
        yield part
