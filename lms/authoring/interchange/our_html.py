"""Our Markdown as the HTML that other systems read."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from lms.content.markup import Text

_PARAGRAPH = re.compile(r"<p>((?:(?!</p>).)*)</p>", re.DOTALL)
_VOID = re.compile(r"<(br|hr)>")


def block(markdown: str) -> str:
    """Paragraphs and lists; nothing for nothing."""
    return Text(markdown).html.strip() if markdown.strip() else ""


def words_of(markdown: str) -> str:
    """The words alone, in one line."""
    return " ".join(Text(markdown).plain.split())


def tree(markdown: str, tag: str) -> Element:
    """An element of this name that holds it as well-formed XML; a single paragraph stands there without being one."""
    html = block(markdown)
    html = found[1] if (found := _PARAGRAPH.fullmatch(html)) else html
    html = _VOID.sub(r"<\1/>", html).replace("&nbsp;", "\xa0")
    made: Element = fromstring(f"<{tag}>{html}</{tag}>", forbid_dtd=True)
    return made
