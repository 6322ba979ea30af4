"""Commands for stores beside the main one: `lms xapi store …`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session

from lms import config
from lms.audit.actions import Action, Entry, operator
from lms.audit.service import record
from lms.config import Settings
from lms.db import open_session, writing
from lms.outbox import queries
from lms.outbox.models import Store
from lms.outbox.queue import MAIN_NAME
from lms.outbox.stores import service as outbox_stores
from lms.xapi.client import Client, NoAnswerError
from lms.xapi.stores import service
from lms.xapi.stores.wording import endpoint_of, facts_of, name_of, told, verb_address
from lms.xapi.target import Target, sealed, target


def _checked(rule: Callable[[str], str]) -> Callable[..., Any]:
    """A rule for what is typed, said in click's way."""

    def check(_context: click.Context, _option: click.Parameter, given: Any) -> Any:
        try:
            if isinstance(given, tuple):
                return tuple(rule(one) for one in given)
            return given and rule(given)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return check


@click.group()
def store() -> None:
    """Tell other Learning Record Stores too, beside the main one that the settings name."""


def _told_of(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say of what a store is told, and how fast."""
    for option in (
        click.option("--rate", type=click.IntRange(min=1), help="Statements of the history in a second, at most."),
        click.option(
            "--verb",
            "verbs",
            multiple=True,
            callback=_checked(verb_address),
            help="Only this verb: word or address. May be repeated.",
        ),
        click.option(
            "--secret-file", type=click.File(encoding="utf-8"), help="Holds the password (`-`: standard input)."
        ),
    ):
        command = option(command)
    return command


@store.command()
@click.argument("name", callback=_checked(name_of))
@click.argument("endpoint", callback=_checked(endpoint_of))
@click.option("--key", required=True, help="User name (key) there.")
@click.option("--since", type=click.DateTime(), help="Also what was written from then on, in UTC.")
@click.option("--all", "everything", is_flag=True, help="Also all that was written before.")
@click.option("--even-so", is_flag=True, help="Also if the store does not answer now.")
@_told_of
def add(name: str, endpoint: str, **given: Any) -> None:
    """Tell the store at ENDPOINT too, under this NAME: what is written from now on, or more of it.

    ENDPOINT is the address of which `statements` and `about` are parts. The password is asked for.
    """
    settings, at = config.load(), _now()
    _refuse_known_name(name)
    secret = _secret(given["secret_file"])
    to = Target(f"{endpoint}/", given["key"], secret)
    if not given["even_so"]:
        _look(to)
    added = Store(
        name=name,
        endpoint=to.endpoint,
        key=to.key,
        sealed_secret=sealed(settings, name, secret),
        verbs=list(given["verbs"]),
        since=None if given["everything"] else _utc(given["since"]) or at,
        rate=given["rate"],
        added_at=at,
    )
    with open_session(settings.database) as session:
        with writing(session):
            outbox_stores.add(session, added)
            record(session, operator(), at, Entry(Action.STORE_ADDED, facts=facts_of(added)))
        _fill(session, settings, added)


@store.command()
@click.argument("name")
def fill(name: str) -> None:
    """Go on with the filling of a store where `add` was stopped."""
    settings = config.load()
    with open_session(settings.database) as session:
        found = _store(session, name)
        if found.ready_at:
            # What is older would arrive behind what the store was told of the same registration.
            raise click.ClickException(_filled(session, found))
        _fill(session, settings, found)


@store.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(as_json: bool) -> None:
    """Say which stores are told of what."""
    settings = config.load()
    with open_session(settings.database) as session:
        found = [facts_of(one) for one in queries.stores(session)]
    facts = [{"name": MAIN_NAME, "endpoint": target(settings).endpoint, "told": "everything"}, *found]
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for one in facts:
        click.echo(f"{one['name']}  {one['endpoint']}  told {one['told']}")


@store.command(name="set")
@click.argument("name")
@click.option("--endpoint", callback=_checked(endpoint_of), help="Another address.")
@click.option("--key", help="Another user name.")
@click.option("--new-secret", is_flag=True, help="Ask for another password.")
@click.option("--every-verb", is_flag=True, help="All verbs from now on.")
@click.option("--any-rate", is_flag=True, help="The history as fast as it is taken.")
@_told_of
def set_(name: str, **given: Any) -> None:
    """Change how a store is reached, or of what it is told from now on."""
    settings = config.load()
    with open_session(settings.database) as session:
        found = _store(session, name)
        with writing(session):
            _change(settings, found, given)
            session.add(found)
            record(session, operator(), _now(), Entry(Action.STORE_CHANGED, facts=facts_of(found)))
    click.echo(f"{name} is told {told(found)}, at {found.endpoint}.")


@store.command()
@click.argument("name")
def close(name: str) -> None:
    """Tell a store nothing that is written from now on. What waits for it is still sent."""
    with open_session(config.load().database) as session:
        found = _store(session, name)
        _close(session, found)
        waits = _waiting(session, found)
    click.echo(f"{name} is closed." + (f" {waits} statements are still sent to it." if waits else ""))


@store.command()
@click.argument("name")
@click.option("--abandon", is_flag=True, help="Also if statements wait for it, or were refused by it.")
def remove(name: str, abandon: bool) -> None:
    """Forget a store that is done with. What it holds stays there."""
    with open_session(config.load().database) as session:
        found = _store(session, name)
        _close(session, found)
        standing, waits = queries.standing(session, queries.queue_of(found)), _waiting(session, found)
        if (waits or standing.parked) and not abandon:
            raise click.ClickException(
                f"{name} is closed, but {waits} statements wait for it and {standing.parked} were refused by it. "
                f"Wait until they are sent (`lms xapi status`), or say --abandon."
            )
        service.remove(session, found)
        with writing(session):
            counts = {"delivered": standing.delivered, "abandoned": waits + standing.parked}
            record(session, operator(), _now(), Entry(Action.STORE_REMOVED, facts={"name": name, **counts}))
    click.echo(f"{name} is taken away. It was told {standing.delivered} statements, which stay there.")


def _fill(session: Session, settings: Settings, added: Store) -> None:
    for percent in service.lay_out(session, added):
        click.echo(f"{percent} % of the history is noted", err=True)
    found = nowhere = 0
    try:
        with _clients(session, settings, added) as sources:
            for _, whole, missing in service.make_history_whole(session, added, sources):
                found, nowhere = found + whole, nowhere + missing
    except (NoAnswerError, OSError, ValueError) as error:
        raise click.ClickException(
            f"{added.name} is added, but waits: older texts must come from another store, and {error}. "
            f"Go on with `lms xapi store fill {added.name}`."
        ) from None
    service.open_for_sending(session, added, _now())
    session.refresh(added)
    if found or nowhere:
        click.echo(f"{found} older texts came from other stores, {nowhere} are nowhere (`lms xapi status`)")
    history = queries.standing(session, queries.queue_of(added)).history
    click.echo(f"{added.name} is told {told(added)}. {history} older statements are on their way to it.")


def _filled(session: Session, found: Store) -> str:
    history = queries.standing(session, queries.queue_of(found)).history
    return (
        f"{found.name} is filled already."
        + (f" {history} older statements are on their way to it." if history else "")
        + " What it was not to be told when it was added would arrive behind newer statements of the same "
        "registration, so it is not sent."
    )


@contextmanager
def _clients(session: Session, settings: Settings, but: Store) -> Iterator[Sequence[Client]]:
    """All stores that may hold what is kept here no longer."""
    with ExitStack() as stack:
        others = [queue for queue in queries.all_queues(session) if queue.store_id != but.id]
        yield [stack.enter_context(Client(service.target_of(session, settings, queue))) for queue in others]


def _change(settings: Settings, found: Store, given: dict[str, Any]) -> None:
    if given["endpoint"]:
        found.endpoint = f"{given['endpoint']}/"
    if given["key"]:
        found.key = given["key"]
    if given["new_secret"] or given["secret_file"]:
        found.sealed_secret = sealed(settings, found.name, _secret(given["secret_file"]))
    if given["verbs"] or given["every_verb"]:
        found.verbs = list(given["verbs"])
    if given["rate"] or given["any_rate"]:
        found.rate = given["rate"]


def _close(session: Session, found: Store) -> None:
    if found.closed_at:
        return
    with writing(session):
        outbox_stores.close(session, found, _now())
        record(session, operator(), _now(), Entry(Action.STORE_CLOSED, facts={"name": found.name}))


def _waiting(session: Session, found: Store) -> int:
    standing = queries.standing(session, queries.queue_of(found))
    return standing.queued + standing.history


def _store(session: Session, name: str) -> Store:
    found = queries.store_by_name(session, name)
    if found is None:
        names = ", ".join(one.name for one in queries.stores(session)) or "none beside the main one"
        raise click.ClickException(f"There is no store {name}. There are: {names}.")
    return found


def _refuse_known_name(name: str) -> None:
    with open_session(config.load().database) as session:
        if queries.store_by_name(session, name):
            raise click.ClickException(f"There is a store {name} already: `lms xapi store set {name}` changes it.")


def _secret(file: TextIO | None) -> str:
    # Never an argument: everyone on the machine can read those.
    secret = file.read().strip() if file else click.prompt("Password (secret) there", hide_input=True)
    if not secret:
        raise click.ClickException("The password is empty.")
    return str(secret)


def _look(to: Target) -> None:
    try:
        with Client(to) as client:
            answer, about = client.about()
    except NoAnswerError as error:
        raise click.ClickException(f"{to.endpoint} does not answer: {error}. Nothing is added.") from None
    if not isinstance((about or {}).get("version"), list):
        raise click.ClickException(
            f"{to.endpoint} is not a Learning Record Store, it says: {answer}. Nothing is added."
        )


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment else None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
