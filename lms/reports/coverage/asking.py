"""What a report is asked for by its address, and how much of it its reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from lms.accounts.models import JobGroup, Role, Site
from lms.accounts.organisation.history import History
from lms.accounts.organisation.leading import Reach
from lms.accounts.organisation.tree import ancestors, descendants
from lms.content.schema import Programme
from lms.days import local_day
from lms.reports.coverage.queries import Question

READERS = (Role.SITE_LEAD, Role.PROGRAMME_LEAD, Role.ADMIN)
"""Who reads reports on coverage; leads of sites those of their own."""
EVERYTHING = "programme"
ALL, MANAGERS = "all", "managers"
EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Organisation:
    """What can be chosen from."""

    sites: Sequence[Site]
    """Those that the reader leads today, with all below them."""
    everywhere: Sequence[Site]
    """All there are: on an earlier day others stood below those."""
    history: History
    groups: Sequence[JobGroup]
    programme: Programme
    modules: Mapping[str, str]
    """Titles of the published modules, by id, in the order of the programme."""

    def above(self, site: Site, on: dt.date) -> list[Site]:
        """What stood above a place on a day, from the top down, as far as the reader may look at it."""
        by_id = {one.id: one for one in self.sites}
        seen = takewhile(by_id.__contains__, ancestors(self.history.parents(on), site.id))
        return [by_id[one] for one in seen][::-1]

    def parents(self, asked: Asked) -> dict[int, int | None]:
        """What stood above each of the places of which a report speaks, on its day."""
        then = self.history.parents(asked.on)
        if asked.places is None:
            return then
        below = descendants(then, asked.places)
        return {site: above for site, above in then.items() if site in below}

    def within(self, reader: Reach) -> Organisation:
        """As much as a reader may choose from."""
        if reader is None:
            return self
        # Rights are those of today, whatever day is asked for.
        seen = descendants({one.id: one.parent_id for one in self.everywhere}, reader)
        return replace(self, sites=[one for one in self.sites if one.id in seen])


@dataclass(frozen=True)
class Asked:
    """A report: of whom, of what, when."""

    site: Site | None
    group: JobGroup | None
    what: str
    """A module's id, or the whole programme."""
    who: str
    on: dt.date
    reader: Reach
    zone: str
    """The time zone whose days are meant."""

    @property
    def places(self) -> Reach:
        """Which places, with all below them; None: all there are."""
        return (self.site.id,) if self.site else self.reader

    def question(self, modules: Collection[str]) -> Question:
        """As it is asked of the database."""
        return Question(
            modules=tuple(modules) if self.what == EVERYTHING else (self.what,),
            on=self.on,
            managers_only=self.who == MANAGERS,
            sites=self.places,
            job_group=self.group.id if self.group else None,
            zone=self.zone,
        )

    def by_name(self, modules: Collection[str]) -> Question:
        """The same where people are named: only those whom the reader leads today."""
        return replace(self.question(modules), seen_by=self.reader)

    def address(self, **changed: Any) -> dict[str, str]:
        """The parts of the address that lead to it, some of them changed; None: left out."""
        parts = {
            "site": self.site.code if self.site else None,
            "group": self.group.code if self.group else None,
            "what": None if self.what == EVERYTHING else self.what,
            "who": None if self.who == MANAGERS else self.who,
            "on": self.on.isoformat(),
        }
        return {name: value for name, value in (parts | changed).items() if value}


def facts(address: Mapping[str, str]) -> dict[str, str]:
    """For the audit log: whose list the parts of an address lead to, as codes and words of ours."""
    who, site, group = address.get("who", MANAGERS), address.get("site"), address.get("group")
    where = {name: code for name, code in (("site", site), ("job_group", group)) if code}
    said = {"at": "coverage", "what": address.get("what", EVERYTHING), "of_whom": who, "day": address["on"]}
    return said | where | {"standing": address.get("standing", "all")}


def read(given: Mapping[str, str], there: Organisation, reader: Reach, at: dt.datetime, zone: str) -> Asked | None:
    """The report that an address asks for; None for a place, group or module that is not there for this reader."""
    sites = {site.code: site for site in there.sites}
    groups = {group.code: group for group in there.groups}
    site, group, what = given.get("site", ""), given.get("group", ""), given.get("what") or EVERYTHING
    if (site and site not in sites) or (group and group not in groups) or what not in {EVERYTHING, *there.modules}:
        return None
    who = ALL if given.get("who") == ALL else MANAGERS
    on = _day(given.get("on", ""), local_day(at, zone))
    return Asked(sites.get(site), groups.get(group), what, who, on, reader, zone)


def _day(text: str, today: dt.date) -> dt.date:
    """A day that is not to come; today for what is none."""
    try:
        return min(max(dt.date.fromisoformat(text), EARLIEST), today)
    except ValueError:
        return today
