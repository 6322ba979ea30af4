"""What is due from time to time without anyone asking for it."""

from __future__ import annotations

import datetime as dt
import threading

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms.db import db, writing
from lms.progress.service import end_silent_visits

EVERY_SECONDS = 60.0
AT_A_TIME = 100

log = structlog.get_logger("lms.operate.chores")


def run(app: Flask, stop: threading.Event) -> None:
    """Do what is due, every minute until stopped. Faults of the database are waited out."""
    while not stop.is_set():
        try:
            do(app, dt.datetime.now(dt.UTC))
        except SQLAlchemyError as error:
            log.warning("not done, tried again later", error=str(error).splitlines()[0])
        stop.wait(EVERY_SECONDS)


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
