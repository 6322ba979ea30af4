"""`python -m bench`: prints tables and writes all figures to `bench/results/<time>.json`."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import tempfile
from pathlib import Path

import structlog

from bench import authoring, delivery, growth, losses, pages, reports, store
from bench.loads import Client
from bench.report import keep, show, show_arrivals, show_carried, show_growth, show_reports, show_rows, show_store
from bench.server import databases

RESULTS = Path(__file__).parent / "results"
PARTS = ("pages", "delivery", "losses", "store", "growth", "authoring", "reports")


def main() -> None:
    """Measure what is asked for."""
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = []
    for kind in arguments.database:
        for part in arguments.part:
            with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as url:
                result, text = _measured(part, kind, url, Path(folder), arguments)
            print(text, end="\n\n", flush=True)
            found.append({"database": kind, "part": part, "figures": result})
    keep(found, RESULTS / f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H-%M-%SZ}.json")


def _measured(part: str, kind: str, url: str, folder: Path, arguments: argparse.Namespace) -> tuple[object, str]:
    """The figures of one part, and a table of them."""
    if part == "pages":
        report = pages.measured(kind, url, folder, arguments.only, arguments.requests)
        return report, show(report)
    if part == "authoring":
        edited = authoring.measured(kind, url, folder, arguments.requests)
        return edited, show_rows(edited)
    if part == "delivery":
        arrivals = delivery.measured(url, folder)
        return arrivals, show_arrivals(kind, arrivals)
    if part == "losses":
        lines = losses.measured(url, folder)
        return lines, show_carried(kind, lines)
    if part == "store":
        held = store.measured(kind, url, folder, arguments.statements, _peer(arguments))
        return held, show_store(kind, held)
    if part == "reports":
        seconds = reports.measured(url, folder, arguments.people, arguments.sites)
        return seconds, show_reports(kind, seconds)
    sizes = growth.measured(url, folder, arguments.registrations, arguments.requests)
    return sizes, show_growth(kind, sizes)


def _peer(arguments: argparse.Namespace) -> Client | None:
    return store.peer(arguments.peer, arguments.key, arguments.secret) if arguments.peer else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="both, if not given")
    parser.add_argument("--part", choices=PARTS, action="append", help="all, if not given")
    parser.add_argument("--requests", type=int, default=420, help="of each scene")
    parser.add_argument("--only", default="", help="pages: scenes whose name has this text")
    parser.add_argument("--statements", type=int, default=100_000, help="store: held when it is asked")
    parser.add_argument("--peer", default="", help="store: address of another store on this machine, as far as /xapi")
    parser.add_argument("--key", default="", help="store: that the peer asks for")
    parser.add_argument("--secret", default="")
    parser.add_argument("--people", type=int, default=100_000, help="reports: in the organisation")
    parser.add_argument("--sites", type=int, default=500, help="reports: in the organisation")
    parser.add_argument(
        "--registrations", type=int, nargs="+", default=[1000, 1000000], help="growth: sizes, the smallest first"
    )
    arguments = parser.parse_args()
    arguments.database = arguments.database or ["sqlite", "postgresql"]
    arguments.part = arguments.part or PARTS
    return arguments


if __name__ == "__main__":
    main()
