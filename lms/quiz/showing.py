"""An item as a page shows it: parts by their places, what was entered, and, only when it may, the feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.content.schema import (
    Item,
    MatchingItem,
    MultipleItem,
    NumericItem,
    OrderingItem,
    SingleItem,
    SituationalItem,
)
from lms.quiz import grading
from lms.quiz.drawing import Presented
from lms.quiz.responding import Response, plain_number

Form = Mapping[str, Sequence[str]]

_VERDICTS = {2: ("right", "Best answer"), 1: ("partly", "Partly helpful"), 0: ("other", "Less helpful")}


@dataclass(frozen=True)
class Part:
    """An option, or a line to order or to match, known to the browser by its place."""

    place: int
    html: str
    entered: str
    """`on` for a chosen option; the place chosen for a line; empty for nothing."""


@dataclass(frozen=True)
class Line:
    """One line of feedback."""

    html: str
    is_yours: bool
    state: str
    """`right`, `partly` or `other`."""
    verdict: str
    feedback: str
    detail: str = ""


@dataclass(frozen=True)
class Shown:
    """A question, without anything that tells its answer."""

    id: str
    type: str
    stem: str
    parts: tuple[Part, ...]
    targets: tuple[str, ...]
    number: str
    unit: str
    choose: int


def show(item: Item, presented: Presented, form: Form) -> Shown:
    """The question with what was entered so far."""
    return Shown(
        id=item.id,
        type=item.type,
        stem=item.stem.html,
        parts=tuple(_parts(item, presented, form)),
        targets=_targets(item, presented),
        number="".join(form.get("number", [""])[:1]),
        unit=item.unit if isinstance(item, NumericItem) else "",
        choose=item.choose if isinstance(item, MultipleItem) else 1,
    )


def to_form(item: Item, presented: Presented, response: Response) -> dict[str, list[str]]:
    """The form fields that give this response: the inverse of reading them."""
    if not response:
        return {}
    if isinstance(item, NumericItem):
        return {"number": list(response)}
    if isinstance(item, OrderingItem):
        return {f"rank-{presented.options.index(part)}": [str(rank)] for rank, part in enumerate(response)}
    if isinstance(item, MatchingItem):
        pairs = [pair.split(".", 1) for pair in response]
        return {
            f"match-{presented.options.index(source)}": [str(presented.targets.index(target))]
            for source, target in pairs
        }
    return {"choice": [str(presented.options.index(part)) for part in response]}


def words_of(item: Item, response: Response) -> list[str]:
    """A response in plain words, for a list of answers."""
    if isinstance(item, NumericItem):
        return [f"{response[0]} {item.unit or ''}".strip()] if response else []
    if isinstance(item, MatchingItem):
        sources = {source.id: source.text.plain for source in item.sources}
        targets = {target.id: target.text.plain for target in item.targets}
        pairs = (pair.split(".", 1) for pair in response)
        return [f"{targets[target]}: {sources[source]}" for source, target in pairs]
    options = {option.id: option.text.plain for option in item.options}
    return [options[part] for part in response]


def explain(item: Item, presented: Presented, response: Response) -> tuple[Line, ...]:
    """Feedback on every option, those chosen first. Only for after a check, or after a pass."""
    if isinstance(item, NumericItem):
        return (_number_line(item, response),)
    if isinstance(item, OrderingItem):
        return tuple(_order_lines(item, response))
    if isinstance(item, MatchingItem):
        return tuple(_match_lines(item, presented, response))
    lines = [_option_line(item, part, response) for part in presented.options]
    return tuple(sorted(lines, key=lambda line: not line.is_yours))


def _parts(item: Item, presented: Presented, form: Form) -> list[Part]:
    names = {"ordering": "rank", "matching": "match"}
    chosen = form.get("choice", [])
    parts = []
    for place, part in enumerate(presented.options):
        field = f"{names.get(item.type)}-{place}"
        entered = "".join(form.get(field, [""])[:1]) if item.type in names else "on" * (str(place) in chosen)
        parts.append(Part(place, _text_of(item, part), entered))
    return parts


def _targets(item: Item, presented: Presented) -> tuple[str, ...]:
    if not isinstance(item, MatchingItem):
        return ()
    words = {target.id: target.text.plain for target in item.targets}
    return tuple(words[target] for target in presented.targets)


def _text_of(item: Item, part: str) -> str:
    if isinstance(item, MatchingItem):
        return next(source.text.inline for source in item.sources if source.id == part)
    if isinstance(item, NumericItem):
        return ""
    return next(option.text.inline for option in item.options if option.id == part)


def _option_line(item: SingleItem | MultipleItem | SituationalItem, part: str, response: Response) -> Line:
    if isinstance(item, SituationalItem):
        rated = next(option for option in item.options if option.id == part)
        state, verdict = _VERDICTS[rated.marks]
        return Line(rated.text.inline, part in response, state, verdict, rated.feedback.inline)
    option = next(option for option in item.options if option.id == part)
    if isinstance(item, MultipleItem):
        verdict = "One to choose" if option.key else "Not one to choose"
    else:
        verdict = "Best answer" if option.key else "There is a better answer"
    return Line(
        option.text.inline, part in response, "right" if option.key else "other", verdict, option.feedback.inline
    )


def _order_lines(item: OrderingItem, response: Response) -> list[Line]:
    lines = []
    for place, option in enumerate(item.options):
        given = response.index(option.id) if option.id in response else -1
        fits = given == place
        detail = "" if given < 0 else f"You placed it {given + 1}."
        lines.append(
            Line(
                option.text.inline,
                fits,
                "right" if fits else "other",
                f"Number {place + 1}",
                option.feedback.inline,
                detail,
            )
        )
    return lines


def _match_lines(item: MatchingItem, presented: Presented, response: Response) -> list[Line]:
    words = {target.id: target.text.inline for target in item.targets}
    given = dict(pair.split(".", 1) for pair in response)
    by_id = {source.id: source for source in item.sources}
    lines = []
    for part in presented.options:
        source = by_id[part]
        fits = given.get(part) == source.target
        detail = "" if fits or part not in given else f"You chose: {words[given[part]]}"
        state = "right" if fits else "other"
        lines.append(Line(source.text.inline, fits, state, words[source.target], source.feedback.inline, detail))
    return lines


def _number_line(item: NumericItem, response: Response) -> Line:
    fits = grading.mark(item, response).is_full
    given = response[0] if response else "no number"
    unit = f" {item.unit}" if item.unit else ""
    return Line(
        f"{given}{unit if response else ''}",
        bool(response),
        "right" if fits else "other",
        f"The answer is {plain_number(item.answer)}{unit}",
        grading.numeric_feedback(item, response).inline,
    )
