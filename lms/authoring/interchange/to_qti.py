"""Our items as a package of QTI 2.1 or 3.0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from xml.etree.ElementTree import Element, SubElement, tostring

from lms.authoring.files.typed import Values
from lms.authoring.interchange.leaving import Leaving
from lms.authoring.interchange.neutral import Written
from lms.authoring.interchange.our_html import LIST_FROM, begins_elsewhere, sayable, tree
from lms.authoring.interchange.qti_names import to_newer
from lms.authoring.interchange.qti_package import MANIFEST
from lms.content.bundle import Bundle

RESPONSE, SCORE, FEEDBACK = "RESPONSE", "SCORE", "FEEDBACK"
_GENERAL = "never"
"""No value of FEEDBACK: what is hidden for it is always shown."""


@dataclass(frozen=True)
class _Edition:
    """What differs between the two."""

    item: str
    manifest: str
    schema: tuple[str, str]
    resource: str


_OLDER = _Edition(
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imscp_v1p1",
    ("QTIv2.1 Package", "1.0.0"),
    "imsqti_item_xmlv2p1",
)
_NEWER = _Edition(
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    ("QTI Package", "3.0.0"),
    "imsqti_item_xmlv3p0",
)


def _write(items: Sequence[Values], *, edition: _Edition) -> Written:
    """A zip of one file for each item, and a manifest."""
    leaving = Leaving()
    files = {}
    for number, item in enumerate(items, 1):
        leaving.begin(number, item)
        leaving.note_if(item, begins_elsewhere, LIST_FROM)
        files[f"items/{item['id']}.xml"] = _item(item, edition)
    return Written(Bundle({MANIFEST: _manifest(items, edition), **files}).to_zip(), leaving.left)


write = partial(_write, edition=_OLDER)
write_newer = partial(_write, edition=_NEWER)


def _item(item: Values, edition: _Edition) -> bytes:
    root = Element("assessmentItem", identifier=_name(item["id"]), title=item["id"])
    root.attrib |= {"adaptive": "false", "timeDependent": "false"}
    {
        "single": _choice,
        "multiple": _choice,
        "situational": _choice,
        "ordering": _order,
        "matching": _match,
        "numeric": _entry,
    }[item["type"]](root, item)
    if edition is _NEWER:
        _give_bodies(root)
        to_newer(root)
    root.set("xmlns", edition.item)
    return _bytes(root)


def _choice(root: Element, item: Values) -> None:
    several = item["type"] == "multiple"
    earned = {_name(one["id"]): _earned(one, item["type"]) for one in item["options"]}
    best = max(earned.values())
    _declare(root, "multiple" if several else "single", "identifier", [key for key, it in earned.items() if it == best])
    _map(root, earned)
    _outcomes(root, item)
    interaction = _interaction(root, item, "choiceInteraction")
    interaction.attrib |= {"shuffle": "true", "maxChoices": str(item.get("choose", 1))}
    _options(interaction, item)
    processing = SubElement(root, "responseProcessing")
    _score_by_map(processing, item.get("choose", 1))
    SubElement(_set(processing, FEEDBACK), "variable", identifier=RESPONSE)
    _say(root, {_name(one["id"]): one["feedback"] for one in item["options"]}, item)


def _earned(option: Values, type_: str) -> int:
    """Marks of one pick; a wrong one of several takes away what a right one earns."""
    if type_ == "situational":
        return int(option["marks"])
    return 1 if option.get("key") else -int(type_ == "multiple")


def _order(root: Element, item: Values) -> None:
    names = [_name(one["id"]) for one in item["options"]]
    _declare(root, "ordered", "identifier", names)
    _outcomes(root, item)
    _options(_interaction(root, item, "orderInteraction", shuffle="true"), item)
    processing = SubElement(root, "responseProcessing")
    branch = SubElement(SubElement(processing, "responseCondition"), "responseIf")
    _is_correct(SubElement(branch, "match"))
    _set_to(branch, SCORE, "float", "1")
    _say_all(processing, names)
    _say(root, {_name(one["id"]): one["feedback"] for one in item["options"]}, item)


def _match(root: Element, item: Values) -> None:
    marks = _marks(item)
    pairs = [f"{_name(one['id'], marks[0])} {_name(one['target'], marks[1])}" for one in item["sources"]]
    _declare(root, "multiple", "directedPair", pairs)
    _map(root, dict.fromkeys(pairs, 1))
    _outcomes(root, item)
    most = str(len(pairs))
    interaction = _interaction(root, item, "matchInteraction", shuffle="true", maxAssociations=most)
    for mark, key, times in ((marks[0], "sources", "1"), (marks[1], "targets", most)):
        side = SubElement(interaction, "simpleMatchSet")
        for one in item[key]:
            choice = tree(one["text"], "simpleAssociableChoice")
            choice.attrib |= {"identifier": _name(one["id"], mark), "matchMax": times}
            side.append(choice)
    processing = SubElement(root, "responseProcessing")
    _score_by_map(processing, len(pairs))
    _say_all(processing, [_name(one["id"], marks[0]) for one in item["sources"]])
    _say(root, {_name(one["id"], marks[0]): one["feedback"] for one in item["sources"]}, item)


def _marks(item: Values) -> tuple[str, str]:
    """What stands before the ids of lines and targets: an identifier of QTI stands once in an item."""
    is_clear = not {one["id"] for one in item["sources"]} & {one["id"] for one in item["targets"]}
    return ("", "") if is_clear else ("s", "t")


def _entry(root: Element, item: Values) -> None:
    _declare(root, "single", "float", [str(item["answer"])])
    _outcomes(root, item)
    body = SubElement(root, "itemBody")
    body.append(tree(item["stem"], "div"))
    box = SubElement(SubElement(body, "p"), "textEntryInteraction", responseIdentifier=RESPONSE, expectedLength="12")
    box.tail = f" {sayable(item['unit'])}" if item.get("unit") else None
    condition = SubElement(SubElement(root, "responseProcessing"), "responseCondition")
    right = SubElement(condition, "responseIf")
    _is_correct(_equal(right, item.get("tolerance", 0)))
    _set_to(right, SCORE, "float", "1")
    _set_to(right, FEEDBACK, "identifier", "right")
    said = {"right": item["feedback"]}
    for number, response in enumerate(item.get("responses", ()), 1):
        branch = SubElement(condition, "responseElseIf")
        rule = _equal(branch, 0)
        SubElement(rule, "variable", identifier=RESPONSE)
        SubElement(rule, "baseValue", baseType="float").text = str(response["value"])
        _set_to(branch, FEEDBACK, "identifier", f"response-{number}")
        said[f"response-{number}"] = response["feedback"]
    _set_to(SubElement(condition, "responseElse"), FEEDBACK, "identifier", "otherwise")
    _say(root, said | {"otherwise": item["otherwise"]}, item)


def _declare(root: Element, cardinality: str, base: str, right: Sequence[str]) -> None:
    declared = SubElement(root, "responseDeclaration", identifier=RESPONSE, cardinality=cardinality, baseType=base)
    correct = SubElement(declared, "correctResponse")
    for value in right:
        SubElement(correct, "value").text = value


def _map(root: Element, earned: dict[str, int]) -> None:
    mapping = SubElement(root[0], "mapping", lowerBound="0", defaultValue="0")
    for key, value in earned.items():
        SubElement(mapping, "mapEntry", mapKey=key, mappedValue=str(value))


def _outcomes(root: Element, item: Values) -> None:
    most = "2" if item["type"] == "situational" else "1"
    score = SubElement(root, "outcomeDeclaration", identifier=SCORE, cardinality="single", baseType="float")
    score.set("normalMaximum", most)
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    cardinality = "multiple" if item["type"] in ("multiple", "ordering", "matching") else "single"
    SubElement(root, "outcomeDeclaration", identifier=FEEDBACK, cardinality=cardinality, baseType="identifier")


def _interaction(root: Element, item: Values, kind: str, **attributes: str) -> Element:
    body = SubElement(root, "itemBody")
    body.append(tree(item["stem"], "div"))
    return SubElement(body, kind, {"responseIdentifier": RESPONSE, **attributes})


def _options(interaction: Element, item: Values) -> None:
    for option in item["options"]:
        choice = tree(option["text"], "simpleChoice")
        choice.set("identifier", _name(option["id"]))
        interaction.append(choice)


def _score_by_map(processing: Element, parts: int) -> None:
    holder = _set(processing, SCORE)
    holder = SubElement(holder, "divide") if parts > 1 else holder
    SubElement(holder, "mapResponse", identifier=RESPONSE)
    if parts > 1:
        SubElement(holder, "baseValue", baseType="float").text = str(parts)


def _equal(branch: Element, tolerance: float) -> Element:
    if not tolerance:
        return SubElement(branch, "equal", toleranceMode="exact")
    return SubElement(branch, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")


def _is_correct(rule: Element) -> None:
    SubElement(rule, "variable", identifier=RESPONSE)
    SubElement(rule, "correct", identifier=RESPONSE)


def _set(holder: Element, outcome: str) -> Element:
    return SubElement(holder, "setOutcomeValue", identifier=outcome)


def _set_to(holder: Element, outcome: str, base: str, value: str) -> None:
    SubElement(_set(holder, outcome), "baseValue", baseType=base).text = value


def _say_all(processing: Element, names: Sequence[str]) -> None:
    several = SubElement(_set(processing, FEEDBACK), "multiple")
    for name in names:
        SubElement(several, "baseValue", baseType="identifier").text = name


def _say(root: Element, said: dict[str, str], item: Values) -> None:
    for name, text in said.items():
        _feedback(root, name, text, "show")
    if item.get("rationale"):
        _feedback(root, _GENERAL, item["rationale"], "hide")


def _feedback(root: Element, name: str, text: str, show: str) -> None:
    made = tree(text, "modalFeedback")
    made.attrib |= {"outcomeIdentifier": FEEDBACK, "identifier": name, "showHide": show}
    root.append(made)


def _give_bodies(root: Element) -> None:
    """QTI 3.0 has the contents of feedback in an element of their own."""
    for feedback in root.findall("modalFeedback"):
        body = Element("contentBody")
        body.text, feedback.text = feedback.text, None
        body.extend(list(feedback))
        for one in list(feedback):
            feedback.remove(one)
        feedback.append(body)


def _manifest(items: Sequence[Values], edition: _Edition) -> bytes:
    root = Element("manifest", xmlns=edition.manifest, identifier="questions")
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text, SubElement(metadata, "schemaversion").text = edition.schema
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for item in items:
        href = f"items/{item['id']}.xml"
        resource = SubElement(resources, "resource", identifier=_name(item["id"]), type=edition.resource, href=href)
        SubElement(resource, "file", href=href)
    return _bytes(root)


def _name(id_: str, mark: str = "") -> str:
    """An identifier of QTI: it begins with a letter or a low line."""
    name = f"{mark}-{id_}" if mark else id_
    return name if name[0].isalpha() else f"_{name}"


def _bytes(root: Element) -> bytes:
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))
