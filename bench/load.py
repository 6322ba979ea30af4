"""Visitors: each asks its requests one after the other on one connection, in processes apart from the server's.

Sockets without a library: a client that works harder than the server would measure itself.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

Form = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Ask:
    """A request as it goes over the wire, and the status that it must get."""

    wire: bytes
    status: int = 200


@dataclass(frozen=True)
class Answer:
    """What came back."""

    milliseconds: float
    status: int
    wire_bytes: int
    """Of headers and body, as they were sent."""
    body: bytes


def ask(port: int, path: str, cookie: str = "", form: Form | None = None, status: int = 200) -> Ask:
    """A GET, or a POST of a form, by someone who is signed in by the cookie."""
    body = urlencode(form, doseq=True).encode() if form is not None else b""
    lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html"]
    lines += ["Accept-Encoding: gzip"] + ([f"Cookie: {cookie}"] if cookie else [])
    if form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return Ask("\r\n".join(lines).encode() + b"\r\n\r\n" + body, status)


def visit(port: int, asks: Sequence[Ask]) -> list[Answer]:
    """One visitor. Raises RuntimeError for an answer with another status."""
    answers = []
    with Connection(port) as connection:
        for one in asks:
            answer = connection.send(one)
            if answer.status != one.status:
                first_line = one.wire.partition(b"\r\n")[0].decode()
                raise RuntimeError(f"{first_line}: {answer.status}, not {one.status}")
            answers.append(answer)
    return answers


def visit_all(port: int, visitors: Sequence[Sequence[Ask]]) -> list[Answer]:
    """Several visitors at once."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(len(visitors), context) as pool:
        return [answer for answers in pool.map(_timed, [port] * len(visitors), visitors) for answer in answers]


def _timed(port: int, asks: Sequence[Ask]) -> list[Answer]:
    """Without the bodies, which nobody reads."""
    return [Answer(one.milliseconds, one.status, one.wire_bytes, b"") for one in visit(port, asks)]


class Connection:
    """A connection that is kept open, as browsers do."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> Connection:
        self._socket = socket.create_connection(("127.0.0.1", self._port), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: Ask) -> Answer:
        """Send a request and read its answer to the last byte."""
        began = time.perf_counter()
        self._socket.sendall(request.wire)
        head, body = self._head()
        lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(headers.get(b"content-length", b"0"))
        while len(body) < length:
            body += self._more()
        took = (time.perf_counter() - began) * 1000
        if headers.get(b"connection") == b"close":
            self.__exit__()
            self.__enter__()
        return Answer(took, int(lines[0].split()[1]), len(head) + 4 + len(body), body)

    def _head(self) -> tuple[bytes, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        return head, body

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise RuntimeError("the server hung up")
        return part
