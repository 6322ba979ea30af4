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
from lms.xapi.standing import StoreStands, stand


class _Standing(Collector):
    """Looks once, at one moment."""

    def __init__(self, session: Session, at: dt.datetime) -> None:
        self._session, self._at = session, at

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """In the order of their names."""
        found = stand(self._session, self._at, shown=0)
        troubled = sum(1 for relay in found.relays if relay.trouble or relay.troubles)
        yield GaugeMetricFamily(
            "cares_people_signed_in", "Browsers in which someone is signed in.", count_signed_in(self._session)
        )
        yield GaugeMetricFamily("cares_relay_troubled", "Relays that cannot deliver to some store.", troubled)
        yield GaugeMetricFamily("cares_relays", "Relays at work.", len(found.relays))
        yield from _of_stores(found.stores)


def _of_stores(stores: Iterable[StoreStands]) -> Iterable[GaugeMetricFamily]:
    statements = GaugeMetricFamily(
        "cares_statements", "Statements by where they are on their way to a store.", labels=["delivery", "store"]
    )
    oldest = GaugeMetricFamily(
        "cares_statement_oldest_seconds",
        "How long the oldest statement that is queued for a store has waited.",
        labels=["store"],
    )
    for store in stores:
        for name in ("queued", "history", "delivered", "parked"):
            statements.add_metric([name, store.name], getattr(store.standing, name))
        oldest.add_metric([store.name], store.oldest_seconds or 0.0)
    yield statements
    yield oldest


def as_text(session: Session, at: dt.datetime) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Standing(session, at))
    return generate_latest(registry)
