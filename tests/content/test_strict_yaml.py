"""YAML as a stranger could send it."""

from __future__ import annotations

import time
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO
from ruamel.yaml.cyaml import CParser

from lms.content import strict_yaml
from lms.content.problems import ContentError

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


def refusal(text: str) -> str:
    with pytest.raises(ContentError) as caught:
        strict_yaml.load(text, "x.yaml")
    [problem] = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "x.yaml:1: anchors and aliases are not allowed"),
        ("a: 1\nb: *a\n", "x.yaml:2: "),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "x.yaml:4: the key 'c' stands twice"),
        ("{a: 1, a: 2}", "x.yaml:1: the key 'a' stands twice"),
        ("a: !!python/object/apply:os.system ['true']", "x.yaml:1: the tag"),
        ("a: !include x", "x.yaml:1: the tag"),
        ("[" * 100_000, "x.yaml:1: values are nested too deeply"),
        ("- " * 50 + "x", "x.yaml:1: values are nested too deeply"),
        ("? [a, b]\n: c", "x.yaml:1: a key is not a plain word"),
        ("a: 1\n---\nb: 2\n", "x.yaml:3: there is a second document"),
        ("a: [1, 2\nb: 3", "x.yaml:2: this is not valid YAML"),
        ("a: 1\n\tb: 2", "x.yaml:"),
        ("a: \x00", "x.yaml:1: this is not valid YAML"),
        ("a: .inf", "x.yaml:1: '.inf' is no number that can be used"),
        ("a: 1\nb: .nan", "x.yaml:2: '.nan' is no number"),
        ("a: 1e999", "x.yaml:1: '1e999' is no number"),
        ("a: " + "9" * 5000, "x.yaml:1: '999"),
        ("a: 1\nb: 2026-02-31", "x.yaml:2: '2026-02-31' is no day that there is"),
        ("a: 1\nb: {<<: {c: 1}}", "x.yaml:2: the key << is not allowed"),
        ("x" * 600_000, "x.yaml:1: the file is larger than 500 kB"),
    ],
)
def test_what_could_surprise_is_refused_with_its_line(text: str, told: str) -> None:
    started = time.process_time()
    assert refusal(text).startswith(told)
    assert time.process_time() - started < 2


def test_values_are_those_of_yaml_1_2() -> None:
    text = 'a: 12\nb: 0.5\nc: true\nd: null\ne: "12"\nf: no\ng: 0x1F\nh: 2026-01-02\n'
    text += "i: |\n  two\n  lines\nj: [1, {k: v}]\n"
    assert strict_yaml.load(text, "x").data == {
        "a": 12,
        "b": 0.5,
        "c": True,
        "d": None,
        "e": "12",
        "f": "no",
        "g": 31,
        "h": "2026-01-02",
        "i": "two\nlines\n",
        "j": [1, {"k": "v"}],
    }


def test_each_value_knows_its_line() -> None:
    document = strict_yaml.load("a:\n  - b: 1\n    c: 2\n  - d: 3\n", "x", first_line=10)
    assert document.line(("a", 0, "c")) == 12
    assert document.line(("a", 1)) == 13
    assert document.line(("a", 1, "d", "not", "there")) == 13


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab:#'\"- é\n", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("xyz", min_size=1), plain, max_size=4))
def test_what_the_writer_writes_is_read_back(values: dict[str, object]) -> None:
    stream = StringIO()
    YAML().dump(values, stream)
    assert (strict_yaml.load(stream.getvalue(), "x").data or {}) == values


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        strict_yaml.load(text, "x")
    except ContentError as error:
        assert all(problem.line >= 1 for problem in error.problems)


def test_the_quick_parser_is_there() -> None:
    assert isinstance(YAML(typ="safe").get_constructor_parser("a: 1")[1], CParser)


@pytest.mark.parametrize("file", [*Path("courses").rglob("*.yaml"), *Path("quizzes").glob("*.yaml")], ids=str)
def test_the_files_that_are_shipped_are_read_the_quick_way(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def quick_alone(**kinds: object) -> YAML:
        assert not kinds.get("pure")
        return YAML(**kinds)

    monkeypatch.setattr(strict_yaml, "YAML", quick_alone)
    assert strict_yaml.load(file.read_text(encoding="utf-8"), str(file)).data


starts = st.sampled_from(["a: ", "a:\n  ", "- ", "- - ", "a:\n  b: ", "a: [", "a: {b: ", "a: |\n  ", 'a: "'])
yaml_like = st.text("abn01.:#-'\"[]{}|>?,!&*~\\ \n\r\té\x85\u2028\ufeff%", max_size=40)


@hypothesis.settings(max_examples=300)
@given(starts, yaml_like)
@hypothesis.example("a: ", "one\ttwo")
@hypothesis.example("a: ", "one\t")
@hypothesis.example("a: ", ">#")
@hypothesis.example("a:\n  ", "|-# b\n  c")
@hypothesis.example("a: |\n  ", "\n    b")
@hypothesis.example("- ", "\r...\r...")
@hypothesis.example("a: ", "b\n\ufeff")
@hypothesis.example("a:\n  ", "b: \x85a: ")
@hypothesis.example("a: >\n", "  \u2028?")
def test_both_parsers_read_the_same_or_none_does(start: str, text: str) -> None:
    text = start + text
    quick = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "YAML", lambda **kinds: YAML(**{**kinds, "pure": True}))
        in_python = outcome(text)
    assert quick == in_python or (isinstance(quick, str) and isinstance(in_python, str))


@pytest.mark.parametrize("text", ["a: [why?]", "a: [b:]", "a: {b: http://c}", 'a: "\\/"'])
def test_what_only_the_parser_in_python_reads_is_read(text: str) -> None:
    assert isinstance(outcome(text), tuple)


def outcome(text: str) -> tuple[object, object] | str:
    try:
        document = strict_yaml.load(text, "x")
    except ContentError as error:
        return str(error)
    return document.data, document.lines
