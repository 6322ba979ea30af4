"""A report, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.reports.coverage import chart, counting, queries
from lms.reports.coverage.asking import ALL, EVERYTHING, Asked, Organisation
from lms.reports.coverage.chart import Trend
from lms.reports.coverage.counting import Compared, Count, Line, Point

MONTHS = 12
NO_GROUP = "No job group"


@dataclass(frozen=True)
class Report:
    """All figures of one report."""

    asked: Asked
    title: str
    """Of what is to be completed."""
    place: str
    count: Count
    target: int
    """Per cent; 0: none."""
    sites: list[Compared]
    groups: list[Compared]
    modules: list[Line]
    points: list[Point]
    trend: Trend | None

    @property
    def people(self) -> str:
        """Of whom it speaks: `managers` or `people`."""
        return "people" if self.asked.who == ALL else "managers"

    @property
    def percent(self) -> int | None:
        """The headline, in whole per cent, rounded down: 59.9 is not 60."""
        share = self.count.share
        return None if share is None else int(share * 100 + 1e-9)

    @property
    def missing(self) -> int:
        """How many more have to complete for the target to be reached."""
        needed = -(-self.count.people * self.target // 100)
        return max(0, needed - self.count.completed)


def report(session: Session, asked: Asked, there: Organisation, target: int) -> Report:
    """Everything that a report says, by four questions to the database."""
    question = asked.question(there.modules)
    found = queries.counts(session, question)
    by_site: dict[int, Count] = {}
    by_group: dict[int | None, Count] = {}
    for (site, group), count in found.items():
        by_site[site] = by_site.get(site, Count()) + count
        by_group[group] = by_group.get(group, Count()) + count
    days = counting.month_ends(asked.on, MONTHS)
    points = counting.trend(*queries.steps(session, question, days), days)
    return Report(
        asked=asked,
        title=there.programme.title if asked.what == EVERYTHING else there.modules[asked.what],
        place=asked.site.name if asked.site else "all sites" if asked.reader is None else "your sites",
        count=counting.added_up(found.values()),
        target=target,
        sites=counting.compared(_sites(asked, there, by_site)),
        groups=counting.compared(_groups(there, by_group)),
        modules=[
            Line(module, there.modules[module], count) for module, count in queries.by_module(session, question).items()
        ],
        points=[point for point in points if point.people],
        trend=chart.trend(points, target),
    )


def _sites(asked: Asked, there: Organisation, by_site: dict[int, Count]) -> list[Line]:
    parents, root = there.parents(asked), asked.site
    has_more, open_ones = set(parents.values()), {site.id for site in there.sites}
    shown = [site for site in there.everywhere if site.id in parents]
    tops = [site for site in shown if parents[site.id] not in parents]
    if root is None and len(tops) == 1 and tops[0].id in has_more:
        root = tops[0]  # one place above all others is no choice: what is below it is shown
    if root:
        tops = [site for site in shown if parents[site.id] == root.id]
    whole = dict(counting.below(parents, [site.id for site in tops], by_site))
    lines = [Line(site.code, site.name, whole[site.id], site.id in has_more, site.id in open_ones) for site in tops]
    here = by_site.get(root.id) if root else None
    if root and here and lines:
        lines.insert(0, Line("", f"{root.name} itself", here))
    return [line for line in lines if line.count.people]


def _groups(there: Organisation, by_group: dict[int | None, Count]) -> list[Line]:
    named = [(group.code, group.name, by_group.get(group.id, Count())) for group in there.groups]
    lines = [Line(code, name, count) for code, name, count in named if count.people]
    return lines + ([Line("", NO_GROUP, by_group[None])] if None in by_group and lines else [])


def table(found: Report) -> Iterable[list[str | int | float | dt.date | None]]:
    """The places of a report as rows of a file, the head first. What is hidden on the page is hidden here."""
    yield [
        "Place",
        "People",
        "Completed",
        "Under way",
        "Not started",
        "Overdue",
        "Completed, per cent, from",
        "to",
        "On",
    ]
    for one in found.sites:
        count, band = one.line.count, one.band
        hidden = one.is_hidden
        yield [
            one.line.name,
            *([None] * 5 if hidden else _figures(count)),
            *(band or (None, None)),
            found.asked.on,
        ]
    count = found.count
    share = found.percent
    yield [f"Together: {found.place}", *_figures(count), share, share, found.asked.on]


def _figures(count: Count) -> list[int]:
    return [count.people, count.completed, count.under_way, count.not_started, count.overdue]
