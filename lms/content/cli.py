"""Commands for content: `lms courses …`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import click

from lms import config
from lms.content import bundle as bundles
from lms.content.bundle import Bundle
from lms.content.checker.check import check_modules
from lms.content.checker.report import Report
from lms.content.checker.table import as_table
from lms.content.problems import ContentError
from lms.content.service import export_bundle
from lms.db import open_session


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
    bundle, only = files_at(path)
    today = dt.datetime.now(dt.UTC).date()
    reports = check_modules(bundle, _wanted(bundle, module_id or only), today)
    if as_json:
        click.echo(json.dumps([report.plain() for report in reports], indent=2, default=str))
    else:
        _print(reports)
    if any(report.verdict == "fail" for report in reports):
        raise click.exceptions.Exit(1)


@courses.command("export")
@click.argument("module_id", metavar="MODULE")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Write over files that are there and differ.")
def export(module_id: str, target: Path, replace: bool) -> None:
    """Write the published files of MODULE to TARGET, a folder or a file that ends with .zip.

    MODULE `all` means every module and the programme file.
    """
    with open_session(config.load().database) as session:
        bundle = export_bundle(session, None if module_id == "all" else module_id)
    if not bundle.files:
        raise click.ClickException(f"no module {module_id!r} is published here.")
    files = {target: bundle.to_zip()} if target.suffix == ".zip" else _placed(bundle, target)
    differing = [path for path, data in files.items() if path.exists() and path.read_bytes() != data]
    if differing and not replace:
        listed = "\n".join(f"  {path}" for path in differing)
        raise click.ClickException(f"nothing was written, these differ (add --replace to write over them):\n{listed}")
    _write(files)
    click.echo(f"{len(bundle.files)} files are in {target}")


def _placed(bundle: Bundle, folder: Path) -> dict[Path, bytes]:
    return {folder / name: data for name, data in bundle.files.items()}


def _write(files: Mapping[Path, bytes]) -> None:
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.part")
            draft.write_bytes(data)
            draft.replace(path)
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}.") from None


def _print(reports: list[Report]) -> None:
    for report in reports:
        for line in as_table(report):
            click.echo(line)


def files_at(path: Path) -> tuple[Bundle, str | None]:
    """The files at a path, and the module that it names, if it names one. Raises ClickException."""
    path = path.resolve()
    try:
        if path.is_file():
            found = bundles.from_zip(path.read_bytes())
            if found.skipped:
                click.echo(f"left out, since no module needs them: {', '.join(found.skipped)}", err=True)
            return found, None
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
