"""The figures of an installation, as a monitoring system reads them.

They are looked up when they are asked for, so that serving a page costs nothing more for them. How many requests there
were and how long they took is in the log of the web server in front.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from lms.accounts.queries import count_signed_in
from lms.outbox import queries as outbox


class _Standing(Collector):
    """Looks once, at one moment."""

    def __init__(self, session: Session, at: dt.datetime) -> None:
        self._session, self._at = session, at

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """In the order of their names."""
        standing, relays = outbox.standing(self._session), outbox.relays(self._session, self._at)
        statements = GaugeMetricFamily(
            "cares_statements", "Statements by where they are on their way.", labels=["delivery"]
        )
        for name in ("queued", "delivered", "parked"):
            statements.add_metric([name], getattr(standing, name))
        oldest = standing.oldest_queued_at
        waits = max((self._at - oldest).total_seconds(), 0.0) if oldest else 0.0
        yield GaugeMetricFamily(
            "cares_people_signed_in", "Browsers in which someone is signed in.", count_signed_in(self._session)
        )
        yield GaugeMetricFamily(
            "cares_relay_troubled", "Relays that cannot deliver.", sum(1 for relay in relays if relay.trouble)
        )
        yield GaugeMetricFamily("cares_relays", "Relays at work.", len(relays))
        yield statements
        yield GaugeMetricFamily(
            "cares_statement_oldest_seconds", "How long the oldest queued statement has waited.", waits
        )


def as_text(session: Session, at: dt.datetime) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Standing(session, at))
    return generate_latest(registry)
