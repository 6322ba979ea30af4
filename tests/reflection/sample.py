"""A module with a prompt of every kind to write on, and a card to print."""

from __future__ import annotations

from lms.content.bundle import Bundle

MODULE = "look"

PROGRAMME = f"""
id: sample-programme
title: Leading with care
summary: One short module.
modules: [{{id: {MODULE}}}]
"""

TOP = f"""
id: {MODULE}
title: Look back
summary: Prompts of every kind.
promise: You will have written something.
outcomes: [{{id: "1.1", text: Tell moves from blocks., level: analyse}}]
sections:
  - {{id: first, title: Notice yourself, minutes: 10, pages: [write, compare]}}
  - {{id: last, title: The last steps, minutes: 5, pages: [final]}}
support:
  - {{name: Samaritans, contact: 116 123, detail: "Free, day and night.", region: UK, review_by: 2027-05-31}}
"""

WRITE = """---
title: Look back
outcomes: ["1.1"]
---
People do better work when they feel heard.

:::{reflection} unheard
minutes: 3
revisit: true
boxes: ["What happened?", "What will you do?"]
---
Think of the **last time** you did not listen. Or skip this.
:::

:::{reflection} thanks
minutes: 3
boxes: [Whom?]
---
Whom did you *not* thank?
:::

:::{commitment} plan
reflection: unheard
examples: ["When I come on shift, I will ask one person.", "When I hurry, I will stop."]
---
Make a plan.
:::
"""

COMPARE = """---
title: Remember and try
outcomes: ["1.1"]
---

:::{recall} moves
minutes: 1
points: [Wait, "Ask an *open* question"]
---
Name two listening moves.
---
The moves are to wait and to ask.
:::

:::{practice} opener
minutes: 2
points: [I say why]
---
Write your first sentence.
---
Here is one that works: "I have ten minutes."
:::

:::{practice} cases
minutes: 2
items: [a-move]
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

BANK = f"""
module: {MODULE}
blueprint:
  - {{id: s01, outcome: "1.1", level: remember, type: single}}
items:
  - id: first
    slot: s01
    stem: Which is a move?
    options:
      - {{id: a, text: To wait, key: true, feedback: Waiting lets people think.}}
      - {{id: b, text: To hurry, feedback: Hurry tells people to be short.}}
checks:
  - id: a-move
    type: single
    outcome: "1.1"
    level: apply
    stem: Which of these is a listening move?
    options:
      - {{id: a, text: To wait, key: true, feedback: Waiting lets people think.}}
      - {{id: b, text: To hurry, feedback: Hurry tells people to be short.}}
"""

CARD = """---
title: Pocket card
summary: Two steps.
---

## Two steps

1. **Open.** Say why. *"Nothing's wrong."*
2. **Return.** Name the day.

## Who to call

- Samaritans: **116 123**
- Union: ___

___
"""


def bundle() -> Bundle:
    """The files of the programme and its module."""
    files = {
        "courses/programme.yaml": PROGRAMME,
        f"courses/{MODULE}/module.yaml": TOP,
        f"courses/{MODULE}/first/write.md": WRITE,
        f"courses/{MODULE}/first/compare.md": COMPARE,
        f"courses/{MODULE}/last/final.md": FINAL,
        f"courses/{MODULE}/tools/card.md": CARD,
        f"quizzes/{MODULE}.yaml": BANK,
    }
    return Bundle({path: text.encode() for path, text in files.items()})
