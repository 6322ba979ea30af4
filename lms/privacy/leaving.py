"""What an operator is told before and after an erasure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from lms.privacy.sections import SECTIONS

STAYS = {"audit": "stay, with an opaque name that leads to nobody", "registrations": "stay as counts, without a name"}
ON_POSTGRESQL = (
    "PostgreSQL keeps deleted rows in its files for a while. To write them anew in a quiet hour: VACUUM FULL;\n"
    "Its write-ahead log and archive keep them until they are recycled."
)


class Gone(Protocol):
    """What is told of an erasure."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def delivered(self) -> int: ...
    @property
    def withdrawn(self) -> int: ...


def counts(record: Mapping[str, Any]) -> dict[str, int]:
    """How much there is of each part of a person's record."""
    return {key: len(record[key]) if isinstance(record[key], list) else 1 for key in SECTIONS if record.get(key)}


def would_go(email: str, found: Mapping[str, int], mails: int) -> list[str]:
    """Before: what there is, and what would become of it."""
    lines = [f"Nothing is done yet. This would become of what is kept of {email}:"]
    lines += [f"  {SECTIONS[key].title}: {count}, {STAYS.get(key, 'goes')}" for key, count in found.items()]
    lines += [f"  Mails in the folder: {mails}, go"] if mails else []
    return [*lines, f"It cannot be undone. To do it: lms people erase {email} --yes"]


def remains(erased: Gone, url: str, is_embedded: bool) -> list[str]:
    """After: what is still elsewhere, and what to do there."""
    actor = json.dumps({"account": {"homePage": url, "name": str(erased.uuid)}})
    where = "the embedded Learning Record Store" if is_embedded else "the Learning Record Store"
    return [
        f"Erased. {erased.withdrawn} statements that waited are withdrawn.",
        f"What remains: {erased.delivered} statements in {where}, of the actor",
        f"  {actor}",
        "  which leads to nobody here any more. To delete them there, ask for that actor.",
        "  Backups of before: they hold all of it, and open with the keys of this installation. Let them expire.",
        "  After a restore of one the relay erases the person again: the file `erased` remembers the opaque name.",
        "  The audit log, under the same opaque name. Logs hold no names.",
    ]
