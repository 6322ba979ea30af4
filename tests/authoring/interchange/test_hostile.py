"""Files that mean harm are refused with their place, and quickly."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.authoring.interchange.formats import READERS, format_of
from lms.authoring.interchange.neutral import MOST_BYTES, Place
from lms.content.problems import ContentError

PLACE = Place("1.1")
BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE quiz [\n'
    '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<quiz>&b;</quiz>'
)
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<quiz>&x;</quiz>'
AWAY = '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/quiz.dtd"><quiz/>'
ITEM = '<assessmentItem identifier="i" title="One"><itemBody/></assessmentItem>'


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("a.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize("name", ["moodle", "qti"])
@pytest.mark.parametrize(
    ("source", "told"),
    [
        (BOMB, "sample:2: it declares a document type or entities"),
        (OUTSIDE, "sample:2: it declares a document type or entities"),
        (AWAY, "sample:1: it declares a document type or entities"),
        ("<quiz>\n<question", "sample:2: it is not well-formed XML"),
        ("<quiz>" + "<a>" * 100_000, "sample:1: there are too many elements in it"),
        ("<quiz>" + "<a/>" * 100_001 + "</quiz>", "sample:1: there are too many elements in it"),
        ("<quiz>" + "x" * MOST_BYTES, "sample:1: the file is larger than 10 MB"),
        ('<?xml version="1.0" encoding="klingon"?><quiz/>', "sample:1: it "),
        ("<html/>", "sample:1: it begins with <html>"),
        ("", "sample:1: it is not well-formed XML"),
    ],
    ids=["bomb", "outside", "away", "broken", "deep", "wide", "huge", "encoding", "other", "empty"],
)
def test_xml_that_means_harm_is_refused(name: str, source: str, told: str) -> None:
    with pytest.raises(ContentError) as error:
        READERS[name](source.encode(), "sample", PLACE)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (zipped(("../a.xml", ITEM.encode())), "leads out of the archive"),
        (zipped(("/a.xml", ITEM.encode())), "leads out of the archive"),
        (zipped(("x/../../a.xml", ITEM.encode())), "leads out of the archive"),
        (zipped((link(), b"/etc/passwd")), "leads out of the archive"),
        (zipped(("a.xml", b" " * (MOST_BYTES + 1)), how=zipfile.ZIP_DEFLATED), "more than 10 MB of XML"),
        (zipped(*((f"{at}.xml", b"") for at in range(2001))), "more than 2,000 files"),
        (zipped(("a.xml", ITEM.encode()), how=zipfile.ZIP_BZIP2), "packed in a rare way"),
        (zipped(("a.xml", ITEM.encode()))[:-30], "cannot be read"),
        (zipped(("a.xml", BOMB.encode())), "sample/a.xml:2: it declares a document type"),
        (zipped(("imsmanifest.xml", OUTSIDE.encode())), "sample/imsmanifest.xml:2: it declares a document type"),
    ],
    ids=["up", "root", "through", "link", "bomb", "many", "rare", "cut", "entity", "manifest"],
)
def test_packages_that_mean_harm_are_refused(source: bytes, told: str) -> None:
    with pytest.raises(ContentError, match=told):
        READERS["qti"](source, "sample", PLACE)


def test_a_package_that_hides_its_size_is_refused() -> None:
    source = zipped(("a.xml", b" " * 100_000), how=zipfile.ZIP_DEFLATED)
    size = (100_000).to_bytes(4, "little")
    with pytest.raises(ContentError):
        READERS["qti"](source.replace(size, (10).to_bytes(4, "little")), "sample", PLACE)


@pytest.mark.parametrize("name", ["gift", "aiken"])
@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"one\n\xff\xfe", "sample:2: the file is not UTF-8 text"),
        (b"one\n\x00", "sample:2: the file is not text"),
        (b"x" * 2_000_001, "sample:1: the file is larger than 2 MB"),
    ],
    ids=["bytes", "null", "huge"],
)
def test_text_that_is_none_is_refused(name: str, source: bytes, told: str) -> None:
    with pytest.raises(ContentError) as error:
        READERS[name](source, "sample", PLACE)
    assert str(error.value).startswith(told)


def test_more_questions_than_a_bank_holds_are_refused() -> None:
    with pytest.raises(ContentError, match="sample:2001: there are more than 1000 questions"):
        READERS["gift"](b"Which? {=a ~b}\n\n" * 1001, "sample", PLACE)


@pytest.mark.parametrize("text", ["<b>" * 40_000, "x" * 50_001, "<a href='" * 2001])
def test_markup_that_is_far_too_long_leaves_its_question_out(text: str) -> None:
    stem = f"<questiontext><text><![CDATA[{text}]]></text></questiontext>"
    source = f"<quiz><question type='multichoice'>{stem}</question></quiz>"
    taken = READERS["moodle"](source.encode(), "sample", PLACE)
    assert [left.reason for left in taken.left] == [
        "one of its texts is longer than 50,000 characters or has more than 2,000 tags"
    ]


@pytest.mark.parametrize(
    "text", ["{" * 50_000, "=" * 50_000, "a {" + "~" * 50_000, "\\" * 50_000, ">A" * 30_000, "::" * 50_000]
)
def test_signs_of_gift_without_end_end(text: str) -> None:
    taken = READERS["gift"](text.encode(), "sample", PLACE)
    assert taken.items == () and len(taken.left) == 1


@pytest.mark.parametrize("text", ["A. x\n" * 300_000, "\n" * 1_900_000], ids=["options", "lines"])
def test_lines_of_aiken_without_end_end(text: str) -> None:
    assert READERS["aiken"](text.encode(), "sample", PLACE).items == ()


def test_pictures_of_markdown_without_end_end() -> None:
    text = "[markdown]" + "![" * 400_000 + "](" * 400_000 + "{\\=a ~b}"
    assert READERS["gift"](text.encode(), "sample", PLACE).items == ()


@given(st.text(max_size=200) | st.text(st.sampled_from("{}=~#%->:\\\n ab1[]$*ANSWER.)"), max_size=120))
def test_any_text_is_read_or_told(text: str) -> None:
    for name in ("gift", "aiken"):
        try:
            READERS[name](text.encode("utf-8", "replace"), "sample", PLACE)
        except ContentError as error:
            assert error.problems[0].line >= 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(source: bytes) -> None:
    for head in (b"", b"<quiz>", b"PK\x03\x04"):
        try:
            READERS[format_of(head + source, "sample")](head + source, "sample", PLACE)
        except ContentError as error:
            assert error.problems
