"""Commands that run an installation: `lms up`, `lms prepare`, `lms web`, `lms relay`, `lms doctor`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from flask import Flask

from lms import config
from lms.app import create_app
from lms.config import Settings
from lms.content import remembering
from lms.content.library import library
from lms.db import db, open_session, writing
from lms.lrs import serve as lrs
from lms.operate import instance, logs, process
from lms.operate.demo.filling import NotEmptyError, fill
from lms.operate.demo.service import Login, add_people
from lms.operate.doctor import examine
from lms.operate.instance import Telling
from lms.operate.logs import book
from lms.operate.parts import parts, run_relay
from lms.operate.preparing import check_prepared, prepare
from lms.operate.start_error import StartError, of_file
from lms.operate.supervisor import HopelessError, Supervisor
from lms.operate.web_server import Server, given, listen
from lms.operate.welcome import as_table, readiness, welcome

WEB_LEAVE_SECONDS = 20
PRIVATE = 0o077
DEFAULT_ADMIN = "admin@example.org"


_admin_option = click.option(
    "--admin", "admin_email", default=DEFAULT_ADMIN, help="E-mail address of the admin, at the first start."
)


@click.command()
@click.option("--demo", is_flag=True, help="Add invented people to try it with, and print their passwords.")
@_admin_option
def up(demo: bool, admin_email: str) -> None:
    """Serve everything: web, relay and the embedded Learning Record Store. Ctrl-C stops it.

    The first start makes the folder of the installation, imports the modules and prints how to sign in.
    """
    os.umask(PRIVATE)
    settings = config.load()
    with _said_in_a_sentence(settings):
        _serve(settings, admin_email, demo)


@click.command("prepare")
@_admin_option
def make_ready(admin_email: str) -> None:
    """Make folder, keys, tables and admin, or renew them for a new version; publish new modules. Then end.

    For installations whose parts are started one by one (lms web, lms relay): before their first start, and before
    they are started with a new version. Web and relay of the version before may go on meanwhile.
    """
    os.umask(PRIVATE)
    settings = config.load()
    with _said_in_a_sentence(settings):
        logs.configure(settings.log_level)
        instance.make(settings.instance)
        _lock, _use = instance.lock(settings.instance), instance.use(settings.instance)
        prepared = prepare(settings, admin_email)
        for warning in prepared.warnings:
            _warn(warning)
        for line in readiness(settings, prepared.admin):
            click.echo(line)
        instance.told(settings.instance)


@contextmanager
def _said_in_a_sentence(settings: Settings) -> Iterator[None]:
    """What keeps an installation from being started."""
    try:
        yield
    except (StartError, HopelessError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(str(of_file(error, settings.instance))) from None


def _serve(settings: Settings, admin_email: str, demo: bool) -> None:
    instance.make(settings.instance)
    _lock, _use = instance.lock(settings.instance), instance.use(settings.instance)
    folder = settings.instance / "log"
    book.lead_to(folder / "up.log")
    logs.configure(settings.log_level)
    listener = listen(settings.host, settings.port)
    if not settings.lrs_endpoint:
        # It listens for itself when it is started; whether it can is better said now.
        listen(lrs.HOST, settings.embedded_lrs_port, "LMS_LRS_PORT").close()
    prepared = prepare(settings, admin_email)
    app = create_app(settings)
    logins = _add_demo(app, settings) if demo else []
    _warm(app)

    def tell() -> None:
        for warning in prepared.warnings:
            _warn(warning)
        with suppress(OSError):  # the terminal is gone: the next start tells again
            for line in [*welcome(settings, prepared.admin), *(as_table(logins) if demo else [])]:
                click.echo(line)
            instance.told(settings.instance)

    Supervisor(parts(app, settings, listener, demo), folder, _warn).run(tell)


def _warm(app: Flask) -> Flask:
    """Make once what every part would make for itself, so that they share the memory of it."""
    with app.app_context():
        programme = library.programme(db.session)
        for planned in programme.modules if programme else ():
            library.module(db.session, planned.id)
        db.session.rollback()
    remembering.forget()  # the modules are there; what they were read from is of use to whoever writes one
    app.test_client().get("/sign-in", base_url=app.config["CARES"].url)
    with app.app_context():
        db.engine.dispose()  # connections must not be shared with what is forked
    process.prepare_to_fork()
    return app


def _add_demo(app: Flask, settings: Settings) -> list[Login]:
    anew = instance.is_due(settings.instance, Telling.DEMO)
    instance.begin(settings.instance, Telling.DEMO)
    return add_people(app, dt.datetime.now(dt.UTC), anew)


def _warn(sentence: str) -> None:
    with suppress(OSError):
        click.echo(f"! {sentence}", err=True)


@click.command()
@click.option("--people", "count", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option("--sites", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people.")
def demo(count: int, sites: int, seed: int) -> None:
    """Fill an empty installation with invented people, to try reports and imports at a size.

    They have two years of history in the modules that are published, and no passwords. No statements are made of what
    they did. Comes after `lms prepare`, on a database without people.
    """
    settings = config.load()
    at = dt.datetime.now(dt.UTC)
    with open_session(settings.database) as session, writing(session):
        try:
            runs = fill(session, count, sites, seed, at, lambda done: click.echo(f"{done:,} people", err=True))
        except NotEmptyError:
            raise click.ClickException("there are people here already; take an installation of its own.") from None
    click.echo(f"{count:,} people at {sites:,} sites, {runs:,} registrations.")


@click.command()
def web() -> None:
    """Serve the web pages alone; `lms up` or `lms relay` must do the rest. The log goes to standard error."""
    os.umask(PRIVATE)
    settings = config.load()
    logs.configure(settings.log_level)
    try:
        _use = instance.use(settings.instance)
        check_prepared(settings)
        listener = given() or listen(settings.host, settings.port)
        Server(_warm(create_app(settings)), settings, listener, WEB_LEAVE_SECONDS).run()
    except StartError as error:
        raise click.ClickException(str(error)) from None


@click.command()
def relay() -> None:
    """Carry statements to the Learning Record Store until stopped. The log goes to standard error."""
    os.umask(PRIVATE)
    settings = config.load()
    logs.configure(settings.log_level)
    try:
        _use = instance.use(settings.instance)
        check_prepared(settings)
        run_relay(create_app(settings), settings)
    except (OSError, ValueError, StartError) as error:
        raise click.ClickException(f"the relay cannot start: {error}") from None


@click.command()
def doctor() -> None:
    """Look at everything an installation needs, and say what is wrong and what to do. Exits with 1 if anything is."""
    is_well = True
    for finding in examine(config.load()):
        is_well &= finding.is_well
        click.echo(f"{'ok ' if finding.is_well else '!! '} {finding.what}")
        if finding.advice and not finding.is_well:
            click.echo(f"    {finding.advice}")
    if not is_well:
        raise click.exceptions.Exit(1)
