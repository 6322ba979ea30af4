"""Reading one's own writing: for a page, for the journal, and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, selectinload

from lms.accounts.models import Person
from lms.accounts.service import Writer, known_data_key
from lms.content.blocks import Block, Commitment, Reflection
from lms.content.library import library
from lms.content.module import Module, Page
from lms.db import as_facts
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_registrations
from lms.reflection.journal import Piece, Volume, volumes
from lms.reflection.models import Entry, EntryVersion
from lms.reflection.prompts import Kind, Prompt, as_prompt, find, kinds, labels
from lms.reflection.sealing import opened
from lms.reflection.sheets import Sheet, sheet
from lms.reflection.words import Words
from lms.reflection.writing import Writing
from lms.vault import SealBrokenError

# Made once: to build a query costs more than to ask it.
_LATEST = select(Entry, EntryVersion).outerjoin(
    EntryVersion, and_(EntryVersion.entry_id == Entry.id, EntryVersion.number == Entry.version)
)
_OF_PERSON = _LATEST.where(Entry.person_id == bindparam("person"))
_ON_PAGE = (
    _OF_PERSON.join(Person, Person.id == Entry.person_id)
    .add_columns(Person.uuid, Person.data_key)
    .where(Entry.module_id == bindparam("module"), Entry.block_id.in_(bindparam("blocks", expanding=True)))
)


class _Author(NamedTuple):
    """As much of a person as is needed to open what they wrote."""

    uuid: UUID
    data_key: bytes | None


@dataclass(frozen=True)
class Version:
    """A text as it was at one time."""

    number: int
    saved_at: dt.datetime
    words: Words | None
    """None if it does not open."""


@dataclass(frozen=True)
class History:
    """The writing on a prompt with all its versions, newest first."""

    writing: Writing
    versions: tuple[Version, ...]


def on_page(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, Sheet]:
    """What the owner of a registration wrote on these blocks."""
    prompts = [prompt for prompt in map(as_prompt, blocks) if prompt]
    if not prompts:
        return {}
    found = own_writing(session, registration.person_id, registration.module_id, [prompt.id for prompt in prompts])
    return {prompt.id: _sheet(prompt, found) for prompt in prompts}


def _sheet(prompt: Prompt, found: Mapping[tuple[str, Kind], Writing]) -> Sheet:
    own, *later = (sheet(prompt, found[prompt.id, kind]) for kind in kinds(prompt))
    return replace(own, addition=later[0] if later else None)


def referred_to(session: Session, registration: Registration, blocks: Sequence[Block]) -> Mapping[str, Piece]:
    """What its owner wrote on the reflections to which these blocks refer, by the blocks that do."""
    wanted = {block.id: block.reflection for block in blocks if isinstance(block, Commitment) and block.reflection}
    module = library.module(session, registration.module_id)
    if not wanted or module is None:
        return {}
    found = own_writing(session, registration.person_id, module.id, list(wanted.values()))
    pieces = {block_id: _piece(module, found[name, Kind.REFLECTION]) for block_id, name in wanted.items()}
    return {block_id: piece for block_id, piece in pieces.items() if piece.writing.is_kept}


def _piece(module: Module, writing: Writing) -> Piece:
    place = find(module, writing.block_id, writing.kind)
    return Piece(writing, labels(place[1], writing.kind) if place else ())


def own_writing(
    session: Session, person_id: int, module_id: str, block_ids: Sequence[str]
) -> dict[tuple[str, Kind], Writing]:
    """What a person wrote on blocks of a module, by block and kind; empty where there is nothing."""
    rows = session.execute(_ON_PAGE, {"person": person_id, "module": module_id, "blocks": block_ids}).all()
    found = {
        (entry.block_id, entry.kind): _read(session, _Author(uuid, data_key), entry, version)
        for entry, version, uuid, data_key in rows
    }
    nothing = {(block_id, kind): Writing(kind, module_id, block_id) for block_id in block_ids for kind in Kind}
    return nothing | found


def own_reflections(session: Session, person: Person, module: Module) -> list[tuple[Page, Piece, int]]:
    """What a person wrote on the reflections of a module, in its order, each with the row that holds it as it is now.

    For who means to show one to somebody: nothing that is empty, or does not open, is among them.
    """
    in_module = _OF_PERSON.where(Entry.module_id == module.id, Entry.kind == Kind.REFLECTION)
    found = {
        entry.block_id: (_read(session, person, entry, version), version.id)
        for entry, version in session.execute(in_module, {"person": person.id})
        if version
    }
    return [
        (page, Piece(writing, labels(block, Kind.REFLECTION)), version_id)
        for page, block in module.blocks()
        if isinstance(block, Reflection) and block.id in found
        for writing, version_id in (found[block.id],)
        if not (writing.is_shut or writing.words.is_empty)
    ]


def own_journal(session: Session, person: Person) -> list[Volume]:
    """All that a person wrote, and the prompts that wait, by module in the order of the programme."""
    rows = session.execute(_OF_PERSON, {"person": person.id}).all()
    writings = [_read(session, person, entry, version) for entry, version in rows]
    return volumes(_modules(session, person, writings), writings)


def _modules(session: Session, person: Person, writings: Sequence[Writing]) -> dict[str, Module | None]:
    programme = library.programme(session)
    planned = [module.id for module in programme.modules] if programme else []
    concerned = {*own_registrations(session, person.id), *(writing.module_id for writing in writings)}
    in_order = [module_id for module_id in planned if module_id in concerned]
    return {module_id: library.module(session, module_id) for module_id in (*in_order, *sorted(concerned - {*planned}))}


def own_history(session: Session, person: Person, entry_id: UUID) -> History | None:
    """A text with its earlier versions; None if it is not this person's, or deleted."""
    row = session.execute(_OF_PERSON.where(Entry.uuid == entry_id), {"person": person.id}).one_or_none()
    if row is None or row[1] is None:
        return None
    entry = row[0]
    newest_first = select(EntryVersion).filter_by(entry_id=entry.id).order_by(EntryVersion.number.desc())
    versions = (
        Version(one.number, one.saved_at, _opened(session, person, entry, one)) for one in session.scalars(newest_first)
    )
    return History(_read(session, person, *row), tuple(versions))


