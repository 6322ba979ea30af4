"""`lms courses import`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import click
from sqlalchemy.orm import Session

from lms import config
from lms.authoring.publishing.guarding import Threat
from lms.authoring.publishing.queries import threats_to
from lms.content.bundle import Bundle
from lms.content.cli import files_at
from lms.content.library import library
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
    before = {module_id: library.module(session, module_id) for module_id in wanted.module_ids}
    outcome = import_bundle(session, wanted, dt.datetime.now(dt.UTC), as_draft=not publish)
    threats = [
        (found.subject, threat)
        for found in outcome
        if publish and found.is_new and found.module
        for threat in threats_to(session, before.get(found.subject), found.module)
        if threat.key.id not in agreed
    ]
    if threats:
        raise click.ClickException(_refusal(threats))
    return outcome


def _refusal(threats: list[tuple[str, Threat]]) -> str:
    lines = [f"{module_id}: {threat.said} {threat.to_do}" for module_id, threat in threats]
    options = " ".join(f"--may-remove {id_}" for id_ in dict.fromkeys(threat.key.id for _, threat in threats))
    told = "\n".join(lines)
    return f"nothing was imported, since people's work hangs on this:\n{told}\nTo let all of it go: {options}"
