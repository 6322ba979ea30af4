"""Commands for statements: `lms xapi …`."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from typing import TextIO

import click

from lms import config
from lms.db import open_session, writing
from lms.outbox import queries, service
from lms.outbox.queries import Span, Standing
from lms.xapi.client import Client, NoAnswerError
from lms.xapi.reconciling import reconcile
from lms.xapi.target import target
from lms.xapi.withdrawing import NotOursError, withdraw

SHOWN = 20


@click.group()
def xapi() -> None:
    """Look after the statements that wait for the Learning Record Store."""


@xapi.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(as_json: bool) -> None:
    """Say how many statements are queued, delivered and parked, and what hinders their delivery."""
    now = dt.datetime.now(dt.UTC)
    with open_session(config.load().database) as session:
        standing = queries.standing(session)
        relays = [
            {"name": relay.name, "partitions": relay.partitions, "trouble": relay.trouble}
            for relay in queries.relays(session, now)
        ]
        parked = {str(row.uuid): row.answer for row in queries.parked(session, SHOWN)}
    oldest = (now - standing.oldest_queued_at).total_seconds() if standing.oldest_queued_at else None
    told = {
        "queued": standing.queued,
        "delivered": standing.delivered,
        "parked": standing.parked,
        "oldest_queued_seconds": oldest,
        "last_delivery": standing.last_delivery_at.isoformat() if standing.last_delivery_at else None,
        "paused": next((relay["trouble"] for relay in relays if relay["trouble"]), None),
        "relays": relays,
        "first_parked": parked,
    }
    click.echo(json.dumps(told, indent=2) if as_json else _sentences(standing, oldest, told))


def _sentences(standing: Standing, oldest: float | None, told: Mapping[str, object]) -> str:
    lines = [
        f"{standing.queued} queued" + (f", the oldest for {oldest:.0f} s" if oldest is not None else ""),
        f"{standing.delivered} delivered" + (f", last {told['last_delivery']}" if standing.last_delivery_at else ""),
        f"{standing.parked} parked" + (": refused, see `lms xapi retry`" if standing.parked else ""),
    ]
    parked = told["first_parked"]
    if isinstance(parked, dict):
        lines += [f"  {statement}: {answer}" for statement, answer in parked.items()]
    if told["paused"]:
        lines.append(f"not delivering: {told['paused']}")
    if not told["relays"]:
        lines.append("no relay is at work; start one with `lms relay`")
    return "\n".join(lines)


@xapi.command()
@click.argument("statement", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="Every parked statement.")
def retry(statement: uuid.UUID | None, everything: bool) -> None:
    """Queue a parked STATEMENT again, or all of them."""
    if (statement is None) != everything:
        raise click.UsageError("name one statement, or say --all")
    with open_session(config.load().database) as session, writing(session):
        count = service.retry(session, statement)
    click.echo(f"{count} queued again")
    if statement and not count:
        raise click.ClickException("no parked statement has this id")


def _span(command: Callable[..., None]) -> Callable[..., None]:
    """Options that name a span of time."""
    for name, what in (("until", "Only of statements written before then."), ("since", "Only from then on.")):
        command = click.option(f"--{name}", type=click.DateTime(), help=f"{what} In UTC.")(command)
    return command


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment else None


@xapi.command()
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True))
@_span
def export(file: TextIO, since: dt.datetime | None, until: dt.datetime | None) -> None:
    """Write the statements that are kept here to FILE (`-`: to the terminal), one in a line, as they were sent."""
    count = 0
    with open_session(config.load().database) as session:
        for body in queries.bodies(session, Span(_utc(since), _utc(until))):
            file.write(f"{body}\n")
            count += 1
    click.echo(f"{count} statements", err=True)


@xapi.command()
@click.argument("statement", type=click.UUID)
def void(statement: uuid.UUID) -> None:
    """Withdraw STATEMENT: another one follows it that declares it void. It cannot be taken back."""
    settings, at = config.load(), dt.datetime.now(dt.UTC)
    try:
        with open_session(settings.database) as session, writing(session):
            made = withdraw(session, settings.url, statement, at)
    except NotOursError as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"queued as {made}")


@xapi.command(name="reconcile")
@_span
def reconcile_(since: dt.datetime | None, until: dt.datetime | None) -> None:
    """Ask the Learning Record Store for every statement that it should hold; queue again what is missing."""
    settings = config.load()
    statements = missing = 0
    try:
        with open_session(settings.database) as session, Client(target(settings)) as client:
            for checked in reconcile(session, client, Span(_utc(since), _utc(until))):
                statements, missing = statements + checked.statements, missing + checked.missing
                if checked.missing:
                    click.echo(f"registration {checked.registration}: {checked.missing} missing, queued again")
    except (NoAnswerError, OSError, ValueError) as error:
        raise click.ClickException(f"stopped after {statements} statements: {error}") from None
    click.echo(f"{statements} statements asked for, {missing} were missing")
