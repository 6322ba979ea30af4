"""No band says what a single person answered."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lms.pulse.groups import GROUP
from lms.pulse.team import form_token
from lms.pulse.team.asking import LETTERS, chosen, new_key, plain_key
from lms.pulse.team.bands import AGREES_FROM, ORDER, Band, at_least, band, band_of, move

PEOPLE = st.integers(GROUP, 2000)
STATEMENTS = [("listens", "My manager listens."), ("can-question", "I can question.")]


@given(st.integers(0, GROUP - 1), st.data())
def test_fewer_than_a_group_have_none(people: int, data: st.DataObject) -> None:
    assert band(data.draw(st.integers(0, people)), people) is None
    assert at_least(people) is None


@given(PEOPLE)
def test_each_band_stands_for_at_least_two_numbers_of_people(people: int) -> None:
    found = [band(agreeing, people) for agreeing in range(people + 1)]
    assert set(found) == set(Band), "every band can be reached"
    assert all(found.count(one) >= 2 for one in Band)
    assert found[0] is found[1]
    assert found[-1] is found[-2], "that all agree is not told"
    assert found == sorted(found, key=lambda one: ORDER.index(one or Band.FEW)), "more who agree are never a lower band"


@given(PEOPLE, st.data())
def test_a_band_is_what_its_words_say(people: int, data: st.DataObject) -> None:
    agreeing = data.draw(st.integers(0, people))
    share = agreeing / people
    says = {Band.FEW: share < 0.25, Band.SOME: 0.25 <= share < 0.5, Band.MANY: 0.5 <= share <= 0.75}
    assert says.get(band(agreeing, people) or Band.FEW, share > 0.75)


@given(st.dictionaries(st.integers(0, 4), st.integers(0, 30)))
def test_only_the_two_highest_steps_agree(counts: dict[int, int]) -> None:
    agreeing = sum(count for place, count in counts.items() if place in (3, 4))
    assert AGREES_FROM == 3
    assert band_of(counts) == band(agreeing, sum(counts.values()))


@given(PEOPLE)
def test_how_many_answered_is_told_in_steps(people: int) -> None:
    told = at_least(people)
    assert told
    assert GROUP <= told <= people
    assert at_least(told) == told


def test_a_move_is_told_only_between_two_bands() -> None:
    assert [move(Band.FEW, Band.MOST), move(Band.MANY, Band.SOME), move(Band.FEW, None)] == [3, -1, 0]


@given(st.dictionaries(st.sampled_from(["listens", "can-question", "other"]), st.integers(-2, 7)))
def test_what_is_not_on_the_scale_is_no_answer(places: dict[str, int]) -> None:
    form = {f"rate-{id_}": str(place) for id_, place in places.items()}
    kept = {id_: place for id_, place in places.items() if id_ != "other" and 0 <= place <= 4}
    assert chosen(STATEMENTS, 5, form) == kept


@given(st.builds(new_key))
def test_an_address_is_found_however_it_is_typed(key: str) -> None:
    assert re.fullmatch(rf"([{LETTERS}]{{4}}-){{2}}[{LETTERS}]{{4}}", key)
    assert {plain_key(typed) for typed in (key, key.upper(), key.replace("-", ""), f" {key} ")} == {key}


def test_a_token_is_ours_and_of_this_pulse() -> None:
    ours = form_token.issued("s", "k")
    assert form_token.number_of("s", "k", ours)
    assert form_token.issued("s", "k") != ours
    others = form_token.issued("another secret", "k"), form_token.issued("s", "another pulse")
    for token in ("", "nonsense", "W10.x", ours[:-1], *others):
        assert form_token.number_of("s", "k", token) is None
