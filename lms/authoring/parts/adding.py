"""New questions, places, sources, scenes and stories: what is written for them, under ids that nobody has used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from lms.authoring import queries
from lms.authoring.files import parts
from lms.authoring.files.outline import Changes, slug
from lms.authoring.files.parts import Part
from lms.authoring.files.starters import new_item, new_scenario
from lms.authoring.files.yaml_text import appended, dicts, lists, plain, written
from lms.authoring.models import Draft
from lms.authoring.parts.choosing import first_outcome
from lms.authoring.publishing.queries import work_on
from lms.content.problems import ContentError

New = tuple[Changes, str]
"""What changes in the draft, and the id of what is new."""


class UnknownError(Exception):
    """It is for something that there is not, or it is nothing that can be added."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for."""

    kind: str
    title: str
    type: str
    """Of a question or a place."""
    slot: str
    """The place of the quiz that a question is for."""
    scenario: str
    """The story that a scene is for."""


def made(session: Session, draft: Draft, wanted: Wanted, today: dt.date) -> New:
    """Something new for a draft. Raises ContentError and UnknownError."""
    module_id, title = draft.subject, wanted.title
    if wanted.kind == "scenario":
        played = work_on(session, module_id).stories
        id_ = slug(title or "story", [*queries.scenarios(session, draft), *played])
        return {parts.scenario_file(module_id, id_): written(new_scenario(id_, title or "A story"))}, id_
    if wanted.kind == "scene":
        return _scene(session, draft, wanted)
    if wanted.kind == "source":
        return _source(session, draft, title, today)
    return _in_bank(session, draft, wanted)


def used_in(session: Session, draft: Draft, found: Part, name: str) -> set[str]:
    """The ids of what learners have seen in a list of a part: their answers are kept by them."""
    used: set[str] = set()
    for text in queries.published_texts(session, draft.subject, found.file):
        with suppress(ContentError):
            before = parts.find(found.kind, found.id, draft.subject, {found.file: text}.get)
            used |= _ids(before.values.get(name)) if before else set()
    return used


def _in_bank(session: Session, draft: Draft, wanted: Wanted) -> New:
    file = parts.bank_file(draft.subject)
    text = _text(session, draft, file)
    bank = plain(text, file)
    taken = _ids(bank.get("items")) | _ids(bank.get("checks")) | _seen(session, draft, file, ("items", "checks"))
    id_ = slug(wanted.title or "question", taken)
    if wanted.kind == "item":
        type_ = parts.type_of_place(wanted.slot, bank)
        if not type_:
            raise UnknownError(wanted.slot)
        return {file: parts.with_item(text, draft.subject, "items", new_item(type_, id_, slot=wanted.slot))}, id_
    if wanted.type not in parts.ITEMS or wanted.kind not in ("slot", "check"):
        raise UnknownError(wanted.kind)
    outcome = first_outcome(draft.subject, partial(queries.text, session, draft))
    if wanted.kind == "slot":
        return _slot(text, file, bank, wanted.type, outcome)
    return {file: parts.with_item(text, draft.subject, "checks", new_item(wanted.type, id_, outcome=outcome))}, id_


def _slot(text: str, file: str, bank: Any, type_: str, outcome: str) -> New:
    known = _ids(bank.get("blueprint"))
    id_ = next(f"s{number:02}" for number in range(1, len(known) + 2) if f"s{number:02}" not in known)
    values = {"id": id_, "outcome": outcome, "level": "understand", "type": type_}
    return {file: appended(text, file, ("blueprint",), values)}, id_


def _scene(session: Session, draft: Draft, wanted: Wanted) -> New:
    file = parts.scenario_file(draft.subject, wanted.scenario)
    text = _text(session, draft, file)
    scenes = dicts(plain(text, file).get("scenes"))
    id_ = slug(wanted.title or "scene", _ids(scenes) | _seen(session, draft, file, ("scenes",)))
    (scene,) = new_scenario(wanted.scenario, "")["scenes"]
    values = scene | {"id": id_, "title": wanted.title or "A scene", "decision": len(scenes) + 1}
    values["choices"] = [one | {"effects": {}} for one in values["choices"]]
    return {file: appended(text, file, ("scenes",), values)}, f"{wanted.scenario}:{id_}"


def _source(session: Session, draft: Draft, title: str, today: dt.date) -> New:
    file = parts.sources_file(draft.subject)
    text = queries.text(session, draft, file) or "sources: []\n"
    id_ = slug(title or "source", _ids(plain(text, file).get("sources")))
    values = {
        "id": id_,
        "grade": "B",
        "authors": "Who wrote it",
        "year": today.year,
        "title": title or "Title",
        "claim_allowed": "What may be said with it.",
        "checked_on": today.isoformat(),
        "checked_by": "Not checked yet",
    }
    return {file: appended(text, file, ("sources",), values)}, id_


def _text(session: Session, draft: Draft, file: str) -> str:
    text = queries.text(session, draft, file)
    if not text:
        raise UnknownError(file)
    return text


def _seen(session: Session, draft: Draft, file: str, names: Collection[str]) -> set[str]:
    """The ids of what learners have seen in some lists of a file."""
    texts = queries.published_texts(session, draft.subject, file)
    return {id_ for text in texts for found in lists(text, file, names)[0].values() for id_ in _ids(found)}


def _ids(values: Any) -> set[str]:
    return {str(one.get("id")) for one in dicts(values)}
