"""A person's record is complete: whatever is kept of them is in it, and it is theirs alone."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.db import plain
from lms.migrations.tables import tables
from lms.privacy.parcel import as_page, packed
from lms.privacy.queries import record_of
from lms.privacy.sections import SECTIONS
from tests.privacy.filled import Filler, of_a_person

MakePerson = Callable[..., Person]
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
DOCUMENT = Path(__file__).parents[2] / "docs" / "peoples-data.md"

NOT_TOLD = {
    ("team_pulse", "answers"): "told in steps, since the number itself would say when a colleague has answered",
    ("team_pulse", "forms_used"): "random numbers of others' forms",
    ("team_pulse_count", "statement_id"): "told with the statements of the pulse",
    ("team_pulse_count", "place"): "others' answers, told only in bands",
    ("team_pulse_count", "people"): "others' answers, told only in bands",
    ("person", "password_hash"): "would help whoever steals the file to guess the password",
    ("sign_in", "token_hash"): "is of use to nobody but a thief",
    ("calendar_feed", "token_hash"): "is of use to nobody but a thief",
    ("workshop", "facilitator"): "leads to somebody else",
    ("password_link", "token_hash"): "is of use to nobody but a thief",
    ("export", "key"): "follows from what was asked for",
    ("export_part", "place"): "counts the parts of a file",
    ("statement", "partition"): "follows from the registration",
    ("statement", "body"): "is told as the statement, not as text",
}
# Tables of which no row belongs to one person, and why.
OF_NOBODY = {
    "alarm": "that admins were told of statements that wait",
    "audit_cut": "only says how far the log was cut",
    "assignment": "what is asked of many; told with whom it is asked of",
    "audit_event": "names people by their opaque name; told as `audit`, tested below",
    "draft": "what is being written for all",
    "draft_comment": "said of what is being written for all, by the opaque name",
    "draft_file": "what is being written for all; who saved it, by the opaque name",
    "draft_review": "who was asked to look at what is being written, by the opaque name",
    "timed_publication": "when what is written will be published, and who said so by the opaque name",
    "draft_visit": "who writes now, by the opaque name; gone when the draft is written on or closed",
    "forwarding": "how a statement stands with another store; told with the statement",
    "job_group": "a kind of work; told with who does it",
    "module_comment": "nothing in it leads to who wrote it",
    "rating_count": "only how many people chose what",
    "rating_group": "only how many people answered",
    "relay": "a process",
    "revision": "what is taught; who published it, by the opaque name",
    "roster_run": "how many people a list added or changed; the list itself is kept for a day at most",
    "sent_module": "what is to be taught, for a day at most; who sent it, by the opaque name",
    "sent_questions": "questions of another system, for a day at most; who sent them, by the opaque name",
    "site": "a place; told with who works there",
    "site_parent": "which place was a part of which",
    "store": "a place that statements are sent to",
    "workshop": "what is offered to all; who leads it, by the opaque name. Told with who has a place",
    "tries": "digests of addresses, for a day at most; nobody's own row can be told from another's",
}


@pytest.fixture
def filler(session: Session, person: MakePerson) -> Filler:
    filler = Filler(session)
    filler.fill(person("Zoë Ng"))
    return filler


def test_every_table_is_a_persons_or_says_why_not() -> None:
    ours = {table.name for table in of_a_person()}
    assert ours | set(OF_NOBODY) == set(tables().tables)
    assert not ours & set(OF_NOBODY)


def test_every_column_is_told(session: Session, filler: Filler) -> None:
    person = session.get_one(Person, filler.rows["person"]["id"])
    record = record_of(session, person, NOW, in_clear=True)
    told = set(_leaves(record))
    missing = {
        (table, column)
        for (table, column), value in filler.kept.items()
        if table != "revision" and not {str(one) for one in _leaves(plain(value))} <= told
    }
    assert missing <= set(NOT_TOLD), "tell it in the room's own_record, or say above why not"
    assert json.loads(json.dumps(record)) == record


def test_the_page_shows_all_of_it(session: Session, filler: Filler) -> None:
    person = session.get_one(Person, filler.rows["person"]["id"])
    record = record_of(session, person, NOW, in_clear=True)
    page = as_page(record, "Cares")
    assert set(re.findall(r"Secret\d{4}words", json.dumps(record))) <= set(re.findall(r"Secret\d{4}words", page))


def test_it_is_of_one_person(session: Session, filler: Filler, person: MakePerson) -> None:
    record = record_of(session, session.merge(person("Max Orr")), NOW, in_clear=True)
    assert not re.search("Secret", json.dumps(record))
    assert record["account"]["name"] == "Max Orr"


def test_the_sections_are_those_that_are_explained_and_documented(session: Session, filler: Filler) -> None:
    person = session.get_one(Person, filler.rows["person"]["id"])
    record = record_of(session, person, NOW, in_clear=True)
    assert set(record) - {"form", "made_at", "private_writing"} == set(SECTIONS)
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == list(SECTIONS)
    assert all(record[key] for key in SECTIONS if key != "audit")


def test_what_is_typed_stays_text_in_the_page(session: Session, filler: Filler) -> None:
    person = session.get_one(Person, filler.rows["person"]["id"])
    person.name = "</title><script>alert(1)</script>"
    record = record_of(session, person, NOW, in_clear=True)
    assert "<script" not in as_page(record, "<script>")
    assert packed(record, "Cares")[:2] == b"PK"


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inside in value.values():
            yield from _leaves(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _leaves(inside)
    else:
        yield str(value)
