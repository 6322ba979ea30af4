"""How relays share the work: each registration belongs to one partition, each partition to one relay at a time."""

from __future__ import annotations

from uuid import UUID

PARTITIONS = 16
"""How many relays can work side by side. It is part of stored rows: changing it needs a migration."""


def partition_of(registration: UUID) -> int:
    """The partition of a registration; its random bits spread them evenly."""
    return registration.int % PARTITIONS


def fair_share(relays: int) -> int:
    """How many partitions one of so many relays may hold, so that all of them are held."""
    return -(-PARTITIONS // max(relays, 1))
