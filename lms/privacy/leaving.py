"""What an operator is told before and after an erasure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

from lms.outbox.queue import MAIN
from lms.privacy.sections import SECTIONS

STAYS = {
    "audit": "stay, with an opaque name that leads to nobody",
    "placements": "stay as counts by month, without a name",
    "registrations": "stay as counts, without a name",
}
ON_POSTGRESQL = (
    "PostgreSQL keeps deleted rows in its files for a while. To write them anew in a quiet hour: VACUUM FULL;\n"
    "Its write-ahead log and archive keep them until they are recycled."
)


class Gone(Protocol):
    """What is told of an erasure."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def delivered(self) -> Mapping[str, int]: ...
    @property
    def withdrawn(self) -> int: ...
    @property
    def on_their_way(self) -> Mapping[str, int]: ...
    @property
    def actors(self) -> Collection[str]: ...
    @property
    def unknown(self) -> int: ...


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
    opaque = json.dumps({"account": {"homePage": url, "name": str(erased.uuid)}})
    main = "the embedded Learning Record Store" if is_embedded else "the Learning Record Store"
    places = {name: main if name == MAIN.name else f"the store {name}" for name in erased.delivered}
    there = [f"{count} statements in {places[name]}" for name, count in erased.delivered.items()]
    return [
        f"Erased. {erased.withdrawn} statements that waited are withdrawn.",
        *_on_their_way(erased, places),
        f"What remains: {', '.join(there)}, of the actor",
        *(f"  {actor}" for actor in [opaque, *(one for one in erased.actors if one != opaque)]),
        "  which leads to nobody here any more.",
        *_there(erased, is_embedded),
        "  Backups of before: they hold all of it, and open with the keys of this installation. Let them expire.",
        "  After a restore of one the relay erases the person again: the file `erased` remembers the opaque name.",
        "  The audit log, under the same opaque name. Logs hold no names.",
    ]


def _on_their_way(erased: Gone, places: Mapping[str, str]) -> list[str]:
    """What was being sent at that moment, which nobody can call back."""
    may_arrive = [f"{count} in {places[name]}" for name, count in erased.on_their_way.items() if count]
    if not may_arrive:
        return []
    return [
        f"A relay may have been sending some of these just then. So at most {', '.join(may_arrive)} may still arrive, "
        "within a few minutes. No others will."
    ]


def _there(erased: Gone, is_embedded: bool) -> list[str]:
    """What is to be done at the stores."""
    lines = []
    if any('"mbox"' in actor for actor in erased.actors):
        lines.append("  One of these is an e-mail address: as long as it stands there, it names the person.")
    if erased.unknown:
        lines.append(
            f"  Of {erased.unknown} statements an earlier version did not keep the actor. Those that were told while "
            "LMS_STATEMENT_ACTOR was mbox name the e-mail address above, or one that the person had before."
        )
    if is_embedded:
        lines.append("  In the embedded store each becomes nobody's, and is still counted, by: lms lrs forget 'ACTOR'")
    if not is_embedded or len(erased.delivered) > 1:
        lines.append(
            "  A store elsewhere knows no such command by its standard: ask those who run it to delete, or to rename, "
            "what it holds of that actor, and to confirm it."
        )
    return lines
