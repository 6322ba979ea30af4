"""Who may come in where: every view says it, and what is not said does not start.

    @blueprint.get("/people")
    @needs(Role.ADMIN)
    def people() -> str: ...

The marks stand below the route; they change nothing but what `lms.accounts.door` reads at each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from lms.accounts.models import Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """Who may use a view."""

    signed_in: bool
    roles: frozenset[Role] = frozenset()
    """One of these is needed; empty: everyone who is signed in."""

    def admits(self, roles: Iterable[Role]) -> bool:
        """Whether someone with these roles may come in."""
        return not self.roles or not self.roles.isdisjoint(roles)


PUBLIC = Policy(signed_in=False)
SIGNED_IN = Policy(signed_in=True)


class NoPolicyError(Exception):
    """Routes that do not say who may use them."""


def public(view: View) -> View:
    """Everyone may use this view."""
    return _mark(view, "policy", PUBLIC)


def signed_in(view: View) -> View:
    """Whoever is signed in may use this view."""
    return _mark(view, "policy", SIGNED_IN)


def needs(*roles: Role) -> Callable[[View], View]:
    """Whoever has one of these roles, at any site, may use this view; which rows they may see, the view asks."""
    if not roles:
        raise TypeError("needs() wants at least one role; @signed_in is for everyone")
    return lambda view: _mark(view, "policy", Policy(signed_in=True, roles=frozenset(roles)))


def carries_text(view: View) -> View:
    """People type into the form sent here: it must survive the end of their sign-in."""
    return _mark(view, "carries_text", True)


def carries_files(most: int) -> Callable[[View], View]:
    """Files may be sent here, with all else of the request at most so many bytes; anywhere else a file is refused."""
    return lambda view: _mark(view, "carries_files", most)


def checks_own_token(view: View) -> View:
    """The view's form checks the CSRF token itself, so that a stale page keeps what was typed."""
    return _mark(view, "checks_own_token", True)


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The policy of a route; files are for everyone."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    policy: Policy | None = getattr(app.view_functions[endpoint], "policy", None)
    return policy


def is_marked(app: Flask, endpoint: str, mark: str) -> bool:
    """Whether a route has the mark `carries_text` or `checks_own_token`."""
    return bool(getattr(app.view_functions[endpoint], mark, False))


def most_bytes_of_files(app: Flask, endpoint: str) -> int:
    """How large a request with files may be on a route; 0 where none may be sent."""
    most: int = getattr(app.view_functions[endpoint], "carries_files", 0)
    return most


def check_every_route_has_a_policy(app: Flask) -> None:
    """Refuse to start with a route that everyone could use by mistake. Raises NoPolicyError."""
    bare = sorted(f"{rule.rule} ({rule.endpoint})" for rule in app.url_map.iter_rules() if not _has_policy(app, rule))
    if bare:
        raise NoPolicyError("no one said who may use " + ", ".join(bare) + "; see lms/accounts/access.py")


def _has_policy(app: Flask, rule: Any) -> bool:
    return rule.endpoint in app.view_functions and policy_of(app, rule.endpoint) is not None


def _mark(view: View, name: str, value: object) -> View:
    setattr(view, name, value)
    return view
