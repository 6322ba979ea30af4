"""The command `lms lrs`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from lms import config
from lms.lrs.callers import NAME, Scope
from lms.lrs.clients import queries, service
from lms.lrs.refusal import RefusalError
from lms.lrs.serve import HOST, run
from lms.lrs.storage import Storage


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
