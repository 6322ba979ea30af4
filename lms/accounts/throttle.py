"""How often signing in may fail before one has to wait."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """So many tries in any such span of time."""

    tries: int
    window: dt.timedelta


ACCOUNT = Limit(10, dt.timedelta(minutes=15))
ADDRESS = Limit(60, dt.timedelta(minutes=15))
"""Higher, since a whole hospital may come from one address."""
LINKS = Limit(5, dt.timedelta(hours=1))
"""Mails that anyone can have sent to one person."""


def recent(times: Iterable[float], at: dt.datetime, limit: Limit) -> list[float]:
    """The tries that count now, oldest first."""
    now, window = at.timestamp(), limit.window.total_seconds()
    # A try far in the future is from before a clock was set back.
    return sorted(time for time in times if now - window < time < now + window)


def wait(times: Iterable[float], at: dt.datetime, limit: Limit) -> dt.timedelta:
    """How long until one more try is allowed; zero if it is now."""
    counted = recent(times, at, limit)
    if len(counted) < limit.tries:
        return dt.timedelta()
    freed = counted[-limit.tries] + limit.window.total_seconds()
    return dt.timedelta(seconds=freed - at.timestamp())


def network(address: str | None) -> str:
    """What counts as one address: of IPv6 the first 64 bits, since one customer has them all."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
