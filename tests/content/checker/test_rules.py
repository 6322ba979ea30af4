"""Each rule of the brief: the sample passes it, and one change makes it warn or fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from lms.content.bundle import Bundle
from lms.content.checker.check import RULES, check_module
from lms.content.checker.report import Result
from lms.content.checker.subject import Subject
from lms.content.loader import read_module
from tests.content import sample

TODAY = dt.date(2026, 11, 23)
FILES = sample.files()
MODULE_YAML = f"{sample.ROOT}/module.yaml"
SCENARIO = f"{sample.ROOT}/scenarios/cold-cups.yaml"
SOURCES = f"{sample.ROOT}/sources.yaml"
TOOL = f"{sample.ROOT}/tools/card.md"
SVG = f"{sample.ROOT}/media/verbs.svg"
CARES = f"{sample.ROOT}/start/who-cares.md"
VERBS = f"{sample.ROOT}/start/four-verbs.md"
CLOSING = f"{sample.ROOT}/finish/closing.md"
PLAN = f"{sample.ROOT}/finish/your-plan.md"
UPSET = f"{sample.ROOT}/limits/upset.md"
TRY = f"{sample.ROOT}/check-in/try-it.md"
BANK = sample.BANK


def results(changed: dict[str, str]) -> dict[int, Result]:
    report = check_module(sample.bundle(changed), sample.MODULE, TODAY)
    assert report.problems == ()
    return {result.rule.number: result for result in report.results}


def measured(number: int, changed: dict[str, str], today: dt.date = TODAY) -> Result:
    """One rule alone, which is quicker than all."""
    found = read_module(sample.bundle(changed), sample.MODULE)
    assert found.problems == ()
    assert found.module is not None
    return RULES[number - 1](Subject(found.module, today, found.documents))


def replaced(file: str, old: str, new: str, times: int = 1) -> dict[str, str]:
    assert old in FILES[file]
    return {file: FILES[file].replace(old, new, times)}


def added(file: str, text: str) -> dict[str, str]:
    return {file: f"{FILES[file]}\n{text}\n"}


def test_there_are_26_rules_in_their_order() -> None:
    assert list(results({})) == list(range(1, 27))
    assert len(RULES) == 26


def test_the_sample_passes_them_all_without_a_finding() -> None:
    found = results({})
    assert {number: result.verdict for number, result in found.items() if result.verdict != "pass"} == {}
    assert [finding for number, result in found.items() if number > 1 for finding in result.findings] == []


def shortened_bank() -> Iterator[tuple[int, dict[str, str], str, str]]:
    slots, items = FILES[BANK].split("  - id: s16-b\n")
    yield 9, {BANK: slots + "checks:\n" + items.split("checks:\n")[1]}, "fail", "place s16 of the quiz has 1 question"
    yield 8, {BANK: slots + "checks:\n" + items.split("checks:\n")[1]}, "fail", "1.6 has 3 of 4 it needs: bank item"


LONG = "You " + "and you " * 9 + "go on and on until the very end of it all."
HARD = "Organisational communication necessitates considerable interdisciplinary collaboration. " * 14
NUMBER = "Two in ten, so 20%, said so."
SPEECH = "He wrote “people who feel heard at work stay with us for longer” in a book."

CASES = [
    (1, replaced(PLAN, "minutes: 3.5", "minutes: 9"), "warn", ""),
    (1, replaced(f"{sample.ROOT}/finish/final-quiz.md", "minutes: 18", "minutes: 40"), "fail", "“finish” takes"),
    (
        1,
        replaced(f"{sample.ROOT}/story/the-story.md", "minutes: 15", "minutes: 17"),
        "pass",
        "scenario cold-cups takes about 14.9 min, not 17.0",
    ),
    (2, replaced(CLOSING, "words: 200", "words: 175"), "warn", "budget is 175"),
    (2, replaced(CLOSING, "words: 200", "words: 300"), "fail", "say more"),
    (2, added(PLAN, sample.prose(70)), "warn", "but no budget"),
    (3, {**added(CLOSING, sample.prose(1600)), **added(CARES, sample.prose(2400))}, "fail", ""),
    (4, added(CARES, sample.prose(300)), "warn", "of reading from page"),
    (4, added(CARES, sample.prose(900)), "fail", "put an activity between"),
    (5, added(CARES, HARD * 4), "editor", "reading grade"),
    (6, added(CARES, LONG), "warn", "a sentence of"),
    (6, added(CARES, "You " + "and you " * 20 + "go."), "editor", "make two of it"),
    (7, replaced(MODULE_YAML, "Describe four", "Understand four"), "fail", "begins with “Understand”"),
    (8, replaced(VERBS, '["1.1"]', '["1.2"]') | replaced(CARES, '["1.1"]', '["1.2"]'), "fail", "1.1 has 0 of 1"),
    *shortened_bank(),
    (
        9,
        replaced(BANK, 's15, outcome: "1.6", level: apply, type: n', 's15, outcome: "1.5", level: apply, type: n'),
        "warn",
        "outcome 1.5 has 4 places",
    ),
    (10, replaced(BANK, "        text: ", "        text: and now so "), "warn", "times the shortest"),
    (10, replaced(BANK, "        text: ", f"        text: {'much more ' * 4}"), "fail", "bring options to one length"),
    (13, replaced(BANK, "feedback: They hear", "feedback: No. #"), "fail", "feedback of 1 words"),
    (13, replaced(BANK, "feedback: They hear", "feedback: Wrong. They hear"), "fail", "says “wrong” or “incorrect”"),
    (14, replaced(BANK, "What helps most?", "Which does not help?"), "fail", "a negative stem"),
    (14, replaced(BANK, "        text: ", "        text: Always take "), "fail", "“Always” in an option"),
    (14, replaced(BANK, "        text: ", "        text: All of the above, "), "fail", "“All of the above”"),
    (16, replaced(SCENARIO, "next: scene-2", "next: scene-3", 3), "fail", "no path comes to scene scene-2"),
    (16, replaced(SCENARIO, "next: scene-3", "next: scene-1"), "fail", "can be come to twice"),
    (16, replaced(SCENARIO, "at_least: {heard: 8}", "at_least: {heard: 11}"), "fail", "no path comes to ending good"),
    (16, replaced(SCENARIO, sample.words(150), sample.words(400)), "fail", "paths have 1425 to 1675 words"),
    (16, replaced(SCENARIO, "verdict: best", "verdict: fair"), "fail", "has no best choice"),
    (17, replaced(TRY, "revisit: true", "revisit: false"), "fail", "1 reflections come back"),
    (17, replaced(TRY, " Or choose another example, or skip this.", ""), "fail", "gives no way out"),
    (18, replaced(PLAN, "When my jaw is tight, I will take", "I take"), "fail", "is no if-then plan"),
    (18, replaced(PLAN, "minutes: 3.5", "minutes: 3.5\nfollow_up_days: [7]"), "fail", "follow_up_days: [14, 42]"),
    (19, replaced(SOURCES, "grade: V", "grade: N"), "fail", "has grade N"),
    (19, replaced(SOURCES, "10.1007/s10869-023-09897-5", "dx.10/1"), "fail", "no DOI or https address"),
    (19, replaced(SOURCES, "2026-11-20", "2027-11-20"), "fail", "which is to come"),
    (19, replaced(CARES, "[@good-source!]", "[@good-source]"), "fail", "needs its caveat"),
    (20, added(CARES, NUMBER), "fail", "“0%” has no citation"),
    (20, added(CARES, "It was strong (d = −0.4)."), "fail", "has no citation in its paragraph"),
    (20, replaced(BANK, "feedback: They hear", "feedback: 40% of them hear"), "fail", "“0%” has no source"),
    (21, added(CARES, f"{SPEECH} [@good-source]"), "fail", "a quotation of 11 words"),
    (21, added(CARES, "Smith wrote: “People who feel heard stay for much longer.”"), "fail", "give source and page"),
    (22, replaced(MODULE_YAML, "2027-05-31", "2026-11-23"), "fail", "Samaritans was to be reviewed by 2026-11-23"),
    (22, added(CARES, "The Equality Act 2010 says so."), "fail", "“The Equality Act 2010” has no review date"),
    (22, added(CARES, "Ring 0800 123 456."), "fail", "“0800 123 456” has no review date"),
    (23, replaced(VERBS, "and each leads on to the next one.", "so."), "fail", "say in 40 to 150"),
    (23, replaced(VERBS, "Four boxes.", ""), "fail", "has no long description"),
    (23, replaced(SVG, 'font-size="16"', 'font-size="10"'), "fail", "words that are too small: 'Attend'"),
    (23, replaced(SVG, 'class="d-text"', 'class="d-fill"'), "fail", "words without a class for words"),
    (24, added(CARES, "You simply recognize her."), "warn", "write “recognise”"),
    (24, added(CARES, "It is a menial job."), "warn", "“menial”"),
    (24, added(CARES, "People leave managers, not jobs."), "fail", "leave it out: the research"),
    (24, added(TOOL, "A Radical Candor card."), "fail", "“Radical Candor”"),
    (26, replaced(UPSET, "sensitive: true\n", ""), "fail", "add `sensitive: true`"),
    (26, replaced(UPSET, ":::{content-note}\ntopic: distress\n:::\n", ""), "fail", "begin with `:::{content-note}`"),
]


@pytest.mark.parametrize(
    ("number", "changed", "verdict", "told"), CASES, ids=[f"{case[0]}-{case[3]}" for case in CASES]
)
def test_a_change_is_found(number: int, changed: dict[str, str], verdict: str, told: str) -> None:
    result = measured(number, changed)
    assert ("editor" if result.to_editor else result.verdict) == verdict, result
    if told:
        assert any(told in str(finding) for finding in result.findings), [*map(str, result.findings)]


def test_11_the_key_is_the_longest() -> None:
    result = measured(11, {BANK: sample.bank(key_words=5)})
    assert result.verdict == "fail"
    assert "the key is the longest option; lengthen another option" in str(result.findings[0])


def test_12_the_key_stands_always_first() -> None:
    result = measured(12, {BANK: sample.bank(place=lambda _seed: 0)})
    assert result.to_editor
    assert "22 items in a row have their key in the same place" in str(result.findings[0])
    assert "100%/0%/0%/0%" in str(result.findings[1])


def test_13_the_same_feedback_twice() -> None:
    first, second = [line for line in FILES[BANK].split("\n") if "feedback: They hear" in line][:2]
    result = measured(13, replaced(BANK, second, first))
    assert result.verdict == "fail"
    assert "the same feedback stands in item s01-a" in str(result.findings[0])


def test_15_an_item_twice() -> None:
    head, first, second, rest = FILES[BANK].split("  - id: s01-")[0], *FILES[BANK].split("  - id: s01-")[1:], ""
    second, rest = second.split("  - id: s02-a", 1)
    bank = f"{head}  - id: s01-{first}  - id: s01-b{first.removeprefix('a')}  - id: s02-a{rest}"
    result = measured(15, {BANK: bank})
    assert result.to_editor
    assert "item s01-b is 1.00 like s01-a" in str(result.findings[0])


def test_25_one_role_always_errs() -> None:
    cast = "    cast:\n      - {name: NAME, role: porter, erred: true}\n"
    bank = FILES[BANK]
    for number, name in enumerate(("Amir", "Bea", "Cleo", "Dora", "Emeka", "Fay"), 1):
        bank = bank.replace(f"    slot: s0{number}\n", f"    slot: s0{number}\n{cast.replace('NAME', name)}", 1)
    result = measured(25, {BANK: bank})
    assert result.to_editor
    assert "the role porter makes 75% of all errors" in str(result.findings[0])


def test_what_is_right_is_left_alone() -> None:
    text = (
        "\n\nHe said, “I can't go on like this for another week.”\n\n"
        "> “Two calls at once, and you were on your own.”\n\n"
        "It rose by 20% [@good-source].\n\n"
        "She wrote “people who feel heard at work stay much longer” [@good-source] (p. 12).\n\n"
        "He had just come in. “Just sign it,” said Gary.\n\n"
        "Ring Samaritans on 116 123.\n"
    )
    found = results({**added(CARES, text), **replaced(VERBS, "title:", "review_by: 2027-01-01\ntitle:")})
    assert {
        number: result.findings for number, result in found.items() if number in (20, 21, 22, 24) and result.findings
    } == {}


def test_a_review_date_covers_a_page_until_its_day() -> None:
    page = (
        FILES[CLOSING].replace("words: 200", "words: 200\nreview_by: 2027-01-01") + "\nThe Equality Act 2010 says so.\n"
    )
    assert measured(22, {CLOSING: page}).verdict == "pass"
    assert measured(22, {CLOSING: page}, dt.date(2027, 1, 1)).verdict == "fail"


def test_a_module_without_bank_scenario_or_pages_is_measured() -> None:
    files = {MODULE_YAML: FILES[MODULE_YAML].encode()}
    report = check_module(Bundle(files), sample.MODULE, TODAY)
    assert report.verdict == "fail"
    assert len(report.results) == 26
