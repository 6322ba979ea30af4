"""The figures of questions, computed a second way."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from lms.pulse.groups import GROUP
from lms.reports.results.items import BLOCK, ENOUGH, TRIO, ItemFigures, Sitting, by_outcome, figures
from tests.samples.bank import ITEM, SINGLE

ITEMS = [
    ITEM.validate_python({**SINGLE, "id": f"single-{number}", "outcome": f"1.{number % 2}"}) for number in range(3)
]
ids = [item.id for item in ITEMS]
choices = st.sampled_from("abcd")
sittings = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(ids, choices)), min_size=0, max_size=80)


def sitting(chosen: dict[str, str]) -> Sitting:
    """What was chosen; `c` is right."""
    return Sitting(
        {id_: float(part == "c") for id_, part in chosen.items()}, {id_: [part] for id_, part in chosen.items()}
    )


def in_groups(chosen: list[dict[str, str]], id_: str) -> list[dict[str, str]]:
    """Of those who were asked a question, whole groups: the figures before that many more came stay for ever."""
    asked = [those for those in chosen if id_ in those]
    return asked[: len(asked) // GROUP * GROUP]


def found(chosen: list[dict[str, str]]) -> list[ItemFigures]:
    return figures(ITEMS, [sitting(one) for one in chosen])


@given(sittings)
def test_the_figures_are_what_they_say(chosen: list[dict[str, str]]) -> None:
    for one in found(chosen):
        answered = in_groups(chosen, one.item.id)
        assert one.people == len(answered)
        if not answered:
            assert (one.facility, one.discrimination, one.options, one.remarks) == (None, None, (), ())
            continue
        right = [those[one.item.id] == "c" for those in answered]
        assert one.facility is not None
        assert math.isclose(one.facility, sum(right) / len(right))
        assert math.isclose(sum(option.chosen for option in one.options), 1)
        assert bool(one.remarks) <= (len(answered) >= ENOUGH)
        rests = [mean([part == "c" for id_, part in those.items() if id_ != one.item.id]) for those in answered]
        if one.discrimination is not None:
            assert math.isclose(one.discrimination, by_groups(right, rests), abs_tol=1e-9)
        else:
            assert len(set(right)) == 1 or len(set(rests)) == 1


@given(sittings)
def test_an_outcome_is_the_mean_of_its_answers(chosen: list[dict[str, str]]) -> None:
    shown = [one for one in found(chosen) if one.facility is not None]
    for outcome, (share, count) in by_outcome(shown).items():
        marks = [
            those[one.item.id] == "c"
            for one in shown
            if one.item.outcome == outcome
            for those in in_groups(chosen, one.item.id)
        ]
        assert count == len(marks)
        assert math.isclose(share, mean(marks))


Counts = dict[tuple[str, str], tuple[int, int]]


def counts(chosen: Sequence[dict[str, str]]) -> dict[str, Counts]:
    """What whoever looks can work out: by option, of how many people of each kind how many chose it."""
    told: dict[str, Counts] = {"everyone": {}, "best": {}, "poorest": {}}
    for one in found(list(chosen)):
        thirds = sum(len(those) // TRIO for those in in_blocks(chosen, one.item.id)) * GROUP
        for option in one.options:
            place = one.item.id, option.id
            told["everyone"][place] = round(option.chosen * one.people), one.people
            for kind, share in (("best", option.best), ("poorest", option.poorest)):
                assert (share is None) == (thirds == 0)
                if share is not None:
                    told[kind][place] = round(share * thirds), thirds
    return told


def in_blocks(chosen: Sequence[dict[str, str]], id_: str) -> list[list[dict[str, str]]]:
    """Those of each block who were asked a question."""
    starts = range(0, len(chosen), BLOCK)
    return [[those for those in chosen[start : start + BLOCK] if id_ in those] for start in starts]


@given(sittings)
def test_nobody_is_found_by_looking_before_and_after_they_came(chosen: list[dict[str, str]]) -> None:
    """Between any two looks the figures are the same, or of at least a group of people more."""
    before = counts([])
    for many in range(1, len(chosen) + 1):
        now = counts(chosen[:many])
        for kind, seen in now.items():
            for place, (took, people) in seen.items():
                took_before, people_before = before[kind].get(place, (0, 0))
                assert people >= GROUP
                more = people - people_before
                assert more >= GROUP or (more, took) == (0, took_before)
                assert 0 <= took - took_before <= more
        for (id_, option), (_, thirds) in now["best"].items():
            others = now["everyone"][id_, option][1] - thirds
            assert others >= GROUP, "nor can those in the middle be told by difference"
        before = now


def test_the_thirds_are_those_who_did_best_and_poorest_in_the_others() -> None:
    strong = {ids[0]: "a", ids[1]: "c", ids[2]: "c"}
    middling = {ids[0]: "b", ids[1]: "c", ids[2]: "a"}
    weak = {ids[0]: "d", ids[1]: "a", ids[2]: "a"}
    first, *_ = found([strong, weak, middling] * GROUP)
    told = {option.id: (option.chosen, option.best, option.poorest) for option in first.options}
    assert told == {"a": (1 / 3, 1, 0), "b": (1 / 3, 0, 0), "c": (0, 0, 0), "d": (1 / 3, 0, 1)}
    first, *_ = found(([strong, weak, middling] * GROUP)[1:])
    assert {(option.best, option.poorest) for option in first.options} == {(None, None)}


def test_a_block_that_is_left_out_leaves_all_other_groups_as_they_were() -> None:
    some = [{ids[0]: "abcd"[number % 4], **({ids[1]: "c"} if number % 7 else {})} for number in range(2 * BLOCK + 50)]
    whole, first, rest = counts(some), counts(some[:BLOCK]), counts(some[BLOCK:])
    for kind, seen in whole.items():
        for place, (took, people) in seen.items():
            before, after = first[kind][place], rest[kind][place]
            assert (took, people) == (before[0] + after[0], before[1] + after[1])


def test_what_is_wrong_with_a_question_is_said() -> None:
    knowing = [{ids[0]: "a", ids[1]: "c", ids[2]: "c"}] * ENOUGH
    guessing = [{ids[0]: "c", ids[1]: "b", ids[2]: "c"}] * ENOUGH
    first, _, last = found(knowing + guessing)
    assert first.discrimination is not None
    assert first.discrimination < 0
    assert "Look at the key" in first.remarks[0]
    told = {option.id: option.remark for option in first.options}
    assert "is it right after all" in told["a"]
    assert "look at the key" in told["c"]
    assert "Hardly anyone" in told["d"]
    assert "Nearly everyone knows this" in last.remarks[0]


def mean(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def by_groups(right: list[bool], rests: list[float]) -> float:
    """The point-biserial correlation, by its own formula: the difference of two means over the spread of all."""
    those = [rest for is_right, rest in zip(right, rests, strict=True) if is_right]
    others = [rest for is_right, rest in zip(right, rests, strict=True) if not is_right]
    share, middle = len(those) / len(right), sum(rests) / len(rests)
    spread = math.sqrt(sum((rest - middle) ** 2 for rest in rests) / len(rests))
    return (sum(those) / len(those) - sum(others) / len(others)) / spread * math.sqrt(share * (1 - share))
