"""The command for full lists: `lms people sync`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from lms import config
from lms.accounts.models import RunOrigin, RunState
from lms.accounts.organisation.queries import site_names
from lms.accounts.syncing import service
from lms.accounts.syncing.folder import files_at
from lms.accounts.syncing.lists import read
from lms.accounts.syncing.planning import Plan, plan
from lms.accounts.syncing.queries import organisation
from lms.accounts.syncing.telling import TITLES, sentence, summary
from lms.audit.actions import operator
from lms.audit.service import record
from lms.db import open_session, writing


@click.command("sync")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say who would join, move and leave, and do nothing.")
@click.option(
    "--leavers-up-to",
    "percent",
    type=click.IntRange(0, 100),
    help="Percentage of people who may leave at once; else what LMS_PEOPLE_LEAVERS_PERCENT says.",
)
@click.option(
    "--same-people",
    is_flag=True,
    help="Whoever comes back under another name is the same person: you have made sure.",
)
def sync(path: Path, dry_run: bool, percent: int | None, same_people: bool) -> None:
    """Bring people in line with a full list of the organisation (CSV, UTF-8), all or nothing.

    \b
    PATH is a folder with one or more of these files, or the file of people alone:
      people.csv      email,name,site and, if you like, staff_number,job_group,line_manager,manager,site_name
      sites.csv       code,name and, if you like, parent,kind
      job_groups.csv  code,name and, if you like, counts_as_manager

    Whoever is new joins; whoever was on an earlier list and is not on this one leaves: they are let in no longer, and
    what they have done stays. Nothing is deleted. The same list a second time changes nothing.
    """
    files = files_at(path)
    if not files:
        raise click.ClickException(f"there is no people.csv, sites.csv or job_groups.csv in {path}.")
    settings, at, lists = config.load(), dt.datetime.now(dt.UTC), read(files)
    allowed = settings.people_leavers_percent if percent is None else percent
    with open_session(settings.database) as session, writing(session):
        service.take_turn(session)
        made = plan(lists, organisation(session))
        _refuse(made.problems, "nothing was changed")
        if dry_run:
            _tell(session, made)
        _refuse(made.objections(allowed, same_people), f"nothing was changed, {_allowing(made, allowed)} it")
        if dry_run:
            session.rollback()
            return
        try:
            entries = service.apply(session, made, at)
        except service.MeanwhileError:
            raise click.ClickException("someone on the list has just been changed; try once more.") from None
        service.note_run(session, service.Came(RunOrigin.COMMAND, files), RunState.APPLIED, made, made.warnings, at)
        record(session, operator(), at, *entries)
    _warn(made)
    click.echo(summary(made))


def _allowing(made: Plan, percent: int) -> str:
    """The options that allow what hinders it."""
    needed = ["--leavers-up-to"] * made.loses_many(percent) + ["--same-people"] * bool(made.doubtful)
    return f"{' and '.join(needed)} {'allow' if len(needed) > 1 else 'allows'}"


def _warn(made: Plan) -> None:
    for warning in made.warnings:
        click.echo(f"Please look: {warning}.")


def _refuse(problems: Sequence[object], what: str) -> None:
    found = [str(problem) for problem in problems]
    if found:
        count = f"{len(found)} thing{'s' if len(found) > 1 else ''} to mend"
        raise click.ClickException(f"{what}, {count}:\n" + "\n".join(found))


def _tell(session: Session, made: Plan) -> None:
    click.echo("Nothing is done yet; without --dry-run this would be:")
    names = site_names(session) | {code: site.name for code, site in made.sites.items()}
    for kind, title in TITLES.items():
        steps = made.of(kind)
        if steps:
            click.echo(f"{title}: {len(steps)}")
            for step in steps:
                click.echo(f"  {sentence(step, names)}")
    _warn(made)
    click.echo(summary(made))
