"""The names of QTI 3.0 and of QTI 2.1 and 2.2: the same words, written differently."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_SMALL = {
    *("prompt", "value", "mapping", "match", "equal", "variable", "correct", "multiple", "ordered", "divide", "member"),
    *("and", "or", "not"),
}
"""Elements of QTI whose names have no capital, unlike all others; HTML has none of these."""
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def to_older(root: Element) -> None:
    """Name everything as QTI 2 does, without namespaces: `qti-simple-choice` is `simpleChoice`."""
    for element in root.iter():
        name = element.tag.rsplit("}", 1)[-1]
        if name.startswith("qti-"):
            name = _camel(name.removeprefix("qti-"))
            for attribute in [one for one in element.attrib if "-" in one]:
                element.set(_camel(attribute), element.attrib.pop(attribute))
        element.tag = name


def to_newer(root: Element) -> None:
    """Name everything of QTI as QTI 3.0 does; what is HTML stays."""
    for element in root.iter():
        if element.tag not in _SMALL and not _CAPITAL.search(element.tag):
            continue
        element.tag = f"qti-{_kebab(element.tag)}"
        for attribute in [one for one in element.attrib if _CAPITAL.search(one)]:
            element.set(_kebab(attribute), element.attrib.pop(attribute))


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(other.capitalize() for other in others)


def _kebab(name: str) -> str:
    return _CAPITAL.sub("-", name).lower()
