"""Nothing acknowledged is lost and every statement arrives once, in order, whatever is killed; and the test bites."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.run import Plan, run

SHORT = Plan(web_kills=8, relay_kills=6)
MANY = 150
BITES = {
    # Not so fast that nobody gets to say anything in between.
    "acknowledge-before-commit": (
        Plan(web_kills=6, seconds_between=(0.6, 1.4), variant_of="web", least_deeds=MANY),
        "LOST",
    ),
    "mark-before-send": (Plan(relay_kills=2, variant_of="relay", shares={"503": 0.4}, least_deeds=MANY), "MISSING"),
    "new-id-on-resend": (Plan(variant_of="relay", shares={"lost answer": 0.4}, least_deeds=MANY), "DOUBLED"),
    "any-200-counts": (Plan(variant_of="relay", shares={"portal": 0.4}, least_deeds=MANY), "MISSING"),
}
"""Deliberate mistakes: where each is made, and what the judge must find."""
ALWAYS = ("acknowledge-before-commit", "new-id-on-resend")
"""Tried in every run of the tests: one of the web, one of the relay."""

pytestmark = pytest.mark.slow


def test_nothing_is_lost_when_processes_are_killed(tmp_path: Path, database_url: str) -> None:
    outcome = run(tmp_path, database_url, SHORT)
    assert outcome.findings == []
    assert (outcome.kills["web"], outcome.kills["relay"]) == (8, 6)
    assert outcome.deeds["opened"] > 10
    assert outcome.statements > 50


@pytest.mark.parametrize(
    "variant", [one if one in ALWAYS else pytest.param(one, marks=pytest.mark.soak) for one in BITES]
)
def test_a_deliberate_mistake_is_found(tmp_path: Path, variant: str) -> None:
    plan, kind = BITES[variant]
    url = f"sqlite:///{tmp_path / 'cares.db'}"
    outcome = run(tmp_path, url, replace(plan, variant=variant))
    assert outcome.kinds[kind], outcome
