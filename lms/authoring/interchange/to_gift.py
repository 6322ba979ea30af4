"""Our items in GIFT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lms.authoring.files.typed import Values
from lms.authoring.interchange.leaving import SINGLY, Leaving
from lms.authoring.interchange.neutral import Written

_SIGNS = re.compile(r"([\\:#={}~])")


def write(items: Sequence[Values]) -> Written:
    """All of them, in Markdown, each with its id in the comment above it."""
    leaving = Leaving()
    parts = [_question(number, item, leaving) for number, item in enumerate(items, 1)]
    return Written("\n".join(parts).encode(), leaving.left)


def _question(number: int, item: Values, leaving: Leaving) -> str:
    leaving.begin(number, item)
    answers = {
        "single": _choice,
        "multiple": _choice,
        "situational": _choice,
        "ordering": _ordering,
        "matching": _matching,
        "numeric": _numeric,
    }[item["type"]](item, leaving)
    general = f"\n####{_sign(item['rationale'])}" if item.get("rationale") else ""
    head = f"// [id:{item['id']}]\n::{_sign(item['id'])}::[markdown]{_sign(item['stem'])}"
    return f"{head} {{{answers}{general}\n}}\n"


def _choice(item: Values, _leaving: Leaving) -> str:
    return "".join(f"\n{_option(one, item)}#{_sign(one['feedback'])}" for one in item["options"])


def _option(option: Values, item: Values) -> str:
    weight, text = _weight(option, item), _sign(option["text"])
    # A text that begins like a weight would be taken for one.
    return f"~%0%{text}" if weight == "~" and text.startswith("%") else f"{weight}{text}"


def _weight(option: Values, item: Values) -> str:
    if item["type"] == "multiple":
        share = round(100 / item["choose"], 5)
        return f"~%{share if option.get('key') else -share:.8g}%"
    if item["type"] == "situational":
        return {2: "=", 1: "~%50%", 0: "~"}[option["marks"]]
    return "=" if option.get("key") else "~"


def _ordering(item: Values, leaving: Leaving) -> str:
    leaving.note(SINGLY)
    options = item["options"]
    lines = "".join(f"\n{_line(one['text'])}" for one in options)
    return f">{len(options)} ALL VERTICAL ABSOLUTE_POSITION SHOW{lines}"


def _matching(item: Values, leaving: Leaving) -> str:
    leaving.note(SINGLY)
    texts = {target["id"]: target["text"] for target in item["targets"]}
    used = {source["target"] for source in item["sources"]}
    lines = [f"\n={_left_side(source['text'])} -> {_sign(texts[source['target']])}" for source in item["sources"]]
    spare = [f"\n= -> {_sign(text)}" for id_, text in texts.items() if id_ not in used]
    return "".join([*lines, *spare])


def _numeric(item: Values, leaving: Leaving) -> str:
    if item.get("unit"):
        leaving.note("the unit")
    tolerance = item.get("tolerance", 0)
    lines = [f"\n={item['answer']}:{tolerance}#{_sign(item['feedback'])}"]
    lines += [f"\n=%0%{one['value']}:0#{_sign(one['feedback'])}" for one in item.get("responses", ())]
    return "#" + "".join(lines) + f"\n~#{_sign(item['otherwise'])}"


def _sign(text: str) -> str:
    """A text whose signs say nothing in GIFT; its lines are one."""
    return _SIGNS.sub(r"\\\1", str(text).strip()).replace("\n", "\\n")


def _line(text: str) -> str:
    """A text on a line of its own, which is not taken for a comment."""
    return _sign(f"\\{text}" if text.startswith("//") else text)


def _left_side(text: str) -> str:
    """A text before an arrow, in which no other arrow is taken for that one."""
    return _sign(text.replace("->", "-\\>"))
