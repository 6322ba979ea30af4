"""A host that answers every request in one way, down to the single byte: what a store should never do."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

Way = Callable[[socket.socket], None]


class Speaking:
    """Such a host at work."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/xapi"
        self.asked: list[str] = []
        """The first line of each request."""
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._over.set()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.asked.append(connection.recv(65536).decode().split("\r\n")[0])
            self._way(connection)


def raw(*pieces: bytes, pause: float = 0.0) -> Way:
    """Exactly these bytes, with pauses between."""

    def way(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return way


def answer(status: int, body: bytes | Any, kind: str = "application/json", **headers: str) -> Way:
    """An answer as HTTP has it; what is not bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **headers}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items()) + "\r\n"
    return raw(head.encode() + content)


def silent(connection: socket.socket) -> None:
    """Takes the request, and says nothing."""
    time.sleep(30)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
UNTOLD: dict[str, Way] = {
    "silence": silent,
    "a hang-up": raw(),
    "no HTTP": raw(b"\x00\xff" * 200),
    "dripping headers": raw(HEAD, *[b"X-%d: a\r\n" % number for number in range(200)], pause=0.1),
    "a dripping body": raw(HEAD + b"Content-Length: 900\r\n\r\n", *[b" "] * 300, pause=0.1),
    "half a body": raw(HEAD + b"Content-Length: 900\r\n\r\n["),
    "a page": answer(200, b"<html>", "text/html"),
    "no UTF-8": answer(200, b'{"statements": ["\xff"]}'),
    "a list": answer(200, []),
    "no list": answer(200, {"statements": 5}),
    "too deep": answer(200, b'{"statements": ' + b"[" * 100_000),
    "another host": answer(200, {"statements": [], "more": "http://169.254.169.254/latest"}),
    "no address": answer(200, {"statements": [], "more": "http://["}),
    "a redirect": answer(302, b"", Location="/elsewhere"),
    "400": answer(400, b"what is an agent?", "text/plain"),
    "401": answer(401, {"error": "who are you?"}),
    "403": answer(403, b""),
    "404 for the list": answer(404, b""),
    "429": answer(429, b"", **{"Retry-After": "3600"}),
    "500": answer(500, b"<script>alert(1)</script>"),
    "503": answer(503, b""),
}
"""Whatever it is, the page says that nothing was told."""
