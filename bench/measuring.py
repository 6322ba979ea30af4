"""Figures of one scene: CPU of the workers, times as the visitor sees them, and how evenly the workers shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import Answer, Ask, visit_all
from bench.server import Served

WARM_UP = 20


@dataclass(frozen=True)
class Figures:
    """Of one scene."""

    requests: int
    cpu_ms: float
    """Of the web processes, for each request."""
    p50_ms: float
    p99_ms: float
    per_second: float
    kilobytes: float
    """Of an answer as it was sent, half of them larger."""
    split: str
    """How much of the CPU each worker took, in percent."""


def measure(served: Served, visitors: Sequence[Sequence[Ask]]) -> Figures:
    """Let the visitors ask, all at once."""
    before = served.cpu_ms()
    answers, seconds = _timed(served, visitors)
    spent = [after - earlier for after, earlier in zip(served.cpu_ms(), before, strict=True)]
    times = sorted(answer.milliseconds for answer in answers)
    sizes = sorted(answer.wire_bytes for answer in answers)
    return Figures(
        requests=len(answers),
        cpu_ms=sum(spent) / len(answers),
        p50_ms=times[len(times) // 2],
        p99_ms=times[min(len(times) - 1, len(times) * 99 // 100)],
        per_second=len(answers) / seconds,
        kilobytes=sizes[len(sizes) // 2] / 1024,
        split=" ".join(f"{100 * one / (sum(spent) or 1):.0f}" for one in spent),
    )


def _timed(served: Served, visitors: Sequence[Sequence[Ask]]) -> tuple[list[Answer], float]:
    answers = visit_all(served.port, visitors)
    longest = max(sum(answer.milliseconds for answer in answers) / len(visitors), 1)
    return answers, longest / 1000
