"""The judge of the faults finds each kind of harm between outbox and store, and nothing where there is none."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.faults.judge import Fact, Kind, Told, compared, subject
from tests.faults.ledger import Answered, Checked, Planned, Wrote

ADA, BEN, ATTEMPT = UUID(int=1), UUID(int=2), UUID(int=3)
OURS = [
    Told("a1", Fact(ADA, "experienced", "m/pages/one")),
    Told("b1", Fact(BEN, "experienced", "m/pages/one")),
    Told("a2", Fact(ADA, "answered", "m/items/q")),
    Told("a3", Fact(ADA, "completed", "m")),
]
A1, B1, A2, A3 = OURS


@pytest.mark.parametrize(
    ("store", "kinds"),
    [
        ([A1, B1, A2, A3], []),
        ([B1, A1, A2, A3], []),  # registrations may overtake each other
        ([A1, A2, A3, B1], []),
        ([A1, B1, A3], [Kind.MISSING]),
        ([], [Kind.MISSING] * 4),
        ([A1, B1, A3, A2], [Kind.ORDER]),
        ([A1, B1, A2, A3, replace(A3, id="a9")], [Kind.UNKNOWN, Kind.DOUBLED]),
        ([A1, B1, A2, A3, A3], [Kind.DOUBLED, Kind.ORDER]),
        ([A1, B1, A2, A3, Told("x", Fact(UUID(int=9), "experienced", "m"))], [Kind.UNKNOWN]),
    ],
)
def test_every_harm_has_its_kind(store: list[Told], kinds: list[Kind]) -> None:
    assert [finding.kind for finding in compared(OURS, store)] == kinds


def test_the_same_said_twice_by_us_may_arrive_twice() -> None:
    again = [*OURS, replace(A2, id="a4")]
    assert list(compared(again, again)) == []


def test_only_what_is_replaced_has_the_same_subject() -> None:
    assert subject(Wrote(ADA, "r", "one")) == subject(Wrote(ADA, "r", "two"))
    assert subject(Wrote(ADA, "r", "one")) != subject(Wrote(BEN, "r", "one"))
    assert subject(Planned(ADA, "a", "b")) == subject(Planned(ADA, "c", "d"))
    assert subject(Answered(ADA, ATTEMPT, 1, ())) != subject(Answered(ADA, ATTEMPT, 2, ()))
    assert subject(Checked(ADA, "q", UUID(int=4))) != subject(Checked(ADA, "q", UUID(int=5)))
