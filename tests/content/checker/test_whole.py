"""Several modules measured together: each passes alone, and what clashes between them is found."""

from __future__ import annotations

import datetime as dt

from lms.content.bundle import Bundle
from lms.content.checker.check import check_modules
from lms.content.checker.report import Result
from tests.content import sample

TODAY = dt.date(2026, 11, 23)
SECOND = "another-module"
STARTS = f"courses/{SECOND}/start/who-cares.md"


def second() -> dict[str, str]:
    """The sample once more under another name, with words of its own in every item."""
    files = {path.replace(sample.MODULE, SECOND): text for path, text in sample.files().items()}
    files = {path: text.replace(sample.MODULE, SECOND) for path, text in files.items()}
    bank = f"quizzes/{SECOND}.yaml"
    for place, noun in enumerate(sample.NOUNS):
        files[bank] = files[bank].replace(noun, f"quay{place}")
    return files


def results(changed: dict[str, str]) -> dict[int, Result]:
    files = {**sample.files(), **second(), **changed}
    bundle = Bundle({path: text.encode() for path, text in files.items()})
    *modules, report = check_modules(bundle, [sample.MODULE, SECOND], TODAY)
    assert len(modules) == 2
    return {result.rule.number: result for result in report.results}


def test_one_module_is_no_programme() -> None:
    (report,) = check_modules(sample.bundle(), [sample.MODULE], TODAY)
    assert report.module_id == sample.MODULE


def test_items_that_stand_in_another_module_too_are_found() -> None:
    found = results({f"quizzes/{SECOND}.yaml": sample.files()[sample.BANK].replace(sample.MODULE, SECOND)})
    assert found[15].verdict == "warn"
    assert found[15].to_editor
    assert any(problem.file == f"quizzes/{SECOND}.yaml" for problem in found[15].findings)
    assert found[13].verdict == "fail"


def test_a_source_that_is_told_otherwise_is_found() -> None:
    file = f"courses/{SECOND}/sources.yaml"
    found = results({file: second()[file].replace("year: 2023", "year: 2024")})
    assert found[19].verdict == "fail"
    assert f"another year than in {sample.MODULE}" in str(found[19].findings[0])
    assert results({})[19].verdict == "pass"


def test_a_statement_with_other_words_is_found() -> None:
    file, text = next((file, text) for file, text in second().items() if "I asked a question." in text)
    found = results({file: text.replace("I asked a question.", "I asked two questions.")})
    assert found[27].verdict == "fail"
    assert found[27].findings[0].file == file
    assert results({})[27].verdict == "pass"


def test_minutes_are_those_of_all() -> None:
    assert results({})[1].verdict == "pass"
