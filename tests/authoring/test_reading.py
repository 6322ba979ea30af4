"""What is read of drafts is kept for the next request, within bounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from lms.authoring import reading
from lms.content.bundle import Bundle
from tests.content import sample

AT = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SIZE = len(sample.files()[f"{sample.ROOT}/media/verbs.svg"])


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(reading, "MOST_MEDIA_BYTES", 2 * SIZE)
    reading._readings.clear()
    yield
    reading._readings.clear()


def test_no_more_media_are_kept_than_is_said() -> None:
    read: list[int] = []

    def look(number: int, more: str = "") -> None:
        files = sample.files()
        files[f"{sample.ROOT}/media/verbs.svg"] += more
        bundle = Bundle({path: text.encode() for path, text in files.items()})
        reading.reading((number, 1, AT), sample.MODULE, lambda: (read.append(number), bundle)[1])

    for number in (1, 2, 1, 3, 1, 2):
        look(number)
    assert read == [1, 2, 3, 2], "what was looked at least lately went"
    for number in (4, 4, 2):
        look(number, " " * 2 * SIZE)
    assert read == [1, 2, 3, 2, 4, 4], "what alone is larger is not kept, and nothing goes for it"
