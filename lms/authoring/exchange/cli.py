"""Commands for questions from elsewhere and to elsewhere: `lms courses questions …`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from lms import config
from lms.authoring import queries, service
from lms.authoring.exchange.service import Destination, Source, give, take
from lms.authoring.exchange.telling import by_reason
from lms.authoring.files.parts import bank_file
from lms.authoring.interchange.formats import READERS, WRITERS
from lms.authoring.interchange.neutral import Taken
from lms.content.problems import ContentError
from lms.content.schema import LEVELS
from lms.content.service import export_bundle
from lms.db import open_session, writing
from lms.ui.counting import counted


@click.group()
def questions() -> None:
    """Take questions from other systems, and give them ours."""


@questions.command("import")
@click.argument("module_id", metavar="MODULE")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(READERS)), help="Said by the file itself, if left out.")
@click.option("--as", "kind", type=click.Choice(["check"]), default="check", help="What the questions become.")
@click.option("--slot", help="Instead: put them into the quiz at this place, if they are of its type.")
@click.option("--outcome", help="The outcome that checks belong to; else that of the first place in the quiz.")
@click.option("--level", type=click.Choice(LEVELS), default="understand", help="How deep checks go.")
def import_(
    module_id: str, path: Path, format_: str | None, kind: str, slot: str | None, outcome: str | None, level: str
) -> None:
    """Put the questions of FILE into the draft of MODULE that is open.

    FILE is GIFT, Aiken, Moodle XML, or an item or a package of QTI 2.1, 2.2 or 3.0. They become quick checks, or
    questions of the quiz with --slot. What cannot be taken over is listed with its reason.
    """
    at = dt.datetime.now(dt.UTC)
    try:
        source = Source(path.read_bytes(), path.name, format_)
        with open_session(config.load().database) as session, writing(session):
            draft = service.lock(session, module_id)
            if draft is None:
                raise click.ClickException(f"no draft of {module_id!r} is open; begin one at /authoring/{module_id}.")
            # No person: whoever runs a command here is the operator.
            taken = take(session, draft, source, Destination(slot, outcome, level), None, at)
    except ContentError as error:
        raise click.ClickException(f"nothing was taken:\n{error}") from None
    except LookupError as error:
        raise click.ClickException(f"nothing was taken: {error.args[0]}.") from None
    _tell(taken, f"the quiz, place {slot}" if slot else f"the {kind}s")


@questions.command()
@click.argument("module_id", metavar="MODULE")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(WRITERS)), required=True)
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
def export(module_id: str, path: Path, format_: str, replace: bool) -> None:
    """Write the questions of the published MODULE to FILE, checks and quiz alike.

    `qti` is a package of QTI 2.1, `qti3` one of QTI 3.0. What the format cannot say is listed.
    """
    if path.exists() and not replace:
        raise click.ClickException(f"{path} is there already (add --replace to write over it).")
    file = bank_file(module_id)
    with open_session(config.load().database) as session:
        bank = export_bundle(session, module_id).files.get(file)
    if bank is None:
        raise click.ClickException(f"no module {module_id!r} is published here.")
    given = give(queries.decoded(bank), module_id, format_)
    try:
        path.write_bytes(given.content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
    click.echo(f"{given.inside} of {given.count} questions are in {path}")
    for told in by_reason(given.left):
        head = "left out" if told.is_whole else "cannot be said there"
        click.echo(f"{head}: {told.reason} ({counted(len(told.names), 'question')}: {', '.join(told.names)})")


def _tell(taken: Taken, where: str) -> None:
    click.echo(f"{counted(len(taken.items), 'question')} taken into {where}")
    for item in taken.items:
        click.echo(f"  {item['id']}")
    for is_whole, head in ((True, "not taken:"), (False, "taken, but not all of it:")):
        left = [one for one in taken.left if one.is_whole == is_whole]
        if left:
            click.echo(head)
        for one in left:
            number = f"question {one.number}, " if one.number else ""
            click.echo(f"  {number}line {one.line}, {one.name or 'without a name'}: {one.reason}")
