"""A whole module comes as a zip and becomes the draft."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.authoring import queries
from lms.content.bundle import Bundle, from_zip
from lms.db import db
from tests.authoring.desk import (
    BASE,
    MODULE,
    PNG,
    draft,
    hidden,
    packed,
    published,
    send,
    take,
    trainer,
    upload,
    written,
)
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
ROOT = f"courses/{MODULE}"
PAGE = f"{ROOT}/start/who-cares.md"


def test_the_files_of_the_zip_become_the_draft_byte_for_byte(app: Flask, draft: FlaskClient) -> None:
    files = {path: data.replace(b"\n", b"\r\n") for path, data in sample.bundle().files.items()}
    files[PAGE] += b"\r\n<!-- no -->".replace(b"<!-- no -->", b"One line more,   with spaces.  \r\n")
    files[f"{ROOT}/EDITORIAL.md"] = b"\xef\xbb\xbfA judgement."
    del files[f"{ROOT}/tools/card.md"]
    assert take(draft, packed(files)).status_code == 303, "a page names the tool, and a draft may"
    assert "1 thing has to be mended" in draft.get(BASE).text
    files[f"{ROOT}/tools/card.md"] = b"\xef\xbb\xbf" + sample.TOOL.encode()
    answer = take(draft, packed(files))
    assert answer.status_code == 303
    assert written(app) == files
    assert "1 new" in draft.get(BASE).text
    assert from_zip(draft.get(f"{BASE}/module.zip").data).files == files
    del files[f"{ROOT}/EDITORIAL.md"]
    take(draft, packed(files))
    assert "0 new, 0 changed" in draft.get(BASE).text
    assert "1 taken away" in send_and_look(draft, packed(sample.bundle().files | {}))  # back again
    assert written(app) == dict(sample.bundle().files)


def send_and_look(browser: FlaskClient, data: bytes) -> str:
    take(browser, packed({**from_zip(data).files, f"{ROOT}/EDITORIAL.md": b"x"}))
    take(browser, data)
    return browser.get(BASE).text


def test_a_draft_is_begun_if_none_is_open(app: Flask, trainer: FlaskClient, published: Bundle) -> None:
    assert "in what learners see now" in trainer.get(f"{BASE}/upload").text
    changed = {**published.files, PAGE: published.files[PAGE] + b"\nMore.\n"}
    assert send(trainer, packed(changed)).location == f"{BASE}/upload/sent"
    page = trainer.get(f"{BASE}/upload/sent").text
    assert "a draft would be begun" in page
    assert "<ins>" in page
    assert trainer.submit(f"{BASE}/upload/sent", hidden(page)).location == BASE
    assert written(app) == changed
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found and found.based_on_id


def test_a_picture_in_a_zip_stays_byte_for_byte_and_a_broken_one_is_refused(app: Flask, draft: FlaskClient) -> None:
    path = f"{ROOT}/media/hall.png"
    noted = PNG + b"a note"
    answer = send(draft, packed({**sample.files(), path: PNG[:40]}))
    assert answer.status_code == 422
    assert "the picture is broken or cut short" in answer.text
    assert take(draft, packed({**sample.files(), path: noted})).status_code == 303
    assert written(app)[path] == noted


def test_every_problem_is_told_as_file_and_line_and_nothing_changes(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    files = sample.files()
    files[PAGE] += "\n:::{nonsense}\nOne line.\n\n:::\n"
    files[f"{ROOT}/module.yaml"] = files[f"{ROOT}/module.yaml"].replace("promise:", "promis:")
    files[f"{ROOT}/sources.yaml"] = "sources: *all\n"
    files[f"{ROOT}/media/verbs.svg"] = sample.SVG.replace("<rect", "<script>alert(1)</script><rect")
    files[f"quizzes/{MODULE}.yaml"] = "items: many\n"
    answer = send(draft, packed(files))
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    assert f"{ROOT}/sources.yaml, line 1:" in answer.text
    assert f"{ROOT}/media/verbs.svg, line 1: the drawing has an element &lt;script&gt;" in answer.text
    assert f"quizzes/{MODULE}.yaml, line 1: `items` is no list of parts" in answer.text
    assert written(app) == before
    for path in (f"{ROOT}/sources.yaml", f"{ROOT}/media/verbs.svg", f"quizzes/{MODULE}.yaml"):
        files[path] = sample.files()[path]
    assert take(draft, packed(files)).status_code == 303, "a block that is not known, and a promise that is missing"
    assert "have to be mended before it can be published" in draft.get(BASE).text
    assert draft.get(f"{BASE}/pages/who-cares").status_code == 200
    page = draft.get(f"{BASE}/publish").text
    assert "This has to be mended first:" in page


def test_a_module_that_nobody_has_begins_as_a_draft(app: Flask, trainer: FlaskClient) -> None:
    def begin(files: Mapping[str, bytes | str]) -> TestResponse:
        form = {"zip": upload(packed(files), "module.zip")}
        return trainer.submit("/authoring/new/zip", form, content_type="multipart/form-data")

    assert "is here already" in begin(sample.bundle().of_module(MODULE).files).text
    files = {path.replace(MODULE, "another"): data for path, data in sample.bundle().of_module(MODULE).files.items()}
    assert "the id is" in begin(files).text
    top = "courses/another/module.yaml"
    files[top] = files[top].replace(f"id: {MODULE}".encode(), b"id: another", 1)
    answer = begin(files)
    assert answer.location == "/authoring/another"
    assert "The zip is a draft now" in trainer.get(answer.location).text
    assert from_zip(trainer.get("/authoring/another/module.zip").data).files == files
    assert begin({}).status_code == 422
    assert "put one folder" in begin({"quizzes/x.yaml": "items: []"}).text


def entry(name: str, data: bytes = b"x", link: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        made = zipfile.ZipInfo(name)
        made.external_attr = 0o120777 << 16 if link else 0
        archive.writestr(made, data)
    return stream.getvalue()


def twice() -> bytes:
    data = packed({"courses/a": b"1", "courses/b": b"2"})
    return data.replace(b"courses/b", b"courses/a")


def lying() -> bytes:
    """It says of itself that what it holds is small."""
    data = bytearray(packed({f"{ROOT}/a.md": b"\0" * 50_000_000}))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a way up": (lambda: entry("../../../etc/passwd"), "the name is not allowed here"),
    "a way up inside": (lambda: entry("courses/../../x.md"), "the name is not allowed here"),
    "an absolute name": (lambda: entry("/etc/passwd"), "the name is not allowed here"),
    "a name of Windows": (lambda: entry("courses\\..\\..\\x"), "the name is not allowed here"),
    "a drive": (lambda: entry("C:/x"), "the name is not allowed here"),
    "a name with markup": (lambda: entry("courses/<script>alert(1)</script>"), "the name is not allowed here"),
    "a link": (lambda: entry(f"{ROOT}/a.md", b"/etc/passwd", link=True), "it is a link"),
    "a name twice": (twice, "it is in the archive twice"),
    "a bomb": (lambda: packed({f"{ROOT}/{n}.md": b"\0" * 10_000_000 for n in range(11)}), "more than 500 files or 100"),
    "a large file": (lambda: packed({f"{ROOT}/a.md": b"\0" * 20_000_001}), "larger than 20 MB"),
    "a bomb that lies": (lying, "cannot be read"),
    "many files": (lambda: packed({f"{ROOT}/{n}.md": b"" for n in range(501)}), "more than 500 files or 100 MB"),
    "no zip": (lambda: b"hello", "it cannot be read"),
    "nothing": (lambda: b"", "it cannot be read"),
    "half a zip": (lambda: packed(sample.files())[:5000], "it cannot be read"),
    "an empty zip": (lambda: packed({}), "the file is missing"),
    "another module": (lambda: packed({**sample.files(), "quizzes/other.yaml": "a: 1"}), "no part of the module"),
    "the programme": (lambda: packed({**sample.files(), "courses/programme.yaml": ""}), "no part of the module"),
    "aliases": (
        lambda: packed({**sample.files(), sample.BANK: "a: &a [x]\nb: [*a, *a, *a]\n"}),
        "anchors and aliases are not allowed",
    ),
    "too much text": (
        lambda: packed({**sample.files(), f"{ROOT}/EDITORIAL.md": "x" * 1_000_001}),
        "larger than 1 MB together",
    ),
    "a page as a picture": (
        lambda: packed({**sample.files(), f"{ROOT}/media/a.png": "<html>"}),
        "not what its ending .png says",
    ),
    "a wrong ending": (lambda: packed({**sample.files(), f"{ROOT}/media/a.html": "x"}), "of this kind are not allowed"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_in_words_and_nothing_changes(app: Flask, draft: FlaskClient, case: str) -> None:
    before = written(app)
    make, told = HOSTILE[case]
    answer = send(draft, make())
    assert answer.status_code == 422
    assert told in answer.text
    assert "<script>alert" not in answer.text
    assert written(app) == before


def test_without_a_file_or_a_module_nothing_happens(app: Flask, draft: FlaskClient) -> None:
    assert draft.submit(f"{BASE}/upload").status_code == 422
    assert (
        draft.submit(f"{BASE}/upload", {"zip": upload(b"", "")}, content_type="multipart/form-data").status_code == 422
    )
    assert draft.get("/authoring/none/upload").status_code == 404
    assert draft.submit("/authoring/none/upload").status_code == 404


def test_a_zip_of_a_file_manager_is_taken_and_what_it_added_is_told(app: Flask, draft: FlaskClient) -> None:
    files = sample.files()
    files[f"courses/{MODULE}/module.yaml"] += "\n# changed\n"
    zipped = {f"My folder/{path}": data for path, data in files.items()}
    answer = send(draft, packed({**zipped, "__MACOSX/My folder/._courses": "x", "My folder/.DS_Store": "x"}))
    page = draft.get(answer.location).text
    assert "0 new, 1 changed" in page
    assert "only the computer that made the zip needs them: __MACOSX/My folder/._courses, My folder/.DS_Store." in page


@pytest.mark.parametrize("id_", ["UPPER", "a_b", "a--b", "x" * 65])
def test_a_new_module_whose_id_could_never_be_published_is_refused(app: Flask, trainer: FlaskClient, id_: str) -> None:
    files = {f"courses/{id_}/module.yaml": f"id: {id_}\n", f"quizzes/{id_}.yaml": "items: []\n"}
    form = {"zip": upload(packed(files), "module.zip")}
    answer = trainer.submit("/authoring/new/zip", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "which is no id; call its folder" in answer.text
    assert trainer.get(f"/authoring/{id_}").status_code == 404
