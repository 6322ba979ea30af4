"""What a list changes, in words for whoever decides on it."""

from __future__ import annotations

from collections.abc import Mapping

from lms.accounts.roles.wording import held_at, taking_away
from lms.accounts.syncing.planning import Kind, Place, Plan, Step

TITLES = {
    Kind.JOINS: "Join",
    Kind.RETURNS: "Come back, and are let in again",
    Kind.MOVES: "Move",
    Kind.LEAVES: "Leave, and are let in no longer",
    Kind.CHANGES: "Change in other ways",
    Kind.KEPT_OUT: "Stay disabled: on the list, but disabled by hand",
    Kind.KEPT_IN: "Stay though not on the list: admins are disabled by hand only",
}
"""The kinds in the order in which they are told."""


OF_PLACE = {"site", "job group", "line manager", "counts as a manager", "on the list"}


def sentence(step: Step, names: Mapping[str, str]) -> str:
    """One person, and what becomes of them; `names` of sites by their codes."""
    who = f"{step.name} ({step.email})"
    match step.kind:
        case Kind.JOINS if step.after:
            return f"{who}: {_place(step.after, names)}"
        case Kind.RETURNS if step.after:
            # Nobody is led or placed while they are away: only who it is can be different.
            return f"{who}: {_place(step.after, names)}{_also(step, OF_PLACE)}{_keeps(step, names)}"
        case Kind.MOVES if step.after:
            was = _place(step.before, names) if step.before else "nowhere"
            told = f"{_also(step, {'site', 'job group'})}{_keeps(step, names)}"
            return f"{who}: {was} → {_place(step.after, names)}{told}"
        case Kind.LEAVES | Kind.KEPT_IN | Kind.KEPT_OUT:
            told = f"{_also(step, OF_PLACE)}{_keeps(step, names)}"
            return f"{who}{f': {_place(step.before, names)}' if step.before else ''}{told}"
    return f"{who}{_also(step, set())}"


def summary(plan: Plan) -> str:
    """How many people, in one line."""
    counts = plan.counts
    people = [
        f"{counts[Kind.JOINS]} join",
        f"{counts[Kind.RETURNS]} come back",
        f"{counts[Kind.MOVES]} move",
        f"{counts[Kind.LEAVES]} leave",
        f"{counts[Kind.CHANGES]} change in other ways",
        f"{counts['unchanged']} stay as they are",
    ]
    return f"people: {', '.join(people)}; sites: {counts['sites']}; job groups: {counts['job groups']}"


def _place(place: Place, names: Mapping[str, str]) -> str:
    group = f", {place.job_group}" if place.job_group else ""
    return f"{names.get(place.site, place.site)}{group}{', manager' if place.is_manager else ''}"


def _keeps(step: Step, names: Mapping[str, str]) -> str:
    """The roles that nobody has taken away, each with the command that does."""
    email = step.person.email if step.person else step.email
    told = [
        f"keeps the role {held_at(role, names.get(code, code))}; take it away with `{taking_away(email, role, code)}`"
        for role, code in step.keeps
    ]
    return "".join(f"; {one}" for one in told)


def _also(step: Step, but: set[str]) -> str:
    told = [_difference(step, what) for what in step.what if what not in but]
    return f"; {', '.join(told)}" if told else ""


def _difference(step: Step, what: str) -> str:
    if step.person is None or step.row is None:
        return what
    if what == "name":
        return f"was {step.person.name}"
    if what == "e-mail address":
        return f"was {step.person.email}"
    if what == "counts as a manager" and step.after:
        return "is a manager" if step.after.is_manager else "is no manager any more"
    return "is on the list now" if what == "on the list" else f"another {what}"
