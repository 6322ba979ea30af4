"""A bundle and a module id become a report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from lms.content.bundle import Bundle
from lms.content.checker import (
    activities,
    citing,
    coverage,
    dated_facts,
    figures,
    language,
    media,
    minutes,
    options,
    people,
    quotations,
    reading,
    story,
    wording,
)
from lms.content.checker.report import Report, Result
from lms.content.checker.subject import Subject
from lms.content.checker.whole import check_whole
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
    activities.reflections,
    activities.commitment,
    citing.citations,
    figures.numbers,
    quotations.quotations,
    dated_facts.dated_facts,
    media.media,
    language.unwanted_words,
    people.cast_balance,
    people.content_notes,
)


def check_module(bundle: Bundle, module_id: str, today: dt.date) -> Report:
    """Measure a module by every rule; what can be read of a broken one is measured too."""
    (report,) = check_modules(bundle, [module_id], today)
    return report


def check_modules(bundle: Bundle, module_ids: Sequence[str], today: dt.date) -> list[Report]:
    """Measure each module by every rule, and then those that can be read together, if there are several."""
    reports, subjects = [], []
    for module_id in module_ids:
        files_read = read_module(bundle, module_id)
        results: tuple[Result, ...] = ()
        if files_read.module:
            subject = Subject(files_read.module, today, files_read.documents)
            subjects.append(subject)
            results = tuple(rule(subject) for rule in RULES)
        reports.append(Report(module_id, results, files_read.problems))
    return [*reports, check_whole(subjects)] if len(subjects) > 1 else reports
