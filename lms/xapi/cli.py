"""Commands for statements: `lms xapi …`."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TextIO

import click
from sqlalchemy.orm import Session

from lms import config
from lms.config import Settings
from lms.db import open_session, writing
from lms.outbox import queries, service
from lms.outbox.queries import Span
from lms.outbox.queue import Queue
from lms.xapi.client import Client, NoAnswerError
from lms.xapi.reconciling import Total, reconcile, said_of
from lms.xapi.standing import as_json_of, sentences, stand
from lms.xapi.stores import service as stores
from lms.xapi.stores.cli import store
from lms.xapi.withdrawing import NotOursError, withdraw


@click.group()
def xapi() -> None:
    """Look after the statements that wait for the Learning Record Store."""


xapi.add_command(store)


@xapi.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(as_json: bool) -> None:
    """Say how many statements are queued, delivered and parked for each store, and what hinders their delivery."""
    with open_session(config.load().database) as session:
        found = stand(session, dt.datetime.now(dt.UTC))
    click.echo(json.dumps(as_json_of(found), indent=2) if as_json else sentences(found))


def _one_store(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--store", "name", help="Only this store; `main` is the one that the settings name.")(command)


@xapi.command()
@click.argument("statement", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="Every parked statement.")
@_one_store
def retry(statement: uuid.UUID | None, everything: bool, name: str | None) -> None:
    """Queue a parked STATEMENT again, or all of them.

    A text that is kept here no longer is asked for at the other stores.
    """
    if (statement is None) != everything:
        raise click.UsageError("name one statement, or say --all")
    settings, at = config.load(), dt.datetime.now(dt.UTC)
    with open_session(settings.database) as session:
        queues = _queues(session, name)
        if _textless(session, queues, statement):
            _fetch_texts(session, settings, queues, statement)
        with writing(session):
            count = sum(service.retry(session, at, statement, queue) for queue in queues)
        textless = _textless(session, queues, statement)
    click.echo(f"{count} queued again")
    if textless and not statement:
        click.echo(f"{textless} cannot be sent. Of each: {stores.NOWHERE}.")
    elif statement and not count:
        raise click.ClickException(
            f"it cannot be sent: {stores.NOWHERE}." if textless else "no parked statement has this id"
        )


def _textless(session: Session, queues: Sequence[Queue], statement: uuid.UUID | None) -> int:
    return sum(queries.count_textless(session, queue, statement) for queue in queues)


def _fetch_texts(session: Session, settings: Settings, queues: Sequence[Queue], statement: uuid.UUID | None) -> None:
    """For what it is worth: what has a text is queued again, whatever other stores say."""
    try:
        with ExitStack() as stack:
            clients = _open(stack, session, settings, queries.all_queues(session))
            for queue in queues:
                others = [client for other, client in clients.items() if other != queue]
                stores.make_parked_whole(session, queue, others, statement)
    except (NoAnswerError, click.ClickException) as error:
        click.echo(f"Other stores could not be asked for texts that are kept here no longer: {error}", err=True)


def _queues(session: Session, name: str | None) -> list[Queue]:
    """Of one store, or of all of them."""
    found = [queue for queue in queries.all_queues(session) if name in (None, queue.name)]
    if not found:
        raise click.ClickException(f"There is no store {name}: `lms xapi store list` names them.")
    return found


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
    count, span = 0, Span(_utc(since), _utc(until))
    with open_session(config.load().database) as session:
        for body in queries.bodies(session, span):
            file.write(f"{body}\n")
            count += 1
        thinned = queries.thinned(session, span)
    click.echo(f"{count} statements", err=True)
    if thinned:
        click.echo(
            f"Of {thinned} older ones only the proof is kept here: a Learning Record Store holds them.", err=True
        )


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
@_one_store
@click.option("--word-for-word", is_flag=True, help="Also whether it holds what was sent; reads everything.")
def reconcile_(since: dt.datetime | None, until: dt.datetime | None, name: str | None, word_for_word: bool) -> None:
    """Ask each Learning Record Store for every statement that it should hold; queue again what is missing."""
    settings, span = config.load(), Span(_utc(since), _utc(until))
    with open_session(settings.database) as session, ExitStack() as stack:
        queues = _queues(session, name)
        clients = _open(stack, session, settings, queries.all_queues(session))
        totals = [_reconcile(session, clients, queue, span, word_for_word) for queue in queues]
    if any(total.is_wrong for total in totals):
        raise click.ClickException("Not everything is as it should be.")


def _open(stack: ExitStack, session: Session, settings: Settings, queues: Sequence[Queue]) -> dict[Queue, Client]:
    try:
        found = {queue: stores.target_of(session, settings, queue) for queue in queues}
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    return {queue: stack.enter_context(Client(to)) for queue, to in found.items()}


def _reconcile(session: Session, clients: Mapping[Queue, Client], queue: Queue, span: Span, deep: bool) -> Total:
    at_it = f"at {queue.name} " if len(clients) > 1 else ""
    others = [client for other, client in clients.items() if other != queue]
    total = Total()
    try:
        for checked in reconcile(session, clients[queue], span, queue, others=others, word_for_word=deep):
            total.add(checked)
            for line in said_of(checked):
                click.echo(f"registration {checked.registration} {at_it}: {line}".replace(" :", ":"))
    except NoAnswerError as error:
        raise click.ClickException(f"stopped {at_it}after {total.statements} statements: {error}") from None
    click.echo(f"{at_it}{total}")
    return total
