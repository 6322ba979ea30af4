"""A tool on one sheet: all of it, as large as it can be, whatever its length."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lms.content.bundle import from_folder
from lms.content.loader import load_module
from lms.content.module import Tool
from lms.player.papers import tool_sheet

ROOT = Path(__file__).parents[2]


def printed(tool: Tool, folder: Path) -> list[str]:
    """The words of each page."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (package poppler-utils)")
    path = folder / "tool.pdf"
    path.write_bytes(tool_sheet(tool, "Notice", "Cares", "#0b5d5b"))
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.split("\f") if page.strip()]


def tool(source: str) -> Tool:
    return Tool("card", "Card", "Two steps.", source, "")


def test_the_card_of_the_first_module_is_one_sheet(tmp_path: Path) -> None:
    card = load_module(from_folder(ROOT), "notice-and-listen").tools["check-in-card"]
    (page,) = printed(card, tmp_path)
    assert page.index("Open (1 minute)") < page.index("Return (1 minute)") < page.index("Who to call")
    assert "Interpreter service:" in page


@pytest.mark.parametrize("count", [1, 5, 20])
def test_letters_shrink_until_all_fits(count: int, tmp_path: Path) -> None:
    parts = [f"## Part {number}\n\nAsk, then wait. Say back what you heard.\n" for number in range(count)]
    (page,) = printed(tool("\n".join(parts)), tmp_path)
    assert all(f"Part {number} " in page for number in range(count))


def test_what_fits_on_no_sheet_goes_on_to_the_next(tmp_path: Path) -> None:
    pages = printed(tool("\n\n".join(f"Line {number} of many." for number in range(400))), tmp_path)
    assert len(pages) > 1
    assert "Line 399 of many." in " ".join(pages)
    assert "Line 0 of many." in pages[0]


def test_a_tool_without_headings_or_words_is_set_too(tmp_path: Path) -> None:
    assert printed(tool("Ask, then wait."), tmp_path)
    assert printed(tool("___"), tmp_path)
