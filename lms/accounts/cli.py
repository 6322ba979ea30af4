"""Commands for people: `lms people …`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from lms import config
from lms.accounts import queries, service
from lms.accounts.email_address import normal
from lms.accounts.models import Person, Role, Site
from lms.accounts.roles.wording import EVERYWHERE, held_at
from lms.accounts.roster import rows as roster
from lms.accounts.roster.rows import RosterError
from lms.accounts.roster.service import import_people
from lms.accounts.roster.table import is_site_code
from lms.accounts.syncing.cli import sync
from lms.accounts.tokens import password_address
from lms.audit.actions import Action, Entry, operator
from lms.audit.service import record
from lms.db import open_session, writing

ROLES = click.Choice([role.value.replace(" ", "-") for role in Role])


@click.group()
def people() -> None:
    """Add people and sites, import lists of them, and help them to sign in."""


@people.command()
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", required=True, help="As they are spoken to.")
@click.option("--site", "code", help="Code of the site where they work.")
@click.option("--role", type=ROLES, help="What they do beside learning.")
@click.option("--password-link", is_flag=True, help="Print a link with which they set their password.")
def add(email: str, name: str, code: str | None, role: str | None, password_link: bool) -> None:
    """Add one person.

    A programme lead or an admin is that for all sites; a trainer or a site lead for the site given.
    """
    with _database() as (session, settings):
        if queries.person_by_email(session, email):
            raise click.ClickException(f"{normal(email)} is here already.")
        try:
            person = service.add_person(session, email, name, _now())
        except ValueError as error:
            raise click.ClickException(f"{error}.") from None
        _place(session, person, code or "", role or "")
        click.echo(f"{person.name} is added.")
        if password_link:
            _print_link(session, settings, person)
        _note(session, *_added(person, code or "", role or "", password_link))


people.add_command(sync)


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Add the people of a CSV file (UTF-8), all or none of them.

    \b
    Its header is  email,name,site,role  and, if you like, site_name.
      site       code of the site where someone works; may be empty
      role       trainer, site lead, programme lead, admin; empty for a learner
      site_name  name of a site; a site that is not known yet is made of its code and this name

    Someone with several sites or roles has several rows. The file may be imported again at any time: what is new is
    added, names are brought up to date, and nothing is taken away: `lms people take-role` does that with a role.
    """
    rows, problems = roster.read(file.name, file.read_bytes())
    with _database() as (session, _):
        try:
            outcome = import_people(session, file.name, rows, problems, _now())
        except RosterError as error:
            count = len(error.problems)
            raise click.ClickException(
                f"nothing was imported, {count} thing{'s' if count > 1 else ''} to mend:\n{error}"
            ) from None
        if dry_run:
            session.rollback()
            click.echo("Nothing is done yet; without --dry-run this would be:")
        else:
            _note(session, *outcome.entries)
        click.echo(
            f"people: {outcome.added} added, {outcome.changed} changed, {outcome.unchanged} as they were; "
            f"sites: {outcome.sites} added"
        )


@people.command("take-role")
@click.argument("email")
@click.option("--role", required=True, type=ROLES, help="What they do no longer.")
@click.option("--site", "code", help="Code of the site for which they have it; needed if there are several.")
def take_role(email: str, role: str, code: str | None) -> None:
    """Take a role away from a person; they are signed out at once. Where they work stays, and what they have done."""
    with _database() as (session, _):
        person = _person(session, email)
        wanted = roster.role_of(role)
        assert wanted is not None
        site = _where_held(session, person, wanted, code or "")
        try:
            service.take_role(session, person, site, wanted)
        except service.LastAdminError:
            raise click.ClickException(f"{person.email} is the only admin; make somebody else one first.") from None
        place = site.code if site else ""
        _note(session, Entry(Action.ROLE_TAKEN, person.uuid, {"role": wanted.value, "site": place}))
        click.echo(f"{person.name} is no longer {held_at(wanted, place)}.")


@people.command("change-address")
@click.argument("old")
@click.argument("new")
def change_address(old: str, new: str) -> None:
    """Give a person another e-mail address to sign in with; they are signed out at once.

    It also frees the address of someone who has left, when a colleague gets it: all that the leaver has done stays
    with the leaver.
    """
    with _database() as (session, _):
        person = _person(session, old)
        before = person.email
        try:
            service.change_address(session, person, new)
        except ValueError as error:
            raise click.ClickException(f"{error}.") from None
        except service.TakenError:
            raise click.ClickException(f"{normal(new)} belongs to someone else here.") from None
        if person.email != before:
            _note(session, Entry(Action.CHANGED, person.uuid, {"what": ["e-mail address"]}))
        click.echo(f"{person.name} has the address {person.email} now.")