def _read(session: Session, person: Writer, entry: Entry, version: EntryVersion | None) -> Writing:
    words = _opened(session, person, entry, version) if version else Words()
    return Writing(
        entry.kind,
        entry.module_id,
        entry.block_id,
        words or Words(),
        entry.version,
        entry.uuid,
        version.saved_at if version else None,
        entry.first_saved_at,
        is_compared=entry.compared_at is not None,
        is_shut=words is None,
    )


def _opened(session: Session, person: Writer, entry: Entry, version: EntryVersion) -> Words | None:
    try:
        key = known_data_key(session, person)
        return opened(key, version.ciphertext, person.uuid, entry.uuid, version.number)
    except SealBrokenError:
        return None


def own_record(session: Session, person: Person, in_clear: bool) -> dict[str, Any]:
    """What is kept here of a person: what they wrote with all versions, the words only in clear for their author."""
    query = select(Entry).filter_by(person_id=person.id).options(selectinload(Entry.versions)).order_by(Entry.id)
    return {
        "writing": [
            {"module": entry.module_id}
            | as_facts(entry, but={"module_id"})
            | {"versions": [_version_record(session, person, entry, one, in_clear) for one in entry.versions]}
            for entry in session.scalars(query)
        ]
    }


def _version_record(
    session: Session, person: Person, entry: Entry, version: EntryVersion, in_clear: bool
) -> dict[str, Any]:
    words = _opened(session, person, entry, version) if in_clear else None
    return as_facts(version) | {"words": asdict(words) if words else None}
