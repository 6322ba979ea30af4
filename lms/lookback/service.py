"""Setting the days to look back, and announcing them by mail at most twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.commitment import queries as commitment
from lms.commitment import service as plans
from lms.commitment.models import FollowUp
from lms.content.blocks import Commitment
from lms.content.library import library
from lms.lookback.waiting import AFTER_A_FAILURE, MOST_MAILS, Due, is_mail_due, waiting
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
    found = commitment.completed_without_days(session, at - NEWLY_COMPLETED, most)
    for registration, person in found:
        module = library.module(session, registration.module_id)
        block = next((block for _, block in module.blocks() if isinstance(block, Commitment)), None) if module else None
        if block and registration.completed_at:
            plans.set_days_without_plan(session, person, registration, block, registration.completed_at)
    return len(found)


def take_mails(session: Session, at: dt.datetime, most: int = 50) -> list[Mail]:
    """The announcements that are due, noted as sent: a relay that dies then has sent too few, never too many."""
    mails = []
    for follow_up, module_id, person in commitment.to_announce(session, at, MOST_MAILS, AFTER_A_FAILURE, most):
        module = library.module(session, module_id)
        days = [one for _, one in commitment.own_follow_ups(session, person.id, module_id)]
        if module is None or not _waits(days, module_id, follow_up, at):
            follow_up.mails = MOST_MAILS  # overtaken by a later look back, or too old: it is never announced
        elif is_mail_due(follow_up.mails, follow_up.mailed_at, at):
            follow_up.mails, follow_up.mailed_at = follow_up.mails + 1, at
            is_last, is_again = follow_up.number == max(one.number for one in days), follow_up.mails > 1
            mails.append(Mail(follow_up.id, person, module_id, module.title, follow_up.number, is_last, is_again))
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


def _waits(days: Iterable[FollowUp], module_id: str, follow_up: FollowUp, at: dt.datetime) -> bool:
    found = waiting((Due(module_id, one.number, one.due_at, one.answered_at is not None) for one in days), at)
    return [one.number for one in found] == [follow_up.number]
