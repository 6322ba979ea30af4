"""What the pages on assignments share: whose they are, what can be chosen, and the list of people that was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Response, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.accounts.models import Role
from lms.accounts.organisation import queries as places
from lms.accounts.organisation.leading import Reach, reach
from lms.accounts.organisation.tree import descendants
from lms.accounts.roster.addresses import Addresses, read
from lms.audit import actions
from lms.content.library import library
from lms.db import db
from lms.enrolment.assignments.forms import ListFields, RuleFields
from lms.enrolment.assignments.models import Assignment
from lms.enrolment.assignments.naming import Named
from lms.enrolment.assignments.service import Rule
from lms.ui.asking import not_found
from lms.ui.counting import counted

ASKERS = (Role.SITE_LEAD, Role.PROGRAMME_LEAD, Role.ADMIN)
"""Who asks people; leads of sites those of their own."""
MOST_NAMES_BYTES = 8 * 1024 * 1024
"""Of a file with people: as many as a list may name, with a few columns more."""
HELD = (
    "Nothing is changed yet: it is being settled who is asked, or somebody else changes it at this moment. Try again."
)
"""While the row is held, by the relay or by another lead."""
NOBODY = "Please write at least one address, or choose a file."
DO = ("ask", "change")
"""The buttons that do it; any other shows what would be done."""
CLEAN = "clean"
"""The button that takes out the lines in which something is to be mended."""
Answer = Response | AnyResponse | str


def own_reach() -> Reach:
    """The places whose people whoever is signed in may ask; None: all."""
    return reach(current_user.memberships)


def offer_places(form: RuleFields) -> None:
    """The places within reach, and all job groups. Another place than these is not found."""
    within, sites = own_reach(), places.sites(db.session)
    if within is not None:
        seen = descendants({site.id: site.parent_id for site in sites}, within)
        sites = [site for site in sites if site.id in seen]
    groups = [(group.code, group.name) for group, _ in places.job_groups(db.session)]
    form.offer_places([(site.code, site.name) for site in sites], groups, is_everywhere=within is None)
    asked = request.form.get("site", "")
    if within is not None and asked and asked not in {site.code for site in sites}:
        not_found()


def rule_of(form: RuleFields) -> Rule:
    """The rule that was chosen."""
    sites = {site.code: site.id for site in places.sites(db.session)}
    groups = {group.code: group.id for group, _ in places.job_groups(db.session)}
    return Rule(sites.get(form.site.data), groups.get(form.group.data), bool(form.managers_only.data))


def sent_list(form: ListFields, judge: Callable[[Addresses], Named]) -> Named:
    """Whom the list names that was typed or sent as a file.

    What was in the file stands in the field then, line by line, so that it can be mended there and is sent once more.
    """
    file = form.file.data
    addresses = read(file.read() if file else (form.emails.data or "").encode())
    if file and addresses.text:
        form.emails.data = addresses.text
    named = judge(addresses)
    if request.form.get("do") == CLEAN and named.people:
        form.emails.data = "\n".join(named.people)
        return replace(named, problems=(), twice=())
    if named.problems:
        form.emails.errors = [f"{counted(len(named.problems), 'thing is', 'things are')} to be mended: see above."]
    elif not addresses.lines:
        form.emails.errors = [NOBODY]
    return named


def is_to_be_done(form: ListFields | None = None) -> bool:
    """Whether the button says to do it; what a file says is always shown first."""
    return request.form.get("do") in DO and not (form and form.file.data)


def modules() -> dict[str, str]:
    """Titles of the published modules, by id, in order."""
    programme = library.programme(db.session)
    found = [library.module(db.session, one.id) for one in programme.modules] if programme else []
    return {module.id: module.title for module in found if module}


def titles() -> Mapping[str | None, str]:
    """What can be asked, by the module's id; None: the programme."""
    programme = library.programme(db.session)
    return {None: programme.title if programme else "The whole programme"} | modules()


def facts_of(made: Assignment, **more: int) -> actions.Facts:
    """For the audit log: what is asked, where, and some numbers that are not 0."""
    facts: dict[str, str | int | bool | list[str]] = {"what": made.module_id or "programme"}
    if made.site:
        facts["site"] = made.site.code
    return facts | {name: count for name, count in more.items() if count}
