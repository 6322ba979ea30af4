"""Which places someone leads: how far they may look, and whom they may ask."""

from __future__ import annotations

from collections.abc import Collection

from lms.accounts.models import Membership, Role

Reach = tuple[int, ...] | None
"""Places, each with all below it; None: all there are."""


def reach(memberships: Collection[Membership]) -> Reach:
    """The places that someone leads; leads of the programme and admins lead all."""
    roles = {one.role for one in memberships}
    if roles & {Role.PROGRAMME_LEAD, Role.ADMIN}:
        return None
    led = [one.site_id for one in memberships if one.role is Role.SITE_LEAD]
    return None if None in led else tuple(sorted(site for site in led if site is not None))
