"""The commands `lms backup` and `lms restore`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lms import config
from lms.db import OUT_OF_REACH
from lms.operate.backup import service
from lms.operate.backup.archive import BackupError
from lms.operate.start_error import StartError

PRIVATE = 0o077
_FILE = click.Path(dir_okay=False, path_type=Path)
_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--keys", type=_FILE, help="Write the keys and settings.toml to this file; keep it somewhere else.")
def backup(file: Path, keys: Path | None) -> None:
    """Copy the databases to FILE while Cares is in use.

    Every answer that was given before is in it. Without the keys nobody can open what people have written in private,
    so they go to a file of their own: a backup of only one of the two is harmless, and useless for that.
    """
    os.umask(PRIVATE)
    with _in_one_sentence():
        contents = service.back_up(config.load(), file, keys)
    click.echo(f"{file} holds everything until {contents.made_at}: {', '.join(contents.digests)}")
    if keys:
        click.echo(f"{keys} holds the keys. Keep it apart from {file.name}: both together open private writing.")
    else:
        click.echo("The keys are not in it. Private writing needs them: keep a copy of keys/ somewhere else (--keys).")


@click.command()
@click.argument("file", type=_THERE)
@click.option("--keys", type=_THERE, help="The file that `lms backup --keys` wrote.")
@click.option("--force", is_flag=True, help="Put it in the place of a database that is there, which is kept beside it.")
def restore(file: Path, keys: Path | None, force: bool) -> None:
    """Make this installation what it was when FILE was made. Stop Cares first.

    Everyone has to sign in again, and statements that the Learning Record Store may not hold are sent again.
    """
    os.umask(PRIVATE)
    with _in_one_sentence():
        done = service.restore(config.load(), file, keys, force)
    click.echo(f"This is the installation of {done.made_at}. Start it; then `lms doctor` and `lms xapi reconcile`.")
    for path in done.kept:
        click.echo(f"What stood there before is {path}")
    if done.erased:
        click.echo(f"People who were erased since are erased again: {done.erased}.")
    if not done.has_store:
        click.echo("The Learning Record Store is another system: what it holds was not changed.")


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    try:
        yield
    except (BackupError, StartError) as error:
        raise click.ClickException(str(error)) from None
    except OUT_OF_REACH as error:
        raise click.ClickException(f"the database does not answer: {str(error).splitlines()[0]}") from None
    except OSError as error:
        raise click.ClickException(f"{error.strerror or error}: {error.filename or ''}") from None
