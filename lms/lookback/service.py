"""Setting the days to look back, and announcing them by mail at most twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.commitment import queries as commitment
from lms.commitment import service as plans
from lms.commitment.models import FollowUp
from lms.content.blocks import Commitment
from lms.content.library import library
from lms.lookback.queries import own_waiting
from lms.lookback.waiting import AFTER_A_FAILURE, MOST_MAILS, is_mail_due
from lms.mail import PostOffice

NEWLY_COMPLETED = dt.timedelta(days=13)
"""Who completed a module longer ago without a plan is not asked any more."""


@dataclass(frozen=True)
class Mail:
    """An announcement to be sent."""

    follow_up_id: int
    person: Person
    module_id: str
    module_title: str
    number: int
    is_last: bool
    is_again: bool


def set_days(session: Session, at: dt.datetime, most: int = 100) -> int:
    """Give those who completed a module without making a plan their days to look back; how many people."""
    blocks = _plans(session)
    found = commitment.completed_without_days(session, blocks, at - NEWLY_COMPLETED, most)
    for registration, person, completed_at in found:
        plans.set_days_without_plan(session, person, registration, blocks[registration.module_id], completed_at)
    return len(found)


def take_mails(session: Session, at: dt.datetime, most: int = 50) -> list[Mail]:
    """The announcements that are due, noted as sent: a relay that dies then has sent too few, never too many."""
    mails = []
    for follow_up, module_id, person in commitment.to_announce(session, at, MOST_MAILS, AFTER_A_FAILURE, most):
        module = library.module(session, module_id)
        due = next(
            (one for one in own_waiting(session, person.id, at, module_id) if one.number == follow_up.number), None
        )
        if module is None or due is None:
            follow_up.mails = MOST_MAILS  # overtaken by a later look back, or too old: it is never announced
        elif is_mail_due(follow_up.mails, follow_up.mailed_at, at):
            follow_up.mails, follow_up.mailed_at = follow_up.mails + 1, at
            is_again = follow_up.mails > 1
            mails.append(Mail(follow_up.id, person, module_id, module.title, due.number, due.is_last, is_again))
    return mails


def announce(office: PostOffice, url: str, mail: Mail) -> bool:
    """Send one announcement; whether it went."""
    return office.send(
        "lookback/mail/look_back.txt",
        mail.person,
        module=mail.module_title,
        minutes="seven" if mail.is_last else "four",
        is_last=mail.is_last,
        is_again=mail.is_again,
        address=f"{url}/modules/{mail.module_id}/look-backs/{mail.number}",
        account=f"{url}/account",
    )


def give_back(session: Session, mails: Sequence[Mail]) -> None:
    """These could not be sent: they are tried again later."""
    for mail in mails:
        follow_up = session.get(FollowUp, mail.follow_up_id)
        if follow_up:
            follow_up.mails -= 1


def _plans(session: Session) -> dict[str, Commitment]:
    """The plan of each module of the programme that has one."""
    programme = library.programme(session)
    planned = programme.modules if programme else ()
    modules = [module for module in (library.module(session, one.id) for one in planned) if module]
    found = {module.id: [one for _, one in module.blocks() if isinstance(one, Commitment)] for module in modules}
    return {module_id: blocks[0] for module_id, blocks in found.items() if blocks}
