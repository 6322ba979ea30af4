"""Who makes a file: one at a time, another one after a silence, and nobody for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.db import writing
from lms.export import queries, service
from lms.export.models import Export, ExportPart
from lms.export.queries import SILENT_AFTER
from lms.export.service import BROKE_OFF, ERASED, KEPT_FOR, MOST_AT_ONCE, MOST_TURNS, TooManyError, Turn

AT = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
A_SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    return person("Ada Bell")


@pytest.fixture
def asked(session: Session, ada: Person) -> Iterator[UUID]:
    """A file that Ada asked for."""
    yield ask(session, ada.id, "all").uuid


def ask(session: Session, person_id: int, what: str, at: dt.datetime = AT) -> Export:
    with writing(session):
        return service.ask(session, person_id, {"what": what}, "list.xlsx", 10, at)


def take(session: Session, at: dt.datetime) -> Turn | None:
    with writing(session):
        return service.take_turn(session, at)


def finish(session: Session, turn: Turn, at: dt.datetime) -> bool:
    with writing(session):
        return service.finish(session, turn, 10, [b"one", b"two"], at)


def found(session: Session, uuid: UUID) -> Export:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Export).filter_by(uuid=uuid)).one()


def parts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ExportPart)) or 0


def test_the_same_is_asked_for_once_until_it_is_made(session: Session, ada: Person, asked: UUID) -> None:
    assert ask(session, ada.id, "all").uuid == asked
    turn = take(session, AT)
    assert turn
    assert ask(session, ada.id, "all").uuid == asked
    assert finish(session, turn, AT)
    assert ask(session, ada.id, "all").uuid != asked, "what it holds may be another thing by now"


def test_nobody_keeps_everyone_else_waiting(session: Session, ada: Person, person: Callable[..., Person]) -> None:
    for number in range(MOST_AT_ONCE):
        ask(session, ada.id, str(number))
    with pytest.raises(TooManyError):
        ask(session, ada.id, "one more")
    assert ask(session, ada.id, "0"), "what is asked for already is none more"
    assert ask(session, person("Eve Lund").id, "one more")


def test_it_is_whole_or_not_there(session: Session, asked: UUID) -> None:
    assert queries.is_waiting(session, AT)
    turn = take(session, AT)
    assert turn
    assert take(session, AT + SILENT_AFTER / 2) is None, "somebody makes it"
    assert not queries.is_waiting(session, AT + SILENT_AFTER / 2)
    with writing(session):
        assert service.tell(session, turn, 5, AT + A_SECOND)
    assert (found(session, asked).rows_done, found(session, asked).is_ready) == (5, False)
    assert finish(session, turn, AT + 2 * A_SECOND)
    made = found(session, asked)
    assert (made.rows_done, made.size, made.is_ready) == (10, 6, True)
    assert b"".join(queries.contents(session, made.id)) == b"onetwo"
    assert not finish(session, turn, AT + 3 * A_SECOND), "once"


def test_another_one_takes_over_from_who_fell_silent(session: Session, asked: UUID) -> None:
    first = take(session, AT)
    later = AT + SILENT_AFTER + A_SECOND
    second = take(session, later)
    assert first
    assert second
    assert (first.number, second.number) == (1, 2)
    with writing(session):
        assert not service.tell(session, first, 9, later), "who was only slow hears that it is another's"
    assert not finish(session, first, later)
    assert parts(session) == 0
    assert finish(session, second, later)


def test_it_is_given_up_when_it_breaks_off_again_and_again(session: Session, asked: UUID) -> None:
    at = AT
    for _ in range(MOST_TURNS):
        assert take(session, at)
        at += SILENT_AFTER + A_SECOND
    assert take(session, at) is None
    given_up = found(session, asked)
    assert (given_up.why, given_up.finished_at, given_up.is_ready) == (BROKE_OFF, at, False)
    assert not queries.is_waiting(session, at + KEPT_FOR)


def test_after_a_day_it_is_gone(session: Session, ada: Person, asked: UUID) -> None:
    turn = take(session, AT)
    assert turn
    assert finish(session, turn, AT)
    young = ask(session, ada.id, "young", AT + KEPT_FOR).uuid
    with writing(session):
        assert service.forget_old(session, AT + KEPT_FOR + A_SECOND) == 1
    assert [one.uuid for one in queries.own_exports(session, ada.id)] == [young]
    assert parts(session) == 0


def test_whoever_is_erased_is_in_no_file_any_more(
    session: Session, ada: Person, asked: UUID, person: Callable[..., Person]
) -> None:
    eve = person("Eve Lund")
    turn = take(session, AT)
    assert turn
    assert finish(session, turn, AT)
    under_way = ask(session, ada.id, "under way").uuid
    other = take(session, AT)
    own = ask(session, eve.id, "own").uuid
    with writing(session):
        service.forget(session, eve.id)
    assert {one.uuid for one in queries.own_exports(session, ada.id)} == {asked, under_way}
    assert session.scalar(select(Export).filter_by(uuid=own)) is None
    assert parts(session) == 0
    for uuid in (asked, under_way):
        assert (found(session, uuid).why, found(session, uuid).is_ready) == (ERASED, False)
    assert other
    assert not finish(session, other, AT), "it was begun while the person was still there"
    assert take(session, AT + KEPT_FOR / 2) is None
