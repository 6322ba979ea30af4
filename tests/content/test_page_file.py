"""One page, as authors write it and mistype it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lms.content.blocks import Callout, Figure, Prose, Reflection
from lms.content.module import Page
from lms.content.page_file import PageFile
from tests.content import sample

MEDIA = {"media/x.svg": sample.SVG.encode(), "media/x.png": b"\x89PNG\r\n\x1a\n"}


def read(body: str, media: Mapping[str, bytes] = MEDIA) -> tuple[Page | None, list[str]]:
    reader = PageFile("p.md", f"---\ntitle: T\n---\n{body}", media)
    page = reader.page("p", "s")
    return page, [str(problem) for problem in sorted(reader.problems)]


def told(body: str) -> str:
    _, problems = read(body)
    assert len(problems) == 1, problems
    return problems[0]


def test_prose_and_blocks_in_their_order_with_their_lines() -> None:
    page, problems = read("\n\nOne.\n\n:::{callout}\ntype: try\n---\nTwo.\n:::\n\nThree.\n")
    assert problems == []
    assert page is not None
    assert [(type(block), block.line) for block in page.blocks] == [(Prose, 6), (Callout, 8), (Prose, 14)]
    assert page.words == 3


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (":::{poll} x\n:::\n", "p.md:4: `:::{poll} x` is no kind of block; use one of"),
        (":::note\nx\n:::\n", "p.md:4: `:::note` is no kind of block"),
        ("x\n\n:::{check} x\n", "p.md:6: the block is not closed; end it with `:::`"),
        ("- x\n\n  :::{check} x\n  :::\n", "p.md:6: a block stands inside a list or a quotation"),
        (":::{check} Not an id!\n:::\n", "p.md:4: `:::{check} Not an id!` is no kind of block"),
        (":::{check} NotAnId\n:::\n", "p.md:4: `id`: “NotAnId” cannot be used; use small letters"),
        (":::{reflection} x\nminutes: 3\n---\na\n---\nb\n:::\n", "p.md:4: a reflection takes 1 to 1 texts"),
        (":::{reflection} x\nminuets: 3\n---\na\n:::\n", "p.md:5: `minuets` is not known here"),
        (":::{reflection} x\nminutes: soon\n---\na\n:::\n", "p.md:5: `minutes`: “soon” is no number; write a number"),
        (":::{reflection} x\n- 3\n---\na\n:::\n", "p.md:5: options are not `name: value` lines"),
        (":::{reflection} x\na: &b c\n---\na\n:::\n", "p.md:5: anchors and aliases are not allowed"),
        (":::{figure} x\nsrc: media/y.svg\nalt: A\n---\n:::\n", "p.md:4: there is no file media/y.svg"),
        (":::{figure} x\nsrc: media/x.svg\n---\n:::\n", "p.md:5: a figure needs `alt`"),
        (":::{figure} x\nsrc: ../secret.svg\nalt: A\n---\n:::\n", "p.md:5: `src`: “../secret.svg” cannot be used"),
        ("# Title\n", "p.md:4: a heading of level 1; use `##`"),
        ("\n<b>bold</b>\n", "p.md:5: `<b>` would be printed as it stands"),
        ("x <!-- y -->\n", "p.md:4: `<!--` would be printed as it stands"),
        ("![x](media/x.png)\n", "p.md:4: `![x](` would be printed as it stands"),
        ("x" * 60_000, "p.md:1: the page is longer than 60,000 characters"),
    ],
)
def test_a_slip_is_told_with_its_line(body: str, problem: str) -> None:
    assert told(body).startswith(problem)


@pytest.mark.parametrize("body", ["a < b and c > d\n", "`<b>` is code\n", "<https://example.org>\n", "2 <3\n"])
def test_signs_that_are_no_markup_are_left_alone(body: str) -> None:
    assert read(body)[1] == []


@pytest.mark.parametrize("name", ["svg", "html", "line", "text", "model", "id"])
def test_no_option_reaches_into_what_is_made(name: str) -> None:
    body = f":::{{figure}} x\nsrc: media/x.png\nalt: A\n{name}: <script>alert(1)</script>\n---\n:::\n"
    assert told(body).startswith(f"p.md:7: `{name}` is not known here")


def test_a_drawing_is_cleaned_into_the_page() -> None:
    page, problems = read(":::{figure} verbs\nsrc: media/x.svg\nalt: A\n---\nLong.\n:::\n")
    assert problems == []
    assert page is not None
    [figure] = page.of_kind(Figure)
    assert 'id="verbs-title"' in figure.svg


@pytest.mark.parametrize("text", ["", "Hello", "---\n", "---\ntitle: T\n", " ---\ntitle: T\n---\n"])
def test_front_matter_is_needed(text: str) -> None:
    reader = PageFile("p.md", text, {})
    assert reader.page("p", "s") is None
    assert str(reader.problems[0]).startswith("p.md:1: there is no front matter")


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("words: 5", "p.md:2: `title` is missing"),
        ("title: T\nwords: 0", "p.md:3: `words` has to be at least 1; write another number"),
        ("title: T\noutcomes: [1.1]", "p.md:3: "),
        ("title: T\ncolour: red", "p.md:3: `colour` is not known here"),
        ("[]", "p.md:2: "),
        ("title: T\nreview_by: soon", "p.md:3: `review_by`"),
    ],
)
def test_front_matter_is_strict(front: str, problem: str) -> None:
    reader = PageFile("p.md", f"---\n{front}\n---\nx\n", {})
    assert reader.page("p", "s") is None
    assert str(reader.problems[0]).startswith(problem)


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    page, problems = read("One\u2028still one\x0cstill one.\n\n:::{reflection} x\nminutes: 3\n---\nWhat?\n:::\n")
    assert problems == []
    assert page is not None
    assert page.of_kind(Reflection)[0].line == 6
    assert page.words == 5


def test_citations_of_prose_and_callouts_are_numbered_together() -> None:
    page, _ = read("A [@b].\n\n:::{callout}\nB [@a!] and [@b].\n:::\n")
    assert page is not None
    assert page.citations.numbers == {"b": 1, "a": 2}
