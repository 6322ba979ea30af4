"""The things that statements are about: their addresses below the public one, their types and English names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lms.events import Course, ItemAnswered
from lms.xapi import vocabulary as v
from lms.xapi.responses import pattern

Json = dict[str, Any]

_INTERACTIONS = {
    "single": "choice",
    "multiple": "choice",
    "situational": "choice",
    "ordering": "sequencing",
    "matching": "matching",
    "numeric": "numeric",
}


@dataclass(frozen=True)
class Activities:
    """The activities of one module, named by the content's ids and never by its text."""

    url: str
    """Public address of the installation, without a slash at the end."""
    course: Course

    @property
    def programme_id(self) -> str:
        """Address of the programme."""
        return f"{self.url}/xapi/activities/{quote(self.course.programme_id, safe='')}"

    @property
    def module_id(self) -> str:
        """Address of the module, below which all of its parts have theirs."""
        return f"{self.programme_id}/{quote(self.course.id, safe='')}"

    def part_id(self, kind: str, part: str) -> str:
        """Address of a part of the module, such as `pages`, `notice`."""
        return f"{self.module_id}/{kind}/{quote(part, safe='')}"

    @property
    def quiz_id(self) -> str:
        """Address of the module's quiz."""
        return f"{self.module_id}/quiz"

    def extension(self, name: str) -> str:
        """Address of an extension for which no registry has one."""
        return f"{self.url}/xapi/extensions/{name}"

    def programme(self) -> Json:
        """The programme: for its learners a course made of modules."""
        return activity(self.programme_id, v.COURSE, self.course.programme_title)

    def module(self) -> Json:
        """The module: a course of two hours."""
        return activity(self.module_id, v.COURSE, self.course.title)

    def quiz(self) -> Json:
        """The graded quiz at the end of the module."""
        return activity(self.quiz_id, v.QUIZ, f"Quiz of {self.course.title}")

    def part(self, kind: str, part: str, type_: str, name: str) -> Json:
        """A part of the module."""
        return activity(self.part_id(kind, part), type_, name)

    def prompt(self, prompt_id: str) -> Json:
        """The prompt of a reflection; nothing of what anyone wrote on it."""
        prompt = self.part("prompts", prompt_id, v.ITEM, f"Reflection {prompt_id}")
        prompt["definition"]["interactionType"] = "long-fill-in"
        return prompt

    def item(self, event: ItemAnswered) -> Json:
        """An item as it was offered, with the ids of its options and the right response."""
        item = self.part("items", event.item_id, v.ITEM, f"Item {event.item_id}")
        item["definition"] |= {"interactionType": _INTERACTIONS[event.item_type], **_offered(event)}
        right = pattern(event.item_type, event.correct)
        if right:
            item["definition"]["correctResponsesPattern"] = [right]
        return item


def activity(id_: str, type_: str, name: str) -> Json:
    """An Activity object with an English name."""
    return {"objectType": "Activity", "id": id_, "definition": {"type": type_, "name": {"en": name}}}


def _offered(event: ItemAnswered) -> Json:
    if event.item_type == "numeric" or not event.choices:
        return {}
    options = [{"id": option} for option in event.choices]
    if event.item_type != "matching":
        return {"choices": options}
    return {"source": options, "target": [{"id": target} for target in event.targets]}
