"""The network between relay and Learning Record Store, as bad as it can be; the tests of faults send through it too."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import ClassVar

SHARES = {
    "lost answer": 0.10,
    "lost request": 0.05,
    "503": 0.05,
    "portal": 0.05,
    "truncated": 0.03,
}
"""How often each thing goes wrong with a POST; the rest arrives."""
_AT_ONCE = [("Retry-After", "0")]
_REFUSALS = {"503": _AT_ONCE, "503 without a word": []}
"""What is answered with 503, and with which headers: with none it is left to the relay how long it waits."""


_Said = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and content of an answer."""


class Wire:
    """Listens on one port, passes on to another, and harms some of what goes through."""

    def __init__(self, port: int, store_port: int, chance: Random, shares: Mapping[str, float]) -> None:
        self.harmed: Counter[str] = Counter()
        self.poison: set[bytes] = set()
        """Whatever has one of these in it is answered with 400 and not passed on."""
        known = {"harmed": self.harmed, "poison": self.poison}
        handler = type("Passing", (_Passing,), {"store_port": store_port, "chance": chance, "shares": shares, **known})
        self._server = _Server(("127.0.0.1", port), handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Let nothing through any more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A relay that was killed hangs up."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store_port: ClassVar[int]
    chance: ClassVar[Random]
    shares: ClassVar[Mapping[str, float]]
    harmed: ClassVar[Counter[str]]
    poison: ClassVar[set[bytes]]

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        harm = self._harm()
        self.harmed[harm or "none"] += 1
        if harm == "lost request":
            self._read()
            self._hang_up()
        elif harm in _REFUSALS:
            self._read()
            self._say(503, _REFUSALS[harm], b"busy")
        elif harm == "portal":
            self._read()
            self._say(200, [("Content-Type", "text/html")], b"<html>Please sign in to the network</html>")
        else:
            self._pass_on(harm)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _harm(self) -> str | None:
        drawn = self.chance.random()
        for name, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return name
        return None

    def _pass_on(self, harm: str | None = None) -> None:
        body = self._read()
        try:
            status, headers, content = self._poisoned(body) or self._ask_store(body)
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return
        if harm == "lost answer":
            self._hang_up()
            return
        self._say(status, headers, content, cut=harm == "truncated")

    def _poisoned(self, body: bytes) -> _Said | None:
        is_poisoned = any(one in body for one in self.poison)
        return (400, [("Content-Type", "application/json")], b'"a poisoned statement"') if is_poisoned else None

    def _ask_store(self, body: bytes) -> _Said:
        store = http.client.HTTPConnection("127.0.0.1", self.store_port, timeout=30)
        with contextlib.closing(store):
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            store.request(self.command, self.path, body, headers)
            answer = store.getresponse()
            content = answer.read()
        own = ("connection", "content-length", "transfer-encoding")
        return answer.status, [one for one in answer.getheaders() if one[0].lower() not in own], content

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _say(self, status: int, headers: list[tuple[str, str]], content: bytes, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
