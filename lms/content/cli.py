"""Commands for content: `lms courses …`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from lms.content import bundle as bundles
from lms.content.bundle import Bundle
from lms.content.checker.check import check_module
from lms.content.checker.report import Report
from lms.content.checker.table import as_table
from lms.content.problems import ContentError


@click.group()
def courses() -> None:
    """Check, import and export modules."""


@courses.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=Path())
@click.option("--module", "module_id", help="Check this module alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def check(path: Path, module_id: str | None, as_json: bool) -> None:
    """Measure modules by the rules of the content brief (docs/checker.md).

    PATH is a folder that holds courses/ and quizzes/, the folder of one module (courses/<id>), or a zip of either.
    Exits with 1 when any rule fails.
    """
    bundle, only = _read(path)
    today = dt.datetime.now(dt.UTC).date()
    reports = [check_module(bundle, found, today) for found in _wanted(bundle, module_id or only)]
    if as_json:
        click.echo(json.dumps([report.plain() for report in reports], indent=2, default=str))
    else:
        _print(reports)
    if any(report.verdict == "fail" for report in reports):
        raise click.exceptions.Exit(1)


def _print(reports: list[Report]) -> None:
    for report in reports:
        for line in as_table(report):
            click.echo(line)


def _read(path: Path) -> tuple[Bundle, str | None]:
    """The files at a path, and the module that it names, if it names one."""
    path = path.resolve()
    try:
        if path.is_file():
            return bundles.from_zip(path.read_bytes()), None
        if path.parent.name == "courses" and not (path / "courses").is_dir():
            return bundles.from_folder(path.parent.parent), path.name
        return bundles.from_folder(path), None
    except ContentError as error:
        raise click.ClickException(str(error)) from None


def _wanted(bundle: Bundle, module_id: str | None) -> list[str]:
    if module_id is None:
        if not bundle.module_ids:
            raise click.ClickException("There is no module here: no file courses/<module>/module.yaml.")
        return bundle.module_ids
    if not bundle.of_module(module_id).files:
        raise click.ClickException(f"There is no module {module_id!r} here: no folder courses/{module_id}.")
    return [module_id]
