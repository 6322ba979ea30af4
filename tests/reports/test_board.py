"""The page for a board, looked at as it comes out of a printer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from lms.paper.typesetting import pdf
from lms.reports.coverage.board import MOST_ROWS, TEMPLATE
from tests.paper import sheets

AT = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
MONTHS = 12


def contents(places: int, percent: int | None) -> dict[str, Any]:
    """As much as a large organisation has, with long names."""
    place = {"name": "Hospital of the upper northern valley", "people": "12,345", "band": "60 to 69%", "from": 60}
    hidden = place | {"people": None, "band": None, "from": 0}
    month = {"month": "September 2026", "people": "123,456", "completed": "98,765", "share": 0.8}
    return {
        "title": "Who has completed Managing teams with compassion",
        "organisation": "A foundation of many hospitals",
        "percent": percent,
        "sentence": "98,765 of 123,456 managers at all sites had completed it on 29 November 2026: 80%.",
        "target": "The target is 90%: 12,346 more people have to complete it.",
        "overdue": "Of what was asked by a day, 12,345 are overdue.",
        "sites": [hidden if number % 5 == 4 else place for number in range(places)],
        "left_out": 476 if places == MOST_ROWS else 0,
        "months": [month] * MONTHS,
        "smallest": 5,
        "made": "Made on 29 November 2026 by Somebody-With A-Long-Name.",
        "who": "managers",
        "accent": "#0b5d5b",
    }


@pytest.mark.parametrize(("places", "percent"), [(0, 0), (0, None), (3, 100), (MOST_ROWS, 80)])
def test_it_is_one_tagged_page_with_everything_on_it(tmp_path: Path, places: int, percent: int | None) -> None:
    path = tmp_path / "board.pdf"
    path.write_bytes(pdf(TEMPLATE, contents(places, percent), AT))
    [page] = sheets.pages(path)
    assert sheets.is_tagged(path)
    assert 0.02 < sheets.inked(page) < 0.3, "neither blank nor black"
    words = sheets.text(path)
    assert words.count("September 2026") == MONTHS
    assert words.count("Hospital of the upper northern valley\n") == 0, "a name and its figures stand in one line"
    assert words.count("Hospital of the upper northern valley") == places
    assert words.count("fewer than 5, or hidden") == places // 5
    assert ("And 476 more places." in words) == (places == MOST_ROWS)
