"""What can be done with private writing: saving, comparing, bringing an earlier text back, deleting."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from lms import events
from lms.accounts.models import Person
from lms.accounts.service import data_key, known_data_key
from lms.content.module import Page
from lms.db import UNSEEN
from lms.outbox.service import record
from lms.progress.service import Activity
from lms.reflection import versions
from lms.reflection.coalescing import Step, goes_on
from lms.reflection.models import Entry, EntryVersion
from lms.reflection.prompts import Kind, Prompt
from lms.reflection.sealing import opened, sealed
from lms.reflection.versions import Head
from lms.reflection.words import Words


@dataclass(frozen=True)
class Draft:
    """A text as it was sent."""

    words: Words
    version: int = 0
    """The version on which it is based."""
    sitting: str = ""
    """The opened page from which it comes."""
    is_deliberate: bool = True
    """Saved by a button."""


class NewerTextError(Exception):
    """The text was changed in another window or on another device since the page was made."""

    def __init__(self, version: int, words: Words) -> None:
        super().__init__(version)
        self.version = version
        self.words = words


def save(session: Session, activity: Activity, page: Page, prompt: Prompt, kind: Kind, draft: Draft) -> int:
    """Keep what someone writes on a prompt; the version that it is now. Raises NewerTextError, and keeps nothing."""
    entry, latest = _entry(session, activity, prompt, kind)
    if entry is None:
        if draft.words.is_empty:
            return 0
        entry = _new_entry(session, activity, prompt, kind)
    _write(session, activity.person, entry, latest, draft, activity.at)
    if kind is Kind.REFLECTION and entry.told_at is None and not draft.words.is_empty:
        entry.told_at = activity.at
        record(session, events.ReflectionSaved(**activity.fact, prompt_id=prompt.id, page_id=page.id))
    return entry.version


def open_model(session: Session, activity: Activity, prompt: Prompt, kind: Kind) -> None:
    """Show someone the model answer, from now on."""
    entry, _ = _entry(session, activity, prompt, kind)
    entry = entry or _new_entry(session, activity, prompt, kind)
    entry.compared_at = entry.compared_at or activity.at


def bring_back(session: Session, person: Person, entry_id: UUID, number: int, at: dt.datetime) -> Entry | None:
    """Make an earlier version the latest again; the ones in between stay. None if the person has no such version."""
    entry = own_entry(session, person, entry_id)
    if entry is None:
        return None
    earlier, latest = _version(session, entry, number), _version(session, entry, entry.version)
    if earlier is None:
        return None
    words = opened(data_key(session, person), earlier.ciphertext, person.uuid, entry.uuid, earlier.number)
    _write(session, person, entry, latest, Draft(words, entry.version), at)
    return entry


def erase(session: Session, person: Person, entry_id: UUID) -> Entry | None:
    """Delete a text with its whole history. None if the person has no such entry.

    What stays tells no words: that there was a text, and its count of saves, so that a page that is still open
    elsewhere does not write it again unseen.
    """
    entry = own_entry(session, person, entry_id)
    if entry:
        session.execute(delete(EntryVersion).filter_by(entry_id=entry.id))
        entry.version, entry.sitting, entry.sitting_from, entry.first_saved_at = entry.version + 1, "", 0, None
    return entry


def own_entry(session: Session, person: Person, entry_id: UUID) -> Entry | None:
    """A person's entry, locked until the end of the transaction; someone else's looks like none."""
    return session.scalar(select(Entry).filter_by(uuid=entry_id, person_id=person.id).with_for_update())


def _version(session: Session, entry: Entry, number: int) -> EntryVersion | None:
    return session.scalar(select(EntryVersion).filter_by(entry_id=entry.id, number=number))


def _entry(
    session: Session, activity: Activity, prompt: Prompt, kind: Kind
) -> tuple[Entry | None, EntryVersion | None]:
    """What is written on a prompt, locked until the end of the transaction, with its latest version."""
    own = {"person_id": activity.person.id, "module_id": activity.module.id, "block_id": prompt.id, "kind": kind}
    is_latest = and_(EntryVersion.entry_id == Entry.id, EntryVersion.number == Entry.version)
    query = select(Entry, EntryVersion).filter_by(**own).outerjoin(EntryVersion, is_latest).with_for_update(of=Entry)
    row = session.execute(query).one_or_none()
    if row is None:
        return None, None
    # PostgreSQL, when it had to wait for the lock, joins the entry as it is now with the versions of before.
    return row[0], row[1] or _version(session, row[0], row[0].version)


def _new_entry(session: Session, activity: Activity, prompt: Prompt, kind: Kind) -> Entry:
    entry = Entry(person_id=activity.person.id, module_id=activity.module.id, block_id=prompt.id, kind=kind, version=0)
    session.add(entry)
    session.flush()
    return entry


def _write(
    session: Session, person: Person, entry: Entry, latest: EntryVersion | None, draft: Draft, at: dt.datetime
) -> None:
    key = known_data_key(session, person) if person.data_key else data_key(session, person)
    now = opened(key, latest.ciphertext, person.uuid, entry.uuid, latest.number) if latest else Words()
    if now.says_the_same(draft.words):  # a second click, or an answer that got lost on the way
        if latest:
            latest.is_deliberate = latest.is_deliberate or draft.is_deliberate
        return
    head = Head(entry.version, entry.sitting or "", entry.sitting_from or 0)
    if not versions.knows(head, draft.version, draft.sitting):
        raise NewerTextError(entry.version, now)
    if latest is None or not goes_on(_step(latest, entry, now), draft.sitting, draft.words.characters, at):
        latest = EntryVersion(entry_id=entry.id, began_at=at)
        session.add(latest)
    after = versions.followed(head, draft.version, draft.sitting)
    entry.version, entry.sitting, entry.sitting_from = after.version, after.sitting, after.sitting_from
    if entry.first_saved_at is None and not draft.words.is_empty:
        entry.first_saved_at = at
    latest.number, latest.saved_at, latest.is_deliberate = entry.version, at, draft.is_deliberate
    latest.ciphertext = sealed(key, draft.words, person.uuid, entry.uuid, entry.version)
    session.flush()


def _step(latest: EntryVersion, entry: Entry, words: Words) -> Step:
    return Step(entry.sitting, latest.began_at, latest.saved_at, words.characters, latest.is_deliberate)


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of what a person wrote."""
    session.execute(delete(Entry).filter_by(person_id=person_id), execution_options=UNSEEN)
