"""`lms courses questions import` and `export`, as a trainer runs them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lms import config
from lms.authoring import queries, service
from lms.authoring.files.yaml_text import plain
from lms.cli import main
from lms.content.bundle import Bundle, from_folder, from_zip
from lms.content.loader import read_module
from lms.content.service import import_bundle
from lms.db import open_session, writing

ROOT = Path(__file__).parents[3]
MODULE = "notice-and-listen"
BANK = f"quizzes/{MODULE}.yaml"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
GIFT = "::First words::Who begins? {=The one who asks#Yes. ~The one who waits#No.}\n\n::Write::Write it. {}\n"


class Desk:
    """The command, on a database that has one module, published."""

    def __init__(self, settings: config.Settings) -> None:
        self._url = settings.database
        self._environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database}

    def __call__(self, *arguments: object) -> Result:
        words = ["courses", "questions", *map(str, arguments)]
        return CliRunner(env=self._environment).invoke(main, words)

    def publish(self, bundle: Bundle) -> None:
        with open_session(self._url) as session, writing(session):
            import_bundle(session, bundle, NOW)

    def begin(self) -> None:
        with open_session(self._url) as session, writing(session):
            revision = queries.published(session, MODULE)
            assert revision
            service.begin(session, MODULE, from_zip(revision.files), revision.id, NOW)

    def write(self, text: str) -> None:
        """Put this in the place of the draft's questions."""
        with open_session(self._url) as session, writing(session):
            found = service.lock(session, MODULE)
            assert found
            service.save(session, found, {BANK: text.encode()}, None, NOW)

    def draft(self) -> Bundle:
        with open_session(self._url) as session:
            found = queries.open_draft(session, MODULE)
            assert found
            return queries.bundle(session, found)

    def bank(self) -> dict[str, Any]:
        found = plain(self.draft().files[BANK].decode(), BANK)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def desk(settings: config.Settings, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.delenv("LMS_TEST_POSTGRES_URL", raising=False)
    desk = Desk(settings)
    desk.publish(from_folder(ROOT).of_module(MODULE))
    return desk


@pytest.fixture
def gift(tmp_path: Path) -> Path:
    path = tmp_path / "sample.gift"
    path.write_text(GIFT)
    return path


def test_questions_become_checks_of_the_draft(desk: Desk, gift: Path) -> None:
    desk.begin()
    before = desk.bank()
    result = desk("import", MODULE, gift, "--as", "check", "--outcome", "1.4", "--level", "apply")
    assert result.exit_code == 0
    assert result.output == (
        "1 question taken into the checks\n  first-words\nnot taken:\n"
        "  question 2, line 3, Write: an essay question: nothing here is marked by hand\n"
    )
    after = desk.bank()
    assert after["checks"][:-1] == before["checks"] and after["items"] == before["items"]
    made = after["checks"][-1]
    assert (made["id"], made["type"], made["outcome"], made["level"]) == ("first-words", "single", "1.4", "apply")
    assert read_module(desk.draft(), MODULE).problems == read_module(from_folder(ROOT), MODULE).problems
    assert "  first-words-2\n" in desk("import", MODULE, gift).output


def test_questions_of_one_type_go_into_a_place_of_the_quiz(desk: Desk, gift: Path) -> None:
    desk.begin()
    gift.write_text(GIFT + "\n::How many::How many? {#3}\n")
    result = desk("import", MODULE, gift, "--slot", "s03")
    assert "1 question taken into the quiz, place s03" in result.output
    assert "How many: it is of the type numeric, and the place s03 asks for single" in result.output
    made = desk.bank()["items"][-1]
    assert made["slot"] == "s03" and "outcome" not in made
    assert "the quiz has no place 's99'" in desk("import", MODULE, gift, "--slot", "s99").output


def test_nothing_is_taken_without_a_draft_or_from_a_file_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_text("<!DOCTYPE quiz []>\n<quiz/>")
    assert "no draft of 'notice-and-listen' is open" in desk("import", MODULE, path).output
    desk.begin()
    result = desk("import", MODULE, path)
    assert result.exit_code == 1
    assert "nothing was taken:\nbad.xml:1: it declares a document type" in result.output
    with open_session(desk._url) as session:
        found = queries.open_draft(session, MODULE)
        assert found and found.version == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("items: [", f"{BANK}:1:"),
        ("- a list", "must be mended first"),
        ("module: x\nblueprint: []\nitems: []\nchecks: none\n", "must be mended first"),
    ],
)
def test_a_draft_whose_questions_are_broken_is_left_as_it_is(desk: Desk, gift: Path, text: str, told: str) -> None:
    desk.begin()
    desk.write(text)
    result = desk("import", MODULE, gift)
    assert result.exit_code == 1 and told in result.output
    assert desk.draft().files[BANK] == text.encode()


@pytest.mark.parametrize("format_", ["gift", "moodle", "qti", "qti3"])
def test_what_is_exported_can_be_imported(desk: Desk, tmp_path: Path, format_: str) -> None:
    desk.begin()
    path = tmp_path / "out"
    result = desk("export", MODULE, path, "--format", format_)
    assert result.exit_code == 0
    assert result.output.startswith(f"46 of 46 questions are in {path}\n")
    assert "cannot be said there: its sources (" in result.output
    assert "is there already" in desk("export", MODULE, path, "--format", format_).output
    count = len(desk.bank()["checks"])
    assert "46 questions taken into the checks" in desk("import", MODULE, path).output
    assert len(desk.bank()["checks"]) == count + 46


def test_an_export_says_what_it_leaves_out(desk: Desk, tmp_path: Path) -> None:
    result = desk("export", MODULE, tmp_path / "out.txt", "--format", "aiken")
    assert "22 of 46 questions are in" in result.output
    assert "left out: Aiken has questions with one right answer only (24 questions: " in result.output
    assert "no module 'other' is published here" in desk("export", "other", tmp_path / "x", "--format", "gift").output


def test_an_outcome_that_the_module_has_not_is_refused(desk: Desk, gift: Path) -> None:
    desk.begin()
    before = desk.draft()
    result = desk("import", MODULE, gift, "--outcome", "9.9")
    assert result.exit_code == 1
    assert "nothing was taken: the module has no outcome '9.9'; it has 1.1, " in result.output
    assert desk.draft() == before
