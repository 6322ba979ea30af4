"""One assessment item of QTI: what it asks, which answer it takes for right, and what it says to it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from html import escape
from xml.etree.ElementTree import Element

from lms.authoring.interchange.building import figure, no_less
from lms.authoring.interchange.markdown_text import from_html
from lms.authoring.interchange.neutral import CannotTakeError
from lms.authoring.interchange.safe_xml import child, children, local

_APART = {"feedbackInline", "feedbackBlock", "modalFeedback", "stylesheet", "templateInline", "templateBlock"}
"""Not a part of the text that they stand in."""
_FEEDBACK = ("feedbackInline", "feedbackBlock", "modalFeedback")
_CHOICES = ("simpleChoice", "simpleAssociableChoice")
_BESIDE = {
    "companionMaterialsInfo": "what stands beside it, such as a calculator or a table, was left out",
    "catalogInfo": "what it has for some learners, such as texts to be spoken, was left out",
    "apipAccessibility": "what it has for some learners, such as texts to be spoken, was left out",
    "stylesheet": "its look (a style sheet) was left out",
}
"""Parts of an item that have no place here."""
_SHOWN = 60
"""Characters of feedback by which its author knows it."""
_RIGHT, _WRONG = ("correct", "right"), ("incorrect", "wrong", "otherwise")
_LONGEST_UNIT = 20


class QtiItem:
    """Reads an item whose elements are named as in QTI 2 (qti_names.py). What it leaves is added to `notes`."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.notes: list[str] = []
        self._heard: list[Element] = []
        """The feedback that was read."""
        self._body = child(root, "itemBody")
        self._processing = child(root, "responseProcessing")

    @cached_property
    def interactions(self) -> list[Element]:
        """Everything in it that takes an answer."""
        return [one for one in _all(self._body) if local(one).endswith("Interaction")]

    @property
    def interaction(self) -> Element:
        """The one that a question of ours has."""
        return self.interactions[0]

    @cached_property
    def _declaration(self) -> Element:
        wanted = self.interaction.get("responseIdentifier")
        for one in children(self.root, "responseDeclaration"):
            if one.get("identifier") == wanted:
                return one
        raise CannotTakeError("it does not declare its response")

    @property
    def cardinality(self) -> str:
        """`single`, `multiple` or `ordered`."""
        return self._declaration.get("cardinality", "single")

    @cached_property
    def correct(self) -> list[str]:
        """The values of the right response, in order."""
        found = child(self._declaration, "correctResponse")
        return ["".join(one.itertext()).strip() for one in children(found, "value")] if found is not None else []

    @cached_property
    def mapped(self) -> dict[str, float]:
        """What each value earns by the mapping. Raises CannotTakeError if that is no number."""
        mapping = child(self._declaration, "mapping")
        if mapping is None:
            return {}
        return {one.get("mapKey", ""): _number(one.get("mappedValue")) for one in children(mapping, "mapEntry")}

    @cached_property
    def shares(self) -> dict[str, float]:
        """The share of the mark that each choice earns. Raises CannotTakeError if no answer is right."""
        if self._goes_by_mapping:
            return {key: value / self._whole for key, value in self.mapped.items()}
        if not self.correct:
            raise CannotTakeError("it does not say which answer is right")
        if self.cardinality == "multiple" and len(self.correct) > 1:
            self.notes.append("all right answers were needed for the mark; here each earns a part of it")
        return {key: 1 / len(self.correct) for key in self.correct}

    @cached_property
    def default_share(self) -> float:
        """What any other choice earns."""
        if not self._goes_by_mapping:
            return -1 / len(self.correct) if self.cardinality == "multiple" and self.correct else 0
        mapping = child(self._declaration, "mapping")
        return _number(mapping.get("defaultValue", "0")) / self._whole if mapping is not None else 0

    @cached_property
    def _whole(self) -> float:
        """What the mapping gives for the best response; 1 if nothing earns anything."""
        earning = [value for value in self.mapped.values() if value > 0]
        return (sum(earning) if self.cardinality == "multiple" else max(earning, default=0)) or 1

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which line belongs to what."""
        written = self.correct or [key for key, value in self.mapped.items() if value > 0]
        return [(one.split()[0], one.split()[1]) for one in written if len(one.split()) == 2]

    @property
    def _goes_by_mapping(self) -> bool:
        if not self.mapped:
            return False
        parts = list(_all(self._processing))
        is_asked = any(local(one) == "mapResponse" or "map_response" in one.get("template", "") for one in parts)
        return is_asked or not self.correct

    @cached_property
    def rules(self) -> dict[str, str]:
        """Which feedback follows on a value, on the right response (`correct`) and on anything else (`else`)."""
        found: dict[str, str] = {}
        for branch in _all(self._processing):
            if local(branch) not in ("responseIf", "responseElseIf", "responseElse"):
                continue
            for key in _keys(branch):
                for said in _set_by(branch):
                    found.setdefault(key, said)
        return found

    def tolerance(self, answer: float) -> float:
        """How far off still counts; of two different bounds the narrower one."""
        for rule in _all(self._processing):
            if local(rule) == "equal" and any(local(one) == "correct" for one in rule):
                bounds = [abs(figure(one)) for one in rule.get("tolerance", "0").split()]
                if len(set(bounds)) > 1:
                    self.notes.append("the wider of its two tolerances was left out")
                whole = {"absolute": Decimal(1), "relative": abs(Decimal(repr(answer))) / 100}
                mode = rule.get("toleranceMode", "exact")
                return no_less(min(bounds, default=Decimal(0)) * whole.get(mode, Decimal(0)))
        return 0.0

    @cached_property
    def stem(self) -> str:
        """What it asks: the text around the interaction, and its prompt. Raises CannotTakeError."""
        if any(True for _ in children(self.root, "assessmentStimulusRef")):
            self.notes.append("a text that stands beside it was left out")
        assert self._body is not None
        found = self.markdown(self._body)
        if not found:
            raise CannotTakeError("it asks nothing: its text is empty")
        return found

    @cached_property
    def unit(self) -> str:
        """What stands behind the box for a number, in a line with nothing else."""
        return self._alone[1] if self._alone else ""

    @cached_property
    def _alone(self) -> tuple[Element, str] | None:
        """The paragraph that holds only the box, and what follows the box in it."""
        for parent in _all(self._body):
            if parent is not self._body and self.interaction in list(parent):
                tail = (self.interaction.tail or "").strip()
                is_alone = len(parent) == 1 and not (parent.text or "").strip() and len(tail) <= _LONGEST_UNIT
                return (parent, tail) if is_alone and tail != "." else None
        return None

    def markdown(self, element: Element) -> str:
        """The text of an element."""
        return from_html(self._inner(element), self.notes)

    def feedback_in(self, choice: Element) -> str:
        """The feedback that stands inside a choice."""
        found = [one for one in choice.iter() if local(one) in ("feedbackInline", "feedbackBlock")]
        return "\n\n".join(self._hear(one) for one in found)

    def feedback(self, value: str, *, is_right: bool | None = None) -> str:
        """What is said to a value: by its own name, by a rule, or as to any right or wrong one."""
        return self._said(value) or self.rule_feedback(value, is_right=is_right)

    def rule_feedback(self, key: str, *, is_right: bool | None = None) -> str:
        """What a rule says to a value, `correct` or `else`."""
        by_rule = self._said(self.rules.get(key, ""))
        names = {None: (), True: _RIGHT, False: _WRONG}[is_right]
        return by_rule or next((said for said in map(self._said, names) if said), "")

    @cached_property
    def general(self) -> str:
        """What is said to everyone: feedback that is hidden only for a value that there is not."""
        return "\n\n".join(self._hear(one) for one in self._modal() if one.get("showHide") == "hide")

    def note_what_is_left(self) -> None:
        """Note what nothing above has read: it is called when all of that is done."""
        for element in self.root.iter():
            if local(element) in _BESIDE:
                self.notes.append(_BESIDE[local(element)])
        if self.root.get("adaptive") == "true":
            self.notes.append("what is said at a second try was left out: one answer counts here")
        for element in self.root.iter():
            words = " ".join("".join(element.itertext()).split())
            if local(element) in _FEEDBACK and words and element not in self._heard:
                short = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()} …"
                self.notes.append(f"feedback that belongs to no one answer was left out: “{short}”")

    def _hear(self, feedback: Element) -> str:
        """What feedback says, its title first."""
        self._heard.append(feedback)
        title = feedback.get("title", "")
        inner = self._inner(feedback)
        return from_html(f"<p><b>{escape(title)}</b></p>{inner}" if title else inner, self.notes)

    def _said(self, identifier: str) -> str:
        for one in [*self._modal(), *self._around]:
            if identifier and one.get("identifier") == identifier and one.get("showHide", "show") == "show":
                return self._hear(one)
        return ""

    @cached_property
    def _around(self) -> list[Element]:
        """Feedback that stands in the text, but in no choice."""
        within = {one for choice in _all(self._body) if local(choice) in _CHOICES for one in choice.iter()}
        return [one for one in _all(self._body) if local(one) in _FEEDBACK and one not in within]

    def _modal(self) -> Iterator[Element]:
        return children(self.root, "modalFeedback")

    def _inner(self, element: Element) -> str:
        """The contents of an element as HTML, without what is no part of its text."""
        parts = [escape(element.text or "")]
        for one in element:
            parts += [self._outer(one), escape(one.tail or "") if not self._is_unit(one) else ""]
        return "".join(parts)

    def _outer(self, element: Element) -> str:
        name = local(element)
        if name in _APART:
            return ""
        if name == "rubricBlock":
            self.notes.append("a note for those who mark or teach was left out")
            return ""
        if name == "textEntryInteraction":
            return "" if self._alone else " _____ "
        if name.endswith("Interaction"):
            prompt = child(element, "prompt")
            return f"<div>{self._inner(prompt)}</div>" if prompt is not None else ""
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key == "href")
        return f"<{name}{attributes}>{self._inner(element)}</{name}>"

    def _is_unit(self, element: Element) -> bool:
        return local(element) == "textEntryInteraction" and self._alone is not None


def _all(element: Element | None) -> Iterator[Element]:
    return element.iter() if element is not None else iter(())


def _keys(branch: Element) -> list[str]:
    """The values that lead into a branch."""
    if local(branch) == "responseElse":
        return ["else"]
    if not len(branch) or local(branch[0]) not in ("match", "equal", "member", "stringMatch"):
        return []
    names = [local(one) for one in branch[0]]
    values = ["".join(one.itertext()).strip() for one in branch[0] if local(one) == "baseValue"]
    return ["correct"] if "correct" in names else values


def _set_by(branch: Element) -> Iterator[str]:
    """The names of feedback that a branch sets."""
    for outcome in children(branch, "setOutcomeValue"):
        value = child(outcome, "baseValue")
        if value is not None and value.get("baseType") == "identifier":
            yield "".join(value.itertext()).strip()


def _number(written: str | None) -> float:
    return float(figure(written or "0"))
