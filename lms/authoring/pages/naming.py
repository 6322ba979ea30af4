"""Blocks that stand for a question, a story or a tool: what there is, and what is made for a new one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.authoring.files.outline import slug, title_in
from lms.authoring.files.parts import Read, bank_file, scenario_file, with_item
from lms.authoring.files.starters import NEW_TOOL, new_item, new_scenario
from lms.authoring.files.yaml_text import dicts, plain, written
from lms.authoring.parts.choosing import first_outcome

# Quicker than to read every page as Markdown; a fence inside another is none that is shown, and is no harm here.
_FENCE = re.compile(r"^:{3,}\{([a-z-]+)\}[ \t]+([a-z0-9-]+)", re.MULTILINE)
KINDS = ("check", "scenario", "tool")
_WORDS = {"check": "check", "scenario": "story", "tool": "tool"}
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class There:
    """What a module has that blocks can stand for."""

    module_id: str
    checks: Mapping[str, str]
    """Their questions by their ids."""
    stories: Sequence[str]
    tools: Sequence[str]
    read: Read
    used: Mapping[str, str]
    """Ids of blocks on all pages, each with its kind: each may stand there once."""

    @property
    def reflections(self) -> Choices:
        """The reflections of all pages."""
        return [(id_, id_) for id_, kind in self.used.items() if kind == "reflection"]

    @property
    def questions(self) -> Choices:
        """The quick checks, whether or not a page shows them."""
        return [(id_, self._called("check", id_)) for id_ in self.checks]

    def choices(self, kind: str, own: str) -> Choices:
        """What a block of this kind can stand for, and its own."""
        known = {"check": self.checks, "scenario": dict.fromkeys(self.stories), "tool": dict.fromkeys(self.tools)}
        free = [id_ for id_ in known.get(kind, {}) if id_ == own or id_ not in self.used or kind == "tool"]
        return [(id_, self._called(kind, id_)) for id_ in free]

    def _called(self, kind: str, id_: str) -> str:
        """An id, and what one sees of it."""
        seen = {"check": self._stem, "scenario": self._story, "tool": self._tool}[kind](id_)
        return f"{id_}: {seen[:80]}" if seen else id_

    def _stem(self, id_: str) -> str:
        return " ".join(self.checks.get(id_, "").split())

    def _story(self, id_: str) -> str:
        return title_in(self.read(scenario_file(self.module_id, id_)) or "")

    def _tool(self, id_: str) -> str:
        return title_in(self.read(f"courses/{self.module_id}/tools/{id_}.md") or "")


def there(module_id: str, paths: Sequence[str], pages: Mapping[str, str], read: Read) -> There:
    """What is there. Raises ContentError if the questions cannot be read."""
    text = read(bank_file(module_id))
    bank: Any = plain(text, bank_file(module_id)) if text else {}
    checks = bank.get("checks") if isinstance(bank, dict) else None
    return There(
        module_id=module_id,
        checks={str(one["id"]): str(one.get("stem", "")) for one in dicts(checks) if "id" in one},
        stories=_names(paths, f"courses/{module_id}/scenarios/", ".yaml"),
        tools=_names(paths, f"courses/{module_id}/tools/", ".md"),
        read=read,
        used={id_: kind for page in pages.values() for kind, id_ in _FENCE.findall(page)},
    )


def shown_on(pages: Mapping[str, str], kind: str, id_: str) -> list[str]:
    """The files of the pages on which a block stands for this."""
    return sorted(path for path, page in pages.items() if (kind, id_) in _FENCE.findall(page))


def meant(kind: str, found: There, page_id: str, read: Read) -> tuple[str, dict[str, str]]:
    """The id for a new block, and the files to be made for it: nothing, if something waits for its place."""
    waiting = [id_ for id_, _ in found.choices(kind, "") if id_ not in found.used]
    if waiting and kind != "check":
        return waiting[0], {}
    taken = [*found.checks, *found.stories, *found.tools, *found.used]
    id_ = slug(f"{page_id} {_WORDS[kind]}"[:50], taken)
    return id_, _made(kind, id_, found.module_id, read)


def _made(kind: str, id_: str, module_id: str, read: Read) -> dict[str, str]:
    if kind == "scenario":
        return {scenario_file(module_id, id_): written(new_scenario(id_, "A story"))}
    if kind == "tool":
        return {f"courses/{module_id}/tools/{id_}.md": NEW_TOOL}
    file = bank_file(module_id)
    item = new_item("single", id_, outcome=first_outcome(module_id, read))
    return {file: with_item(read(file) or "", module_id, "checks", item)}


def _names(paths: Sequence[str], folder: str, ending: str) -> list[str]:
    return [path.removeprefix(folder).removesuffix(ending) for path in paths if path.startswith(folder)]
