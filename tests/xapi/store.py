"""A Learning Record Store for tests: a real HTTP server that misbehaves as it is told."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "key", "secret"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"

Statement = dict[str, Any]
Fault = Callable[["Answering", list[Statement]], bool]
"""Something that goes wrong with a POST; true if it has answered (or hung up), so that nothing more is to be done."""


@dataclass
class Store:
    """What the server holds and how it behaves."""

    statements: dict[str, Statement] = field(default_factory=dict)
    """In the order in which they were stored."""
    faults: deque[Fault] = field(default_factory=deque)
    """One for each POST to come; after the last one all is well."""
    always: Fault | None = None
    """Goes wrong with every POST."""
    refuses_known: bool = False
    """Answers 409 for a whole batch with a known id, as ADL's does; else 200."""
    voided: set[str] = field(default_factory=set)
    """Ids that are found as voided statements only."""
    poison: Callable[[Statement], int | None] = lambda _: None
    """The status with which a statement makes its batch fail."""
    asked: Callable[[], None] = lambda: None
    """What happens in the world while it is asked what it holds."""
    posts: list[tuple[float, int]] = field(default_factory=list)
    """When each batch came and how many statements it had."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    def order(self) -> dict[str, list[str]]:
        """Statement ids by registration, as they were stored."""
        found: dict[str, list[str]] = {}
        with self.lock:
            for id_, statement in self.statements.items():
                found.setdefault(statement.get("context", {}).get("registration", ""), []).append(id_)
        return found

    def put(self, batch: list[Statement]) -> None:
        """Keep what is new, all at once."""
        with self.lock:
            for statement in batch:
                self.statements.setdefault(statement["id"], statement)


class Answering(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store: Store

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.endswith("/about"):
            self.say(200, {"version": ["1.0.3"]})
        elif not self.is_known():
            self.say(401, "who are you?")
        elif "registration" in query:
            self.store.asked()
            self.list_of(query["registration"][0], query["format"][0], int(query.get("at", ["0"])[0]))
        else:
            ((name, (id_,)),) = query.items()
            is_hidden = (id_ in self.store.voided) != (name == "voidedStatementId")
            found = None if is_hidden else self.store.statements.get(id_)
            self.say(200 if found else 404, found or "none")

    def list_of(self, registration: str, form: str, at: int) -> None:
        """Three statements of a registration, voided ones left out."""
        ids = [id_ for id_ in self.store.order().get(registration, []) if id_ not in self.store.voided]
        found = [self.store.statements[id_] if form == "exact" else {"id": id_} for id_ in ids[at : at + 3]]
        more = f"/xapi/statements?registration={registration}&format={form}&at={at + 3}" if ids[at + 3 :] else ""
        self.say(200, {"statements": found, "more": more})

    def do_POST(self) -> None:
        batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        store = self.store
        with store.lock:
            store.posts.append((time.monotonic(), len(batch)))
            fault = store.faults.popleft() if store.faults else store.always
        if fault and fault(self, batch):
            return
        if not self.is_known() or self.headers["X-Experience-API-Version"] != "1.0.3":
            self.say(401, "who are you?")
            return
        with store.lock:
            status = self.judge(batch)
            if status == 200:
                store.put(batch)
        self.say(status, [statement["id"] for statement in batch] if status == 200 else f"because of {status}")

    def judge(self, batch: list[Statement]) -> int:
        """The status for a batch; all of it or nothing is stored."""
        bad = next(filter(None, map(self.store.poison, batch)), None)
        if bad:
            return bad
        known = [self.store.statements[one["id"]] for one in batch if one["id"] in self.store.statements]
        return 409 if known and (self.store.refuses_known or any(one not in batch for one in known)) else 200

    def is_known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return given == base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()

    def say(self, status: int, body: Any, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "X-Experience-API-Version": "1.0.3",
        }.items() | {name.replace("_", "-"): value for name, value in headers.items()}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: object) -> None:
        """Quiet."""


class Serving:
    """The server, started and stopped at one address."""

    def __init__(self, store: Store, port: int = 0) -> None:
        self.store = store
        self.port = port
        self.start()

    def start(self) -> None:
        handler = type("Answering", (Answering,), {"store": self.store})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        self.store.url = f"http://127.0.0.1:{self.port}/xapi"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def hang_up_all(self) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the game."""


def status(code: int, **headers: str) -> Fault:
    """Answers so, and stores nothing."""

    def fault(answering: Answering, batch: list[Statement]) -> bool:
        answering.say(code, f"because of {code}", **headers)
        return True

    return fault


def lost_answer(answering: Answering, batch: list[Statement]) -> bool:
    """Stores, and hangs up."""
    answering.store.put(batch)
    answering.hang_up()
    return True


def lost_request(answering: Answering, batch: list[Statement]) -> bool:
    """Hangs up."""
    answering.hang_up()
    return True


def garbage(answering: Answering, batch: list[Statement]) -> bool:
    """Stores, and answers what is no HTTP."""
    answering.store.put(batch)
    answering.wfile.write(b"\x00\xff" * 40 + b"\r\n\r\n")
    answering.hang_up()
    return True


def truncated(answering: Answering, batch: list[Statement]) -> bool:
    """Stores, and hangs up in the middle of the answer."""
    answering.store.put(batch)
    answering.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n[")
    answering.hang_up()
    return True


def endless(answering: Answering, batch: list[Statement]) -> bool:
    """Stores, and answers without end."""
    answering.store.put(batch)
    answering.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    try:
        while True:
            answering.wfile.write(b"[" * 65536)
    except OSError:
        answering.close_connection = True
    return True


def portal(answering: Answering, batch: list[Statement]) -> bool:
    """The page of a sign-in portal in front: 200, and nothing is stored."""
    answering.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\r\n<html/>")
    return True


def slow(seconds: float) -> Fault:
    """Takes its time, then does as it should."""

    def fault(answering: Answering, batch: list[Statement]) -> bool:
        time.sleep(seconds)
        return False

    return fault


def too_large(answering: Answering, batch: list[Statement]) -> bool:
    """Refuses several at once; said of one alone, it would mean that this one can never be taken."""
    return len(batch) > 1 and status(413)(answering, batch)


ALL: dict[str, Fault] = {
    "lost answer": lost_answer,
    "lost request": lost_request,
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "503 with a date": status(503, Retry_After="Mon, 23 Nov 2020 12:00:00 GMT"),
    "408": status(408),
    "429": status(429, Retry_After="0"),
    "413": too_large,
    "garbage": garbage,
    "truncated": truncated,
    "endless": endless,
    "portal": portal,
    "slow": slow(0.5),
}
