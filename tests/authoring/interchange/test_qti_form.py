"""What we write in QTI has the elements, attributes and order of the specification (Information Model 2.1, and 3.0)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from lms.authoring.interchange.formats import WRITERS
from lms.authoring.interchange.neutral import Written
from tests.authoring.interchange.test_round_trips import BANKS, bank

Values = dict[str, Any]
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
"""Of what an item holds."""
BODY = {"id", "class"}
"""What every element within a body may have."""
QTI: dict[str, set[str]] = {
    "assessmentItem": {"identifier", "title", "adaptive", "timeDependent"},
    "responseDeclaration": {"identifier", "cardinality", "baseType"},
    "outcomeDeclaration": {"identifier", "cardinality", "baseType", "normalMaximum"},
    "correctResponse": set(),
    "defaultValue": set(),
    "value": set(),
    "mapping": {"lowerBound", "upperBound", "defaultValue"},
    "mapEntry": {"mapKey", "mappedValue"},
    "itemBody": BODY,
    "choiceInteraction": BODY | {"responseIdentifier", "shuffle", "maxChoices", "minChoices"},
    "orderInteraction": BODY | {"responseIdentifier", "shuffle", "minChoices", "maxChoices", "orientation"},
    "matchInteraction": BODY | {"responseIdentifier", "shuffle", "maxAssociations", "minAssociations"},
    "textEntryInteraction": BODY | {"responseIdentifier", "base", "expectedLength", "patternMask", "placeholderText"},
    "simpleChoice": BODY | {"identifier", "fixed", "templateIdentifier", "showHide"},
    "simpleMatchSet": {"id"},
    "simpleAssociableChoice": BODY | {"identifier", "fixed", "matchMax", "matchMin", "matchGroup"},
    "responseProcessing": {"template", "templateLocation"},
    "responseCondition": set(),
    "responseIf": set(),
    "responseElseIf": set(),
    "responseElse": set(),
    "setOutcomeValue": {"identifier"},
    "baseValue": {"baseType"},
    "variable": {"identifier", "weightIdentifier"},
    "correct": {"identifier"},
    "mapResponse": {"identifier"},
    "match": set(),
    "multiple": set(),
    "divide": set(),
    "equal": {"toleranceMode", "tolerance", "includeLowerBound", "includeUpperBound"},
    "modalFeedback": {"outcomeIdentifier", "identifier", "showHide", "title"},
}
ONLY_IN_3: dict[str, set[str]] = {"contentBody": BODY}
HTML: dict[str, set[str]] = {
    **dict.fromkeys(("p", "div", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "hr", "br", "pre"), BODY),
    **dict.fromkeys(("em", "strong", "code", "sup", "span", "thead", "tbody", "tr"), BODY),
    "a": BODY | {"href", "type"},
    "table": BODY | {"summary"},
    **dict.fromkeys(("td", "th"), BODY | {"headers", "scope", "abbr", "axis", "rowspan", "colspan"}),
}
ODD = {
    "a list": "1. one\n2. two\n\nThen\n\n3. three\n4. four\n\n- five\n  - six\n",
    "a link": 'A [link](https://example.org "with a title") and <https://example.org>.',
    "a table": "| a | b |\n|:--|--:|\n| 1 | 2 |\n",
    "heads": "## One\n\nThen **more *and*** `code`\\\nand\n\n---\n\n> quoted\n\n```\na & <b>\n```\n",
    "signs": 'Not \x0b in \x1b XML\ufffe &amp; <b> "so"',
}


def every_type(text: str) -> list[Values]:
    """An item of each type, all of whose texts are this one."""

    def options(**facts: list[Any]) -> list[Values]:
        rows = zip("abc", *facts.values(), strict=True)
        return [
            {"id": row[0], "text": text, "feedback": text, **dict(zip(facts, row[1:], strict=True))} for row in rows
        ]

    lines = [{"id": one, "text": text, "target": one, "feedback": text} for one in "ab"]
    number = {"answer": -0.5, "tolerance": 0.00001, "unit": "m² \x0b& more", "feedback": text, "otherwise": text}
    kinds: list[Values] = [
        {"type": "single", "options": options(key=[True, False, False])},
        {"type": "multiple", "choose": 2, "options": options(key=[True, True, False])},
        {"type": "situational", "options": options(marks=[2, 1, 0]), "rationale": text},
        {"type": "ordering", "options": options(), "rationale": text},
        {"type": "matching", "sources": lines, "targets": [{"id": one, "text": text} for one in "abc"]},
        {"type": "numeric", **number, "responses": [{"value": 1e-7, "feedback": text}]},
    ]
    return [{"id": one["type"], "stem": text, "outcome": "1.1", "level": "apply", **one} for one in kinds]


def items_in(written: Written) -> Iterator[Element]:
    with zipfile.ZipFile(io.BytesIO(written.content)) as archive:
        for name in archive.namelist():
            if name.startswith("items/"):
                yield fromstring(archive.read(name))


def newer(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)


def check(item: Element, is_newer: bool) -> None:
    known = {**QTI, **ONLY_IN_3} if is_newer else QTI
    if is_newer:
        known = {f"qti-{newer(name)}": set(map(newer, attributes)) for name, attributes in known.items()}
    for element in item.iter():
        name = element.tag.partition("}")[2]
        assert name in {**known, **HTML}, name
        assert set(element.attrib) <= {**known, **HTML}[name], name
    names = [element.tag.partition("}")[2] for element in item]
    order = [f"qti-{newer(name)}" for name in ORDER] if is_newer else ORDER
    assert names == sorted(names, key=order.index)


@pytest.mark.parametrize("format_", ["qti", "qti3"])
@pytest.mark.parametrize("name", BANKS)
def test_shipped_questions_are_written_as_the_specification_has_it(name: str, format_: str) -> None:
    for item in items_in(WRITERS[format_](bank(name))):
        check(item, format_ == "qti3")


@pytest.mark.parametrize("format_", ["qti", "qti3"])
@pytest.mark.parametrize("odd", ODD)
def test_whatever_markdown_can_say_is_written_as_the_specification_has_it(odd: str, format_: str) -> None:
    written = WRITERS[format_](every_type(ODD[odd]))
    found = list(items_in(written))
    assert len(found) == 6
    for item in found:
        check(item, format_ == "qti3")
    told = {left.name for left in written.left if left.reason == "the number at which a list begins"}
    assert bool(told) == (odd == "a list")
