"""Bundles come from strangers as zips, and from disks with links and leftovers."""

from __future__ import annotations

import contextlib
import io
import random
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.bundle import Bundle, from_folder, from_zip
from lms.content.problems import ContentError
from tests.content import sample


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(ContentError) as caught:
        from_zip(data)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "courses/../../evil",
        "/etc/passwd",
        "C:/evil",
        "courses\\..\\evil",
        "courses/.hidden/x",
        "courses/x\n",
        "courses/x\u202ey",
        "other/x",
        "courses/" + "a" * 250,
        "courses/a/b/c/d/e/f/g",
        "courses/ x",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert "the name is not allowed here" in refusal(packed({name: b"x"}))


def test_a_link_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("courses/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "it is a link" in refusal(stream.getvalue())


def test_a_bomb_is_refused_quickly() -> None:
    data = packed({f"courses/m/{n}": b"\0" * 19_000_000 for n in range(6)})
    assert len(data) < 200_000
    started = time.process_time()
    assert "100 MB" in refusal(data)
    assert time.process_time() - started < 1


def test_one_large_file_is_refused() -> None:
    assert "larger than 20 MB" in refusal(packed({"courses/m/x": b"\0" * 20_000_001}))


def test_an_absurd_count_is_refused() -> None:
    assert "more than 500 files" in refusal(packed({f"courses/m/{n}": b"" for n in range(501)}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("courses/m/x", "one")
        archive.writestr("courses/m/x", "two")
    assert "courses/m/x:1: it is in the archive twice" in refusal(stream.getvalue())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_packing_is_refused(method: int) -> None:
    assert "packed in a rare way" in refusal(packed({"courses/m/x": b"x" * 100}, method))


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert "it cannot be read" in refusal(data)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_zip_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(packed({"courses/m/module.yaml": b"id: m\n" * 50, "quizzes/m.yaml": b"items: []\n"}))
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with contextlib.suppress(ContentError):
        from_zip(bytes(data[: chance.randint(1, len(data))] if chance.random() < 0.2 else data))


names = st.from_regex(r"\A(courses|quizzes)/[a-z0-9][a-z0-9_-]{0,8}\.(md|yaml|svg)\Z")


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=200), max_size=6))
def test_folder_zip_and_bundle_are_the_same_byte_for_byte(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, data in files.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(data)
        found = from_folder(root)
    again = from_zip(found.to_zip())
    assert dict(found.files) == files
    assert dict(again.files) == files
    assert again.digest == found.digest == Bundle(files).digest
    assert again.to_zip() == found.to_zip()


def test_the_digest_tells_names_from_contents() -> None:
    assert Bundle({"courses/ab": b"c"}).digest != Bundle({"courses/a": b"bc"}).digest


def test_links_hidden_files_and_leftovers_of_a_folder_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("secret")
    (tmp_path / "courses/m").mkdir(parents=True)
    (tmp_path / "courses/m/module.yaml").write_text("id: m")
    (tmp_path / "courses/m/module.yaml~").write_text("old")
    (tmp_path / "courses/m/.swp").write_text("old")
    (tmp_path / "courses/m/link.md").symlink_to(tmp_path / "secret/key")
    (tmp_path / "courses/m/media").symlink_to(tmp_path / "secret")
    assert list(from_folder(tmp_path).files) == ["courses/m/module.yaml"]


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "courses").mkdir()
    for number in range(501):
        (tmp_path / f"courses/{number}").touch()
    with pytest.raises(ContentError, match="more than 500 files"):
        from_folder(tmp_path)


def test_parts_of_one_module_and_of_the_programme() -> None:
    whole = Bundle({"courses/programme.yaml": b"", "courses/other/module.yaml": b"", **sample.bundle().files})
    assert whole.module_ids == ["other", sample.MODULE]
    assert whole.of_module(sample.MODULE).digest == sample.bundle().digest
    assert list(whole.of_programme().files) == ["courses/programme.yaml"]


def test_a_list_of_a_million_files_is_refused_before_it_is_read() -> None:
    """It takes 60 MB, and read it would take gigabytes: each entry becomes an object."""
    entry = b"PK\x01\x02" + bytes(24) + b"\x01\x00" + bytes(16) + b"a"
    listed = entry * 1_000_000
    end = b"PK\x05\x06" + bytes(8) + len(listed).to_bytes(4, "little") + bytes(6)
    before = time.process_time()
    with pytest.raises(ContentError, match="more than 500 files"):
        from_zip(listed + end)
    assert time.process_time() - before < 1


LEFT = ("__MACOSX/._courses", "courses/m/.DS_Store", "courses/m/media/Thumbs.db", "courses/desktop.ini")


@pytest.mark.parametrize("around", ["", "my module/"])
@pytest.mark.parametrize("stroke", ["/", "\\"])
def test_what_file_managers_make_of_a_zip_is_taken(around: str, stroke: str) -> None:
    files = {"courses/m/module.yaml": b"id: m", "courses/m/media/a.vtt": b"WEBVTT", "quizzes/m.yaml": b"items: []"}
    named = {**{around + name: data for name, data in files.items()}}
    named |= {(name if name.startswith("__") else around + name): b"x" for name in LEFT}
    found = from_zip(
        packed({name.replace("/", stroke): data for name, data in {**named, f"{around}courses/": b""}.items()})
    )
    assert dict(found.files) == files
    assert sorted(found.skipped) == sorted(name if name.startswith("__") else around + name for name in LEFT)
    assert found.of_module("m").skipped == found.skipped


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "names",
    [
        ["courses\\..\\..\\evil"],
        ["x\\..\\..\\evil", "x\\courses\\a"],
        ["C:\\courses\\m\\a"],
        ["\\\\host\\courses\\a"],
        ["../courses/a"],
        ["./courses/a"],
        ["around/../../courses/a"],
        ["/courses/a", "/quizzes/a"],
    ],
)
def test_no_way_out_opens_by_a_folder_around_or_by_backslashes(names: list[str]) -> None:
    assert "is not allowed here" in refusal(packed(dict.fromkeys(names, b"x")))


def test_a_name_with_a_backslash_and_one_with_a_slash_are_the_same() -> None:
    assert "it is in the archive twice" in refusal(packed({"courses\\m\\x": b"1", "courses/m/x": b"2"}))


def test_every_wrong_name_is_told_at_once() -> None:
    told = refusal(packed({"courses/m/a b.md": b"", "notes.txt": b"", "courses/m/c.md": b"", "other/x": b""}))
    assert [line.partition(":")[0] for line in told.splitlines()] == ["courses/m/a b.md", "notes.txt", "other/x"]


def test_what_a_file_manager_adds_counts_for_no_limit() -> None:
    files = {f"courses/m/{n}": b"" for n in range(500)} | {f"__MACOSX/courses/m/._{n}": b"" for n in range(500)}
    assert len(from_zip(packed(files)).files) == 500
