"""Two small modules with a block of every kind, and one that is only named."""

from __future__ import annotations

from lms.content.bundle import Bundle

MODULE, SECOND, UNWRITTEN = "notice", "speak", "fair"

PROGRAMME = f"""
id: sample-programme
title: Leading with care
summary: Short modules for people who manage people in hospitals.
modules:
  - id: {MODULE}
  - {{id: {SECOND}, after_days: 7}}
  - id: {UNWRITTEN}
"""

TOP = """
id: {id}
title: {title}
summary: See how a colleague may feel, and listen so that they feel heard.
promise: You will be able to notice how a colleague feels, even on a busy shift.
outcomes:
  - {{id: "1.1", text: Tell listening moves from listening blocks., level: analyse}}
sections:
{sections}
support:
  - {{name: Samaritans, contact: 116 123, detail: "Free, day and night.", region: UK, review_by: 2027-05-31}}
"""

FIRST_PAGE = """---
title: The four verbs
words: 500
outcomes: ["1.1"]
sensitive: true
---

:::{content-note}
topic: distress
:::

People do better work when they feel heard [@bell-2020]. That is a link, not a cause [@bell-2020!].

## What you can do

- Attend
- Understand

> "I have ten minutes. How are you?"

:::{callout}
type: story
title: At the lift
---
Ada waits for the lift. She looks tired.
:::

:::{callout}
type: evidence
---
Nineteen studies say so.
:::

:::{callout}
type: caution
---
Nobody has tested it.
:::

:::{callout}
type: try
---
Ask, then wait.
:::

:::{figure} verbs
src: media/verbs.svg
alt: "Four verbs in a circle around one person: attend, understand, empathise, help."
caption: Four verbs, *one* person.
---
A circle with four words.
:::
"""

SECOND_PAGE = """---
title: Your turn
outcomes: ["1.1"]
---

:::{recall} recall-verbs
minutes: 1
points: [Attend, Understand]
---
Name two of the verbs.
---
Attend and understand.
:::

:::{check} which-move
:::

:::{reflection} last-time
minutes: 3
---
Think of the last time you did not listen. What did you miss? Or skip this.
:::

:::{scenario} the-lift
minutes: 5
:::

:::{exercise} ten-minutes
title: Ten minutes
---
Give one colleague ten minutes.
:::

:::{commitment} my-plan
examples: ["When I come on shift, I will ask one person how they are.", "When I hurry, I will stop."]
---
Make a plan.
:::

:::{self-assessment} where-i-stand
minutes: 2
scale: [Never, Sometimes, Often]
statements: [{id: ask, text: I ask before I help.}]
comment: What was not true for your work?
---
How often?
:::

:::{tool} card
:::
"""

LAST_PAGE = """---
title: The quiz
---

:::{quiz}
minutes: 5
---
Sixteen questions.
:::
"""

BANK = """
module: {id}
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
  - id: which-move
    type: single
    outcome: "1.1"
    level: apply
    stem: Which of these is a listening move?
    options:
      - {{id: a, text: To wait, key: true, feedback: Waiting lets people think.}}
      - {{id: b, text: To hurry, feedback: Hurry tells people to be short.}}
"""

SCENARIO = """
id: the-lift
title: The lift
role: You are a porter's manager.
setting: It is eight o'clock.
fiction: This story is made up.
meters: [{id: heard, title: Heard}]
first: start
scenes:
  - id: start
    decision: 1
    title: At the lift
    text: Ada sighs.
    choices:
      - id: ask
        text: You ask.
        effects: {heard: 2}
        verdict: best
        consequence: She tells you.
        why: An open question.
        next: end
      - id: pass
        text: You pass.
        effects: {heard: -2}
        verdict: poor
        consequence: She says nothing.
        why: No time.
        next: end
endings: [{id: done, title: Done, text: The lift comes.}]
debrief: Asking takes a minute.
"""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160">
<title>Four verbs</title><desc>Four words.</desc>
<circle class="d-accent" cx="160" cy="80" r="40"/>
<text class="d-on-accent d-middle" x="160" y="86" font-size="18">One</text>
<rect class="d-fill" x="10" y="60" width="80" height="40"/>
<text class="d-text d-middle" x="50" y="86" font-size="16">Attend</text>
</svg>"""

CARD = """---
title: The card
summary: Ten minutes.
---

- Union: ___

___
"""

ONE_PAGE = """---
title: One page
---

Some words to read.

:::{quiz}
minutes: 5
---
Go.
:::
"""

SOURCES = """
sources:
  - id: bell-2020
    grade: V
    authors: Bell, A.
    year: 2020
    title: On being heard
    venue: Journal of Listening
    doi_or_url: 10.1000/heard
    claim_allowed: Being heard goes with better work.
    caveat_required: A link, not a cause.
    checked_on: 2026-11-20
    checked_by: editorial team
"""


def bundle() -> Bundle:
    """The files of the programme and of both modules."""
    files = {"courses/programme.yaml": PROGRAMME}
    both = [("begin", "Begin", ["verbs", "turn"]), ("finish", "Finish", ["quiz"])]
    files |= _module(MODULE, "Notice", both)
    files[f"courses/{MODULE}/begin/verbs.md"] = FIRST_PAGE
    files[f"courses/{MODULE}/begin/turn.md"] = SECOND_PAGE
    files[f"courses/{MODULE}/finish/quiz.md"] = LAST_PAGE
    files[f"courses/{MODULE}/sources.yaml"] = SOURCES
    files[f"courses/{MODULE}/media/verbs.svg"] = SVG
    files[f"courses/{MODULE}/scenarios/the-lift.yaml"] = SCENARIO
    files[f"courses/{MODULE}/tools/card.md"] = CARD
    files |= _module(SECOND, "Speak", [("only", "Only", ["one"])])
    files[f"courses/{SECOND}/only/one.md"] = ONE_PAGE
    return Bundle({path: text.encode() for path, text in files.items()})


def _module(module_id: str, title: str, sections: list[tuple[str, str, list[str]]]) -> dict[str, str]:
    listed = "\n".join(
        f"  - {{id: {id_}, title: {name}, minutes: 10, pages: [{', '.join(pages)}]}}" for id_, name, pages in sections
    )
    return {
        f"courses/{module_id}/module.yaml": TOP.format(id=module_id, title=title, sections=listed),
        f"quizzes/{module_id}.yaml": BANK.format(id=module_id),
    }
