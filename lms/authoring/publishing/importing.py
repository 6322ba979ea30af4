"""Publishing files that come from a folder or a zip, without parting anybody from their work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.authoring.publishing.guarding import Threat
from lms.authoring.publishing.queries import threats_to
from lms.content.library import library
from lms.content.service import Imported, published_ids

Store = Callable[[], list[Imported]]
"""Stores and publishes the files, in the transaction of the session."""


@dataclass(eq=False)
class ThreatError(Exception):
    """What was imported would part people from their work: the transaction must not be kept."""

    found: list[tuple[str, Threat]]
    """With the module of each."""

    @property
    def lines(self) -> list[str]:
        """Each of them in words."""
        return [f"{module_id}: {threat.said} {threat.to_do}" for module_id, threat in self.found]

    @property
    def options(self) -> str:
        """What is given to `lms courses import` to let all of it go."""
        return " ".join(f"--may-remove {id_}" for id_ in dict.fromkeys(threat.key.id for _, threat in self.found))


def guarded(session: Session, store: Store, agreed: Collection[str] = ()) -> tuple[list[Imported], list[Threat]]:
    """Publish, and say what may go because it was agreed to, by id. Raises ThreatError for everything else."""
    before = published_ids(session)
    outcome = store()
    found: list[tuple[str, Threat]] = []
    for one in outcome:
        if one.is_new and one.module:
            old = library.revision(session, before[one.subject]) if one.subject in before else None
            found += [(one.subject, threat) for threat in threats_to(session, old, one.module)]
    left = [(module_id, threat) for module_id, threat in found if threat.key.id not in agreed]
    if left:
        raise ThreatError(left)
    return outcome, [threat for _, threat in found]
