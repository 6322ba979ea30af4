"""What was measured, as a table to read and as JSON to keep."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from math import isnan
from pathlib import Path

from bench.bytes_sent import Visit
from bench.measuring import Figures
from bench.trips import Trips


@dataclass(frozen=True)
class Row:
    """One scene."""

    name: str
    learners: int
    figures: Figures
    times_bare: float
    """CPU time beside that of the bare page, which is measured before and after each slice: the median."""
    trips: Trips | None = None


@dataclass(frozen=True)
class Arrivals:
    """Of one database."""

    p50_ms: float
    """From the action until the store holds its statement."""
    p99_ms: float
    loader_per_second: float
    """What the store takes of batches that are sent one after the other by a program that does nothing else."""
    relay_per_second: float


@dataclass(frozen=True)
class Carried:
    """What became of statements on their way over one line."""

    sent: int
    stored: int
    waiting: int
    """When our patience ended."""
    lost: int
    """Neither stored nor set aside, and not waiting."""
    doubled: int
    poisoned: int
    """Refused by the store."""
    parked: int
    parked_wrongly: int
    """Set aside but not poisoned."""
    out_of_order: int
    """Stored after what came later in their registration."""
    seconds: float
    harmed: Mapping[str, int]
    """How often each thing happened to a call that sent statements."""

    @property
    def per_second(self) -> float:
        """Statements that found their place."""
        return (self.stored + self.parked) / self.seconds


@dataclass(frozen=True)
class Load:
    """What the store took of several clients at once: the median of some turns."""

    per_second: float
    """Statements."""
    cpu_ms: float
    """Of the store, for each statement; not a number for a peer."""
    p50_ms: float
    """Of a request."""
    p99_ms: float


@dataclass(frozen=True)
class Store:
    """The embedded Learning Record Store with one database."""

    statements: int
    """How many it held when it was asked."""
    loads: Mapping[str, Load]
    """By their names; those of a peer as well, if there is one."""
    questions_ms: Mapping[str, float]
    """The median of the first page of each question."""
    memory_mb: float
    """PSS, at the end."""


@dataclass(frozen=True)
class Size:
    """Figures of an installation of one size."""

    registrations: int
    rows: Sequence[Row]


@dataclass
class Report:
    """One database."""

    database: str
    rows: list[Row] = field(default_factory=list)
    start_seconds: Mapping[str, float] = field(default_factory=dict)
    memory_mb: Mapping[str, float] = field(default_factory=dict)
    visits: Sequence[Visit] = ()


_HEAD = ("CPU ms", "x bare", "p50 ms", "p99 ms", "per s", "kB", "queries", "trips", "split %")


def show(report: Report) -> str:
    """The table."""
    first, later = report.visits
    starts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.start_seconds.items())
    memory = ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in report.memory_mb.items())
    return "\n".join(
        [
            show_rows(report),
            "",
            f"first visit {first.kilobytes:.0f} kB in {first.requests} requests, later page {later.kilobytes:.0f} kB",
            f"start: {starts}",
            f"memory (PSS, MB): {sum(report.memory_mb.values()):.0f} in all: {memory}",
        ]
    )


def show_rows(report: Report) -> str:
    """The scenes alone."""
    lines = [f"{report.database}, {os.cpu_count()} cores, Python {platform.python_version()}", ""]
    lines.append(f"{'':44}" + "".join(f"{title:>9}" for title in _HEAD))
    return "\n".join([*lines, *(_line(row) for row in report.rows)])


def show_arrivals(database: str, arrivals: Arrivals) -> str:
    """How soon and how fast statements get there."""
    share = 100 * arrivals.relay_per_second / arrivals.loader_per_second
    return "\n".join(
        [
            f"{database}: statements at the embedded Learning Record Store",
            f"after the action: p50 {arrivals.p50_ms:.0f} ms, p99 {arrivals.p99_ms:.0f} ms",
            f"plain loader {arrivals.loader_per_second:.0f} a second,"
            f" relay {arrivals.relay_per_second:.0f}: {share:.0f} %",
        ]
    )


def show_carried(database: str, carried: Mapping[str, Carried]) -> str:
    """What became of the statements, the lines side by side."""
    lines = carried.values()
    rows = {
        "sent": [one.sent for one in lines],
        "stored": [one.stored for one in lines],
        "still waiting": [one.waiting for one in lines],
        "lost": [one.lost for one in lines],
        "doubled": [one.doubled for one in lines],
        "out of order within a registration": [one.out_of_order for one in lines],
        "poisoned": [one.poisoned for one in lines],
        "parked": [one.parked for one in lines],
        "parked, and not poisoned": [one.parked_wrongly for one in lines],
        "calls": [sum(one.harmed.values()) for one in lines],
        "of them harmed": [sum(one.harmed.values()) - one.harmed.get("none", 0) for one in lines],
        "seconds": [f"{one.seconds:.1f}" for one in lines],
        "statements a second": [f"{one.per_second:.0f}" for one in lines],
    }
    head = [f"{database}: statements over a line", "", f"{'':44}" + "".join(f"{name:>9}" for name in carried)]
    return "\n".join([*head, *(f"{name:44}" + "".join(f"{cell:>9}" for cell in row) for name, row in rows.items())])


def show_store(database: str, store: Store) -> str:
    """What the store takes and how soon it answers."""
    lines = [f"{database}: the embedded Learning Record Store alone", ""]
    lines.append(f"{'':44}" + "".join(f"{title:>9}" for title in ("per s", "CPU ms", "p50 ms", "p99 ms")))
    for name, load in store.loads.items():
        spent = "" if isnan(load.cpu_ms) else f"{load.cpu_ms:.2f}"
        cells = [f"{load.per_second:.0f}", spent, f"{load.p50_ms:.0f}", f"{load.p99_ms:.0f}"]
        lines.append(f"{name:44}" + "".join(f"{cell:>9}" for cell in cells))
    lines += ["", f"first page, of {store.statements:,} statements", ""]
    lines += [f"{name:44}{milliseconds:>9.1f} ms" for name, milliseconds in store.questions_ms.items()]
    return "\n".join([*lines, "", f"memory (PSS) {store.memory_mb:.0f} MB"])


def show_reports(database: str, seconds: Mapping[str, float]) -> str:
    """How long each report takes."""
    return "\n".join([f"{database}: reports", "", *(f"{name:44}{took:>9.2f} s" for name, took in seconds.items())])


def show_growth(database: str, sizes: Sequence[Size]) -> str:
    """The same scenes, side by side; the last column is the largest beside the smallest."""
    titles = [f"{size.registrations:,}" for size in sizes]
    lines = [f"{database}: times the bare page, by registrations", ""]
    lines.append(f"{'':44}" + "".join(f"{title:>12}" for title in [*titles, "growth"]))
    for scene in zip(*(size.rows for size in sizes), strict=True):
        times = [row.times_bare for row in scene]
        cells = [f"{one:.2f}" for one in times] + [f"{100 * (times[-1] / times[0] - 1):+.0f} %"]
        lines.append(f"{scene[0].name:44}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def keep(found: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write all figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2, default=_plain), encoding="utf-8")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value))


def _line(row: Row) -> str:
    name = f"{row.name}, {row.learners} learners" if row.learners > 1 else row.name
    one, trips = row.figures, row.trips
    cells = [f"{one.cpu_ms:.2f}", f"{row.times_bare:.1f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}"]
    cells += [f"{one.per_second:.0f}", f"{one.kilobytes:.1f}"]
    cells += [str(trips.statements), str(trips.statements + trips.others)] if trips else ["", ""]
    return f"{name:44}" + "".join(f"{cell:>9}" for cell in [*cells, one.split])
