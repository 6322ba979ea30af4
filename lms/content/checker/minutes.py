"""Rules 1 to 4: the two hours."""

from __future__ import annotations

from collections.abc import Iterator

from lms.content.blocks import WORDS_A_MINUTE, Block, Exercise, Media, ScenarioBlock
from lms.content.checker.report import Result, Rule, Verdict, at_most, within, worst
from lms.content.checker.story_paths import walk
from lms.content.checker.subject import Subject, on
from lms.content.module import Page
from lms.content.problems import Problem
from lms.content.schema import Scenario

COURSE_MINUTES = Rule(1, "Course minutes", "118 to 122", "under 115 or over 125")
PAGE_WORDS = Rule(2, "Page words against budget", "within 10%", "off by more than 20%")
READING_SHARE = Rule(3, "Reading share", "28 to 40%", "over 45%")
READING_RUN = Rule(4, "Active every 8 minutes", "at most 8 min", "over 10 min")
WORDS_WITHOUT_BUDGET = 60
"""A page of activities may have a line or two of prose."""
DECISION_MINUTES = 0.75
REPLAY_MINUTES = 2.0
SCENARIO_SLACK = 1.5
SECTION_SLACK = 1.0
"""Minutes that a section may be off its plan without a word."""


def course_minutes(subject: Subject) -> Result:
    """Reading and doing of all pages; sections and scenarios that are off their plan are told, but do not fail."""
    total = subject.module.minutes
    findings = [
        subject.at(
            subject.module_file,
            ("sections", section.number - 1, "minutes"),
            f"section “{section.title}” takes {section.minutes:.1f} min, its plan says {section.planned_minutes:.1f}",
            "mend the text or the plan",
        )
        for section in subject.module.sections
        if abs(section.minutes - section.planned_minutes) > SECTION_SLACK
    ]
    planned = sum(section.planned_minutes for section in subject.module.sections)
    if abs(planned - 120) > 0.05:
        what = f"the plan of all sections adds up to {planned:.1f} min"
        findings.append(subject.at(subject.module_file, ("sections",), what, "make it 120.0"))
    findings += list(_scenarios_off_plan(subject))
    return COURSE_MINUTES.result(f"{total:.1f} min", within(total, (118, 122), (115, 125)), findings)


def _scenarios_off_plan(subject: Subject) -> Iterator[Problem]:
    """Scenarios whose `minutes` differ from what their words and decisions take."""
    for page, block in subject.module.blocks():
        scenario = subject.module.scenarios.get(block.id) if isinstance(block, ScenarioBlock) else None
        minutes = _scenario_minutes(scenario) if scenario else None
        if minutes and abs(minutes - block.activity_minutes) > SCENARIO_SLACK:
            what = f"scenario {block.id} takes about {minutes:.1f} min, not {block.activity_minutes:.1f}"
            yield on(page, what, "mend `minutes` or the story", block.line)


def _scenario_minutes(scenario: Scenario) -> float | None:
    """A middling path, 45 seconds for each decision, the debrief, and two minutes to play one decision again."""
    paths = walk(scenario)
    if not paths.words or not paths.decisions:
        return None
    words = (paths.words.least + paths.words.most) / 2 + scenario.debrief.words
    decisions = (paths.decisions.least + paths.decisions.most) / 2
    return words / WORDS_A_MINUTE + decisions * DECISION_MINUTES + REPLAY_MINUTES


def page_words(subject: Subject) -> Result:
    """Visible words of prose and callouts against the `words` of the page; no alt text, notes, prompts or items."""
    verdicts, findings = [], []
    for page in subject.module.pages:
        verdict, finding = page_budget(page)
        verdicts.append(verdict)
        findings += [finding] if finding else []
    off = max((abs(_off(page)) for page in subject.module.pages), default=0.0)
    measured = f"{subject.module_words} words, worst page off by {off:.0%}"
    return PAGE_WORDS.result(measured, worst(verdicts), findings)


def _off(page: Page) -> float:
    return page.words / page.words_budget - 1 if page.words_budget else 0.0


def page_budget(page: Page) -> tuple[Verdict, Problem | None]:
    """One page's words against its own budget."""
    if page.words_budget is None:
        if page.words <= WORDS_WITHOUT_BUDGET:
            return "pass", None
        return "warn", on(page, f"{page.words} words, but no budget", "add `words:` to its front matter")
    verdict = at_most(round(abs(_off(page)), 4), 0.10, 0.20)
    if verdict == "pass":
        return verdict, None
    what = f"{page.words} words, the budget is {page.words_budget} ({_off(page):+.0%})"
    return verdict, on(page, what, "cut" if _off(page) > 0 else "say more, or ask for a smaller budget")


def reading_share(subject: Subject) -> Result:
    """Reading of pages as a share of all minutes."""
    total = subject.module.minutes
    share = subject.module_words / WORDS_A_MINUTE / total if total else 0.0
    return READING_SHARE.result(f"{share:.0%}", within(round(share, 4), (0.28, 0.40), (0.0, 0.45)))


def reading_run(subject: Subject) -> Result:
    """The longest stretch with nothing to do; listening and watching count as reading, tasks for the shift as none."""
    longest, findings = 0.0, []
    for minutes, first, last in _runs(subject):
        longest = max(longest, minutes)
        if minutes > 8:
            what = f"{minutes:.1f} min of reading from page {first.id} to page {last.id} with nothing to do"
            findings.append(on(first, what, "put an activity between"))
    return READING_RUN.result(f"{longest:.1f} min", at_most(round(longest, 2), 8, 10), findings)


def _runs(subject: Subject) -> Iterator[tuple[float, Page, Page]]:
    minutes, first, last = 0.0, None, None
    for page, block in subject.module.blocks():
        if _is_activity(block):
            if first and last:
                yield minutes, first, last
            minutes, first = 0.0, None
            continue
        first, last = first or page, page
        minutes += block.words / WORDS_A_MINUTE + block.activity_minutes
    if first and last:
        yield minutes, first, last


def _is_activity(block: Block) -> bool:
    return block.activity_minutes > 0 and not isinstance(block, Media | Exercise)
