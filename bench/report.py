"""What was measured, as a table to read and as JSON to keep."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    lines = [f"{report.database}, {os.cpu_count()} cores, Python {platform.python_version()}", ""]
    lines.append(f"{'':44}" + "".join(f"{title:>9}" for title in _HEAD))
    lines += [_line(row) for row in report.rows]
    first, later = report.visits
    starts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.start_seconds.items())
    memory = ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in report.memory_mb.items())
    return "\n".join(
        [
            *lines,
            "",
            f"first visit {first.kilobytes:.0f} kB in {first.requests} requests, later page {later.kilobytes:.0f} kB",
            f"start: {starts}",
            f"memory (PSS, MB): {sum(report.memory_mb.values()):.0f} in all: {memory}",
        ]
    )


def keep(reports: Sequence[Report], path: Path) -> None:
    """Write all figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(report) for report in reports], indent=2), encoding="utf-8")


def _line(row: Row) -> str:
    name = f"{row.name}, {row.learners} learners" if row.learners > 1 else row.name
    one, trips = row.figures, row.trips
    cells = [f"{one.cpu_ms:.2f}", f"{row.times_bare:.1f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}"]
    cells += [f"{one.per_second:.0f}", f"{one.kilobytes:.1f}"]
    cells += [str(trips.statements), str(trips.statements + trips.others)] if trips else ["", ""]
    return f"{name:44}" + "".join(f"{cell:>9}" for cell in [*cells, one.split])
