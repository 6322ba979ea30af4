"""`lms courses import`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import click
from sqlalchemy.orm import Session

from lms import config
from lms.audit.actions import operator
from lms.audit.service import record
from lms.authoring.publishing.guarding import entries
from lms.authoring.publishing.importing import ThreatError, guarded
from lms.content.bundle import Bundle
from lms.content.cli import files_at
from lms.content.problems import ContentError
from lms.content.service import Imported, import_bundle
from lms.db import open_session, writing


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--publish/--draft", default=True, help="Show it to learners at once, or keep it for later.")
@click.option("--may-remove", "agreed", metavar="ID", multiple=True, help="Let this go, though people worked on it.")
def import_(path: Path, publish: bool, agreed: tuple[str, ...]) -> None:
    """Take modules into the database, all or none of them.

    PATH is a folder that holds courses/ and quizzes/, the folder of one module (courses/<id>), or a zip of either.
    What learners have done stays; a quiz that is being taken goes on with the questions that it was drawn from.

    Ids on which people's work hangs are neither taken away nor given to something else, unless each of them is named
    with --may-remove.
    """
    bundle, only = files_at(path)
    wanted = bundle.of_module(only) if only else bundle
    try:
        with open_session(config.load().database) as session, writing(session):
            outcome = _import(session, wanted, publish, agreed)
    except ContentError as error:
        count = len(error.problems)
        raise click.ClickException(
            f"nothing was imported, {count} thing{'s' if count > 1 else ''} to mend:\n{error}"
        ) from None
    done = "published" if publish else "kept as a draft"
    for found in outcome:
        said = f"{done} as revision {found.number}" if found.is_new else f"unchanged, revision {found.number}"
        click.echo(f"{found.subject}: {said}")


def _import(session: Session, wanted: Bundle, publish: bool, agreed: Collection[str]) -> list[Imported]:
    at = dt.datetime.now(dt.UTC)
    if not publish:
        return import_bundle(session, wanted, at, as_draft=True)
    try:
        outcome, let_go = guarded(session, lambda: import_bundle(session, wanted, at), agreed)
    except ThreatError as error:
        told = "\n".join(error.lines)
        raise click.ClickException(
            f"nothing was imported, since people's work hangs on this:\n{told}\nTo let all of it go: {error.options}"
        ) from None
    record(session, operator(), at, *entries(let_go))
    return outcome