@people.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link with which a person sets a password, once, within a day."""
    with _database() as (session, settings):
        person = _person(session, email)
        if not person.is_active:
            raise click.ClickException(f"{person.email} is disabled; `lms people enable {person.email}` comes first.")
        _print_link(session, settings, person)
        _note(session, Entry(Action.LINK_MADE, person.uuid))


@people.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let a person in no longer; they are signed out at once. What they have done stays."""
    _set_active(email, False)
    click.echo(f"{normal(email)} is disabled.")


@people.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a person in again."""
    _set_active(email, True)
    click.echo(f"{normal(email)} is enabled.")


@people.group()
def sites() -> None:
    """The places where people work."""


@sites.command("add")
@click.argument("code")
@click.argument("name")
def add_site(code: str, name: str) -> None:
    """Add a site: a short CODE that never changes, and its NAME."""
    with _database() as (session, _):
        if not is_site_code(code):
            raise click.ClickException(f"{code!r} cannot be a code; use letters, digits, point, dash or underscore.")
        if queries.site_by_code(session, code):
            raise click.ClickException(f"the site {code!r} is here already.")
        service.add_site(session, code, " ".join(name.split()))
        _note(session, Entry(Action.SITE_ADDED, facts={"site": code}))
    click.echo(f"The site {code} is added.")


@contextmanager
def _database() -> Iterator[tuple[Session, config.Settings]]:
    settings = config.load()
    with open_session(settings.database) as session, writing(session):
        yield session, settings


def _note(session: Session, *entries: Entry) -> None:
    """Into the audit log: whoever types commands here did this."""
    record(session, operator(), _now(), *entries)


def _added(person: Person, code: str, role: str, has_link: bool) -> list[Entry]:
    added = Entry(Action.ADDED, person.uuid, {"site": code, "role": role})
    return [added, Entry(Action.LINK_MADE, person.uuid)] if has_link else [added]


def _set_active(email: str, is_active: bool) -> None:
    with _database() as (session, _):
        person = _person(session, email)
        service.set_active(session, person, is_active, _now())
        _note(session, Entry(Action.ENABLED if is_active else Action.DISABLED, person.uuid))


def _person(session: Session, email: str) -> Person:
    person = queries.person_by_email(session, email)
    if person is None:
        raise click.ClickException(f"nobody here has the address {normal(email)}.")
    return person


def _where_held(session: Session, person: Person, role: Role, code: str) -> Site | None:
    """At which site someone has a role that is to be taken away; None: at all sites."""
    held = queries.held_roles(session, person.id)
    sites = [site for one, site in held if one is role]
    if code and role not in EVERYWHERE:
        wanted = _site(session, code)
        sites = [site for site in sites if site and site.id == wanted.id]
    elif None in sites:
        return None
    if not sites:
        has = ", ".join(held_at(one, site.code if site else "") for one, site in held) or "a learner alone"
        raise click.ClickException(f"{person.email} is not {held_at(role, code) if code else role}, but {has}.")
    if len(sites) > 1:
        places = ", ".join(site.code for site in sites if site)
        raise click.ClickException(f"{person.email} is {role} at {places}; say with --site at which no longer.")
    return sites[0]


def _place(session: Session, person: Person, code: str, role: str) -> None:
    row = roster.Row(0, person.email, person.name, code, roster.role_of(role), "")
    if row.role is Role.SITE_LEAD and not code:
        raise click.ClickException("a site lead needs a site: add --site CODE.")
    for place, held in row.places:
        service.join(session, person, _site(session, place) if place else None, held, _now().date())


def _site(session: Session, code: str) -> Site:
    site = queries.site_by_code(session, code)
    if site is None:
        raise click.ClickException(f'there is no site {code!r}; add it with `lms people sites add {code} "its name"`.')
    return site


def _print_link(session: Session, settings: config.Settings, person: Person) -> None:
    token = service.make_link(session, person.id, _now())
    click.echo(f"{password_address(settings.url, token)}")
    click.echo(f"It works once, within {service.LINK_HOURS} hours. Give it to {person.name} and nobody else.")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
