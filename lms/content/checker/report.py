"""What a check says: a verdict for each rule, what was measured, and what to mend where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from lms.content.problems import Problem

Verdict = Literal["pass", "warn", "fail"]
_ORDER: tuple[Verdict, ...] = ("pass", "warn", "fail")


@dataclass(frozen=True)
class Rule:
    """One line of the content brief: what passes, what fails; what lies between is a warning."""

    number: int
    name: str
    passes: str
    fails: str
    signal: bool = False
    """A signal is no proof: what would fail goes to a human editor as a warning."""

    def result(self, measured: str, verdict: Verdict, findings: Iterable[Problem] = ()) -> Result:
        """The outcome of this rule for one module."""
        to_editor = self.signal and verdict == "fail"
        return Result(self, measured, "warn" if to_editor else verdict, tuple(findings), to_editor)


@dataclass(frozen=True)
class Result:
    """What one rule found."""

    rule: Rule
    measured: str
    verdict: Verdict
    findings: tuple[Problem, ...]
    to_editor: bool = False
    """It is beyond the limit of a signal rule, so an editor must judge it."""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.rule.number,
            "rule": self.rule.name,
            "passes": self.rule.passes,
            "fails": self.rule.fails,
            "measured": self.measured,
            "verdict": self.verdict,
            "to_editor": self.to_editor,
            "findings": [vars(finding) for finding in self.findings],
        }


@dataclass(frozen=True)
class Report:
    """All results of one module; `problems` are what keeps the module from loading at all."""

    module_id: str
    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        return "fail" if self.problems else worst(result.verdict for result in self.results)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "module": self.module_id,
            "verdict": self.verdict,
            "problems": [vars(problem) for problem in self.problems],
            "results": [result.plain() for result in self.results],
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; `pass` if there are none."""
    return max(verdicts, key=_ORDER.index, default="pass")


def within(value: float, passes: tuple[float, float], fails: tuple[float, float]) -> Verdict:
    """`pass` inside the first range, `fail` outside the second (bounds belong to the better side), else `warn`."""
    if passes[0] <= value <= passes[1]:
        return "pass"
    return "warn" if fails[0] <= value <= fails[1] else "fail"


def at_most(value: float, passes: float, fails: float) -> Verdict:
    """`pass` up to the first bound, `fail` above the second, else `warn`."""
    return within(value, (float("-inf"), passes), (float("-inf"), fails))


def none_of(findings: Iterable[Problem]) -> Verdict:
    """`pass` when there is nothing to mend, else `fail`."""
    return "fail" if any(True for _ in findings) else "pass"
