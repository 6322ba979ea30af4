"""A whole module, made by rule, that passes every check; a test changes one thing in it."""

from __future__ import annotations

import random
from collections.abc import Callable

from lms.content.bundle import Bundle

MODULE = "sample-module"
ROOT = f"courses/{MODULE}"
BANK = f"quizzes/{MODULE}.yaml"

WORDS = """
trolley corridor bucket kettle rota radio apron locker towel ladder window basket hoist printer badge tunnel
garden parcel blanket canteen counter lantern barrier pillow cabinet shutter napkin teapot carpet ticket
hanger bottle folder pencil mirror cushion drawer hamper funnel gasket helmet jacket marker needle packet
ribbon saddle tablet walnut butter candle dinner engine filter gutter handle insect jersey kitten lemon magnet
nickel orange pepper rabbit sandal timber velvet wallet yellow zipper anchor bridge copper desert fabric
goblet harbour island jungle
"""
NOUNS = WORDS.split()
SENTENCES = (
    "You see a porter who stands by the lift and waits.",
    "She has a long list of jobs and no time left.",
    "Ask what would help most and then wait for the answer.",
    "He puts the mop back and looks down at the floor.",
    "We all had a hard night and the ward was full.",
    "A good word from you can change how a shift feels.",
)


def words(count: int) -> str:
    """Plain sentences of eleven words, cut to a number of words."""
    every = " ".join(SENTENCES[index % len(SENTENCES)] for index in range(count // 11 + 1)).split()
    return " ".join(every[:count]).rstrip(".") + "."


def prose(count: int) -> str:
    """The same as paragraphs of at most 55 words."""
    sizes = [55] * (count // 55) + ([count % 55] if count % 55 else [])
    return "\n\n".join(words(size) for size in sizes)


def case(seed: int, size: int) -> str:
    """Words that no other seed has in the same mix."""
    return " ".join(random.Random(seed).sample(NOUNS, size))


def page(title: str, body: str, budget: int | None = None, outcomes: str = "", extra: str = "") -> str:
    """A page file."""
    front = [f"title: {title}"]
    front += [f"words: {budget}"] if budget else []
    front += [f"outcomes: [{outcomes}]"] if outcomes else []
    front += [extra] if extra else []
    return "---\n" + "\n".join(front) + f"\n---\n\n{body}\n"


def fence(head: str, body: str = "") -> str:
    """A block."""
    return f":::{{{head.split(maxsplit=1)[0]}}} {' '.join(head.split()[1:])}".rstrip() + f"\n{body}\n:::"


def reflection(block_id: str, revisit: bool) -> str:
    """A reflection with a way out."""
    prompt = "Think of one shift last month. What did you do, and what next? Or choose another example, or skip this."
    return fence(f"reflection {block_id}", f"minutes: 3\nrevisit: {str(revisit).lower()}\n---\n{prompt}")


def recall(block_id: str, minutes: float, outcomes: str) -> str:
    """Free recall."""
    return fence(
        f"recall {block_id}",
        f"minutes: {minutes}\noutcomes: [{outcomes}]\n---\nWrite what you recall.\n---\n{words(22)}",
    )


def practice(block_id: str, minutes: float, outcomes: str) -> str:
    """Writing practice with a model answer."""
    return fence(
        f"practice {block_id}", f"minutes: {minutes}\noutcomes: [{outcomes}]\n---\n{words(22)}\n---\n{words(33)}"
    )


SECTIONS = {
    "start": (13.5, ["who-cares", "four-verbs", "starting-point"]),
    "feelings": (13.0, ["four-skills", "honest", "sharper"]),
    "steady": (13.0, ["pause", "smiling", "recall-steady"]),
    "listening": (15.5, ["heard", "moves", "recall-listening"]),
    "story": (16.0, ["the-story"]),
    "limits": (11.0, ["upset", "recall-limits"]),
    "check-in": (13.0, ["five-steps", "try-it"]),
    "finish": (25.0, ["all-you-remember", "final-quiz", "your-plan", "closing"]),
}


def pages() -> dict[str, str]:
    """Every page by `section/page`."""
    cited = "Support work reaches every patient. It goes with r = .21 in one large review [@good-source].\n\n"
    caveat = "This is a link, not a cause [@good-source!].\n\n"
    baseline = fence(
        "self-assessment baseline",
        "minutes: 3\nscale: [Never, Often]\nstatements:\n  - {id: one, text: I asked a question.}\n---\nHow often?",
    )
    quiz = fence("quiz", "minutes: 18\n---\nTake your time.")
    plan = fence(
        "commitment my-plan",
        "minutes: 3.5\nreflection: hear-least\nexamples:\n"
        '  - "When someone says they are fine, I will ask one question."\n'
        '  - "When my jaw is tight, I will take one breath."\n---\nWrite your plan.',
    )
    confidence = fence(
        "self-assessment confidence",
        "minutes: 1\nscale: [Low, High]\nstatements:\n  - {id: sure, text: I can do it.}\n---\nHow sure?",
    )
    note = fence("content-note", "topic: distress")
    figure = fence(
        "figure verbs",
        "src: media/verbs.svg\n"
        "alt: Four verbs stand around one person, and each leads on to the next one.\n---\nFour boxes.",
    )
    return {
        "start/who-cares": page("Who cares", cited + caveat + prose(675), 700, '"1.1"'),
        "start/four-verbs": page("Four verbs", prose(700) + "\n\n" + figure, 700, '"1.1"'),
        "start/starting-point": page("You", baseline + "\n\n" + reflection("felt-cared", True)),
        "feelings/four-skills": page("Four skills", prose(700), 700, '"1.2"'),
        "feelings/honest": page("Honest", prose(700) + "\n\n" + fence("check check-1"), 700, '"1.2"'),
        "feelings/sharper": page(
            "Sharper", practice("sharper", 4, '"1.1", "1.2"') + "\n\n" + recall("recall-a", 0.7, '"1.1", "1.2"')
        ),
        "steady/pause": page("Pause", prose(750), 750, '"1.3"'),
        "steady/smiling": page("Smiling", prose(750) + "\n\n" + reflection("mood", False), 750, '"1.3"'),
        "steady/recall-steady": page(
            "Recall", recall("recall-b", 1.7, '"1.1", "1.2", "1.3"') + "\n\n" + fence("check check-3")
        ),
        "listening/heard": page("Heard", prose(900) + "\n\n" + fence("check check-4"), 900, '"1.4"'),
        "listening/moves": page("Moves", prose(900) + "\n\n" + practice("moves", 4, '"1.3", "1.4"'), 900, '"1.4"'),
        "listening/recall-listening": page(
            "Recall", recall("recall-c", 0.7, '"1.3", "1.4"') + "\n\n" + fence("check check-2")
        ),
        "story/the-story": page("Story", prose(200) + "\n\n" + fence("scenario cold-cups", "minutes: 15"), 200),
        "limits/upset": page(
            "Upset",
            note + "\n\n" + prose(1200) + "\n\n" + reflection("upset", False),
            1200,
            '"1.5"',
            "sensitive: true",
        ),
        "limits/recall-limits": page(
            "Recall", recall("recall-d", 0.7, '"1.5", "1.6"') + "\n\n" + fence("check check-5")
        ),
        "check-in/five-steps": page("Five steps", prose(900), 900, '"1.6"'),
        "check-in/try-it": page(
            "Try it",
            practice("opener", 4, '"1.6"')
            + "\n\n"
            + fence("tool card", "A card to keep.")
            + "\n\n"
            + fence("exercise three-talks", "title: Talks\n---\nHave three talks.")
            + "\n\n"
            + reflection("hear-least", True)
            + "\n\n"
            + recall("recall-e", 0.7, '"1.5", "1.6"')
            + "\n\n"
            + fence("check check-6"),
        ),
        "finish/all-you-remember": page("All", recall("all", 3, "")),
        "finish/final-quiz": page("Quiz", quiz),
        "finish/your-plan": page("Plan", plan + "\n\n" + confidence),
        "finish/closing": page("Closing", prose(200), 200),
    }


LEVELS = (
    ("1.1", "remember understand"),
    ("1.2", "remember understand apply"),
    ("1.3", "understand apply apply"),
    ("1.4", "apply apply analyse"),
    ("1.5", "understand apply evaluate"),
    ("1.6", "apply analyse"),
)
KINDS = "single single single multiple single matching ordering single "
KINDS += "situational single multiple situational single situational numeric situational"
TYPES = KINDS.split()


def slots() -> list[tuple[str, str, str, str]]:
    """Id, outcome, level and type of each slot."""
    columns = [(outcome, level) for outcome, levels in LEVELS for level in levels.split()]
    return [
        (f"s{number:02}", outcome, level, kind)
        for number, ((outcome, level), kind) in enumerate(zip(columns, TYPES, strict=True), 1)
    ]


def option(letter: str, seed: int, extra: str, size: int = 4) -> str:
    """An option with feedback of its own."""
    return (
        f"      - id: {letter}\n        text: {case(seed, size)}\n{extra}"
        f"        feedback: They hear {case(seed + 1000, 14)} today.\n"
    )


def item(item_id: str, kind: str, seed: int, key: int, head: str, key_words: int = 4) -> str:
    """One item of any type; its key has as many words as said."""
    text = f"  - id: {item_id}\n{head}    stem: |\n      On a shift you see {case(seed, 9)}. What helps most?\n"
    if kind == "matching":
        text += "    targets:\n      - {id: t1, text: Slip}\n      - {id: t2, text: Drift}\n    sources:\n"
        for at, target in enumerate(("t1", "t2", "t1")):
            text += f"      - id: p{at}\n        text: {case(seed * 3 + at + 2000, 4)}\n        target: {target}\n"
            text += f"        feedback: They meet {case(seed * 3 + at + 3000, 13)} again.\n"
        return text
    if kind == "numeric":
        text += f"    answer: 16\n    feedback: You found {case(seed, 14)} now.\n"
        text += f"    otherwise: Try {case(seed + 1, 14)} first.\n"
        return text + f"    responses:\n      - value: 6\n        feedback: Six are {case(seed + 2, 14)} here.\n"
    text += "    choose: 2\n" if kind == "multiple" else ""
    text += "    options:\n"
    for at, letter in enumerate("abcd"):
        keyed = at in (key, (key + 1) % 4) if kind == "multiple" else at == key
        extra = {
            "ordering": "",
            "situational": f"        marks: {2 if keyed else at % 2}\n",
        }.get(kind, f"        key: {str(keyed).lower()}\n")
        text += option(letter, seed * 4 + at + 500, extra, key_words if at == key else 4)
    return text


def bank(place: Callable[[int], int] = lambda seed: seed % 4, key_words: int = 4) -> str:
    """The item bank: two items for each slot and six checks; `place` is where the key of each stands."""
    text = f"module: {MODULE}\nblueprint:\n"
    for slot, outcome, level, kind in slots():
        text += f'  - {{id: {slot}, outcome: "{outcome}", level: {level}, type: {kind}}}\n'
    text += "items:\n"
    seed = 0
    for slot, _, _, kind in slots():
        for half in "ab":
            seed += 1
            text += item(f"{slot}-{half}", kind, seed, place(seed), f"    slot: {slot}\n", key_words)
    text += "checks:\n"
    for number in range(1, 7):
        head = f'    type: single\n    outcome: "1.{number}"\n    level: apply\n'
        text += item(f"check-{number}", "single", 40 + number, place(number), head, key_words)
    return text


def scenario() -> str:
    """Five decisions in a row."""
    text = (
        "id: cold-cups\ntitle: Cold cups\nrole: You lead a shift.\nsetting: It is early.\nfiction: Made up.\n"
        "cast:\n  - {name: Dele, role: ward host, erred: true}\n  - {name: Marta, role: sister, erred: true}\n"
        'outcomes: ["1.4", "1.5"]\nmeters:\n  - {id: heard, title: Heard}\nfirst: scene-1\nscenes:\n'
    )
    for number in range(1, 6):
        onward = f"scene-{number + 1}" if number < 5 else "end"
        text += f"  - id: scene-{number}\n    decision: {number}\n    title: Scene {number}\n"
        text += f"    text: {words(130)}\n    choices:\n"
        for at, verdict in enumerate(("poor", "best", "fair")):
            effect = {"poor": -2, "fair": 0, "best": 1}[verdict]
            text += f"      - id: c{at}\n        text: {words(14 + at)}\n        effects: {{heard: {effect}}}\n"
            text += f"        verdict: {verdict}\n        consequence: {words(80)}\n"
            text += f"        why: {words(15)}\n        next: {onward}\n"
    text += f"endings:\n  - {{id: good, title: Good, at_least: {{heard: 8}}, text: {words(150)}}}\n"
    text += f"  - {{id: middling, title: Middling, at_least: {{heard: 4}}, text: {words(150)}}}\n"
    return text + f"  - {{id: bad, title: Bad, text: {words(150)}}}\ndebrief: {words(400)}\nreplay: Choose one.\n"


MODULE_YAML = f"""id: {MODULE}
title: A sample
summary: It passes.
promise: You will be able to listen.
outcomes:
  - {{id: "1.1", text: Describe four behaviours., level: understand}}
  - {{id: "1.2", text: State what research says., level: understand}}
  - {{id: "1.3", text: Choose a way to steady yourself., level: apply}}
  - {{id: "1.4", text: Tell moves from blocks., level: analyse}}
  - {{id: "1.5", text: Choose responses that help., level: apply}}
  - {{id: "1.6", text: Plan a check-in., level: apply}}
sections:
{{sections}}support:
  - {{name: Samaritans, contact: 116 123, review_by: 2027-05-31}}
"""
SOURCES = """sources:
  - id: good-source
    grade: V
    authors: Writer, A.
    year: 2023
    title: A review
    venue: A journal
    doi_or_url: 10.1007/s10869-023-09897-5
    claim_allowed: It goes with r = .21.
    caveat_required: A link, not a cause.
    checked_on: 2026-11-20
    checked_by: editors
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200">
<title>Four verbs</title><desc>Four boxes around one person.</desc>
<rect class="d-fill" x="0" y="0" width="100" height="40"/><text class="d-text" x="4" y="20" font-size="16">Attend</text>
</svg>
"""
TOOL = "---\ntitle: Card\nsummary: A card to keep.\n---\n\n- Open with a question.\n- ___\n"


def files() -> dict[str, str]:
    """The whole bundle as text."""
    planned = "".join(
        f"  - {{id: {section}, title: {section}, minutes: {minutes}, pages: [{', '.join(names)}]}}\n"
        for section, (minutes, names) in SECTIONS.items()
    )
    return {
        f"{ROOT}/module.yaml": MODULE_YAML.replace("{sections}", planned),
        f"{ROOT}/sources.yaml": SOURCES,
        f"{ROOT}/scenarios/cold-cups.yaml": scenario(),
        f"{ROOT}/tools/card.md": TOOL,
        f"{ROOT}/media/verbs.svg": SVG,
        BANK: bank(),
        **{f"{ROOT}/{name}.md": text for name, text in pages().items()},
    }


def bundle(changed: dict[str, str] | None = None) -> Bundle:
    """The sample, with some files put in place of its own."""
    return Bundle({path: text.encode() for path, text in {**files(), **(changed or {})}.items()})
