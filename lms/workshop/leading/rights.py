"""Who may lead which sessions, and to whom they may offer them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from lms.accounts.models import Role

LEADERS = (Role.TRAINER, Role.PROGRAMME_LEAD, Role.ADMIN)
_OF_ALL = frozenset({Role.PROGRAMME_LEAD, Role.ADMIN})


class Held(Protocol):
    """What is asked of a membership."""

    @property
    def role(self) -> Role | None: ...
    @property
    def site_id(self) -> int | None: ...


def leads_all(roles: Collection[Role]) -> bool:
    """Whether someone may change every session; a trainer may change those that they facilitate."""
    return not _OF_ALL.isdisjoint(roles)


def may_lead(roles: Collection[Role], who: UUID, facilitator: UUID) -> bool:
    """Whether someone may change a session, and see who comes."""
    return leads_all(roles) or (Role.TRAINER in roles and who == facilitator)


def may_offer_at(memberships: Collection[Held]) -> tuple[int, ...] | None:
    """The sites, with all below them, to which someone may offer sessions; None: to everyone."""
    if leads_all({one.role for one in memberships if one.role}):
        return None
    own = [one.site_id for one in memberships if one.role is Role.TRAINER]
    return None if None in own else tuple(sorted(site for site in own if site is not None))
