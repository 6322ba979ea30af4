"""The Learning Record Store as a process of its own, with its own port and database file.

It is gunicorn's threaded worker without gunicorn's master: SQLite has one writer at a time and threads share its
commits, so a second process would only cost memory. Who starts the process starts it again if it ever ends.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import time
from pathlib import Path

from gunicorn.config import Config
from gunicorn.glogging import Logger

from lms import keys
from lms.config import Settings
from lms.lrs.app import Application
from lms.lrs.storage import Storage
from lms.memory import take_from_one_place
from lms.wire import Answer, PoliteWorker, end_silence, with_whole_bodies

HOST = "127.0.0.1"
THREADS = 8
LINGER_SECONDS = 0.1
"""How long a stopping server keeps idle connections open, for a request that is on its way."""
GARBAGE = 20_000
"""How many things more than before there must be for a look for garbage; a batch of fifty statements makes 2,000."""
GRACE_SECONDS = 5
"""How long it lets requests in hand take."""


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in hand and return.

    Raises OSError or ValueError with a clear sentence when it cannot start.
    """
    client = keys.lrs_client(settings.instance)
    with _listen(settings.embedded_lrs_port) as listener:
        storage = Storage(settings.lrs_database)
        try:
            worker = _Worker.on(listener, Application(storage, client, settings.url), settings.instance)
            _leave_alone_what_stays()
            worker.init_process()
        finally:
            storage.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Answers are written in two pieces; the second must not wait for the client to confirm the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        end_silence(listener)
        listener.bind((HOST, port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise OSError(
            f"the Learning Record Store cannot listen on port {port}: {error.strerror}; "
            "stop what uses it, or set LMS_LRS_PORT to a free one"
        ) from None
    return listener


def _leave_alone_what_stays() -> None:
    """Python looks for garbage among all that it holds again and again: a tenth of a second, in which nobody is served.

    What is here at the start stays; a large batch comes and goes without a look at it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    take_from_one_place()


class _Worker(PoliteWorker):
    """Has no master to report to; stops as softly as gunicorn's own, but sooner, and on every signal."""

    @classmethod
    def on(cls, listener: socket.socket, application: Application, folder: Path) -> _Worker:
        """A worker that answers on a listening socket; its one short-lived file is in the folder."""
        settings = Config()
        for name, value in {
            "threads": THREADS,
            "worker_tmp_dir": str(folder),
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 30,
            "limit_request_line": 8190,
            # Nobody may say by a header under which path this is.
            "forwarded_allow_ips": "",
            "loglevel": "warning",
        }.items():
            settings.set(name, value)
        return cls(0, os.getppid(), [listener], _Loaded(application), 0, settings, Logger(settings))

    def init_signals(self) -> None:
        super().init_signals()
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(sign, self.handle_exit)

    def is_parent_alive(self) -> bool:
        return True

    def notify(self) -> None:
        """There is nobody to notify."""

    def _cap_keepalive(self, deadline: float) -> None:
        # A client whose idle connection is closed opens another one; nobody needs to wait for it.
        super()._cap_keepalive(min(deadline, time.monotonic() + LINGER_SECONDS))


class _Loaded:
    """What a worker asks for its application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def wsgi(self) -> Answer:
        return with_whole_bodies(self._application)
