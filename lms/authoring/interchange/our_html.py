"""Our Markdown as the HTML that other systems read."""

from __future__ import annotations

import re
from html import escape
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from lms.content.markup import Text

_PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*)</p>", re.DOTALL)
_VOID = re.compile(r"<(br|hr)>")
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (2.2, Char) has no way to say, not even as a reference; YAML has."""
_KEPT = {"href", "id", "class", "scope"}
"""Attributes of ours that the HTML within QTI 2.1 and 3.0 has: a link has no title there, a list no first number."""
LIST_FROM = "the number at which a list begins"


def block(markdown: str) -> str:
    """Paragraphs and lists; nothing for nothing."""
    text = sayable(markdown)
    return Text(text).html.strip() if text.strip() else ""


def words_of(markdown: str) -> str:
    """The words alone, in one line."""
    return " ".join(Text(sayable(markdown)).plain.split())


def sayable(text: str) -> str:
    """The text without signs that cannot stand in XML."""
    return _UNSAYABLE.sub("", text)


def tree(markdown: str, tag: str) -> Element:
    """An element of this name that holds it as well-formed XML; a single paragraph stands there without being one."""
    html = block(markdown)
    html = found[1] if (found := _PARAGRAPH.fullmatch(html)) else html
    html = _VOID.sub(r"<\1/>", html).replace("&nbsp;", "\xa0")
    made: Element = fromstring(f"<{tag}>{html}</{tag}>", forbid_dtd=True)
    for element in made.iter():
        for name in set(element.attrib) - _KEPT:
            del element.attrib[name]
    return made


def unit_line(unit: str) -> str:
    """A gap with the unit behind it: five low lines are where Moodle puts the box; it shows no unit by itself."""
    return f"<p>_____ {escape(sayable(unit), quote=False)}</p>" if unit else ""


def begins_elsewhere(markdown: str) -> bool:
    """Whether a list in it begins at another number than one."""
    return "<ol start=" in block(markdown)
