"""What is wrong with an installation, and what to do: looked at from outside, while it runs or not."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.accounts.models import RunState
from lms.accounts.syncing.folder import last_written
from lms.accounts.syncing.queries import latest_of_folder
from lms.config import Settings
from lms.content.bundle import Bundle
from lms.content.checker.check import check_module
from lms.content.problems import ContentError
from lms.content.service import export_bundle
from lms.db import engine_options, has_sound_wal, sqlite_module
from lms.migrations.state import MigrationError, is_current
from lms.operate.backup.service import last_made
from lms.operate.sealing import check_keys
from lms.operate.start_error import StartError, of_database, of_file
from lms.outbox import queries
from lms.ui.counting import counted
from lms.xapi import doctor as xapi
from lms.xapi.doctor import Finding
from lms.xapi.standing import StoreStands, stand

LEAST_FREE_BYTES = 500_000_000
MAIL_SECONDS = 5
CLOCKS_APART_SECONDS = 5
COPY_DAYS = 7
"""How old the latest backup may be; as long may a new installation do without one."""
LIST_AGE = dt.timedelta(days=2)
"""How old the last list of people in the folder may be: it is written every night."""
OLD_SECONDS = 300
"""A statement that waits for longer is not only on its way."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that is looked at, as soon as it has been."""
    if not settings.instance.is_dir():
        # Looking must not make anything.
        advice = "Set LMS_INSTANCE, or run `lms up`, which makes it."
        yield Finding(False, f"There is no folder {settings.instance}.", advice)
        return
    yield from _folder(settings)
    yield from _disk(settings)
    yield from _address(settings)
    yield from _copies(settings)
    yield from _people_folder(settings)
    engine = create_engine(**engine_options(settings.database))
    try:
        steps = (_database, _clock, _keys, _modules, _last_list, _queue, _stores)
        for step in steps:
            findings = _without_faults(step, engine, settings)
            yield from findings
            if step is _database and not all(finding.is_well for finding in findings):
                break  # the others would only say so again
    finally:
        engine.dispose()
    yield from xapi.check(settings)
    yield from _mail(settings)


def _without_faults(
    step: Callable[[Engine, Settings], Iterator[Finding]], engine: Engine, settings: Settings
) -> list[Finding]:
    try:
        return list(step(engine, settings))
    except SQLAlchemyError as error:
        return [_bad(of_database(error, settings.database))]
    except OSError as error:
        return [_bad(of_file(error, settings.instance))]
    except (MigrationError, StartError) as error:
        return [_bad(error)]


def _bad(error: Exception) -> Finding:
    """Its sentence says what to do as well."""
    return Finding(False, str(error))


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.instance
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(False, f"{folder} cannot be written by who runs this.", "Run it as the owner of the folder.")
        return
    private = [folder / "settings.toml", *sorted((folder / "keys").glob("*"))]
    open_ones = [path for path in private if path.exists() and _is_open_to_others(path)]
    for path in open_ones:
        yield Finding(False, f"Others can read {path}.", f"chmod 600 {path}")
    if not open_ones:
        yield Finding(True, f"The folder is {folder.resolve()}, and its keys are readable by their owner alone.")


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.instance).free
    said = f"{free / 1e9:.1f} GB of the disk are free."
    advice = "Make room: a full disk stops all that people do." if free < LEAST_FREE_BYTES else ""
    yield Finding(free >= LEAST_FREE_BYTES, said, advice)


def _address(settings: Settings) -> Iterator[Finding]:
    here = urlsplit(settings.url).hostname in ("localhost", "127.0.0.1", "::1")
    if settings.is_https and not settings.trusted_proxies:
        advice = "Set LMS_TRUSTED_PROXIES to how many there are; until then everyone seems to come from one address."
        yield Finding(False, f"People come to {settings.url}, but the proxy that does TLS is not believed.", advice)
    elif not settings.is_https and not here:
        advice = "Put a proxy with TLS in front (docs/deploy.md) and set LMS_PUBLIC_URL."
        yield Finding(False, f"People come to {settings.url} without TLS: passwords can be read on their way.", advice)
    else:
        yield Finding(True, f"People come to {settings.url}.")


def _people_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.people_folder
    if folder is None:
        return
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        advice = "Make it, and let the account that runs Cares read it; or unset LMS_PEOPLE_FOLDER."
        yield Finding(False, f"The folder {folder} for lists of people cannot be read.", advice)
        return
    written, write = last_written(folder), "Look at the system that should write one there every night."
    if written is None:
        yield Finding(False, f"There is no list of people in {folder}.", write)
        return
    age = dt.datetime.now(dt.UTC) - written
    said = f"The last list of people in {folder} is of {written:%Y-%m-%d %H:%M} UTC"
    if age < -dt.timedelta(seconds=OLD_SECONDS):
        yield Finding(False, f"{said}, which is to come.", "Set the clock of the system that writes it.")
    else:
        days = max(age.days, 0)
        old = f"{counted(days, 'day')} old" if days else "less than a day old"
        yield Finding(age < LIST_AGE, f"{said}, {old}.", write)


def _copies(settings: Settings) -> Iterator[Finding]:
    """Each host knows only of the backups that were made on it."""
    latest, begun = last_made(settings.instance), settings.instance / "keys"
    now = dt.datetime.now(dt.UTC)
    age = now - (
        latest or dt.datetime.fromtimestamp(begun.stat().st_mtime if begun.exists() else now.timestamp(), dt.UTC)
    )
    said = (
        f"The latest backup made here is of {latest:%Y-%m-%d %H:%M} UTC." if latest else "No backup was made here yet."
    )
    yield Finding(age.days < COPY_DAYS, said, "lms backup FILE, every night.")


