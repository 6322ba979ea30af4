"""The figures of questions, computed a second way."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from lms.pulse.groups import GROUP
from lms.reports.results.items import ENOUGH, ItemFigures, Sitting, by_outcome, figures
from tests.samples.bank import ITEM, SINGLE

ITEMS = [
    ITEM.validate_python({**SINGLE, "id": f"single-{number}", "outcome": f"1.{number % 2}"}) for number in range(3)
]
ids = [item.id for item in ITEMS]
choices = st.sampled_from("abcd")
sittings = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(ids, choices)), min_size=0, max_size=40)


def sitting(chosen: dict[str, str]) -> Sitting:
    """What was chosen; `c` is right."""
    return Sitting(
        {id_: float(part == "c") for id_, part in chosen.items()}, {id_: [part] for id_, part in chosen.items()}
    )


def found(chosen: list[dict[str, str]]) -> list[ItemFigures]:
    return figures(ITEMS, [sitting(one) for one in chosen])


@given(sittings)
def test_the_figures_are_what_they_say(chosen: list[dict[str, str]]) -> None:
    for one in found(chosen):
        answered = [those for those in chosen if one.item.id in those]
        assert one.people == len(answered)
        if len(answered) < GROUP:
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
            for those in chosen
            if one.item.id in those
        ]
        assert count == len(marks)
        assert math.isclose(share, mean(marks))


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
