"""Commands about people's data: `lms people export`, `lms people erase`, `lms audit …`, `lms retention`."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from lms import config, keys
from lms.accounts import queries as accounts
from lms.accounts import service as accounts_service
from lms.accounts.cli import people
from lms.accounts.email_address import normal
from lms.accounts.models import Person
from lms.audit import queries as audit_queries
from lms.audit.actions import Action, Entry, operator
from lms.audit.models import AuditEvent
from lms.audit.queries import Wanted
from lms.audit.service import record
from lms.config import Settings
from lms.db import as_facts, open_session, writing
from lms.privacy import leaving, remembered, service, traces
from lms.privacy.parcel import packed
from lms.privacy.queries import record_of
from lms.privacy.retention.rounds import carry_out, foresee
from lms.privacy.retention.service import delete_old_mails, old_mails

PAGES_ON_THEIR_WAY = 5
"""Seconds in which a page that was asked for before the sign-in ended is done."""


@people.command()
@click.argument("email")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(email: str, file: Path) -> None:
    """Write all that is kept of a person to FILE (a zip), for a request that reaches you.

    What they wrote in private is left out: it is sealed, and theirs alone to open. They find all of it under
    My account, Your data.
    """
    settings = config.load()
    at = _now()
    with open_session(settings.database) as session, writing(session):
        person = _person(session, email)
        parcel = packed(record_of(session, person, at, in_clear=False), settings.organisation)
        record(session, operator(), at, Entry(Action.EXPORTED, person.uuid, {"private_writing": "left out"}))
        try:
            keys.write_private(file, parcel)
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file} holds what is kept of {normal(email)}, without their private writing. Only you can read it.")


@people.command("erasure-requests")
def erasure_requests() -> None:
    """Who asked to be erased, and when."""
    with _database() as (session, _):
        found = accounts.erasure_requests(session)
        record(session, operator(), _now(), Entry(Action.LOOKED, facts={"at": "erasure requests"}))
        for person, asked_at in found:
            click.echo(f"{asked_at:%Y-%m-%d}  {person.email}")
    if not found:
        click.echo("Nobody asks to be erased.")


@people.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do it. Without this it is only said what would be done.")
def erase(email: str, yes: bool) -> None:
    """Erase a person for good: name, address, all that they wrote and did. It cannot be undone.

    That somebody at their site took and finished which modules on which days is still counted. Whose record must be
    kept as evidence of training is better disabled: lms people disable EMAIL.
    """
    settings = config.load()
    with _database() as (session, _):
        person = accounts.person_by_email(session, email)
        if person and not yes:
            record(session, operator(), _now(), Entry(Action.LOOKED, person.uuid, {"at": "what an erasure would take"}))
        counts = leaving.counts(record_of(session, person, _now(), in_clear=False)) if person else {}
    mails = sum(1 for _ in traces.mails_to(settings.instance / "mail", email))
    if person is None and not mails and not yes:
        raise click.ClickException(f"nobody here has the address {normal(email)}.")
    if not yes:
        click.echo("\n".join(leaving.would_go(normal(email), counts, mails)))
        return
    if person is None:
        click.echo(f"Nobody here has the address {normal(email)} (any more).")
    else:
        _erase(settings, email)
    _remove_traces(settings, email)


def _erase(settings: Settings, email: str) -> None:
    with open_session(settings.database) as session:
        with writing(session):
            person = _person(session, email)
            was_active = person.is_active
            if was_active:
                accounts_service.set_active(session, person, False, _now())
                record(session, operator(), _now(), Entry(Action.DISABLED, person.uuid))
        if was_active:
            time.sleep(PAGES_ON_THEIR_WAY)
        remembered.remember(settings.instance, [person.uuid])
        with writing(session):
            erased = service.erase(session, _person(session, email), operator(), _now())
    click.echo("\n".join(leaving.remains(erased, settings.url, is_embedded=not settings.lrs_endpoint)))


def _remove_traces(settings: Settings, email: str) -> None:
    """What can be done again at any time: it is what is left when the command was killed half way."""
    mails = traces.delete_mails_to(settings.instance / "mail", email)
    click.echo(f"Mails in {settings.instance / 'mail'}: {mails} deleted.")
    if not settings.database.startswith("sqlite"):
        click.echo(leaving.ON_POSTGRESQL)
    elif traces.scrub(settings.database):
        click.echo("The database file is written anew: nothing deleted is left in it.")
    else:
        raise click.ClickException(
            f"everything is deleted, but traces may be left in the database file, which is busy. "
            f"Type `lms people erase {normal(email)} --yes` once more in a quiet moment."
        )


@click.group()
def audit() -> None:
    """Who looked at or changed another person's record."""


