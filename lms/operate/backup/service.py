"""Making a backup of an installation in use, and making an installation of a backup."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.audit.actions import operator
from lms.config import LRS_FILE as LRS
from lms.config import Settings
from lms.db import engine_options, writing
from lms.migrations.state import MigrationError, is_current, step_of
from lms.operate import instance
from lms.operate.backup import archive, postgresql, sqlite
from lms.operate.backup.archive import BackupError, Contents, digest
from lms.privacy import remembered, traces
from lms.privacy.retention.service import erase_again

MAIN = {"sqlite": "cares.db", "postgresql": "cares.pgdump"}
KEYS = ("vault", "secret", "lrs-client")
SETTINGS = "settings.toml"
STAMP = ".last-backup"
_BEFORE = dt.timedelta(minutes=1)
"""Clocks of several hosts may differ by this much."""

# What was valid when the copy was made must not become valid again: someone may have signed out since.
_END_SIGN_INS = ("DELETE FROM sign_in", "DELETE FROM password_link")
# The copy of the store is the older one: what it may not hold is sent again, under the same ids and in order.
_SEND_AGAIN = (
    "UPDATE statement SET delivery = 'queued', delivered_at = NULL"
    " WHERE delivery = 'delivered' AND delivered_at >= :since"
)


@dataclass(frozen=True)
class Restored:
    """What was done."""

    made_at: str
    kept: tuple[Path, ...]
    """Where the databases are that stood there before."""
    has_store: bool
    """Whether the statements of the embedded Learning Record Store came along."""
    erased: int
    """People of the backup who had been erased since."""


def back_up(settings: Settings, target: Path, keys: Path | None) -> Contents:
    """Write the databases to one file, and keys with settings to another if that is wanted.

    Keys and database together open what people have written in private: they are never put into one file. Raises
    BackupError, OSError and the errors of the database.
    """
    for path in filter(None, (target, keys)):
        if path.exists():
            raise BackupError(f"{path} is there already; name another file.")
    made_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    kind = _kind(settings)
    with _workshop(target.parent) as folder:
        parts = dict(_copies(settings, folder))
        contents = Contents(made_at, kind, _step(settings), {name: digest(path) for name, path in parts.items()})
        archive.write(target, contents, parts)
    (settings.instance / STAMP).write_text(made_at, encoding="ascii")
    if keys:
        found = {path.name: path for path in _secrets(settings) if path.exists()}
        about = Contents(made_at, kind, contents.step, {name: digest(path) for name, path in found.items()})
        archive.write(keys, about, found)
    return contents


def last_made(folder: Path) -> dt.datetime | None:
    """When the latest backup of the installation of this folder was made; None if none was."""
    try:
        return dt.datetime.fromisoformat((folder / STAMP).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def restore(settings: Settings, source: Path, keys: Path | None, is_forced: bool) -> Restored:
    """Make the installation of these settings what it was when a backup was made.

    Nothing is changed before the whole backup has been proven; databases that are there are kept beside the new ones.
    Raises BackupError, StartError while it runs, OSError.
    """
    instance.make(settings.instance)
    lock = instance.use_alone(settings.instance)
    try:
        with _workshop(settings.instance) as folder:
            contents = _unpacked(settings, source, folder)
            if not is_forced and _is_used(settings):
                raise BackupError("There is a database already. Say --force to put the backup in its place.")
            if keys:
                _restore_keys(settings, keys, folder)
            return _put_in_place(settings, contents, folder)
    finally:
        os.close(lock)


def _copies(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    """The parts, the store's first: what it holds is in the database then, and never the other way round."""
    forgotten = settings.instance / remembered.FILE
    if forgotten.exists():
        yield remembered.FILE, Path(shutil.copy(forgotten, folder / remembered.FILE))
    store = settings.instance / LRS
    if store.exists():
        sqlite.copy(store, folder / LRS)
        yield LRS, folder / LRS
    name = MAIN[_kind(settings)]
    if _kind(settings) == "sqlite":
        sqlite.copy(_file(settings), folder / name)
    else:
        postgresql.copy(settings.database, folder / name)
    yield name, folder / name


def _unpacked(settings: Settings, source: Path, folder: Path) -> Contents:
    contents = archive.read(source, {LRS, remembered.FILE, *MAIN.values()}, folder)
    kind = _kind(settings)
    if contents.database != kind or MAIN[kind] not in contents.digests:
        raise BackupError(
            f"The backup is of {contents.database}, the settings name a database of {kind}: "
            "restore it into one of its own kind."
        )
    for name in (LRS, MAIN["sqlite"]):
        if (folder / name).exists():
            sqlite.check(folder / name)
    return contents


def _put_in_place(settings: Settings, contents: Contents, folder: Path) -> Restored:
    aside = f"before-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    since = (dt.datetime.fromisoformat(contents.made_at) - _BEFORE).strftime("%Y-%m-%d %H:%M:%S")
    kept, main = [], folder / MAIN[contents.database]
    if (folder / LRS).exists():
        kept.append(sqlite.put_in_place(folder / LRS, settings.instance / LRS, aside))
    if contents.database == "sqlite":
        sqlite.change(main, *((one, {}) for one in _END_SIGN_INS), (_SEND_AGAIN, {"since": since}))
        kept.append(sqlite.put_in_place(main, _file(settings), aside))
    else:
        postgresql.restore(main, settings.database)
        with _engine(settings) as engine, engine.begin() as connection:
            for statement in _END_SIGN_INS:
                connection.execute(text(statement))
            connection.execute(text(_SEND_AGAIN), {"since": since})
    remembered.remember(settings.instance, remembered.names(folder))
    there = tuple(path for path in kept if path)
    return Restored(contents.made_at, there, LRS in contents.digests, _erase_again(settings))


def _erase_again(settings: Settings) -> int:
    """How many were erased. Tables of an earlier version are left to the relay, which does it when it is started."""
    with _engine(settings) as engine:
        if not is_current(engine):
            return 0
        with Session(engine) as session, writing(session):
            erased = erase_again(session, settings, operator(), dt.datetime.now(dt.UTC))
    if erased and _kind(settings) == "sqlite":
        traces.scrub(settings.database)
    return erased


def _restore_keys(settings: Settings, source: Path, folder: Path) -> None:
    contents = archive.read(source, {*KEYS, SETTINGS}, folder)
    (settings.instance / "keys").mkdir(mode=0o700, exist_ok=True)
    for path in _secrets(settings):
        if path.name in contents.digests:
            (folder / path.name).replace(path)


def _secrets(settings: Settings) -> list[Path]:
    return [*(settings.instance / "keys" / name for name in KEYS), settings.instance / SETTINGS]


def _is_used(settings: Settings) -> bool:
    """Whether there is a database with tables of ours."""
    if _kind(settings) == "sqlite" and not _file(settings).exists():
        return (settings.instance / LRS).exists()
    return bool(_step(settings))


def _step(settings: Settings) -> str:
    """Of the tables; empty if there are none."""
    try:
        with _engine(settings) as engine:
            return step_of(engine) or ""
    except MigrationError as error:
        raise BackupError(str(error)) from None
    except SQLAlchemyError as error:
        raise BackupError(f"The database does not answer: {str(error).splitlines()[0]}") from None


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = create_engine(**engine_options(settings.database))
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _workshop(parent: Path) -> Iterator[Path]:
    """A folder for its owner alone, on the same disk as what comes of it; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix=".cares-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kind(settings: Settings) -> str:
    return make_url(settings.database).get_backend_name()


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database).database or "")
