"""Lists of e-mail addresses, as texts and as CSV files."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.roster import addresses
from lms.accounts.roster.addresses import read
from lms.accounts.roster.table import MOST_TOLD

MOST_TIMES = 20
"""So many times a file may be in memory: as bytes, as text, and as the text that is gone through."""


def told(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.what) for one in read(text.encode()).problems]


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org\nben@example.org",
        "\r\n Ada@Example.org \r\n\r\nben@example.org\r\n",
        "email\nada@example.org\nben@example.org\n",
        '\ufeffName,E-mail,Ward\nAda Bell,ada@example.org,9\n"Cole, Ben",ben@example.org,9\n',
        "Name;E-Mail Address\nAda;ada@example.org\nBen;BEN@example.org",
        "Name\tMail\nAda\tada@example.org\nBen\tben@example.org",
        'Name,"E-mail \u00a0 Address "\nAda,ada@example.org\nBen,ben@example.org',
        "ada@example.org\nben@example.org\nADA@example.org",
        "ada@example.org, ben@example.org",
        "ada@example.org;ben@example.org;",
        "Ada Bell <Ada@example.org>\n<ben@example.org>",
        'Bell, Ada <ada@example.org>; "Cole, Ben" <ben@example.org>',
        "ada@example.org, Ben Cole <ben@example.org>, ada@example.org",
        "ada@example.org <ada@example.org>,\tben@example.org",
        "sep=;\nName;Mail\nAda;ada@example.org\nBen;ben@example.org",
        'E-mail,Ward\n"Ada Bell <ada@example.org>",9\nben@example.org,9\n',
    ],
)
def test_one_in_each_line_or_a_column_for_them(text: str) -> None:
    found = read(text.encode())
    assert list(found.lines) == ["ada@example.org", "ben@example.org"]
    assert found.problems == []
    again = read(found.text.encode())
    assert again.lines == found.lines, "each stands in the line in which it stood"
    assert again.twice == found.twice


def test_every_problem_is_told_with_its_line() -> None:
    assert told("ada@example.org\n\nnobody\nben@example.org\nben at example") == [
        (3, "“nobody” is not an e-mail address"),
        (5, "“ben at example” is not an e-mail address"),
    ]
    csv = 'name,email\n"Ada\nBell",ada@example.org\nBen,\nCy,ada@example.org\n'
    found = read(csv.encode())
    assert [(one.line, one.what) for one in found.problems] == [(4, "there is no e-mail address")]
    assert [(one.line, one.what) for one in found.twice] == [(5, "ada@example.org is in line 2 too")]
    assert told(found.text) == [(4, "there is no e-mail address")], "it is not passed over when sent again"
    assert told("name,email\nAda,ada@example.org\nBen\n") == [(3, "1 cells, but the header has 2")]
    assert told("email,email\nada@example.org,ada@example.org") == [(1, "the column email is there twice")]
    assert "a quotation mark" in read(b'name,email\n"Ada,ada@example.org').problems[0].remedy


def test_of_several_in_a_line_the_wrong_one_is_told() -> None:
    assert told("ada@example.org, nobody, ben@example.org\ncy@example.org") == [
        (1, "“nobody” is not an e-mail address")
    ]
    assert told("Ada Bell <ada at example>") == [(1, "“Ada Bell <ada at example>” is not an e-mail address")]
    assert list(read(b"ada@example.org, nobody, ben@example.org").lines) == ["ada@example.org", "ben@example.org"]
    assert told("Bell, Ada") == [(1, "“Bell, Ada” is not an e-mail address")]
    assert told(";") == [(1, "“;” is not an e-mail address")]


def test_what_is_no_text_is_refused() -> None:
    assert read("Zoë@example.org".encode("utf-16")).problems[0].what == "this is not a text in UTF-8"
    assert [one.line for one in read(b"ada@example.org\nb\0n@example.org").problems] == [2]
    assert "\0" not in read(b"ada@example.org\nb\0n@example.org").text


def test_there_is_a_limit_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 2)
    assert told("a@b\n\nb@b") == []
    assert told("a@b\n\nb@b\nc@b") == [(4, "this is address 3")]
    assert told("a@b, b@b\nc@b") == [(2, "this is address 3")]
    assert told("email,x\na@b,\nodd\nb@b,\nc@b,") == [(5, "this is address 3")], "first of all there are too many"
    monkeypatch.setattr(addresses, "MOST_CHARACTERS", 5)
    for text in ("a@b\nb@b", "a@b\r\nb@b"):
        assert told(text) == [(1, "the addresses and the lines between them have 7 characters")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ab\n" * 600_000, "this is address 20,001"),
        (b"email,x\n" + b"a\n" * 900_000, "what comes below is not looked through"),
        (b"email\n" + b"a@b\n" * 450_000, "this is address 20,001"),
    ],
    ids=["plain", "odd", "column"],
)
def test_a_large_file_is_not_kept_in_many_pieces(content: bytes, said: str) -> None:
    tracemalloc.start()
    try:
        found = read(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said in found.problems[-1].what
    assert most < MOST_TIMES * len(content)
    assert len(found.problems) <= MOST_TOLD + 1


CELLS = st.one_of(
    st.text(max_size=12),
    st.text("ab@.,;\t\" '\n", max_size=8),
    st.sampled_from(["ada@example.org", "Ben@Example.org", "email", "mail", "a, e-mail", '"', '"x', "", "A, a@b.c"]),
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.sampled_from(",;\t"), st.booleans(), st.integers(0, 2))
def test_any_file_with_a_column_reads_the_same_again_and_its_lines_can_be_taken_out(
    rows: list[tuple[str, str]], delimiter: str, is_first: bool, blank: int
) -> None:
    file = io.StringIO()
    file.write("\n" * blank)
    writer = csv.writer(file, delimiter=delimiter)
    for name, email in [("Name", "E-mail"), *rows]:
        writer.writerow([email, name] if is_first else [name, email])
    found = read(file.getvalue().encode("utf-8", "replace"))
    assert not any("header" in one.what or "CSV" in one.what for one in found.problems)
    again = read(found.text.encode())
    assert again.lines == found.lines
    assert again.twice == found.twice
    assert [one.line for one in again.problems] == [one.line for one in found.problems]
    # A line may have more than what is wrong in it.
    good = {
        line: ", ".join(one for one, first in found.lines.items() if first == line) for line in found.lines.values()
    }
    bad = {one.line for one in found.problems}
    left = "\n".join(good.get(line, "") if line in bad else text for line, text in enumerate(found.text.split("\n"), 1))
    cleaned = read(left.encode())
    assert cleaned.lines == found.lines
    assert cleaned.problems == []


@given(st.text(max_size=200))
def test_any_text_has_addresses_or_problems_and_reads_the_same_again(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    found = read(text.encode())
    if found.text:
        again = read(found.text.encode())
        assert again.lines == found.lines
        assert len(again.problems) == len(found.problems)
