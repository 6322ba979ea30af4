"""The command `lms comments`."""

from __future__ import annotations

import click

from lms import config
from lms.db import open_session
from lms.pulse.queries import comments as all_comments


@click.command()
@click.option("--module", "module_id", help="Only on this module.")
def comments(module_id: str | None) -> None:
    """What learners want the authors of a module to know. Comments bear no name and no time of day."""
    with open_session(config.load().database) as session:
        found = all_comments(session, module_id)
    for comment in found:
        click.echo(f"{comment.written_on} {comment.module_id}, {comment.block_id}\n{comment.text.strip()}\n")
    if not found:
        click.echo("There are no comments yet.")
