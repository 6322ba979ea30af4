"""Who gets a place and who waits. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What became of asking for a place."""

    BOOKED = "booked"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    """It was given back."""


@dataclass(frozen=True)
class Request:
    """That somebody asked for a place."""

    id: int
    turn: int
    """Counts up with each time that somebody asks."""
    state: State


def taken(requests: Iterable[Request]) -> int:
    """How many places are taken."""
    return sum(one.state is State.BOOKED for one in requests)


def state_of_new(requests: Iterable[Request], places: int) -> State:
    """What becomes of someone who asks now: nobody gets past those who wait."""
    known = list(requests)
    is_full = taken(known) >= places or any(one.state is State.WAITING for one in known)
    return State.WAITING if is_full else State.BOOKED


def next_turn(requests: Iterable[Request]) -> int:
    """The turn of someone who asks now, also of who had a place before and gave it back."""
    return max((one.turn for one in requests), default=0) + 1


def to_move_up(requests: Iterable[Request], places: int) -> list[int]:
    """Who gets a place that is free, by the order of asking."""
    known = list(requests)
    waiting = sorted((one for one in known if one.state is State.WAITING), key=lambda one: one.turn)
    return [one.id for one in waiting[: max(0, places - taken(known))]]


def place_in_line(requests: Iterable[Request], id_: int) -> int:
    """How many are told before someone who waits, and they themselves: 1 is the next; 0 if they do not wait."""
    waiting = sorted((one for one in requests if one.state is State.WAITING), key=lambda one: one.turn)
    return next((number for number, one in enumerate(waiting, 1) if one.id == id_), 0)
