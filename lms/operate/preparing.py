"""What must be there before anything is served: tables, keys that fit, modules, someone who can sign in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms import keys
from lms.accounts import passwords, queries, service
from lms.accounts.models import Person, Role
from lms.audit.actions import Action, Entry, operator
from lms.audit.service import record
from lms.authoring.publishing.importing import ThreatError, guarded
from lms.certificate.signing import SIGNER
from lms.config import Settings
from lms.content import bundle as bundles
from lms.content.library import library
from lms.content.problems import ContentError
from lms.content.queries import is_empty
from lms.content.service import import_new
from lms.db import engine_options, writing
from lms.migrations.service import upgrade
from lms.migrations.state import MigrationError, is_current
from lms.operate import instance
from lms.operate.instance import Telling
from lms.operate.sealing import check_keys
from lms.operate.start_error import StartError, of_database

ROOMS = Path(__file__).parent.parent

log = structlog.get_logger("lms.operate")


@dataclass(frozen=True)
class Admin:
    """Who can sign in first."""

    email: str
    password: str | None
    """Known only when it was made just now."""


@dataclass(frozen=True)
class Prepared:
    """What was found or made."""

    admin: Admin
    warnings: tuple[str, ...]


def prepare(settings: Settings, admin_email: str) -> Prepared:
    """Bring an installation to where it can be served; what is there already is left as it is.

    Raises StartError, and OSError when a file cannot be read or written.
    """
    engine = create_engine(**engine_options(settings.database))
    try:
        if upgrade(engine):
            log.info("the tables of the database are made new")
        check_keys(engine, settings)
        # Made here, and not at the first badge: hosts that share a database are given the keys that there are now.
        keys.rsa_key(settings.instance, SIGNER)
        warnings = _import_files(engine)
        return Prepared(_admin(engine, settings, admin_email), tuple(warnings))
    except MigrationError as error:
        raise StartError(str(error)) from None
    except SQLAlchemyError as error:
        raise of_database(error, settings.database) from None
    finally:
        engine.dispose()


def check_prepared(settings: Settings) -> None:
    """For a part that is started on its own. Raises StartError unless the tables are those of this version."""
    engine = create_engine(**engine_options(settings.database))
    try:
        if not is_current(engine):
            raise StartError("The tables of the database are not those of this version: run `lms prepare` first.")
    except MigrationError as error:
        raise StartError(str(error)) from None
    except SQLAlchemyError as error:
        raise of_database(error, settings.database) from None
    finally:
        engine.dispose()


def _import_files(engine: Engine) -> list[str]:
    """Publish modules whose files are new; warnings about those that cannot be used."""
    root = _files()
    if root is None:
        return []
    try:
        with Session(engine) as session, writing(session):
            outcome, _ = guarded(
                session, lambda: import_new(session, bundles.from_folder(root), dt.datetime.now(dt.UTC))
            )
    except ThreatError as error:
        told = "\n".join(error.lines)
        way = f"To let it go: lms courses import {root} {error.options}"
        return [f"What is new in {root} was not imported, since people's work hangs on this:\n{told}\n{way}"]
    except ContentError as error:
        with Session(engine) as session:
            if is_empty(session):
                raise StartError(f"The modules in {root} cannot be used:\n{error}") from None
        return [f"What is new in {root} was not imported, learners see what was published before:\n{error}"]
    for imported in outcome:
        log.info("published", subject=imported.subject, revision=imported.number)
        if imported.module:
            library.keep(imported.revision_id, imported.module)  # it takes long to read, and is shown in a moment
    return []


def _files() -> Path | None:
    """The folder that holds `courses/` and `quizzes/`: inside an installed package, or beside it in a repository."""
    for root in (ROOMS / "_shipped", ROOMS.parent):
        if (root / "courses").is_dir():
            return root
    return None


def _admin(engine: Engine, settings: Settings, email: str) -> Admin:
    """Someone who can let others in. Made at the first start; told anew if that start did not get so far."""
    with Session(engine, expire_on_commit=False) as session, writing(session):
        found = queries.first_admin(session)
        if found is None:
            instance.begin(settings.instance, Telling.ADMIN)
            found = _add_admin(session, email)
        elif not instance.is_due(settings.instance, Telling.ADMIN):
            return Admin(found.email, None)
        password = passwords.generated()
        service.set_password(session, found, passwords.hashed(password), is_temporary=True)
        by = {"by": "the first start", "role": Role.ADMIN.value}
        record(session, operator(), dt.datetime.now(dt.UTC), Entry(Action.PASSWORD_SET, found.uuid, by))
    return Admin(found.email, password)


def _add_admin(session: Session, email: str) -> Person:
    try:
        person = queries.person_by_email(session, email) or service.add_person(
            session, email, "Admin", dt.datetime.now(dt.UTC)
        )
    except ValueError as error:
        raise StartError(f"The admin cannot be added: {error}.") from None
    service.set_active(session, person, True, dt.datetime.now(dt.UTC))
    service.join(session, person, None, Role.ADMIN)
    return person