def _clock(engine: Engine, settings: Settings) -> Iterator[Finding]:
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        there = connection.scalar(select(func.clock_timestamp()))
    apart = abs((dt.datetime.now(dt.UTC) - there).total_seconds()) if there else 0.0
    said = f"The clocks of this host and of the database's are {apart:.1f} seconds apart."
    yield Finding(apart <= CLOCKS_APART_SECONDS, said, "Let both follow a time server.")


def _database(engine: Engine, settings: Settings) -> Iterator[Finding]:
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path and not Path(path).exists():
        yield Finding(False, f"There is no database {path} yet.", "`lms up` or `lms prepare` makes it.")
        return
    with engine.connect() as connection:
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
    kind = f"{'SQLite' if engine.dialect.name == 'sqlite' else 'PostgreSQL'} {version}".strip()
    if is_current(engine):
        yield Finding(True, f"The database answers ({kind}), and its tables are those of this version.")
    else:
        yield Finding(
            False,
            f"The tables of the database ({kind}) are of an older version.",
            "`lms up` or `lms prepare` renews them.",
        )
    if engine.dialect.name == "sqlite" and not has_sound_wal(sqlite_module().sqlite_version_info):
        yield Finding(
            True,
            "This SQLite can spoil a database in its quickest mode, so a slower one is used (pip install pysqlite3).",
        )


def _keys(engine: Engine, settings: Settings) -> Iterator[Finding]:
    check_keys(engine, settings)
    yield Finding(True, "The keys open what people have written in private.")


def _modules(engine: Engine, settings: Settings) -> Iterator[Finding]:
    try:
        with Session(engine) as session:
            bundle = export_bundle(session)
    except ContentError as error:
        yield Finding(False, f"What is published cannot be read: {error}", "Import the modules again.")
        return
    if not bundle.module_ids:
        yield Finding(False, "No module is published.", "lms courses import FOLDER")
    for module_id in bundle.module_ids:
        yield _module(bundle, module_id)


def _module(bundle: Bundle, module_id: str) -> Finding:
    report = check_module(bundle, module_id, dt.datetime.now(dt.UTC).date())
    if report.verdict == "fail":
        advice = f"lms courses export {module_id} FOLDER; lms courses check FOLDER says what to mend."
        failing = ", ".join(result.rule.name for result in report.results if result.verdict == "fail")
        return Finding(False, f"The module {module_id} does not pass the checker ({failing or 'unreadable'}).", advice)
    return Finding(True, f"The module {module_id} is published and passes the checker.")


def _last_list(engine: Engine, settings: Settings) -> Iterator[Finding]:
    """What became of what lay in the folder."""
    if settings.people_folder is None:
        return
    with Session(engine) as session:
        last = latest_of_folder(session)
    if last is None:
        yield Finding(False, "No list of people was read out of the folder yet.", "Run `lms up`, or `lms relay`.")
    elif last.state is RunState.REFUSED:
        advice = f"{settings.url}/people/organisation says what is to be mended."
        yield Finding(False, f"The last list out of the folder was refused on {last.at:%Y-%m-%d %H:%M} UTC.", advice)
    else:
        said = f"The last list out of the folder that changed something was carried out on {last.at:%Y-%m-%d}."
        yield Finding(True, said)


def _queue(engine: Engine, settings: Settings) -> Iterator[Finding]:
    with Session(engine) as session:
        found = stand(session, dt.datetime.now(dt.UTC), shown=0)
    if not found.relays:
        yield Finding(False, "No relay is at work, so statements wait.", "Run `lms up`, or `lms relay`.")
    for store in found.stores:
        yield from _queue_of(store, f" for {store.name}" if len(found.stores) > 1 else "", bool(found.relays))


def _stores(engine: Engine, settings: Settings) -> Iterator[Finding]:
    with Session(engine) as session:
        others = queries.stores(session)
    for store in others:
        yield xapi.check_other(settings, store)


def _queue_of(store: StoreStands, whose: str, has_relay: bool) -> Iterator[Finding]:
    standing, waits = store.standing, store.oldest_seconds or 0.0
    if standing.parked:
        by = f"store {store.name}" if whose else "Learning Record Store"
        said = f"{standing.parked} statements were refused by the {by}."
        yield Finding(False, said, "`lms xapi status` says why, `lms xapi retry --all` sends them again.")
    if waits > OLD_SECONDS:
        said = f"Statements{whose} wait for {waits / 60:.0f} minutes."
        yield Finding(False, said, "`lms xapi status` says what hinders them.")
    elif has_relay and not standing.parked:
        yield Finding(True, f"Statements{whose}: {standing.delivered} delivered, {standing.queued} on their way.")


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.smtp_host:
        folder = settings.instance / "mail"
        yield Finding(True, f"Mails are written to {folder}, since no mail server is set (LMS_SMTP_HOST).")
        return
    place = f"{settings.smtp_host}, port {settings.smtp_port}"
    kind = smtplib.SMTP_SSL if settings.smtp_port == smtplib.SMTP_SSL_PORT else smtplib.SMTP
    try:
        with kind(settings.smtp_host, settings.smtp_port, timeout=MAIL_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            False, f"The mail server at {place} does not answer: {error}", "Correct LMS_SMTP_HOST and LMS_SMTP_PORT."
        )
    else:
        yield Finding(True, f"The mail server at {place} answers.")
