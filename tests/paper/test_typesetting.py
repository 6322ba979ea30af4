"""Papers: what is set is data, whatever it looks like, and a screen reader can read it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from lms.content.tree import tree
from lms.paper.typesetting import pdf

TEMPLATE = """
#import "/common.typ": *
#set document(title: data.title)
#show: look
#heading(level: 1, data.title)
#set-nodes(data.body)
"""
HOSTILE = '#read("/etc/passwd") $x$ `raw` *strong* \\ ] } #panic("no") <label> @ref // gone /* gone */ "'


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "paper.typ"
    path.write_text(TEMPLATE)
    return path


EVERYTHING = """
# One

A *b* **c** [d](https://example.org) `e`
f\\
g

- h ___
- i

> j

___

| k | l |
|---|---|
| m | n |
"""


def paper(title: str, text: str) -> dict[str, Any]:
    """A title and one paragraph."""
    return {"title": title, "body": [{"kind": "paragraph", "body": [{"kind": "text", "text": text}]}]}


def words_in(data: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (package poppler-utils)")
    path = folder / "made.pdf"
    path.write_bytes(data)
    command = ["pdftotext", "-layout", str(path), "-"]
    return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_hostile_text_is_only_text(template: Path, tmp_path: Path) -> None:
    data = pdf(
        template, {"title": HOSTILE, "body": [{"kind": "paragraph", "body": [{"kind": "text", "text": HOSTILE}]}]}
    )
    assert words_in(data, tmp_path).count("".join(HOSTILE.split("//", maxsplit=1)[0].strip())) == 2


def test_it_is_tagged(template: Path) -> None:
    data = pdf(template, {"title": "A card", "body": tree("## Steps\n\n1. Ask\n2. Wait")})
    assert data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in data
    assert b"pdfuaid" in data


def test_every_kind_of_node_is_set(template: Path, tmp_path: Path) -> None:
    words = words_in(pdf(template, {"title": "All", "body": tree(EVERYTHING)}), tmp_path)
    for letter in "bcdefghijkl":
        assert letter in words


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@limits(max_examples=20, deadline=None)
def test_whatever_is_written_can_be_set(template: Path, text: str) -> None:
    assert pdf(template, paper("T", text))


@pytest.mark.parametrize("text", ["🙂 well done", "你好", "مرحبا", "\x1f", "e\u0301"])
def test_what_the_fonts_do_not_have_stops_nobody(template: Path, text: str) -> None:
    assert b"/StructTreeRoot" in pdf(template, paper("T", text))


def test_blanks_are_lines_to_write_on() -> None:
    (paragraph,) = tree("Union: ___ or _____")
    kinds = [node["kind"] for node in paragraph["body"][0]["body"]]
    assert kinds == ["text", "blank", "text", "blank"]
