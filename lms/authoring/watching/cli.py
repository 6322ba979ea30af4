"""`lms courses watch`."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from pathlib import Path

import click

from lms import config
from lms.authoring.watching.folder import Folder
from lms.authoring.watching.service import Put, in_draft, put
from lms.content.bundle import Bundle
from lms.content.problems import ContentError, Problem
from lms.db import open_session, writing

EVERY_SECONDS = 1.0


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("module_id", metavar="MODULE")
@click.option("--replace", is_flag=True, help="The folder counts: write over what stands otherwise in the draft.")
def watch(folder: Path, module_id: str, replace: bool) -> None:
    """Put the files of MODULE in DIR into its open draft as they are saved, so that the preview shows them.

    DIR holds courses/ and quizzes/, or is the folder of the module (courses/<id>). Every problem is told as
    file:line. A file that somebody has changed in the draft meanwhile is left as it is there, unless --replace is
    given. Ends with Ctrl-C.
    """
    watched = Folder.of(folder, module_id)
    seen = _begin(watched, replace)
    click.echo(f"watching {watched.root}; Ctrl-C ends it")
    try:
        while True:
            if watched.was_changed():
                seen = _look(watched, seen, replace)
            time.sleep(EVERY_SECONDS)
    except KeyboardInterrupt:
        click.echo("ended; the draft stays as it is")


def _begin(watched: Folder, replace: bool) -> Bundle:
    """What is here at the start; where it differs from the draft, it is said, or put in if that is asked for."""
    watched.was_changed()
    here = _read(watched)
    if here is None:
        raise click.ClickException(f"there is no module {watched.module_id!r} that can be read in {watched.root}.")
    with open_session(config.load().database) as session:
        there = in_draft(session, watched.module_id)
    if there is None:
        raise _nobody_writes(watched.module_id)
    if replace:
        return _take(watched.module_id, there, here, replace)
    every = sorted(here.files.keys() | there.files.keys())
    for path in (one for one in every if here.files.get(one) != there.files.get(one)):
        click.echo(f"differs from the draft, which stays as it is: {path}")
    return here


def _look(watched: Folder, seen: Bundle, replace: bool) -> Bundle:
    here = _read(watched)
    if here is None or here == seen:
        return seen
    return _take(watched.module_id, seen, here, replace)


def _take(module_id: str, before: Bundle, here: Bundle, replace: bool) -> Bundle:
    """Put in what was saved; what the draft is known to have of it, so that what was refused is put in once mended."""
    done = _put(module_id, before, here, replace)
    _tell(done)
    refused = done.refused_files
    kept = {path: data for path, data in before.files.items() if path in refused}
    return Bundle({path: data for path, data in here.files.items() if path not in refused} | kept)


def _put(module_id: str, before: Bundle, after: Bundle, replace: bool) -> Put:
    at = dt.datetime.now(dt.UTC)
    with open_session(config.load().database) as session, writing(session):
        done = put(session, module_id, before, after, at, replace)
    if done is None:
        raise _nobody_writes(module_id)
    return done


def _read(watched: Folder) -> Bundle | None:
    """The files as they are now; None, and why in words, if they are no module at this moment."""
    try:
        found = watched.files()
    except ContentError as error:
        _tell_problems(error.problems)
        return None
    except OSError as error:
        click.echo(f"{error.filename} cannot be read: {error.strerror}")
        return None
    top = f"courses/{watched.module_id}/module.yaml"
    if top not in found.files:
        # A folder that was moved away must not empty the draft.
        click.echo(f"{top}:1: the file is missing; nothing is put in until it is there")
        return None
    return found


def _tell(done: Put) -> None:
    for path in done.taken:
        click.echo(f"put into the draft: {path}")
    for path in sorted(done.refused_files):
        click.echo(f"not put into the draft until it is mended: {path}")
    for path in done.left:
        click.echo(f"{path}:1: somebody has changed it in the draft; bring that here, or use --replace")
    _tell_problems((*done.refused, *done.problems))
    if not done.problems and not done.refused:
        click.echo("no problems")


def _tell_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))


def _nobody_writes(module_id: str) -> click.ClickException:
    return click.ClickException(f"nobody is writing {module_id!r}; begin a draft in the browser first.")
