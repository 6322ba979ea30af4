"""The parts that serve an installation."""

from __future__ import annotations

import datetime as dt
import signal
import socket
import threading
import time

from flask import Flask

from lms.config import Settings
from lms.lrs import serve as lrs
from lms.operate import chores, making
from lms.operate.demo.service import walk
from lms.operate.supervisor import Part
from lms.operate.web_server import Server
from lms.xapi import relay

WAITING = "Statements wait until then; none is lost."
PAUSE_SECONDS = 0.15
LEAVE_SECONDS = 1
"""How long answers under way may take when all is stopped."""


def parts(app: Flask, settings: Settings, listener: socket.socket, demo: bool) -> list[Part]:
    """What `lms up` starts."""
    found = [
        Part("web", lambda: Server(app, settings, listener, LEAVE_SECONDS).run(), is_vital=True),
        Part("relay", lambda: run_relay(app, settings), meanwhile=WAITING),
    ]
    if not settings.lrs_endpoint:
        found.append(
            Part("lrs", lambda: lrs.run(settings), is_needed_by_others=True, meanwhile=WAITING),
        )
    if demo:
        found.append(Part("demo", lambda: walk(app, dt.datetime.now(dt.UTC), PAUSE_SECONDS), is_once=True))
    return found


def run_relay(app: Flask, settings: Settings) -> None:
    """Carry statements, do chores and make files until SIGTERM or SIGINT.

    Raises OSError or ValueError when it cannot start.
    """
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    beside = [threading.Thread(target=work, args=(app, stop), daemon=True) for work in (chores.run, making.run)]
    for thread in beside:
        thread.start()
    relay.run(settings, stop)
    until = time.monotonic() + LEAVE_SECONDS / 2
    for thread in beside:
        thread.join(max(until - time.monotonic(), 0))
