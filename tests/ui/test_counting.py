"""Numbers in sentences."""

from __future__ import annotations

import pytest

from lms.ui.counting import counted, people


@pytest.mark.parametrize(("count", "said"), [(0, "0 people"), (1, "1 person"), (2, "2 people"), (1200, "1,200 people")])
def test_people_are_counted_in_words(count: int, said: str) -> None:
    assert people(count) == said


def test_things_are_counted_in_words() -> None:
    assert [counted(count, "gap") for count in (0, 1, 2)] == ["0 gaps", "1 gap", "2 gaps"]
    assert counted(1, "person is", "people are") == "1 person is"
    assert counted(2, "person is", "people are") == "2 people are"
