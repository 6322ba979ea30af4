"""The documentation of statements names every event and every verb, type and extension that is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lms import events
from lms.xapi import vocabulary

TEXT = (Path(__file__).parents[2] / "docs" / "statements.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("event", [event.__name__ for event in events.Event.__subclasses__()])
def test_every_event_is_in_the_table(event: str) -> None:
    assert f"| `{event}` |" in TEXT


@pytest.mark.parametrize(
    "type_", ["COURSE", "SECTION", "PAGE", "QUIZ", "ITEM", "SIMULATION", "CHECKLIST", "TASK", "SURVEY"]
)
def test_every_type_is_in_the_table(type_: str) -> None:
    assert f"`{getattr(vocabulary, type_)}`" in TEXT


@pytest.mark.parametrize("verb", [verb for verb in vars(vocabulary).values() if isinstance(verb, vocabulary.Verb)])
def test_every_verb_is_named(verb: vocabulary.Verb) -> None:
    assert verb.display in TEXT


def test_every_status_in_the_table_of_delivery_is_tried() -> None:
    rows = TEXT.partition("## Delivery")[2].partition("| command |")[0].splitlines()
    answers = [row.split("|")[1] for row in rows if row.startswith("|")]
    named = {int(status) for answer in answers for status in re.findall(r"\b[2-5]\d\d\b", answer)}
    tried = (Path(__file__).parent / "test_delivery_rows.py").read_text(encoding="utf-8")
    assert len(named) > 15
    assert {status for status in named if not re.search(rf"\b{status}\b", tried)} == set()