@audit.command()
@click.option("--about", help="Entries about this person: e-mail address or opaque name.")
@click.option("--by", help="Entries of this person, or of this account on the server.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Entries from this day on (UTC).")
@click.option("--limit", default=100, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def show(about: str | None, by: str | None, since: dt.datetime | None, limit: int, as_json: bool) -> None:
    """Show entries, the newest first. To look at one person is written down too."""
    with _database() as (session, _):
        wanted = Wanted(
            about=_uuid(session, about) if about else None,
            by=_known_uuid(session, by) if by else None,
            by_operator=by if by and not _known_uuid(session, by) else "",
            since=since.replace(tzinfo=dt.UTC) if since else None,
        )
        for entry in audit_queries.entries(session, wanted, limit):
            click.echo(json.dumps(as_facts(entry), ensure_ascii=False) if as_json else _line(entry))
        if whom := wanted.about or wanted.by:
            record(session, operator(), _now(), Entry(Action.LOOKED, whom, {"at": "audit log"}))


@audit.command()
@click.option("--noted", default="", help="A digest that was noted before: it must still be in the log.")
def verify(noted: str) -> None:
    """Prove that no entry was changed, added or taken away. Exits with 1 if any was."""
    with open_session(config.load().database) as session:
        proof = audit_queries.prove(session, noted)
    if proof.first_break:
        raise click.ClickException(f"entry {proof.first_break} was changed, or one before it is missing.")
    if not proof.is_noted_there:
        raise click.ClickException("the noted digest is not in the log: its newest entries were taken away.")
    click.echo(f"The log is whole: {proof.entries} entries; {proof.removed} older ones went in their time.")
    click.echo(f"Note this elsewhere, for `lms audit verify --noted`: {proof.head}")


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def retention(dry_run: bool) -> None:
    """Remove what is past the times that are set (the settings keep_…). The relay does so every hour."""
    settings, at = config.load(), _now()
    with open_session(settings.database) as session:
        work = foresee if dry_run else carry_out
        removed = work(session, settings, operator(), at)
    removed["mails"] = len(old_mails(settings, at)) if dry_run else delete_old_mails(settings, at)
    click.echo(_told(removed, "would be removed" if dry_run else "removed"))


def _told(removed: Mapping[str, int], done: str) -> str:
    found = ", ".join(f"{kind}: {count}" for kind, count in removed.items() if count)
    return f"{found} {done}." if found else "Nothing is past its time."


def _line(entry: AuditEvent) -> str:
    who = f"{entry.actor_kind} {entry.actor_was}".strip() + (f" {entry.actor_uuid}" if entry.actor_uuid else "")
    facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
    about = f" about {entry.about}" if entry.about else ""
    return f"{entry.id:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.action}{about}  by {who}  {facts}".rstrip()


def _uuid(session: Session, name: str) -> UUID:
    found = _known_uuid(session, name)
    if found is None:
        raise click.ClickException(f"nobody here has the address {normal(name)}.")
    return found


def _known_uuid(session: Session, name: str) -> UUID | None:
    person = accounts.person_by_email(session, name)
    if person:
        return person.uuid
    try:
        return UUID(name)
    except ValueError:
        return None


def _person(session: Session, email: str) -> Person:
    person = accounts.person_by_email(session, email)
    if person is None:
        raise click.ClickException(f"nobody here has the address {normal(email)}.")
    return person


@contextmanager
def _database() -> Iterator[tuple[Session, Settings]]:
    settings = config.load()
    with open_session(settings.database) as session, writing(session):
        yield session, settings


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
