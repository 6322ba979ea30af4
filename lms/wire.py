"""What both web servers of ours owe to whoever sends them nonsense, or nothing.

gunicorn by itself waits for ever for the rest of a request: as many silent connections as there are threads stop it. It
lets the application find out that a body is broken, and repeats in its own refusals what it was sent.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

SILENCE_SECONDS = 10
"""How long a client may be silent in the middle of a request."""
STALLED_SECONDS = 30
"""How long a client may take nothing of its answer."""
SAFE = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of an answer that is no page."""
_REFUSAL = "This request could not be understood.\n"

Answer = Callable[[dict[str, Any], Any], Iterable[bytes]]


def end_silence(listener: socket.socket) -> None:
    """Whoever says nothing for long gives a thread back. Linux hands the limits on to accepted connections."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_SECONDS, 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED_SECONDS, 0))


def with_whole_bodies(application: Answer) -> Answer:
    """The application, told of a body that is no HTTP as of one that ends too early: werkzeug makes a 400 of both."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return application(environ, start_response)

    return answer


class _Body:
    """The body of a request."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            found: bytes = self._stream.read(size)
        except ParseException as error:
            raise OSError("the body of the request is broken") from error
        return found


class PoliteWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's, whose own refusals repeat nothing and carry safe headers."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        super().handle_error(req, _Mouth(client), addr, exc)


class _Mouth:
    """A connection that says no more than the status of a refusal."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def sendall(self, refusal: bytes) -> None:
        status = refusal.partition(b"\r\n")[0].decode("latin-1")
        told = {"Connection": "close", "Content-Type": "text/plain; charset=utf-8", **SAFE}
        lines = [status, *(f"{name}: {value}" for name, value in told.items())]
        self._connection.sendall("\r\n".join([*lines, f"Content-Length: {len(_REFUSAL)}", "", _REFUSAL]).encode())
