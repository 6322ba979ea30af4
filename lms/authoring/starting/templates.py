"""The files that a new module begins with."""

from __future__ import annotations

import datetime as dt
import re

from lms.authoring.files.parts import bank_file, module_file
from lms.authoring.files.starters import new_block, new_item
from lms.authoring.files.yaml_text import edited, written
from lms.content.bundle import Bundle

_OUTCOME = "1.1"
_PAGES = {
    "start": ("welcome", "Welcome"),
    "practise": ("try-it", "Try it"),
    "finish": ("quiz", "Quiz"),
}


def template(module_id: str, title: str, today: dt.date) -> Bundle:
    """A small whole module: three sections, a check, a reflection and a quiz of two places with two questions each."""
    files = {
        module_file(module_id): written(_module(module_id, title, today)),
        bank_file(module_id): written(_bank(module_id)),
        f"courses/{module_id}/start/welcome.md": _page("Welcome", "Say here what this is about, and for whom."),
        f"courses/{module_id}/practise/try-it.md": _page(
            "Try it", new_block("check", "first-check"), new_block("reflection", "first-thoughts")
        ),
        f"courses/{module_id}/finish/quiz.md": _page("Quiz", new_block("quiz", "")),
    }
    return Bundle({path: text.encode() for path, text in files.items()})


def copy_of(bundle: Bundle, old_id: str, new_id: str, title: str) -> Bundle:
    """All files of a module under another id and title; ids inside stay, since nobody's work hangs on the copy."""
    inside = re.compile(rf"^(courses|quizzes)/{re.escape(old_id)}(?=[/.])")
    files = {inside.sub(rf"\1/{new_id}", path): data for path, data in bundle.of_module(old_id).files.items()}
    top, bank = module_file(new_id), bank_file(new_id)
    changed = edited(edited(files[top].decode(), top, ("id",), new_id), top, ("title",), title)
    return Bundle(
        files | {top: changed.encode(), bank: edited(files[bank].decode(), bank, ("module",), new_id).encode()}
    )


def _module(module_id: str, title: str, today: dt.date) -> dict[str, object]:
    return {
        "id": module_id,
        "title": title,
        "summary": "One or two sentences about this module.",
        "promise": "You will be able to …",
        "outcomes": [{"id": _OUTCOME, "text": "What learners can do afterwards.", "level": "apply"}],
        "sections": [
            {"id": section, "title": section.capitalize(), "minutes": 10, "pages": [page]}
            for section, (page, _) in _PAGES.items()
        ],
        "support": [
            {
                "name": "Your employee support line",
                "contact": "See your staff noticeboard or intranet",
                "review_by": today.replace(day=1, month=1, year=today.year + 1).isoformat(),
            }
        ],
    }


def _bank(module_id: str) -> dict[str, object]:
    slots = [
        {"id": f"s0{number}", "outcome": _OUTCOME, "level": level, "type": "single"}
        for number, level in ((1, "understand"), (2, "apply"))
    ]
    items = [
        new_item("single", f"question-{slot['id']}-{letter}", slot=str(slot["id"])) for slot in slots for letter in "ab"
    ]
    return {
        "module": module_id,
        "blueprint": slots,
        "items": items,
        "checks": [new_item("single", "first-check", outcome=_OUTCOME)],
    }


def _page(title: str, *blocks: str) -> str:
    return f"---\n{written({'title': title})}---\n\n" + "\n\n".join(blocks) + "\n"
