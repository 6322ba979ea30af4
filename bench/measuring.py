"""Figures of one scene: CPU of the workers, times as the visitor sees them, and how evenly the workers shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Answer, Ask, visit_all
from bench.server import Served

WARM_UP = 20


@dataclass(frozen=True)
class Figures:
    """Of one scene."""

    requests: int
    cpu_ms: float
    """Of the web processes, for each request: the median of all slices."""
    p50_ms: float
    p99_ms: float
    per_second: float
    kilobytes: float
    """Of an answer as it was sent, half of them larger."""
    split: str
    """How much of the CPU each worker took, in percent."""


@dataclass(frozen=True)
class Slice:
    """What some requests took."""

    answers: Sequence[Answer]
    cpu_ms: Sequence[float]
    """Of each worker."""
    seconds: float

    @property
    def cpu_ms_each(self) -> float:
        """For each request."""
        return sum(self.cpu_ms) / len(self.answers)


def measure(served: Served, visitors: Sequence[Sequence[Ask]]) -> Slice:
    """Let the visitors ask, all at once."""
    before = served.cpu_ms()
    answers = visit_all(served.port, visitors)
    spent = [after - earlier for after, earlier in zip(served.cpu_ms(), before, strict=True)]
    longest = max(sum(answer.milliseconds for answer in answers) / len(visitors), 1)
    return Slice(answers, spent, longest / 1000)


def figures(slices: Sequence[Slice]) -> Figures:
    """Of all slices together."""
    answers = [answer for one in slices for answer in one.answers]
    spent = [sum(worker) for worker in zip(*(one.cpu_ms for one in slices), strict=True)]
    times = sorted(answer.milliseconds for answer in answers)
    sizes = sorted(answer.wire_bytes for answer in answers)
    return Figures(
        requests=len(answers),
        cpu_ms=median(one.cpu_ms_each for one in slices),
        p50_ms=times[len(times) // 2],
        p99_ms=times[min(len(times) - 1, len(times) * 99 // 100)],
        per_second=len(answers) / sum(one.seconds for one in slices),
        kilobytes=sizes[len(sizes) // 2] / 1024,
        split=" ".join(f"{100 * one / (sum(spent) or 1):.0f}" for one in spent),
    )
