"""Markdown from authors: nothing runs, nothing is lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.markup import Citations, Text, count_words, plain, render

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x][y]\n\n[y]: javascript:alert(1)",
    "```\n<script>alert(1)</script>\n```",
    "```js onload=alert(1)\nx\n```",
    "<!-- --><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>body{display:none}</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "[@x<script>]",
    "{{ 7*7 }} {% include 'x' %}",
    "</p><script>alert(1)</script><p>",
    "\x00<script>alert(1)</script>",
]
_TAG = re.compile(r"<(/?)([a-zA-Z!][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_SAFE = "p br em strong del s ul ol li blockquote h2 h3 h4 code pre hr table thead tbody tr th td a sup span"
_SAFE_TAGS = set(_SAFE.split(" "))


def assert_harmless(html: str) -> None:
    for _, name, attributes in _TAG.findall(html):
        assert name in _SAFE_TAGS, html
        assert not re.search(r"\bon\w+\s*=|\bstyle\s*=|\bsrc\s*=", re.sub(r'"[^"]*"', '""', attributes)), html
        for target in re.findall(r'href="([^"]*)"', attributes):
            assert re.match(r"(https?:|mailto:|tel:|#|[^:]*$)", target), html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_runs(payload: str) -> None:
    assert_harmless(render(payload, Citations()))
    assert_harmless(Text(payload).inline)


@given(st.text(st.sampled_from("<>/\"'=&;:()[]!*_`#|-\n abjsx@{}\\"), max_size=60))
def test_no_mix_of_marks_runs(source: str) -> None:
    assert_harmless(render(source, Citations()))


@pytest.mark.parametrize("source", ["[" * 60_000, "*a_ " * 15_000, "> " * 30_000, "`" * 60_000, "[a](" * 15_000])
def test_no_text_takes_for_ever(source: str) -> None:
    started = time.process_time()
    render(source, Citations())
    # A second or two, also where several tests share a core; for ever would be minutes.
    assert time.process_time() - started < 6


def test_citations_are_numbered_by_first_mention_and_caveats_kept() -> None:
    citations = Citations()
    html = render("One [@b], two [@a!], one again [@b].", citations)
    assert citations.numbers == {"b": 1, "a": 2}
    assert citations.caveats == {"a"}
    assert html.count('href="#source-1"') == 2
    assert plain(html) == "One , two , one again ."


def test_letters_in_brackets_stay_letters() -> None:
    assert plain(render("It goes with listening (r) and (c) stands for cause, not (tm).", Citations())) == (
        "It goes with listening (r) and (c) stands for cause, not (tm)."
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("don't", 1), ("ten-minute talk", 2), ("r = 0.36", 2), ("a, b – c", 3), ("“Fine.”", 1), ("10 000", 2)],
)
def test_words_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert count_words(text) == count


def test_plain_gives_back_what_is_seen() -> None:
    assert plain(render('A < B & *C* "D"\n\n- E\n- F', Citations())) == "A < B & C “D”\nE\nF"
