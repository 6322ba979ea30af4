"""`lms courses diff`: a folder beside what is published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result

from tests.content import sample
from tests.content.test_import_command import Courses, courses, folder

__all__ = ["courses", "folder"]
PAGE = f"{sample.ROOT}/start/who-cares.md"


@pytest.fixture
def imported(courses: Courses, folder: Path) -> Courses:
    assert courses("import", folder).exit_code == 0
    return courses


def test_the_same_is_the_same(imported: Courses, folder: Path) -> None:
    for path in (folder, folder / sample.ROOT):
        answer = imported("diff", sample.MODULE, path)
        assert (answer.exit_code, answer.output) == (0, "")
    answer = imported("diff", sample.MODULE, folder, "--json")
    assert (answer.exit_code, json.loads(answer.output)) == (0, {"module": sample.MODULE, "files": []})


def change(folder: Path) -> None:
    page = folder / PAGE
    page.write_text(page.read_text().replace("Support work", "All work") + "No line feed")
    (folder / sample.ROOT / "tools" / "card.md").unlink()
    (folder / sample.ROOT / "media" / "lift.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    (folder / "courses" / "other-module").mkdir()
    (folder / "courses" / "other-module" / "module.yaml").write_text("id: other-module")


def test_each_difference_is_told(imported: Courses, folder: Path) -> None:
    change(folder)
    answer = imported("diff", sample.MODULE, folder)
    assert answer.exit_code == 1
    assert f"changed: {PAGE}\n--- published/{PAGE}\n+++ folder/{PAGE}\n@@ " in answer.output
    assert "\n-Support work reaches every patient." in answer.output
    assert "\n+All work reaches every patient." in answer.output
    assert "\n+No line feed␄\n" in answer.output
    assert f"removed: {sample.ROOT}/tools/card.md\n" in answer.output
    assert "\n-title: Card\n" in answer.output
    assert f"added: {sample.ROOT}/media/lift.png\n  not a text\n" in answer.output
    assert "other-module" not in answer.output


def test_a_program_is_told_the_same(imported: Courses, folder: Path) -> None:
    change(folder)
    answer = imported("diff", sample.MODULE, folder, "--json")
    assert answer.exit_code == 1
    files = {one["path"]: one for one in json.loads(answer.output)["files"]}
    assert {path: one["change"] for path, one in files.items()} == {
        PAGE: "changed",
        f"{sample.ROOT}/media/lift.png": "added",
        f"{sample.ROOT}/tools/card.md": "removed",
    }
    assert files[f"{sample.ROOT}/media/lift.png"]["diff"] is None
    assert files[PAGE]["diff"][0] == f"--- published/{PAGE}"


def test_other_ends_of_lines_are_seen(imported: Courses, folder: Path) -> None:
    (folder / PAGE).write_bytes((folder / PAGE).read_bytes().replace(b"\n", b"\r\n"))
    answer = imported("diff", sample.MODULE, folder)
    assert (answer.exit_code, "+title: Who cares␍" in answer.output) == (1, True)


def test_what_is_in_a_file_does_not_reach_the_terminal_as_a_command(imported: Courses, folder: Path) -> None:
    (folder / PAGE).write_text("\x1b]0;title\x07\x1b[2J\x9b1m")
    answer = imported("diff", sample.MODULE, folder)
    assert not any(sign in answer.output for sign in "\x1b\x07\x9b")


def trouble(answer: Result, told: str) -> None:
    assert (answer.exit_code, told in answer.output) == (2, True), answer.output


def test_trouble_is_no_difference(imported: Courses, folder: Path, tmp_path: Path) -> None:
    trouble(imported("diff", "nothing-here", folder), "no module 'nothing-here' is published here")
    trouble(imported("diff", "programme", folder), "no module 'programme' is published here")
    (tmp_path / "empty").mkdir()
    trouble(imported("diff", sample.MODULE, tmp_path / "empty"), "there is no module")
    (folder / sample.ROOT / "a b.md").write_text("x")
    trouble(imported("diff", sample.MODULE, folder), "a b.md:1: the name is not allowed here")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK")
    trouble(imported("diff", sample.MODULE, broken), "it cannot be read")
    shutil.rmtree(folder)
    trouble(imported("diff", sample.MODULE, folder), "does not exist")
