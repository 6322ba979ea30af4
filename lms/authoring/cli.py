"""Commands for questions from elsewhere and to elsewhere: `lms courses questions …`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from lms import config
from lms.authoring import queries, service
from lms.authoring.files.parts import bank_file
from lms.authoring.files.yaml_text import plain
from lms.authoring.interchange.bank import items_of, place_for, with_items
from lms.authoring.interchange.formats import READERS, WRITERS, format_of
from lms.authoring.interchange.neutral import Left, Taken
from lms.authoring.models import Draft
from lms.content.problems import ContentError
from lms.content.schema import Level
from lms.content.service import export_bundle
from lms.db import open_session, writing

LEVELS: tuple[str, ...] = Level.__args__  # type: ignore[attr-defined]
_BOM = "utf-8-sig"


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
def import_(module_id: str, path: Path, format_: str | None, kind: str, **given: Any) -> None:
    """Put the questions of FILE into the draft of MODULE that is open.

    FILE is GIFT, Aiken, Moodle XML, or an item or a package of QTI 2.1, 2.2 or 3.0. They become quick checks, or
    questions of the quiz with --slot. What cannot be taken over is listed with its reason.
    """
    at = dt.datetime.now(dt.UTC)
    try:
        source = path.read_bytes()
        with open_session(config.load().database) as session, writing(session):
            draft = service.lock(session, module_id)
            if draft is None:
                raise click.ClickException(f"no draft of {module_id!r} is open; begin one at /authoring/{module_id}.")
            taken = _take_in(session, draft, source, path.name, format_, at, **given)
    except ContentError as error:
        raise click.ClickException(f"nothing was taken:\n{error}") from None
    except LookupError as error:
        raise click.ClickException(f"nothing was taken: {error.args[0]}.") from None
    _tell(taken, f"the quiz, place {given['slot']}" if given["slot"] else f"the {kind}s")


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
    items = items_of(plain(bank.decode(_BOM), file))
    written = WRITERS[format_](items)
    try:
        path.write_bytes(written.content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
    whole = {left.number for left in written.left if left.is_whole}
    click.echo(f"{len(items) - len(whole)} of {len(items)} questions are in {path}")
    for line in _by_reason(written.left):
        click.echo(line)


def _take_in(
    session: Session,
    draft: Draft,
    source: bytes,
    file: str,
    format_: str | None,
    at: dt.datetime,
    *,
    slot: str | None,
    outcome: str | None,
    level: str,
) -> Taken:
    """Read the questions into the draft. Raises ContentError, LookupError, and saves nothing then."""
    bank = bank_file(draft.subject)
    text = queries.text(session, draft, bank)
    if text is None:
        raise LookupError(f"the draft has no file {bank}")
    place = place_for(plain(text, bank), slot=slot, outcome=outcome, level=level)
    taken = READERS[format_ or format_of(source, file)](source, file, place)
    if taken.items:
        changed = with_items(text, bank, "items" if slot else "checks", taken.items)
        # No person: whoever runs a command here is the operator.
        service.save(session, draft, {bank: changed.encode()}, None, at)
    return taken


def _tell(taken: Taken, where: str) -> None:
    click.echo(f"{_counted(len(taken.items), 'question')} taken into {where}")
    for item in taken.items:
        click.echo(f"  {item['id']}")
    for is_whole, head in ((True, "not taken:"), (False, "taken, but not all of it:")):
        left = [one for one in taken.left if one.is_whole == is_whole]
        if left:
            click.echo(head)
        for one in left:
            number = f"question {one.number}, " if one.number else ""
            click.echo(f"  {number}line {one.line}, {one.name or 'without a name'}: {one.reason}")


def _by_reason(left: Iterable[Left]) -> Iterable[str]:
    """What a format cannot say, each once with those that it concerns."""
    found: dict[tuple[bool, str], list[str]] = {}
    for one in left:
        found.setdefault((one.is_whole, one.reason), []).append(one.name)
    for (is_whole, reason), names in sorted(found.items(), key=lambda pair: not pair[0][0]):
        head = "left out" if is_whole else "cannot be said there"
        yield f"{head}: {reason} ({_counted(len(names), 'question')}: {', '.join(names)})"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
