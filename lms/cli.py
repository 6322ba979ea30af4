"""The command `lms`."""

from __future__ import annotations

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.accounts.cli import people
from lms.authoring.exchange.cli import questions
from lms.authoring.publishing.cli import import_
from lms.authoring.watching.cli import watch
from lms.config import SettingsError
from lms.content.cli import courses
from lms.content.differing.cli import diff
from lms.lrs.cli import lrs
from lms.operate.backup.cli import backup, restore
from lms.operate.cli import demo, doctor, make_ready, relay, up, web
from lms.privacy.cli import audit, retention
from lms.pulse.cli import comments, ratings
from lms.xapi.cli import xapi


class _Commands(click.Group):
    """A wrong setting, or a database that does not answer, ends any command with one sentence, not with a trace."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).splitlines()[0]
            raise click.ClickException(
                f"the database cannot be used ({reason}); `lms up` or `lms prepare` sets it up."
            ) from None


@click.group(cls=_Commands)
@click.version_option(package_name="cares")
def main() -> None:
    """Cares: courses for people who manage people."""


main.add_command(audit)
main.add_command(backup)
main.add_command(comments)
main.add_command(courses)
for command in (import_, questions, diff, watch):
    courses.add_command(command)
main.add_command(demo)
main.add_command(doctor)
main.add_command(lrs)
main.add_command(make_ready)
main.add_command(people)
main.add_command(ratings)
main.add_command(relay)
main.add_command(retention)
main.add_command(restore)
main.add_command(up)
main.add_command(web)
main.add_command(xapi)
