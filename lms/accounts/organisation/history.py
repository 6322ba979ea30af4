"""The tree of sites as it was on any day: values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.accounts.models import EVER
from lms.accounts.organisation.tree import descendants


@dataclass(frozen=True)
class Stood:
    """What a site was a part of, from a day on, up to another."""

    site: int
    parent: int | None
    """None: it stood at the top."""
    from_on: dt.date
    until_on: dt.date | None
    """The first day on which it was so no more; None: it is so now."""

    def was_so(self, on: dt.date) -> bool:
        """Whether it was so on a day."""
        return self.from_on <= on and (self.until_on is None or self.until_on > on)


@dataclass(frozen=True)
class Span:
    """That a site was below others from a day on, up to another: `dt.date.max` if it is so now."""

    site: int
    first: dt.date
    end: dt.date

    @property
    def is_always(self) -> bool:
        """Whether it was so on every day, and is so now."""
        return self.first == EVER and self.end == dt.date.max


@dataclass(frozen=True)
class History:
    """All that is known of the tree."""

    rows: Sequence[Stood] = ()

    def parents(self, on: dt.date) -> dict[int, int | None]:
        """What stood above each site on a day."""
        return {row.site: row.parent for row in self.rows if row.was_so(on)}

    def below(self, sites: Collection[int]) -> list[Span]:
        """When which site was one of these or below them; no two spans of a site meet."""
        begins = sorted({row.from_on for row in self.rows} | {row.until_on for row in self.rows if row.until_on})
        found: list[Span] = []
        since: dict[int, dt.date] = {}
        for day in begins:
            here = descendants(self.parents(day), sites)
            found += [Span(site, since.pop(site), day) for site in [*since] if site not in here]
            since |= {site: day for site in here if site not in since}
        return found + [Span(site, first, dt.date.max) for site, first in since.items()]
