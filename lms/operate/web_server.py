"""The web application served by gunicorn."""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn import systemd
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from lms.config import Settings
from lms.mail import PostOffice
from lms.operate.fair_worker import Board, FairWorker
from lms.operate.start_error import StartError
from lms.wire import end_silence, with_whole_bodies

BACKLOG = 1024
ANSWER_SECONDS = 60
"""A worker that gives no sign of life for this long is replaced."""
KEEP_SECONDS = 5
"""How long a browser may keep a connection for its next request."""
MAIL_SECONDS = 1.0
"""How long a worker that ends may take for mails that were put off until after an answer."""
_MEMORY = Path("/dev/shm")  # gunicorn makes private files there  # noqa: S108  # nosec B108


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with settings of ours and an application that is ready: its processes share the memory of it."""

    def __init__(self, app: Flask, settings: Settings, listener: socket.socket, leave_seconds: int) -> None:
        self._app, self._settings = app, settings
        self._listener, self._leave_seconds = listener, leave_seconds
        end_silence(listener)
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings, self._listener, self._leave_seconds).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        self._app.wsgi_app = with_whole_bodies(self._app.wsgi_app)  # type: ignore[method-assign,assignment]
        return self._app


def listen(host: str, port: int, settings: str = "LMS_HOST and LMS_PORT") -> socket.socket:
    """A socket for requests. Raises StartError, which names the settings, when the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        listener = socket.socket(found[0][0], socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(found[0][4])
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StartError(
            f"Nothing can listen at {host}, port {port}: {reason}. "
            f"Stop what is there, or choose another address by {settings}."
        ) from None
    return listener


def given() -> socket.socket | None:
    """The socket that systemd listens with for us (sd_listen_fds(3)), if there is one.

    It stays open while we are stopped and started again: who comes meanwhile waits and is answered.
    """
    if not systemd.listen_fds():
        return None
    listener = socket.socket(fileno=systemd.SD_LISTEN_FDS_START)
    if listener.family != socket.AF_UNIX:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    end_silence(listener)
    return listener


def _options(settings: Settings, listener: socket.socket, leave_seconds: int) -> dict[str, Any]:
    board = Board()
    return {
        "bind": f"fd://{os.dup(listener.fileno())}",
        "worker_class": FairWorker,
        "pre_fork": board.seat,
        "child_exit": board.free,
        "keepalive": KEEP_SECONDS,
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "timeout": ANSWER_SECONDS,
        "graceful_timeout": leave_seconds,
        "logger_class": _Log,
        "loglevel": settings.log_level,
        "control_socket_disable": True,
        # Werkzeug decides whom to believe about the client's address, by LMS_TRUSTED_PROXIES.
        "forwarded_allow_ips": "",
        "worker_tmp_dir": str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None,
        "worker_exit": _finish_mails,
        "proc_name": "cares",
    }


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's messages, led where ours go. No access log: the web application writes one that tells no secret."""

    def setup(self, cfg: Any) -> None:
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
        self.access_log.disabled = True
        self._access_log_enabled = False  # else each request asks anew

    # Arguments may hold an address, and that the secret of a mailed link.
    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        self.error_log.error(msg.partition("%")[0], exc_info=sys.exc_info()[0])

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if said := msg.partition("%")[0]:
            self.error_log.debug(said)


def _finish_mails(_arbiter: Any, worker: Any) -> None:
    app = worker.app.callable
    office = app.extensions.get("mail") if app else None
    if isinstance(office, PostOffice):
        office.settle(MAIL_SECONDS)
    logging.shutdown()
