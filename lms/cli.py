"""The command `lms`."""

from __future__ import annotations

import click

from lms.accounts.cli import people
from lms.config import SettingsError
from lms.content.cli import courses
from lms.operate.cli import relay, up, web
from lms.xapi.cli import xapi


class _Commands(click.Group):
    """A wrong setting ends any command with one sentence, not with a trace."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Commands)
@click.version_option(package_name="cares")
def main() -> None:
    """Cares: courses for people who manage people."""


main.add_command(courses)
main.add_command(people)
main.add_command(relay)
main.add_command(up)
main.add_command(web)
main.add_command(xapi)
