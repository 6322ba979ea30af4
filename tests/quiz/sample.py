"""A module with a check of every item type, and a quiz of six questions, two items for each."""

from __future__ import annotations

import json

from lms.content.bundle import Bundle
from tests.samples.bank import ALL, bank

MODULE = "sample"

PROGRAMME = f"""
id: sample-programme
title: Leading with care
summary: One short module.
mastery_score: 0.75
retake_after_minutes: 10
modules: [{{id: {MODULE}}}]
"""

TOP = f"""
id: {MODULE}
title: Sample
summary: Questions of every kind.
promise: You will know how each question works.
outcomes: [{{id: "1.1", text: Tell moves from blocks., level: analyse}}]
sections:
  - {{id: only, title: Only, minutes: 10, pages: [reading, checks, final]}}
support:
  - {{name: Samaritans, contact: 116 123, detail: "Free, day and night.", region: UK, review_by: 2027-05-31}}
"""

READING = """---
title: Something to read
words: 100
outcomes: ["1.1"]
---
People do better work when they feel heard.
"""

CHECKS = """---
title: Try it
outcomes: ["1.1"]
---
{checks}

:::{{practice}} both
minutes: 2
items: [practised-single, practised-matching]
---
Try these two.
:::
"""

FINAL = """---
title: The quiz
---

:::{quiz}
minutes: 5
---
Six questions.
:::
"""


def bundle() -> Bundle:
    """The files of the programme and its module."""
    checks = "\n\n".join(f":::{{check}} {item['id']}\n:::" for item in ALL)
    files = {
        "courses/programme.yaml": PROGRAMME,
        f"courses/{MODULE}/module.yaml": TOP,
        f"courses/{MODULE}/only/reading.md": READING,
        f"courses/{MODULE}/only/checks.md": CHECKS.format(checks=checks),
        f"courses/{MODULE}/only/final.md": FINAL,
        f"quizzes/{MODULE}.yaml": json.dumps(_bank(), indent=1),
    }
    return Bundle({path: text.encode() for path, text in files.items()})


def _bank() -> dict[str, object]:
    drawn = bank().model_dump(mode="json", include={"blueprint"})
    copies = [
        {
            key: value
            for key, value in {**item, "id": f"{item['id']}-{n}", "slot": f"slot-{item['type']}"}.items()
            if key not in ("type", "outcome", "level")
        }
        for item in ALL
        for n in range(2)
    ]
    practised = [{**item, "id": f"practised-{item['type']}"} for item in ALL if item["type"] in ("single", "matching")]
    return {"module": MODULE, "blueprint": drawn["blueprint"], "items": copies, "checks": [*ALL, *practised]}
