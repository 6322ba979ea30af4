"""Our items in Moodle XML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lms.authoring.files.typed import Values
from lms.authoring.interchange.leaving import SINGLY, Leaving
from lms.authoring.interchange.neutral import Written
from lms.authoring.interchange.our_html import block, sayable, unit_line, words_of

_KINDS = {
    "single": "multichoice",
    "multiple": "multichoice",
    "situational": "multichoice",
    "ordering": "ordering",
    "matching": "matching",
    "numeric": "numerical",
}


def write(items: Sequence[Values]) -> Written:
    """All of them, in HTML, each with its id as the ID number."""
    leaving = Leaving()
    quiz = Element("quiz")
    for number, item in enumerate(items, 1):
        leaving.begin(number, item)
        _question(SubElement(quiz, "question", type=_KINDS[item["type"]]), item, leaving)
    indent(quiz)
    return Written(tostring(quiz, encoding="UTF-8", xml_declaration=True), leaving.left)


def _question(question: Element, item: Values, leaving: Leaving) -> None:
    _text(SubElement(question, "name"), item["id"])
    asked = SubElement(question, "questiontext", format="html")
    _text(asked, block(item["stem"]) + unit_line(item.get("unit", "")))
    _html(SubElement(question, "generalfeedback"), item.get("rationale", ""))
    SubElement(question, "defaultgrade").text = "2" if item["type"] == "situational" else "1"
    SubElement(question, "hidden").text = "0"
    SubElement(question, "idnumber").text = item["id"]
    match item["type"]:
        case "ordering":
            _ordering(question, item, leaving)
        case "matching":
            _matching(question, item, leaving)
        case "numeric":
            _numeric(question, item)
        case _:
            _choice(question, item)


def _choice(question: Element, item: Values) -> None:
    SubElement(question, "single").text = "false" if item["type"] == "multiple" else "true"
    SubElement(question, "shuffleanswers").text = "true"
    SubElement(question, "answernumbering").text = "none"
    for option in item["options"]:
        answer = SubElement(question, "answer", fraction=f"{_share(option, item):.8g}")
        _html(answer, option["text"])
        _html(SubElement(answer, "feedback"), option["feedback"])


def _share(option: Values, item: Values) -> float:
    """Per cent of the mark; Moodle knows shares by five decimals."""
    if item["type"] == "multiple":
        return round(100 / int(item["choose"]), 5) * (1 if option.get("key") else -1)
    if item["type"] == "situational":
        return float(option["marks"]) * 50
    return 100.0 if option.get("key") else 0.0


def _ordering(question: Element, item: Values, leaving: Leaving) -> None:
    leaving.note(SINGLY)
    settings = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0", "gradingtype": "ABSOLUTE_POSITION"}
    for name, value in settings.items():
        SubElement(question, name).text = value
    for place, option in enumerate(item["options"], 1):
        _html(SubElement(question, "answer", fraction=f"{place}.0000000"), option["text"])


def _matching(question: Element, item: Values, leaving: Leaving) -> None:
    leaving.note(SINGLY)
    SubElement(question, "shuffleanswers").text = "true"
    texts = {target["id"]: target["text"] for target in item["targets"]}
    if any(words_of(text) != text.strip() for text in texts.values()):
        leaving.note("emphasis in what lines are matched to")
    used = {source["target"] for source in item["sources"]}
    for text, target in [
        *((source["text"], source["target"]) for source in item["sources"]),
        *(("", id_) for id_ in texts if id_ not in used),
    ]:
        part = SubElement(question, "subquestion")
        _html(part, text)
        _text(SubElement(part, "answer"), words_of(texts[target]))


def _numeric(question: Element, item: Values) -> None:
    _number(question, 100, str(item["answer"]), item["feedback"], item.get("tolerance", 0))
    for response in item.get("responses", ()):
        _number(question, 0, str(response["value"]), response["feedback"])
    _number(question, 0, "*", item["otherwise"])
    if item.get("unit"):
        unit = SubElement(SubElement(question, "units"), "unit")
        SubElement(unit, "multiplier").text = "1"
        SubElement(unit, "unit_name").text = sayable(item["unit"])
        SubElement(question, "unitgradingtype").text = "0"
        SubElement(question, "showunits").text = "3"


def _number(question: Element, share: int, written: str, feedback: str, tolerance: float = 0) -> None:
    answer = SubElement(question, "answer", fraction=str(share))
    _text(answer, written)
    SubElement(answer, "tolerance").text = str(tolerance)
    _html(SubElement(answer, "feedback"), feedback)


def _html(holder: Element, markdown: str) -> None:
    holder.set("format", "html")
    _text(holder, block(markdown))


def _text(holder: Element, text: str) -> None:
    SubElement(holder, "text").text = text
