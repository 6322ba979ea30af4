"""A whole module from its files: read, or refused with every problem and its line."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.bundle import Bundle
from lms.content.loader import load_module, load_programme, read_module
from lms.content.problems import ContentError
from lms.content.schema import Programme
from tests.content import sample
from tests.work import called

FILES = sample.files()
MODULE_YAML = f"{sample.ROOT}/module.yaml"
SCENARIO = f"{sample.ROOT}/scenarios/cold-cups.yaml"
SOURCES = f"{sample.ROOT}/sources.yaml"
TOOL = f"{sample.ROOT}/tools/card.md"
PLAN = f"{sample.ROOT}/finish/your-plan.md"
SLOT = '  - {id: s01, outcome: "1.1", level: remember, type: single}\n'
CARES = f"{sample.ROOT}/start/who-cares.md"


def problems(changed: dict[str, str | None]) -> list[str]:
    files = {path: text for path, text in {**FILES, **changed}.items() if text is not None}
    with pytest.raises(ContentError) as caught:
        load_module(Bundle({path: text.encode() for path, text in files.items()}), sample.MODULE)
    return [str(problem) for problem in caught.value.problems]


def replaced(file: str, old: str, new: str) -> dict[str, str | None]:
    assert old in FILES[file]
    return {file: FILES[file].replace(old, new, 1)}


def test_a_sound_module_is_whole() -> None:
    module = load_module(sample.bundle(), sample.MODULE)
    assert [len(section.pages) for section in module.sections] == [3, 3, 3, 3, 1, 2, 2, 4]
    assert len(module.bank.items) == 32
    assert module.scenarios["cold-cups"].scene("scene-3").decision == 3
    assert module.tools["card"].title == "Card"
    assert module.section_of(module.pages[0]).id == "start"
    assert module.neighbours(module.pages[0]) == (None, module.pages[1])


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    plain = load_module(sample.bundle(), sample.MODULE)
    windows = {path: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for path, text in FILES.items()}
    windows[f"{sample.ROOT}/media/verbs.svg"] = sample.SVG.encode()
    module = load_module(Bundle(windows), sample.MODULE)
    assert [page.blocks for page in module.pages] == [page.blocks for page in plain.pages]
    assert module.bank == plain.bank


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({CARES: None}, f"{CARES}:1: the file is missing; add it"),
        ({CARES: ""}, f"{CARES}:1: there is no front matter"),
        ({CARES: "---\ntitle: T\n---\n"}, f"{CARES}:1: the page is empty"),
        ({f"{sample.ROOT}/start/extra.md": "x"}, f"{sample.ROOT}/start/extra.md:1: no section lists this page"),
        (replaced(MODULE_YAML, "id: sample-module", "id: other"), f"{MODULE_YAML}:1: the id is 'other'"),
        (replaced(MODULE_YAML, '"1.2"', '"1.1"'), f"{MODULE_YAML}:1: two outcomes have the id '1.1'"),
        (replaced(MODULE_YAML, "title: A sample", "titel: A sample"), f"{MODULE_YAML}:2: `titel` is not known here"),
        (replaced(sample.BANK, "module: sample-module", "module: other"), "`module` names another module"),
        (replaced(sample.BANK, "id: s01-b", "id: s01-a"), f"{sample.BANK}:41: the item id 's01-a' is used already"),
        (replaced(sample.BANK, "id: check-1", "id: s01-a"), "the item id 's01-a' is used already"),
        (replaced(sample.BANK, SLOT, SLOT + SLOT), "two slots have the id 's01'"),
        (replaced(sample.BANK, "    slot: s01\n", ""), f"{sample.BANK}:20: `type` is missing"),
        (replaced(sample.BANK, "    slot: s01\n", "    slot: [s01]\n"), f"{sample.BANK}:20: `type` is missing"),
        (replaced(sample.BANK, "    slot: s01\n", "    slot: s01\n    level: apply\n"), "differs from its slot"),
        (replaced(sample.BANK, "    slot: s01\n", "    slot: s01\n    cites: [no-such]\n"), "no source 'no-such'"),
        (replaced(sample.BANK, "key: true", "key: false"), "a single item needs exactly one option with `key: true`"),
        (replaced(sample.BANK, 'outcome: "1.1"', 'outcome: "9.9"'), "slot 's01': there is no outcome 9.9"),
        ({sample.BANK: "blueprint: 5\nitems: 7\nmodule: x\n"}, f"{sample.BANK}:1: `blueprint`: "),
        ({sample.BANK: "- a\n"}, f"{sample.BANK}:1: "),
        ({sample.BANK: ""}, f"{sample.BANK}:1: "),
        (replaced(SCENARIO, "next: scene-2", "next: scene-9"), "there is no scene 'scene-9'"),
        (replaced(SCENARIO, "{heard: -2}", "{seen: -2}"), "there is no meter 'seen'"),
        (replaced(SCENARIO, "id: middling", "id: good"), "two endings have the id 'good'"),
        (
            replaced(SCENARIO, "title: Bad", "title: Bad, at_least: {heard: 1}"),
            "the last ending must have no `at_least`",
        ),
        (replaced(SCENARIO, "id: cold-cups", "id: warm-cups"), f"{SCENARIO}:1: the id is 'warm-cups', the file"),
        (replaced(SCENARIO, '"1.4", "1.5"', '"1.4", "7.7"'), "there is no outcome 7.7"),
        (replaced(SOURCES, "year: 2023", "year: 2023\n    grade: B"), f"{SOURCES}:6: the key 'grade' stands twice"),
        ({SOURCES: "sources: []\n"}, f"{CARES}:1: there is no source 'good-source'"),
        ({TOOL: "---\n- Card\n---\n"}, f"{TOOL}:2: "),
        ({TOOL: "no front matter"}, f"{TOOL}:1: there is no front matter"),
        ({TOOL: FILES[TOOL] + "As shown [@good-source].\n"}, f"{TOOL}:1: a citation stands where no list of sources"),
        (replaced(SCENARIO, "debrief: You", 'debrief: "[@good-source] You'), f"{SCENARIO}:"),
        (replaced(PLAN, "reflection: hear-least", "reflection: nobody"), f"{PLAN}:5: there is no reflection 'nobody'"),
        (replaced(PLAN, "Write your plan.", "Plan [@good-source]."), f"{PLAN}:5: a citation stands where"),
        ({f"{sample.ROOT}/media/x.html": "<script>"}, f"{sample.ROOT}/media/x.html:1: files of this kind are not"),
        ({f"{sample.ROOT}/finish/final-quiz.md": "---\ntitle: T\n---\nx\n"}, "0 pages hold the quiz"),
        (
            {f"{sample.ROOT}/finish/closing.md": sample.page("T", sample.fence("check no-such"))},
            "closing.md:5: there is no check item 'no-such'",
        ),
        (
            {f"{sample.ROOT}/finish/closing.md": sample.page("T", sample.reflection("mood", False))},
            "the block id 'mood' is used already",
        ),
        (
            {f"{sample.ROOT}/finish/closing.md": sample.page("T", sample.fence("tool no-such"))},
            "closing.md:5: there is no tool 'no-such'",
        ),
        (
            {f"{sample.ROOT}/finish/closing.md": sample.page("T", "x", outcomes='"5.5"')},
            "closing.md:1: there is no outcome 5.5",
        ),
    ],
)
def test_what_is_broken_is_told(changed: dict[str, str | None], told: str) -> None:
    assert any(told in problem for problem in problems(changed)), problems(changed)


def test_all_problems_are_told_at_once_in_the_order_of_files() -> None:
    found = problems(
        {
            **replaced(MODULE_YAML, "title: A sample", "titel: A sample"),
            **replaced(sample.BANK, "key: true", "key: maybe"),
            **replaced(SCENARIO, "title: Cold cups", "title: ''"),
        }
    )
    assert [problem.split(":")[0] for problem in found] == [MODULE_YAML, MODULE_YAML, SCENARIO, sample.BANK]


def test_a_broken_bank_is_not_told_again_for_each_of_its_items() -> None:
    assert len(problems({sample.BANK: "items: ["})) == 1
    assert len(problems({sample.BANK: None})) == 1
    assert len(problems({SOURCES: "sources: ["})) == 1
    assert len(problems({SCENARIO: "id: ["})) == 1


def test_text_that_is_not_utf_8_is_told_with_its_line() -> None:
    files = dict(sample.bundle().files)
    files[CARES] = files[CARES].replace(b"porter", b"p\xf6rter", 1)
    with pytest.raises(ContentError, match=re.escape(f"{CARES}:") + r"\d+: the file is not UTF-8 text"):
        load_module(Bundle(files), sample.MODULE)


def test_a_module_of_absurd_size_is_refused_before_it_is_read() -> None:
    started = time.process_time()
    assert "larger than 1 MB" in problems({f"{sample.ROOT}/start/{n}.md": "x" * 100_000 for n in range(11)})[0]
    assert time.process_time() - started < 0.5


def test_what_is_whole_of_a_broken_module_can_be_measured() -> None:
    files = {path: data for path, data in sample.bundle().files.items() if path != CARES}
    found = read_module(Bundle(files), sample.MODULE)
    assert found.module is not None
    assert found.module.page("four-verbs") is not None
    assert found.module.page("who-cares") is None
    assert len(found.problems) == 1


def test_a_module_that_is_not_there_is_refused() -> None:
    with pytest.raises(ContentError):
        load_module(Bundle({}), "nothing")


def test_programme() -> None:
    text = "id: p\ntitle: P\nsummary: S\nmodules: [{id: a}, {id: b, after_days: 7}]\n"
    programme = load_programme(Bundle({"courses/programme.yaml": text.encode()}))
    assert [module.after_days for module in programme.modules] == [0, 7]
    with pytest.raises(ContentError, match="two modules have the id 'a'"):
        load_programme(Bundle({"courses/programme.yaml": text.replace("id: b", "id: a").encode()}))


def test_the_team_pulse_of_a_programme() -> None:
    head = "id: p\ntitle: P\nsummary: S\nmodules: [{id: a}]\n"
    text = head + "pulse:\n  statements:\n    - {id: listens, text: My manager listens.}\n"

    def read(text: str) -> Programme:
        return load_programme(Bundle({"courses/programme.yaml": text.encode()}))

    assert read(head).pulse is None
    plan = read(text).pulse
    assert plan
    assert (plan.open_days, len(plan.scale), plan.statements[0].text) == (14, 5, "My manager listens.")
    with pytest.raises(ContentError, match="two statements have the id 'listens'"):
        read(text + "    - {id: listens, text: Again.}\n")
    for wrong in ("  open_days: 0\n", "  scale: [No, Yes]\n", "  statement: []\n"):
        with pytest.raises(ContentError, match=r"courses/programme\.yaml:\d+: "):
            read(text + wrong)


def test_a_large_bank_takes_as_much_for_each_item_as_a_small_one() -> None:
    head, items = FILES[sample.BANK].split("items:\n")
    items, checks = items.split("checks:\n")
    taken = []
    for times in (1, 3, 9):
        more = "".join(items.replace("- id: s", f"- id: more{number}-s") for number in range(times - 1))
        bundle = sample.bundle({sample.BANK: f"{head}items:\n{items}{more}checks:\n{checks}"})
        load_module(bundle, sample.MODULE)
        with called() as calls:
            load_module(bundle, sample.MODULE)
        taken.append(calls.count)
    small, medium, large = taken
    assert large - medium < 3.1 * (medium - small)


def _swap_characters(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.choice(b"\n :-{}[]\"'&*!#|>%@`0a\x00\xff")


def _cut(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randint(1, 400)]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randint(1, 200)]
    data[chance.randrange(len(data)) : 0] = piece


def _change_value(data: bytearray, chance: random.Random) -> None:
    value = chance.choice([b"null", b"[]", b"{}", b"-1", b"1e99", b"[[1]]", b"{a: {b: c}}", b"true", b"''", b"x" * 400])
    places = [match.span(1) for match in re.finditer(rb": (\S[^\n]*)", bytes(data))]
    if places:
        start, end = chance.choice(places)
        data[start:end] = value


def _drop_a_line(data: bytearray, chance: random.Random) -> None:
    lines = bytes(data).split(b"\n")
    del lines[chance.randrange(len(lines))]
    data[:] = b"\n".join(lines)


def _shift_lines(data: bytearray, chance: random.Random) -> None:
    lines = bytes(data).split(b"\n")
    start = chance.randrange(len(lines))
    for at in range(start, min(len(lines), start + chance.randint(1, 5))):
        lines[at] = b" " * chance.randint(0, 6) + lines[at].lstrip()
    data[:] = b"\n".join(lines)


MUTATIONS: list[Callable[[bytearray, random.Random], None]] = [
    _swap_characters,
    _cut,
    _repeat,
    _change_value,
    _drop_a_line,
    _shift_lines,
]


# A small bank keeps each try short; the rules it is read by are the same.
SMALL_BANK = "\n".join(FILES[sample.BANK].split("\n")[:62]) + "\n"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_module_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    files = {path: bytearray(data) for path, data in sample.bundle({sample.BANK: SMALL_BANK}).files.items()}
    for path in chance.sample(sorted(files), 3):
        chance.choice(MUTATIONS)(files[path], chance)
    bundle = Bundle({path: bytes(data) for path, data in files.items()})
    try:
        load_module(bundle, sample.MODULE)
    except ContentError as error:
        assert error.problems
        assert all(problem.line >= 1 and problem.what and problem.remedy for problem in error.problems)
