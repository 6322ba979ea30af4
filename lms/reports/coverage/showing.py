"""A report, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.reports.coverage import chart, counting, queries
from lms.reports.coverage.asking import ALL, EVERYTHING, Asked, Organisation
from lms.reports.coverage.chart import Trend
from lms.reports.coverage.counting import SMALLEST, Compared, Count, Line, Point
from lms.ui.sheets import Cell, Row

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
    def is_small(self) -> bool:
        """Whether there are so few people that nothing is said of them where others read it."""
        return 0 < self.count.people < SMALLEST

    @property
    def percent(self) -> int | None:
        """The headline, in whole per cent, rounded down: 59.9 is not 60."""
        return percent(self.count.share)

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
    points = counting.trend(*queries.steps(session, question, days, there.history), days)
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


FIGURES = ("People", "Completed", "Under way", "Not started", "Overdue")


def places(found: Report) -> Iterable[Row]:
    """The places of a report as rows of a file, the head first. What is hidden on the page is hidden here."""
    return _compared(found, "Place", found.sites)


def groups(found: Report) -> Iterable[Row]:
    """The same of job groups."""
    return _compared(found, "Job group", found.groups)


def modules(found: Report) -> Iterable[Row]:
    """The same of modules, each by itself."""
    yield ["Module", *FIGURES[:-1], "Completed, per cent", "On"]
    for line in found.modules:
        count = line.count
        figures: list[Cell] = [count.people, count.completed, count.under_way, count.not_started, percent(count.share)]
        yield [line.name, *(_blank(figures) if found.is_small else figures), found.asked.on]


def months(found: Report) -> Iterable[Row]:
    """How it was month by month."""
    yield ["At the end of", "People", "Completed", "Completed, per cent"]
    for point in found.points:
        figures: list[Cell] = [point.people, point.completed, percent(point.share)]
        yield [point.on, *(_blank(figures) if point.is_small else figures)]


TABLES: Mapping[str, Callable[[Report], Iterable[Row]]] = {
    "places": places,
    "groups": groups,
    "modules": modules,
    "months": months,
}
"""What can be had as a file, by the word in its address."""


def percent(share: float | None) -> int | None:
    """A share in whole per cent, rounded down: 59.9 is not 60."""
    return None if share is None else int(share * 100 + 1e-9)


def _compared(found: Report, first: str, lines: Iterable[Compared]) -> Iterable[Row]:
    yield [first, *FIGURES, "Completed, per cent, from", "to", "On"]
    for one in lines:
        figures = _figures(one.line.count)
        yield [
            one.line.name,
            *(_blank(figures) if one.is_hidden else figures),
            *(one.band or (None, None)),
            found.asked.on,
        ]
    together = [*_figures(found.count), found.percent, found.percent]
    yield [f"Together: {found.place}", *(_blank(together) if found.is_small else together), found.asked.on]


def _figures(count: Count) -> list[Cell]:
    return [count.people, count.completed, count.under_way, count.not_started, count.overdue]


def _blank(figures: list[Cell]) -> list[Cell]:
    return [None] * len(figures)
