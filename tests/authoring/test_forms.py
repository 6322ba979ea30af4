"""Every part of the shipped courses goes through a form and comes out as it was, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from lms.authoring.files.block_text import fields_of_block, values_of, with_values
from lms.authoring.files.page_text import PROSE, pieces
from lms.authoring.files.shape import Field, fields_of
from lms.authoring.files.typed import boxes, read, stepped
from lms.authoring.files.yaml_text import appended, edited, plain
from lms.content.blocks import KINDS
from lms.content.schema import (
    BankFile,
    MatchingItem,
    ModuleFile,
    MultipleItem,
    NumericItem,
    OrderingItem,
    Scenario,
    SingleItem,
    SituationalItem,
    SourcesFile,
)

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "courses").glob("*/*/*.md") if path.parent.name != "tools")
FILES: list[tuple[Path, type[BaseModel]]] = [
    *((path, ModuleFile) for path in sorted((ROOT / "courses").glob("*/module.yaml"))),
    *((path, SourcesFile) for path in sorted((ROOT / "courses").glob("*/sources.yaml"))),
    *((path, Scenario) for path in sorted((ROOT / "courses").glob("*/scenarios/*.yaml"))),
]
ITEMS = {
    "single": SingleItem,
    "multiple": MultipleItem,
    "situational": SituationalItem,
    "ordering": OrderingItem,
    "matching": MatchingItem,
    "numeric": NumericItem,
}


def through_a_form(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """With the line ends of a browser."""
    return read(fields, {name: text.replace("\n", "\r\n") for name, text in boxes(fields, values)})


@pytest.mark.parametrize(("path", "model"), FILES, ids=lambda one: getattr(one, "stem", ""))
def test_a_file(path: Path, model: type[BaseModel]) -> None:
    text = path.read_text(encoding="utf-8")
    assert edited(text, path.name, (), through_a_form(fields_of(model), plain(text, path.name))) == text


@pytest.mark.parametrize("path", sorted((ROOT / "quizzes").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bank(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    bank = plain(text, path.name)
    types = {slot["id"]: slot["type"] for slot in bank["blueprint"]}
    after = text
    for key in ("items", "checks"):
        for place, item in enumerate(bank[key]):
            model = ITEMS[item.get("type") or types[item["slot"]]]
            after = edited(after, path.name, (key, place), through_a_form(fields_of(model), item))
            assert after == text, item["id"]
            if place == 2:  # each change writes a whole bank
                break
    assert BankFile.model_validate(plain(after, path.name))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_blocks_of_a_page(path: Path) -> None:
    for piece in pieces(path.read_text(encoding="utf-8"))[1:]:
        if piece.kind == PROSE:
            continue
        values = values_of(piece.text)
        assert through_a_form(fields_of_block(piece.kind), values) == {
            name: value for name, value in values.items() if value not in (None, False, "", [])
        }
        assert with_values(piece.text, values) == piece.text


def test_every_kind_of_field_is_known() -> None:
    for model in (*KINDS.values(), *ITEMS.values(), ModuleFile, Scenario, SourcesFile):
        assert fields_of(model)


def test_only_what_was_changed_changes() -> None:
    text = "# why\nid: a\ntitle: Old  # said by Ida\nlist:\n  # first\n  - id: x\n    text: |\n      One\n      two\n"
    assert edited(text, "f", ("title",), "New") == text.replace("Old", "New")
    new = edited(text, "f", ("list", 0, "text"), "One\nthree")
    assert new == text.replace("two", "three")
    more = appended(text, "f", ("list",), {"id": "y", "text": "Short"})
    assert more == f"{text}  - id: y\n    text: Short\n"


def test_parts_are_added_moved_and_taken_away() -> None:
    values = {"options": [{"id": "a"}, {"id": "b"}]}
    assert stepped(values, "add", ["options"])["options"] == [{"id": "a"}, {"id": "b"}, {}]
    assert stepped(values, "add", ["targets"])["targets"] == [{}]
    assert stepped(values, "up", ["options", 1])["options"] == [{"id": "b"}, {"id": "a"}]
    assert stepped(values, "down", ["options", 1]) == values
    assert stepped(values, "remove", ["options", 0])["options"] == [{"id": "b"}]
    for nowhere in (["options", 7], ["other", 0], ["options", "id"]):
        assert stepped(values, "remove", nowhere)["options"] == values["options"]
    assert values == {"options": [{"id": "a"}, {"id": "b"}]}
    nested = {"scenes": [{"choices": [{"id": "a"}]}]}
    assert stepped(nested, "add", ["scenes", 0, "choices"])["scenes"][0]["choices"] == [{"id": "a"}, {}]


def test_what_is_no_number_stays_as_it_was_typed() -> None:
    fields = fields_of(NumericItem)
    values = read(fields, {"answer": "about 5", "tolerance": "0.5", "responses.3.value": "7"})
    assert values == {"answer": "about 5", "tolerance": 0.5, "responses": [{"value": 7}]}
