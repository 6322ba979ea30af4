"""`lms courses diff`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from lms import config
from lms.content.bundle import Bundle
from lms.content.cli import files_at
from lms.content.differing.differences import FileDifference, differences
from lms.content.service import export_bundle
from lms.db import open_session

_UNPRINTED = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code != ord("\t")}
"""Whoever wrote the files does not get to steer the terminal of who compares them."""


class CannotCompare(click.ClickException):
    """As of `diff`: 1 says that there are differences, 2 that there was trouble."""

    exit_code = 2


@click.command()
@click.argument("module_id", metavar="MODULE")
@click.argument("folder", type=click.Path(exists=True, path_type=Path), default=Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def diff(module_id: str, folder: Path, as_json: bool) -> None:
    """Compare the files of MODULE in FOLDER with what is published.

    FOLDER holds courses/ and quizzes/, or is the folder of the module (courses/<id>), or a zip of either. Exits with
    0 when all is the same, with 1 when something differs, with 2 when it cannot be compared.
    """
    found = differences(_published(module_id), _here(module_id, folder))
    if as_json:
        click.echo(json.dumps({"module": module_id, "files": [one.plain() for one in found]}, indent=2))
    else:
        _print(found)
    if found:
        raise click.exceptions.Exit(1)


def _published(module_id: str) -> Bundle:
    with open_session(config.load().database) as session:
        bundle = export_bundle(session, module_id).of_module(module_id)
    if not bundle.files:
        raise CannotCompare(f"no module {module_id!r} is published here.")
    return bundle


def _here(module_id: str, folder: Path) -> Bundle:
    try:
        whole, _ = files_at(folder)
    except click.ClickException as error:
        raise CannotCompare(error.message) from None
    bundle = whole.of_module(module_id)
    if not bundle.files:
        raise CannotCompare(f"there is no module {module_id!r} in {folder}: no folder courses/{module_id}.")
    return bundle


def _print(found: Iterable[FileDifference]) -> None:
    for one in found:
        click.echo(f"{one.change}: {one.path}")
        for line in ("  not a text",) if one.diff is None else one.diff:
            click.echo(line.translate(_UNPRINTED))
