"""Nobody but its author opens private writing: there is no other way in the code, and none at the command line."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.service import VAULT, known_data_key
from lms.config import Settings
from lms.db import open_session
from lms.privacy.queries import record_of
from tests.privacy.test_pages import PASSWORD, TEXT, MakePerson, write_in_private

HOUSE = Path(__file__).parents[2] / "lms"
OPENERS = {
    "unwrap",
    "open_sealed",
    "known_data_key",
    "data_key",
    "opened",
    "_opened",
    "open_plan",
    "open_obstacle",
    "open_ratings",
    "open_shared",
    "_version_record",
    "_ratings",
}
"""Functions that lead from sealed bytes to words."""
ALLOWED = {
    "accounts/parcel.py unseal": "a form on its way through the sign-in page; another key, and bound to its owner",
    "accounts/service.py data_key": "a person's key, for the person who is given",
    "accounts/service.py known_data_key": "the same, to read with",
    "commitment/queries.py _report": "what was said of a plan, for its author and in their copy",
    "commitment/queries.py _state": "a plan on its owner's page and in their copy",
    "commitment/service.py open_obstacle": "with a key that the caller must have",
    "commitment/service.py open_plan": "with a key that the caller must have",
    "commitment/service.py report": "seals",
    "commitment/service.py save_plan": "by whom it is written",
    "commitment/service.py set_days_without_plan": "seals a plan without words",
    "operate/sealing.py check_keys": "looks whether the key of the installation fits a wrapped key; opens no words",
    "player/views.py key_for_device": "a key of the device, for who is signed in",
    "pulse/queries.py _first_elsewhere": "own ratings in other modules, on one's own page",
    "pulse/queries.py _ratings": "with the key of the person who is given",
    "pulse/queries.py on_page": "the owner of the registration, on their page",
    "pulse/queries.py own_record": "the owner's copy, if it is in clear",
    "pulse/service.py _is_alike": "by whom it is answered, to count each person once",
    "pulse/service.py answer": "seals",
    "pulse/service.py open_ratings": "with a key that the caller must have",
    "reflection/queries.py _opened": "with the key of the person who is given",
    "reflection/queries.py _read": "own writing",
    "reflection/queries.py _version_record": "the owner's copy, if it is in clear",
    "reflection/queries.py own_history": "own writing",
    "reflection/queries.py own_record": "the owner's copy, if it is in clear",
    "reflection/sealing.py opened": "with a key that the caller must have",
    "reflection/service.py _write": "by whom it is written",
    "reflection/service.py bring_back": "own writing",
    "workshop/sharing/queries.py _words": "a copy that its author made for this reader, with the reader's own key",
    "workshop/sharing/sealing.py open_shared": "with a key that the caller must have",
    "workshop/sharing/service.py share": "seals, by its author's act",
    "xapi/target.py other_target": "the password of a store; another key, which opens nobody's writing",
}


def test_the_ways_that_open_anything_are_these() -> None:
    found = {f"{path.relative_to(HOUSE)} {name}" for path in HOUSE.rglob("*.py") for name in _opening(path)}
    found = {place for place in found if not place.startswith("vault.py")}
    assert found == set(ALLOWED), "a new way must be for the author alone; say here how that is so"


def test_a_copy_in_clear_is_made_for_its_owner_alone() -> None:
    """`in_clear=True` stands once in the code: in the page, of who is signed in and has given the password."""
    places = [
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        if "in_clear=True" in path.read_text(encoding="utf-8")
    ]
    assert places == ["privacy/views.py"]
    page = (HOUSE / "privacy" / "views.py").read_text(encoding="utf-8")
    assert page.count("in_clear=True") == 1
    assert "person_by_email(session, current_user.email)" in page


def test_the_command_line_has_no_key(session: Session, settings: Settings, person: MakePerson) -> None:
    zoe = person("Zoë Ng", password=PASSWORD)
    write_in_private(session, zoe)
    session.rollback()
    with open_session(settings.database) as own:
        found = own.get_one(Person, zoe.id)
        with pytest.raises(KeyError, match=VAULT):
            known_data_key(own, found)
        told = record_of(own, found, dt.datetime.now(dt.UTC), in_clear=False)
    assert TEXT not in str(told)
    assert told["writing"][0]["versions"][0]["words"] is None


def _opening(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and any(map(_opens, ast.walk(function))):
            yield function.name


def _opens(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    return (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in OPENERS
