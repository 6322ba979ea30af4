"""What is due from time to time without anyone asking for it."""

from __future__ import annotations

import datetime as dt
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.accounts.models import RosterRun
from lms.accounts.organisation.queries import is_tree_noted
from lms.accounts.organisation.service import keep_tree
from lms.accounts.syncing import service as people
from lms.accounts.syncing.folder import Watch, files_at
from lms.audit.actions import SYSTEM
from lms.authoring import waiting
from lms.authoring.timing.service import publish_due, tell
from lms.config import Settings
from lms.days import local_day
from lms.db import OUT_OF_REACH, db, writing
from lms.enrolment.assignments.queries import programme_modules
from lms.enrolment.assignments.reminding import service as reminding
from lms.enrolment.assignments.service import running, settle
from lms.export import service as exports
from lms.lookback.service import announce, give_back, set_days, take_mails
from lms.lookback.waiting import may_mail
from lms.privacy.retention.rounds import carry_out
from lms.privacy.retention.service import delete_old_mails
from lms.progress.service import end_silent_visits
from lms.pulse.team.service import close_due
from lms.workshop.announcing import service as sessions
from lms.workshop.service import free_places_of_leavers
from lms.xapi import alarming

EVERY_SECONDS = 60.0
AT_A_TIME = 100
RETENTION_EVERY = dt.timedelta(hours=1)
SETTLE_EVERY = dt.timedelta(minutes=10)
"""Whoever joins or moves is asked what is asked there after at most so long."""

log = structlog.get_logger("lms.operate.chores")
Mail = TypeVar("Mail")
Done = TypeVar("Done")


def run(app: Flask, stop: threading.Event) -> None:
    """Do what is due, every minute until stopped. Whatever one chore fails by, the others are done."""
    turn = _Turn(app, stop)
    while not stop.is_set():
        turn.take(dt.datetime.now(dt.UTC))
        stop.wait(EVERY_SECONDS)


@dataclass
class _Turn:
    """One look at everything that may be due, and when what is due less often was done last."""

    app: Flask
    stop: threading.Event
    settled_at: dt.datetime | None = None
    removed_at: dt.datetime | None = None

    def take(self, at: dt.datetime) -> None:
        """Do one after the other, each by itself, for as long as nobody stops it."""
        for chore in (do, look_back, publish_timed, close_pulses, tell_of_sessions, sound_alarm, note_tree):
            self._try(chore, at)
        if self._try(sync_people, at) or _is_due(self.settled_at, at, SETTLE_EVERY):
            self.settled_at = None
            if self._try(settle_assignments, at) is not None:
                self.settled_at = at
        self._try(remind, at)
        if _is_due(self.removed_at, at, RETENTION_EVERY) and self._try(remove_old, at) is not None:
            self.removed_at = at

    def _try(self, chore: Callable[[Flask, dt.datetime], Done], at: dt.datetime) -> Done | None:
        """What came of a chore; None if it failed, or was not begun since all is being stopped."""
        if self.stop.is_set():
            return None
        try:
            return chore(self.app, at)
        except (SQLAlchemyError, OSError) as error:
            # Faults of the database and of the disk are waited out.
            log.warning("not done, tried again later", chore=chore.__name__, error=str(error).partition("\n")[0])
        except Exception as error:
            log.error("a chore broke off, tried again later", chore=chore.__name__, **_fault(error))
        return None


def _is_due(done_at: dt.datetime | None, at: dt.datetime, every: dt.timedelta) -> bool:
    # Also when a clock was set back: rather once too often than not for a year.
    return done_at is None or abs(at - done_at) >= every


