"""What came out of a printer: pages as pictures, and what a PDF says of itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

WHITE = 250
"""From this brightness on, a dot is paper."""


def pages(pdf: Path) -> list[Image.Image]:
    """Each page as a picture in grey, 60 dots an inch; where there is no poppler, the test is skipped."""
    if not shutil.which("pdftoppm"):
        pytest.skip("pdftoppm is not installed (package poppler-utils)")
    subprocess.run(["pdftoppm", "-r", "60", "-gray", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    return [Image.open(one) for one in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]


def inked(page: Image.Image) -> float:
    """The share of a page that is not white, from 0 to 1."""
    counts = page.convert("L").histogram()
    return sum(counts[:WHITE]) / sum(counts)


def lowest(page: Image.Image, ignored: float = 0.1) -> float:
    """How far down the page ink goes, from 0 to 1, but for a part at its foot."""
    body = page.convert("L").crop((0, 0, page.width, int(page.height * (1 - ignored))))
    box = body.point(lambda dot: 255 if dot < WHITE else 0).getbbox()
    return box[3] / page.height if box else 0.0


def is_tagged(pdf: Path) -> bool:
    """Whether its parts are marked for those who have it read aloud."""
    said = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    return re.search(r"^Tagged:\s+yes$", said, re.MULTILINE) is not None


def text(pdf: Path) -> str:
    """Its words in reading order."""
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
