"""The commands `lms comments` and `lms ratings`."""

from __future__ import annotations

import json

import click

from lms import config
from lms.db import open_session
from lms.pulse.groups import GROUP, Spread
from lms.pulse.queries import comments as all_comments
from lms.pulse.queries import spreads
from lms.pulse.service import LOOKING_BACK


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


@click.command()
@click.argument("module_id", metavar="MODULE")
@click.argument("block_id", metavar="SELF-ASSESSMENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def ratings(module_id: str, block_id: str, as_json: bool) -> None:
    """How people rated themselves, only in groups of eight or more, and never by name.

    MODULE and SELF-ASSESSMENT are ids, such as `notice-and-listen baseline`. First answers and those of a look back,
    which also say how it was before (`then-`), are counted apart.
    """
    with open_session(config.load().database) as session:
        found = {name: spreads(session, module_id, block_id + name) for name in ("", LOOKING_BACK)}
    if as_json:
        plain = {block_id + name: _plain(people, told) for name, (people, told) in found.items()}
        click.echo(json.dumps(plain, indent=2))
        return
    for name, (people, told) in found.items():
        click.echo(f"{block_id}{name}: {people} people in whole groups of {GROUP}")
        for one in told:
            counts = " ".join(f"{count:>5}" for count in one.counts.values())
            mean = "fewer than 8" if one.mean is None else f"mean {one.mean + 1:.1f}"
            click.echo(f"  {one.statement_id:<32} {mean:<12} {counts if one.mean is not None else ''}".rstrip())


def _plain(people: int, told: list[Spread]) -> dict[str, object]:
    rated = {one.statement_id: dict(one.counts) for one in told if one.mean is not None}
    return {"people": people, "ratings": rated}