def _fault(error: Exception) -> dict[str, str]:
    """Its kind and its place have to do: what it says may hold what people wrote."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "line": f"{Path(last.filename).name}:{last.lineno}"}


def do(app: Flask, at: dt.datetime) -> int:
    """End the visits that have been silent for long; how many."""
    done = 0
    with app.app_context():
        while True:
            with writing(db.session) as session:
                ended = end_silent_visits(session, at, AT_A_TIME)
            done += ended
            if ended < AT_A_TIME:
                break
    if done:
        log.info("ended silent visits", visits=done)
    return done


def look_back(app: Flask, at: dt.datetime) -> int:
    """Set the days to look back that are missing, and mail about those that have come; how many mails went."""
    settings: Settings = app.config["CARES"]
    with app.app_context():
        with writing(db.session) as session:
            set_days(session, at)
        if not may_mail(at, settings.hours_for_mail, settings.time_zone):
            return 0
        with writing(db.session) as session:
            mails = take_mails(session, at)
        went = _send(mails, partial(announce, app.extensions["mail"], settings.url), give_back)
    if mails:
        log.info("announced looks back", mails=went, failed=len(mails) - went)
    return went


def publish_timed(app: Flask, at: dt.datetime) -> int:
    """Publish the drafts whose time has come, and mail whoever set it; how many were looked at."""
    settings: Settings = app.config["CARES"]
    looked_at = 0
    with app.app_context():
        while True:
            with writing(db.session) as session:
                outcome = publish_due(session, at)
            if outcome is None:
                return looked_at
            looked_at += 1
            log.info("a set time has come", module=outcome.subject, revision=outcome.number, why=outcome.why or None)
            tell(app.extensions["mail"], settings.url, outcome)


def close_pulses(app: Flask, at: dt.datetime) -> int:
    """Close the team pulses whose days are over; how many. That it happened says nothing of who answered."""
    done = 0
    with app.app_context():
        while True:
            with writing(db.session) as session:
                closed = close_due(session, at.date(), AT_A_TIME)
            done += closed
            if closed < AT_A_TIME:
                break
    if done:
        log.info("closed team pulses", pulses=done)
    return done


def tell_of_sessions(app: Flask, at: dt.datetime) -> int:
    """Mail people who have a place in a session, what is new of it, and a reminder the day before; how many mails went.

    Before that, places of people who have left are given to those who wait.
    """
    settings: Settings = app.config["CARES"]
    may_remind = may_mail(at, settings.hours_for_mail, settings.time_zone)
    went = 0
    with app.app_context():
        with writing(db.session) as session:
            free_places_of_leavers(session, at)
        while True:
            with writing(db.session) as session:
                if may_remind:
                    sessions.set_reminders(session, at, settings.time_zone)
                mails = sessions.take_mails(session, at, may_remind)
            if not mails:
                break
            sent = _send(
                mails,
                partial(sessions.announce, app.extensions["mail"], settings.url),
                partial(sessions.give_back, at=at),
            )
            went += sent
            log.info("told of sessions", mails=sent, failed=len(mails) - sent)
    return went


def sound_alarm(app: Flask, at: dt.datetime) -> bool:
    """Mail admins if statements have waited for too long; whether they were told."""
    settings: Settings = app.config["CARES"]
    with app.app_context():
        with writing(db.session) as session:
            alarm = alarming.look(session, settings, at)
        if alarm:
            log.error("statements wait", **alarm.facts)
            alarming.tell(app.extensions["mail"], alarm)
    return alarm is not None


def note_tree(app: Flask, at: dt.datetime) -> int:
    """Note what sites are a part of, where somebody changed that without noting it; how many there were."""
    with app.app_context():
        if is_tree_noted(db.session):
            return 0
        with writing(db.session) as session:
            people.take_turn(session)
            return keep_tree(session, at.date())


def sync_people(app: Flask, at: dt.datetime) -> RosterRun | None:
    """Carry out the list of the organisation in the folder, if it is a new one; admins are told if it is refused."""
    run = _read_folder(app, at)
    _tell_of_refusal(app)
    return run


def _read_folder(app: Flask, at: dt.datetime) -> RosterRun | None:
    settings: Settings = app.config["CARES"]
    folder = settings.people_folder
    watch: Watch = app.extensions.setdefault("people_folder", Watch())
    # That there is no folder, or nothing in it, `lms doctor` says: here it would be said every minute.
    if folder is None or not folder.is_dir() or not watch.is_settled(folder, at):
        return None
    files = files_at(folder)
    with app.app_context():
        if not files or not people.is_news(db.session, files, at):
            return None
        try:
            with writing(db.session) as session:
                run = people.take_from_folder(session, files, settings.people_leavers_percent, at, SYSTEM)
        except people.MeanwhileError:
            log.info("people changed while a list was read, it is read again")
            return None
    if run:
        log.info("a list of the organisation came", state=run.state, **_counts(run))
    return run


def _tell_of_refusal(app: Flask) -> None:
    """Mail admins that the last list was refused. Whom the mail did not reach is mailed a minute later."""
    settings: Settings = app.config["CARES"]
    if settings.people_folder is None:
        return
    with app.app_context():
        if not people.is_refusal_untold(db.session):
            return
        with writing(db.session) as session:
            mails = people.take_refusal(session)
        _send(mails, partial(people.tell_of_refusal, app.extensions["mail"], settings.url), people.give_refusal_back)


def settle_assignments(app: Flask, at: dt.datetime) -> int:
    """Ask whoever came, ask those no more who went, and ask for refreshers; how many things changed."""
    settings: Settings = app.config["CARES"]
    today, changed = local_day(at, settings.time_zone), 0
    with app.app_context():
        # Each by itself: a lead who changes one waits for that one at most.
        for assignment_id in running(db.session, today):
            try:
                with writing(db.session) as session:
                    changed += settle(session, programme_modules(session), today, only=assignment_id)
            except OUT_OF_REACH:
                raise
            except Exception as error:
                # One that cannot be settled must not keep all others from it.
                log.error("an assignment was not settled", assignment=assignment_id, **_fault(error))
    if changed:
        log.info("settled assignments", changed=changed)
    return changed


def remind(app: Flask, at: dt.datetime) -> int:
    """Mail people what is due, and line managers what is overdue, if the settings allow it; how many mails went."""
    settings: Settings = app.config["CARES"]
    if not may_mail(at, settings.hours_for_mail, settings.time_zone):
        return 0
    today, office = local_day(at, settings.time_zone), app.extensions["mail"]
    with app.app_context():
        with writing(db.session) as session:
            mails = reminding.take_mails(session, at, today)
            if settings.remind_line_managers:
                mails += reminding.take_mails_to_line_managers(session, at, today)
        went = _send(mails, partial(reminding.send, office, settings.url), reminding.give_back)
    if mails:
        log.info("reminded of what is due", mails=went, failed=len(mails) - went)
    return went


def _send(
    mails: Sequence[Mail], send: Callable[[Mail], bool], give_back: Callable[[Session, Sequence[Mail]], None]
) -> int:
    """Send what was taken, and give back what could not be sent; how many went."""
    unsent = [mail for mail in mails if not _went(send, mail)]
    if unsent:
        with writing(db.session) as session:
            give_back(session, unsent)
    return len(mails) - len(unsent)


def _went(send: Callable[[Mail], bool], mail: Mail) -> bool:
    """Whether a mail went. One that cannot be written must not keep the others, which are noted as sent already."""
    try:
        return send(mail)
    except Exception as error:
        log.error("a mail was not written", **_fault(error))
        return False


def _counts(run: RosterRun) -> dict[str, int]:
    return {name.replace(" ", "_"): count for name, count in run.counts.items() if count}


def remove_old(app: Flask, at: dt.datetime) -> dict[str, int]:
    """Remove what is past the times that are set; how many of each kind. Relays side by side do no harm."""
    settings: Settings = app.config["CARES"]
    with app.app_context():
        removed = carry_out(db.session, settings, SYSTEM, at)
        with writing(db.session) as session:
            people.forget_old(session, at)
            exports.forget_old(session, at)
            waiting.forget_old(session, at)
    removed["mails"] = delete_old_mails(settings, at)
    removed = {kind: count for kind, count in removed.items() if count}
    if removed:
        log.info("removed what is past its time", **{kind.replace(" ", "_"): count for kind, count in removed.items()})
    return removed
