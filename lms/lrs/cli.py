"""The command `lms lrs`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import click

from lms import config
from lms.lrs.callers import NAME, Scope
from lms.lrs.clients import queries, service
from lms.lrs.forgetting import service as forgetting
from lms.lrs.identity import identity
from lms.lrs.refusal import RefusalError
from lms.lrs.rules.actor import actor as actor_rule
from lms.lrs.rules.checks import BrokenError
from lms.lrs.serve import HOST, run
from lms.lrs.storage import Storage

NOBODYS = "https://nobody.invalid"
"""Home of the accounts that lead to nobody; no such host can exist (RFC 2606)."""


@click.group(invoke_without_command=True)
@click.pass_context
def lrs(context: click.Context) -> None:
    """Serve the embedded Learning Record Store until stopped, or look after its keys."""
    if context.invoked_subcommand is not None:
        return
    settings = config.load()
    click.echo(f"The Learning Record Store is at http://{HOST}:{settings.embedded_lrs_port}/xapi/", err=True)
    try:
        run(settings)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


@lrs.group()
def key() -> None:
    """Keys with which other programs may store or read."""


@key.command()
@click.argument("name", callback=lambda _context, _parameter, value: _name(value))
@click.option(
    "scopes",
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="May be repeated.",
)
@click.option("as_json", "--json", is_flag=True, help="Print a JSON object.")
def add(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key. NAME is the account that will vouch for what is stored with it. The secret is shown only now."""
    words = sorted(set(map(Scope, scopes)))
    made = service.drawn()
    with _store() as storage:
        storage.write(lambda connection, _clock: service.add(connection, name, made, words))
    told = {"name": name, "key": made.key, "secret": made.secret, "scopes": words}
    lines = [f"{word}: {' '.join(value) if word == 'scopes' else value}" for word, value in told.items()]
    click.echo(json.dumps(told) if as_json else "\n".join(lines))


@key.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let the key of NAME open nothing any more, at once. What was stored with it stays."""
    with _store() as storage:
        storage.write(lambda connection, _clock: service.revoke(connection, name))
    click.echo(f"The key of {name} is revoked.")


@key.command(name="list")
def list_() -> None:
    """Names, keys and scopes, without the secrets, which nobody knows."""
    with _store() as storage, storage.reading() as connection:
        found = queries.listed(connection)
    for one in found:
        click.echo(f"{one.name}\t{one.key}\t{one.scopes}")


@lrs.command()
@click.argument("actor")
@click.option("--yes", is_flag=True, help="Do it; it cannot be undone.")
def forget(actor: str, yes: bool) -> None:
    """Put a random name in the place of ACTOR, an agent as JSON, in all statements, and delete documents about it.

    The statements stay and are counted, but belong to nobody.
    """
    who = _identity_of(actor)
    with _store() as storage:
        if not yes:
            with storage.reading() as connection:
                found = forgetting.count(connection, who)
            click.echo(f"{found} statements speak of this actor. To give them a random name: --yes")
            return
        new = {"account": {"homePage": NOBODYS, "name": str(uuid4())}}
        statements, documents = _forget_all(storage, who, new)
    click.echo(f"{statements} statements belong to nobody now: {json.dumps(new)}")
    click.echo(f"{documents} documents are deleted.")


def _forget_all(storage: Storage, who: str, new: Mapping[str, Any]) -> tuple[int, int]:
    """In portions, so that whoever stores something meanwhile waits for a moment only."""
    done: list[forgetting.Forgotten] = []
    while not done or done[-1].statements:
        storage.write(lambda connection, _clock: done.append(forgetting.forget(connection, who, dict(new))))
    return sum(one.statements for one in done), sum(one.documents for one in done)


def _identity_of(text: str) -> str:
    try:
        described = json.loads(text)
        actor_rule(described)
    except (ValueError, BrokenError) as error:
        raise click.BadParameter(f"this is no agent of xAPI: {error}", param_hint="ACTOR") from None
    who: str | None = identity(described)
    if who is None:
        raise click.BadParameter("a group without a name of its own is nobody", param_hint="ACTOR")
    return who


def _name(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise click.BadParameter("a name needs letters that can be printed")
    if value == NAME:
        raise click.BadParameter(f"{NAME} is the name of the installation itself")
    return value


@contextmanager
def _store() -> Iterator[Storage]:
    """The store, which may be serving meanwhile; what cannot be done ends the command with a sentence."""
    try:
        storage = Storage(config.load().lrs_database)
        try:
            yield storage
        finally:
            storage.close()
    except (OSError, ValueError, RefusalError) as error:
        raise click.ClickException(str(error)) from None
