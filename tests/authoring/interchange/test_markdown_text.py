"""Texts of other systems as Markdown: the same words, and nothing that runs."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.authoring.interchange.markdown_text import from_html, from_markdown, from_plain
from lms.content.markup import Text

SIGNS = st.text(st.sampled_from("ab1 .-+*_#>[]()`~|<&;!\\:=\"'\n@2{}"), max_size=60)
ANY = st.text(max_size=80)


def words(text: str) -> list[str]:
    """Visible words; our pages bend quotation marks."""
    for bent, straight in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(bent, straight)
    return text.replace("\xa0", " ").split()


def read(markdown: str) -> list[str]:
    return words(Text(markdown).plain) if markdown else []


@given(SIGNS)
def test_plain_words_are_read_as_they_stand(text: str) -> None:
    assert read(from_plain(text, [])) == words(text)


@given(SIGNS)
def test_words_in_html_are_read_as_they_stand(text: str) -> None:
    assert read(from_html(f"<p>{html.escape(text)}</p>", [])) == words(text)


@given(ANY)
def test_no_text_breaks_the_reader(text: str) -> None:
    for made in (from_plain(text, []), from_html(text, []), from_markdown(text, [])):
        assert not made or Text(made).html is not None
        assert not any(ord(sign) < 32 and sign != "\n" for sign in made)


@pytest.mark.parametrize(
    ("written", "markdown"),
    [
        ("<p>One <b>bold </b>word.</p><p>Two&nbsp;<i>words</i>.</p>", "One **bold** word.\n\nTwo *words*."),
        ("<ul><li>one</li><li>two<ol><li>in</li><li>ner</li></ol></li></ul>", "- one\n- two\n  1. in\n  2. ner"),
        ("First<br>second", "First\\\nsecond"),
        ("<blockquote><p>Said</p></blockquote>", "> Said"),
        ('<a href="https://example.org/a">there</a>', "[there](https://example.org/a)"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("2024-01-02", "2024\\-01-02"),
        ("<b></b><p><em> </em></p>", ""),
    ],
)
def test_simple_html_is_said_in_markdown(written: str, markdown: str) -> None:
    notes: list[str] = []
    assert from_html(written, notes) == markdown
    assert notes == []


@pytest.mark.parametrize(
    ("written", "markdown", "note"),
    [
        ('See <img src="x.png" alt="x"> this', "See this", "a picture was left out"),
        ("a<script>alert(1)</script>b", "ab", "a script was left out"),
        ("a<svg onload='alert(1)'><text>x</text></svg>b", "ab", "a drawing was left out"),
        ("<iframe src='https://example.org'>no</iframe>a", "a", "an embedded page was left out"),
        ("<math><mi>x</mi></math>a", "a", "a formula was left out"),
        ("<video src='x'></video>a", "a", "a recording was left out"),
        ('<a href="javascript:alert(1)">a</a>', "a", "a link that leads nowhere from here was left out"),
        ("x<sup>2</sup>", "x^2", "raised or lowered letters stand in the line, after ^ or _"),
    ],
)
def test_what_does_not_come_along_is_noted(written: str, markdown: str, note: str) -> None:
    notes: list[str] = []
    assert from_html(written, notes) == markdown
    assert notes == [note]


def test_pictures_of_markdown_stay_behind() -> None:
    notes: list[str] = []
    assert from_markdown("See ![a cat](cat.png) *here*", notes) == "See a cat *here*"
    assert notes == ["a picture was left out"]


@given(SIGNS.filter(str.strip))
def test_our_own_markdown_comes_back_from_its_html(text: str) -> None:
    own = Text(f"**{from_plain('a', [])}** {from_plain(text, [])}\n\n- {from_plain('b', [])}\n- *c*")
    again = from_html(own.html, [])
    assert read(again) == read(own.source)


def test_of_several_languages_one_comes_along_and_the_others_are_told() -> None:
    notes: list[str] = []
    html = (
        '<p><span lang="de" class="multilang">Hallo <span>du</span></span>'
        '<span class="multilang" lang="en">Hello</span> you</p>'
    )
    assert from_html(html, notes) == "Hello you"
    assert notes == ["its text in other languages was left out: de (en is kept)"]
    notes.clear()
    assert from_html("<p>{mlang fr}Oui{mlang}{mlang de}Ja{mlang}{mlang other}.{mlang}</p>", notes) == "Oui."
    assert notes == ["its text in other languages was left out: de (fr is kept)"]
    notes.clear()
    assert from_plain("{mlang fr}Oui{mlang}", notes) == "Oui" and not notes


def test_formulas_are_told_in_every_kind_of_text() -> None:
    told = ["a formula stands as it was typed: here there are none"]
    for read_text in (from_plain, from_html, from_markdown):
        for text in (r"So \( f(x) \) it is", "$$x$$", r"\[ x \]", r"<p>&nbsp;\( x \)</p>"):
            notes: list[str] = []
            read_text(text.replace("\\", "\\\\") if read_text is from_markdown else text, notes)
            assert notes == told, (read_text, text)
        notes = []
        read_text("It costs $5 or $$ (much)", notes)
        assert not notes
    from_markdown(r"A \[bracket\] and \(another\)", notes)
    assert not notes
