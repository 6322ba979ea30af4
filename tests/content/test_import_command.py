"""`lms courses import` and `export`, as a trainer runs them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lms import config
from lms.cli import main
from lms.content import bundle as bundles
from lms.content.models import Revision
from lms.db import open_session
from tests.content import sample

PROGRAMME = "courses/programme.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in sample.files().items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "files"


class Courses:
    """The command, on a database of its own."""

    def __init__(self, settings: config.Settings) -> None:
        self._url = settings.database
        self._environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database}

    def __call__(self, *arguments: object) -> Result:
        return CliRunner(env=self._environment).invoke(main, ["courses", *map(str, arguments)])

    def stored(self) -> list[tuple[str, int, str]]:
        """Subject, number and standing of every revision."""
        with open_session(self._url) as session:
            query = select(Revision.subject, Revision.number, Revision.standing).order_by(Revision.id)
            return [(subject, number, standing.value) for subject, number, standing in session.execute(query)]


@pytest.fixture
def courses(settings: config.Settings, monkeypatch: pytest.MonkeyPatch) -> Courses:
    monkeypatch.delenv("LMS_TEST_POSTGRES_URL", raising=False)
    return Courses(settings)


def test_what_is_imported_can_be_exported_byte_for_byte(courses: Courses, folder: Path, tmp_path: Path) -> None:
    assert f"{sample.MODULE}: published as revision 1" in courses("import", folder).output
    assert f"{sample.MODULE}: unchanged, revision 1" in courses("import", folder).output
    original = bundles.from_folder(folder).of_module(sample.MODULE)
    archive, target = tmp_path / "out.zip", tmp_path / "out"
    assert courses("export", sample.MODULE, archive).exit_code == 0
    assert bundles.from_zip(archive.read_bytes()) == original
    assert courses("export", sample.MODULE, target).exit_code == 0
    assert bundles.from_folder(target) == original
    assert f"{sample.MODULE}: unchanged, revision 1" in courses("import", archive).output


def test_a_changed_module_supersedes_and_a_draft_does_not(courses: Courses, folder: Path) -> None:
    courses("import", folder)
    module = folder / "courses" / sample.MODULE / "module.yaml"
    module.write_text(module.read_text() + "# one\n")
    assert "kept as a draft as revision 2" in courses("import", module.parent, "--draft").output
    module.write_text(module.read_text() + "# two\n")
    assert "published as revision 3" in courses("import", module.parent).output
    own = [(number, standing) for subject, number, standing in courses.stored() if subject == sample.MODULE]
    assert own == [(1, "superseded"), (2, "draft"), (3, "published")]


def test_every_problem_is_told_at_once_and_nothing_is_imported(courses: Courses, folder: Path) -> None:
    (folder / sample.BANK).write_text("items: [")
    module = folder / "courses" / sample.MODULE / "module.yaml"
    module.write_text(module.read_text().replace("title:", "titel:", 1))
    result = courses("import", folder)
    assert result.exit_code == 1
    assert "nothing was imported" in result.output
    assert f"{sample.BANK}:1:" in result.output and f"courses/{sample.MODULE}/module.yaml:" in result.output
    assert courses.stored() == []


def test_files_of_others_are_not_written_over(courses: Courses, folder: Path, tmp_path: Path) -> None:
    courses("import", folder)
    mine = tmp_path / "out" / sample.BANK
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    result = courses("export", sample.MODULE, tmp_path / "out")
    assert result.exit_code == 1 and str(mine) in result.output
    assert mine.read_text() == "mine" and not (tmp_path / "out" / "courses").exists()
    assert courses("export", sample.MODULE, tmp_path / "out", "--replace").exit_code == 0
    assert mine.read_bytes() == (folder / sample.BANK).read_bytes()


def test_what_is_not_there_is_said(courses: Courses, tmp_path: Path) -> None:
    assert "no module 'nothing' is published" in courses("export", "nothing", tmp_path / "x.zip").output
    assert "there is no module" in courses("import", tmp_path).output
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    assert "cannot be read" in courses("import", broken).output


def test_a_zip_of_a_file_manager_is_imported_and_what_it_added_is_told(courses: Courses, tmp_path: Path) -> None:
    path = tmp_path / "module.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in sample.files().items():
            archive.writestr(f"around/{name}", text)
        archive.writestr("__MACOSX/around/._courses", "x")
    result = courses("import", path)
    assert f"{sample.MODULE}: published as revision 1" in result.output
    assert "left out, since no module needs them: __MACOSX/around/._courses" in result.output
