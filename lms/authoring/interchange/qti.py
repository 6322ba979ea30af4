"""Questions in QTI 2.1, 2.2 and 3.0: one item in a file, or a package of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count

from lms.authoring.files.outline import slug
from lms.authoring.files.typed import Values
from lms.authoring.interchange.building import Number, Offered, Pair, choice, figure, matching, numeric, ordering
from lms.authoring.interchange.neutral import (
    NO_FORM,
    Asked,
    CannotTakeError,
    Place,
    Taken,
    ask,
    left_out,
    refusal,
    take,
)
from lms.authoring.interchange.qti_item import QtiItem
from lms.authoring.interchange.qti_names import to_older
from lms.authoring.interchange.qti_package import is_zip, xml_files
from lms.authoring.interchange.safe_xml import children, local, parse

_PICTURE = "a question on a picture"
_GAPS = "words to be put into gaps of a text"
_REFUSED = {
    "extendedTextInteraction": NO_FORM["essay"],
    "uploadInteraction": NO_FORM["essay"],
    "drawingInteraction": NO_FORM["essay"],
    "mediaInteraction": "a recording that is watched, without a question",
    "inlineChoiceInteraction": NO_FORM["cloze"],
    "gapMatchInteraction": _GAPS,
    "graphicGapMatchInteraction": _PICTURE,
    "hotspotInteraction": _PICTURE,
    "hottextInteraction": "words to be picked in a text",
    "graphicOrderInteraction": _PICTURE,
    "graphicAssociateInteraction": _PICTURE,
    "selectPointInteraction": _PICTURE,
    "positionObjectInteraction": _PICTURE,
    "associateInteraction": "pairs made within one list",
    "sliderInteraction": "a number chosen on a slider",
    "customInteraction": "an interaction of one system alone",
    "portableCustomInteraction": "an interaction of one system alone",
    "endAttemptInteraction": "a button that ends the attempt",
}
_OLD = {"questestinterop"}
_NO_ITEMS = {"assessmentTest", "assessmentSection", "assessmentStimulus"}


def read(source: bytes, file: str, place: Place) -> Taken:
    """The questions of an item or a package. Raises ContentError if it is none that can be used."""
    return take(_package(source, file) if is_zip(source) else _one(source, file, "", count(1)), place, file)


def _package(source: bytes, file: str) -> Iterator[Asked]:
    texts, package = xml_files(source, file)
    numbers = count(1)
    for name, text in texts.items():
        yield from _one(text, file, name, numbers)
    for name in package.others:
        yield ask(0, 1, name, left_out("no question: pictures and other files never come along"))
    for name in package.skipped:
        yield ask(0, 1, name, left_out("no question: a file that a file manager keeps for itself"))


def _one(source: bytes, file: str, inner: str, numbers: Iterator[int]) -> Iterator[Asked]:
    file = f"{file}/{inner}" if inner else file
    document = parse(source, file)
    root = document.root
    to_older(root)
    if local(root) in _OLD:
        raise refusal(file, 1, "it is QTI 1, which is not read", "export it as QTI 2.1 or 3.0")
    if local(root) != "assessmentItem":
        if not inner:
            raise refusal(file, 1, f"it begins with <{local(root)}>", "QTI begins with an assessment item")
        what = "a test or a text: only its questions are read" if local(root) in _NO_ITEMS else "no question"
        yield ask(0, 1, inner, left_out(what))
        return
    name = root.get("title") or root.get("identifier") or ""
    item = QtiItem(root)
    asked = ask(next(numbers), document.line(root), name, lambda notes: _values(item, notes))
    asked.where = inner
    yield asked


def _values(item: QtiItem, notes: list[str]) -> Values:
    item.notes = notes
    if any(True for _ in children(item.root, "templateDeclaration")):
        raise CannotTakeError("a question with a formula: its numbers are drawn anew each time")
    found = item.interactions
    if not found:
        raise CannotTakeError(NO_FORM["description"])
    if len(found) > 1:
        raise CannotTakeError("several questions in one: each needs an item of its own")
    kind = local(found[0])
    make = _MAKERS.get(kind)
    if make is None:
        raise CannotTakeError(_REFUSED.get(kind, f"a question of the kind {kind[:60]!r}: there is none here"))
    values = make(item)
    item.note_what_is_left()
    return values


def _choice(item: QtiItem) -> Values:
    shares = item.shares
    offered, ids = [], set[str]()
    for element in children(item.interaction, "simpleChoice"):
        identifier = element.get("identifier", "")
        share = shares.get(identifier, item.default_share)
        ids.add(id_ := slug(identifier, ids))
        feedback = item.feedback_in(element) or item.feedback(identifier, is_right=share >= 1)
        offered.append(Offered(item.markdown(element), share, feedback, id_))
    return choice(item.stem, offered, item.notes, several=item.cardinality == "multiple", general=item.general)


def _order(item: QtiItem) -> Values:
    offered: dict[str, Offered] = {}
    ids = set[str]()
    for element in children(item.interaction, "simpleChoice"):
        identifier = element.get("identifier", "")
        ids.add(id_ := slug(identifier, ids))
        feedback = item.feedback_in(element) or item.feedback(identifier)
        offered[identifier] = Offered(item.markdown(element), 0, feedback, id_)
    if sorted(item.correct) != sorted(offered):
        raise CannotTakeError("it does not say the right place of every line")
    return ordering(item.stem, [offered[identifier] for identifier in item.correct], item.general)


def _match(item: QtiItem) -> Values:
    sets = [list(children(one, "simpleAssociableChoice")) for one in children(item.interaction, "simpleMatchSet")]
    if len(sets) != 2:
        raise CannotTakeError("it has not two lists to match")
    targets = {one.get("identifier", ""): item.markdown(one) for one in sets[1]}
    ids: dict[str, str] = {}
    for identifier, text in targets.items():
        ids.setdefault(text, slug(identifier, ids.values()))
    right = item.pairs
    pairs, taken = [], set[str]()
    for element in sets[0]:
        identifier = element.get("identifier", "")
        fitting = [target for source, target in right if source == identifier]
        if len(fitting) != 1 or fitting[0] not in targets:
            raise CannotTakeError("a line of it fits several targets or none; here each fits one")
        taken.add(id_ := slug(identifier, taken))
        feedback = item.feedback_in(element) or item.feedback(identifier)
        pairs.append(Pair(item.markdown(element), targets[fitting[0]], feedback, id_))
    return matching(item.stem, pairs, ids, item.general)


def _entry(item: QtiItem) -> Values:
    figures = [_figure(value) for value in item.correct or item.mapped]
    if not figures or None in figures:
        raise CannotTakeError(NO_FORM["shortanswer"])
    answer = figures[0] or 0.0
    numbers = [Number(answer, 1, item.tolerance(answer), item.rule_feedback("correct", is_right=True))]
    for written in item.rules:
        value = _figure(written)
        if value is not None and value != answer:
            numbers.append(Number(value, 0, 0, item.rule_feedback(written)))
    otherwise = item.rule_feedback("else", is_right=False)
    return numeric(item.stem, numbers, item.notes, unit=item.unit, otherwise=otherwise, general=item.general)


def _figure(written: str) -> float | None:
    try:
        return float(figure(written))
    except CannotTakeError:
        return None


_MAKERS: Mapping[str, Callable[[QtiItem], Values]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "textEntryInteraction": _entry,
}
