"""A module with hostile words in every text that authors write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from lms.content.bundle import Bundle
from lms.content.loader import load_module
from lms.content.problems import ContentError
from tests.quiz import sample

WORDED = {"text", "stem", "feedback", "unit", "otherwise"}
"""Where a bank has words."""


def poisoned(titles: Sequence[str], texts: Iterable[str]) -> Bundle:
    """A page for each title; all texts on every one, and in every question."""
    pages = [f"page-{number}" for number in range(len(titles))]
    whole = "\n\n".join(texts)
    title, last = json.dumps(titles[0]), json.dumps(titles[-1])
    top = (
        f"id: {sample.MODULE}\ntitle: {title}\nsummary: {last}\npromise: {title}\n"
        f'outcomes: [{{id: "1.1", text: {last}, level: analyse}}]\n'
        f"sections:\n  - {{id: only, title: {last}, minutes: 10, pages: [{', '.join(pages)}, checks, final]}}\n"
        f"support:\n  - {{name: {title}, contact: {last}, detail: {title}, region: UK, review_by: 2027-05-31}}\n"
    )
    files = {path: data.decode() for path, data in sample.bundle().files.items() if "/reading" not in path}
    folder = f"courses/{sample.MODULE}"
    files |= {
        f"{folder}/only/{page}.md": f'---\ntitle: {json.dumps(name)}\nwords: 100\noutcomes: ["1.1"]\n---\n{whole}\n'
        for page, name in zip(pages, titles, strict=True)
    }
    bank = json.loads(files[f"quizzes/{sample.MODULE}.yaml"])
    files |= {f"{folder}/module.yaml": top, f"quizzes/{sample.MODULE}.yaml": json.dumps(_worded(bank, whole), indent=1)}
    return Bundle({path: text.encode() for path, text in files.items()})


def _worded(part: object, words: str) -> object:
    if isinstance(part, list):
        return [_worded(one, words) for one in part]
    if isinstance(part, dict):
        return {
            name: f"{value} {words}" if name in WORDED and isinstance(value, str) else _worded(value, words)
            for name, value in part.items()
        }
    return part


def is_taken(bundle: Bundle) -> bool:
    """Whether it can be imported at all."""
    try:
        load_module(bundle, sample.MODULE)
    except ContentError:
        return False
    return True
