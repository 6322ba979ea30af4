"""Bytes that no browser sends, to both ports of an installation that runs: they are refused, and nobody else waits."""

from __future__ import annotations

import re
import socket
import sys

import pytest

from lms.wire import SAFE
from tests import plain_http
from tests.operate.installation import PATIENCE_SECONDS, Installation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
EACH = 5
"""Ten at a port together, and there are eight threads."""
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"POST {path} HTTP/1.1\r\nHost: {host}\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
BROKEN_BODIES = (
    b"zz\r\nabcd\r\n0\r\n\r\n",
    b"-4\r\nabcd\r\n0\r\n\r\n",
    b"4;\nxx\r\nabcd\r\n0\r\n\r\n",
    b"4\r\nabcdefgh\r\n0\r\n\r\n",
    b"4\nabcd\n0\n\n",
)
HEADS = (
    b"GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: +4\r\n\r\nabcd",
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-A: evil\r\n folded: evil\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-A: \0evil\r\n\r\n",
    b"GET {path} HTTP/1.1\nHost: {host}\n\n",
    b"EVIL\x1b[2J {path} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET {path} HTTP/9.9evil\r\nHost: {host}\r\n\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: {host}\r\nX: " + b"evil" * 5_000 + b"\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: {host}\r\n" + b"X: evil\r\n" * 500 + b"\r\n",
    b"GET /" + b"evil" * 5_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


def doors(running: Installation) -> list[tuple[int, bytes]]:
    """Each port, with a path at which it listens to forms or bodies."""
    return [(running.port, b"/sign-in"), (running.lrs_port, b"/xapi/statements?method=GET")]


def test_a_request_that_is_none_is_refused_once_and_not_repeated(running: Installation) -> None:
    for port, path in doors(running):
        for head in HEADS:
            answer = said(port, filled(head, port, path))
            assert re.match(rb"HTTP/1.1 [45]\d\d ", answer), head[:80]
            assert answer.count(b"HTTP/1.1") == 1, head[:80]
            assert b"evil" not in answer.lower(), head[:80]
            for name, value in SAFE.items():
                assert f"{name}: {value}".encode() in answer, (head[:80], name)


def test_the_learning_record_store_says_no_more_than_it_must(running: Installation) -> None:
    """What it answers carries the same headers, and a stranger learns the versions of the standard and no more."""
    for path in ("about", "statements", "statements?limit=1", "none", "../keys"):
        answer = plain_http.get(f"http://127.0.0.1:{running.lrs_port}/xapi/{path}", timeout=PATIENCE_SECONDS)
        assert answer.status_code == (200 if path == "about" else 401 if path.startswith("statements") else 404)
        for name, value in SAFE.items():
            assert answer.headers[name] == value, (path, name)


def test_a_broken_body_is_the_senders_fault(running: Installation) -> None:
    for port, path in doors(running):
        for body in BROKEN_BODIES:
            answer = said(port, filled(CHUNKED, port, path) + body)
            assert re.match(rb"HTTP/1.1 40[0-9] ", answer), (path, body, answer[:100])
            assert answer.count(b"HTTP/1.1") == 1, (path, body)
    assert "event=failed" not in running.log("web")
    assert "failed" not in running.log("lrs")


def test_nobody_chooses_host_or_path_by_a_header(running: Installation) -> None:
    for port, path in doors(running):
        for header in (
            "SCRIPT_NAME: /evil",
            "Script-Name: /evil",
            "X-Forwarded-Prefix: //evil",
            "X-Script-Name: /evil",
        ):
            head = f"GET {path.decode()} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\nConnection: close\r\n\r\n"
            answer = said(port, head.encode())
            assert re.match(rb"HTTP/1.1 (200|400|401) ", answer), (header, answer[:100])
            assert b"evil" not in answer
    for host in ("evil.example", "127.0.0.1@evil.example", "127.0.0.1/evil", 'evil"<b>'):
        answer = said(running.port, f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"evil" not in answer


def test_whoever_falls_silent_gives_the_place_back(running: Installation) -> None:
    """More of them than there are threads, in the middle of a head and in the middle of a body."""
    silent = [
        opened(port, filled(half, port, path))
        for port, path in doors(running)
        for half in (b"GET {path} HTTP/1.1\r\nHost: 127", CHUNKED + b"ffff\r\nab")
        for _ in range(EACH)
    ]
    for address in (f"{running.url}/healthz", f"http://127.0.0.1:{running.lrs_port}/xapi/about"):
        assert plain_http.get(address, timeout=2 * PATIENCE_SECONDS).status_code == 200
    for one in silent:
        one.close()


def filled(pattern: bytes, port: int, path: bytes) -> bytes:
    """With address and host in place."""
    return pattern.replace(b"{path}", path).replace(b"{host}", b"127.0.0.1:%d" % port)


def opened(port: int, sent: bytes) -> socket.socket:
    """A connection on which something was said."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    connection.sendall(sent)
    return connection


def said(port: int, sent: bytes) -> bytes:
    """Everything that comes back, until the connection is closed."""
    with opened(port, sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while True:
            try:
                more = connection.recv(65_536)
            except ConnectionResetError:
                return found
            if not more:
                return found
            found += more
