"""A role and where it is held, in words."""

from __future__ import annotations

from lms.accounts.models import Role

EVERYWHERE = frozenset({Role.PROGRAMME_LEAD, Role.ADMIN})
"""Roles for the whole organisation: they stand without a site."""


def held_at(role: Role, place: str) -> str:
    """Such as "site lead at North"; without a place: at all sites."""
    return f"{role} at {place or 'all sites'}"


def taking_away(email: str, role: Role, code: str) -> str:
    """The command that takes it away; `code` of the site, empty: it is for all sites."""
    where = f" --site {code}" if code else ""
    return f"lms people take-role {email} --role {role.replace(' ', '-')}{where}"
