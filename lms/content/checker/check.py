"""A bundle and a module id become a report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from lms.content.bundle import Bundle
from lms.content.checker import coverage, evidence, minutes, options, reading, story, wording
from lms.content.checker.report import Report, Result
from lms.content.checker.subject import Subject
from lms.content.loader import read_module

RULES: tuple[Callable[[Subject], Result], ...] = (
    minutes.course_minutes,
    minutes.page_words,
    minutes.reading_share,
    minutes.reading_run,
    reading.reading_grade,
    reading.sentence_lengths,
    coverage.outcomes,
    coverage.coverage,
    coverage.blueprint,
    options.option_length,
    options.key_longest,
    options.key_position,
    wording.feedback,
    wording.banned_forms,
    wording.duplicates,
    story.scenario_graph,
    evidence.citations,
)


def check_module(bundle: Bundle, module_id: str, today: dt.date) -> Report:
    """Measure a module by every rule; what can be read of a broken one is measured too."""
    reading_of_files = read_module(bundle, module_id)
    if reading_of_files.module is None:
        return Report(module_id, (), reading_of_files.problems)
    subject = Subject(reading_of_files.module, today, reading_of_files.documents)
    return Report(module_id, tuple(rule(subject) for rule in RULES), reading_of_files.problems)
