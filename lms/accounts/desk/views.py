"""One page with a way to everything that someone's roles open to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, render_template
from flask_login import current_user

from lms.accounts.access import needs, policy_of
from lms.accounts.models import Role

blueprint = Blueprint("desk", __name__)


@dataclass(frozen=True)
class Way:
    """Where a page is, by its endpoint, and what it is for."""

    endpoint: str
    name: str
    words: str


WAYS = {
    "See and show": (
        Way("coverage.coverage", "Coverage", "How many have completed, where, who has not, and who is overdue."),
        Way("results.modules", "What modules changed", "How people found each module, what they knew and did with it."),
    ),
    "Ask and arrange": (
        Way("assignments.overview", "Assignments", "Who should complete what by when, and who is exempt."),
        Way("enrolment.early_openings", "When modules open", "And opening one to somebody before its turn."),
        Way("organisation.overview", "The organisation", "Sites, job groups, and lists of people."),
    ),
    "Write and teach": (
        Way("authoring.modules", "Write modules", "Change what learners read and do."),
        Way("workshop.sessions", "Sessions", "Plan a session, see who comes, and note who was there."),
    ),
    "Look after it": (
        Way("roles.roles", "Roles", "Find a person, see their roles, give one and take one away."),
        Way("xapi.statements", "Statements", "What is told to the Learning Record Store, and what it refused."),
        Way("privacy.audit", "Audit log", "Who looked at or changed other people's records."),
    ),
}


def install(app: Flask) -> None:
    """The pages of this room."""
    app.register_blueprint(blueprint)


@blueprint.get("/manage")
@needs(*Role)
def manage() -> str:
    """What someone's roles are for."""
    open_ways = {title: list(_open(ways)) for title, ways in WAYS.items()}
    return render_template("accounts/manage.html", ways={title: ways for title, ways in open_ways.items() if ways})


def _open(ways: Iterable[Way]) -> Iterable[Way]:
    """Those that the roles of whoever is signed in open; each page says itself whose it is."""
    for way in ways:
        policy = policy_of(current_app, way.endpoint) if way.endpoint in current_app.view_functions else None
        if policy and policy.admits(current_user.roles):
            yield way
