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


def check_programme(bundle: Bundle, module_ids: Sequence[str], today: dt.date) -> Report | None:
    """Measure modules together; None where there are not two that can be read."""
    read = [read_module(bundle, module_id) for module_id in module_ids]
    subjects = [Subject(found.module, today, found.documents) for found in read if found.module]
    return check_whole(subjects) if len(subjects) > 1 else None


def check_module(bundle: Bundle, module_id: str, today: dt.date) -> Report:
    """Measure a module by every rule; what can be read of a broken one is measured too."""
    files_read = read_module(bundle, module_id)
    if files_read.module is None:
        return Report(module_id, (), files_read.problems)
    subject = Subject(files_read.module, today, files_read.documents)
    return Report(module_id, tuple(rule(subject) for rule in RULES), files_read.problems)
