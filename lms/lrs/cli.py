"""The command `lms lrs`."""

from __future__ import annotations

import click

from lms import config
from lms.lrs.serve import HOST, run


@click.command()
def lrs() -> None:
    """Serve the embedded Learning Record Store until stopped."""
    settings = config.load()
    click.echo(f"The Learning Record Store is at http://{HOST}:{settings.embedded_lrs_port}/xapi/", err=True)
    try:
        run(settings)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
