"""One relay at a time for each registration."""

from __future__ import annotations

import uuid
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from lms.config import Settings
from lms.db import engine_options
from lms.outbox.claims import EVERYTHING, AdvisoryClaim, FileClaim
from lms.outbox.partitions import PARTITIONS, fair_share, partition_of


@given(st.integers(0, 40))
def test_fair_shares_cover_everything(relays: int) -> None:
    assert fair_share(relays) * max(relays, 1) >= PARTITIONS
    assert (fair_share(relays) - 1) * max(relays, 1) < PARTITIONS


def test_registrations_spread_evenly() -> None:
    counts = Counter(partition_of(uuid.uuid4()) for _ in range(16_000))
    assert set(counts) == EVERYTHING
    assert all(700 < count < 1300 for count in counts.values())


def test_a_file_is_held_by_one(tmp_path: Path) -> None:
    first, second = (FileClaim(tmp_path / "relay.lock") for _ in range(2))
    assert first.renew(()) == EVERYTHING
    assert second.renew(()) == frozenset()
    assert (first.is_held(), second.is_held()) == (True, False)
    first.release()
    assert second.renew(()) == EVERYTHING
    assert first.renew(()) == frozenset()


def test_who_lost_the_file_notices(tmp_path: Path) -> None:
    first, second = (FileClaim(tmp_path / "relay.lock") for _ in range(2))
    first.renew(())
    (tmp_path / "relay.lock").unlink()
    assert second.renew(()) == EVERYTHING
    assert not first.is_held()
    assert first.renew(()) == frozenset()


@pytest.fixture
def ready_url(request: pytest.FixtureRequest) -> str:
    """Advisory locks are PostgreSQL's; they belong to no table, so any database will do."""
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def claims(settings: Settings) -> list[AdvisoryClaim]:
    """Four relays, each with connections of its own, as on four hosts."""
    engines = [create_engine(**engine_options(settings.database)) for _ in range(4)]
    return [AdvisoryClaim(engine) for engine in engines]


def test_relays_share_and_nobody_holds_what_another_does(claims: list[AdvisoryClaim]) -> None:
    first, second, third, _ = claims
    try:
        assert first.renew(()) == EVERYTHING
        assert second.renew(()) == frozenset()
        assert len(first.renew(())) == 8
        assert len(second.renew(())) == 8
        third.renew(())
        shares = [claim.renew(()) for claim in (first, second, third)]
        shares = [claim.renew(()) for claim in (first, second, third)]
        assert sorted(map(len, shares)) == [4, 6, 6]
        assert frozenset().union(*shares) == EVERYTHING
        first.release()
        assert frozenset().union(second.renew(()), third.renew(())) == EVERYTHING
    finally:
        for claim in claims:
            claim.release()


def test_what_is_under_way_is_given_back_later_but_nothing_more_is_sent_of_it(claims: list[AdvisoryClaim]) -> None:
    first, second, *_ = claims
    try:
        first.renew(())
        second.renew(())
        kept = first.renew(EVERYTHING)
        assert len(kept) == 8
        assert second.renew(()) == frozenset()
        assert first.renew(EVERYTHING) == kept
        assert first.renew(kept) == kept
        assert second.renew(()) == EVERYTHING - kept
    finally:
        first.release()
        second.release()


def test_a_relay_whose_connection_was_cut_notices(claims: list[AdvisoryClaim], settings: Settings) -> None:
    first, second, *_ = claims
    try:
        assert first.renew(()) == EVERYTHING
        with psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND query NOT LIKE '%%autovacuum%%' AND pid IN"
                " (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
            )
        assert second.renew(()) == EVERYTHING
        with pytest.raises(SQLAlchemyError):
            first.is_held()
        with pytest.raises(SQLAlchemyError):
            first.renew(())
        assert first.renew(()) == frozenset()
    finally:
        first.release()
        second.release()
