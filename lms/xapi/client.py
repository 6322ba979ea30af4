"""Speaking with a Learning Record Store over HTTP: pooled connections, time and size limits, no redirects."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx

from lms.xapi.answers import Answer
from lms.xapi.backoff import retry_after
from lms.xapi.target import Target

VERSION_HEADER = "X-Experience-API-Version"
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
WHOLE_ANSWER_SECONDS = 60.0
"""An answer that drips in byte by byte ends here."""
TEXT_CHARACTERS = 1000
"""How much is kept of a body that is not needed."""
LARGEST_BODY = 16 * 1024 * 1024


class NoAnswerError(Exception):
    """No whole answer came, or none that can be read; whether the statements were stored is unknown."""

    def __init__(self, reason: str, *, is_slow: bool = False) -> None:
        super().__init__(reason)
        self.is_slow = is_slow
        """It took the statements and was still at work when our patience ended."""


class Client:
    """One Learning Record Store. May be used by several threads."""

    def __init__(self, target: Target, patience: float | None = None) -> None:
        """`patience`: seconds that it may be silent, if not the usual ones."""
        patience = patience or READ_SECONDS
        self._target = target
        self._http = httpx.Client(
            auth=(target.key, target.secret),
            headers={VERSION_HEADER: "1.0.3", "Accept": "application/json", "User-Agent": "Cares"},
            timeout=httpx.Timeout(patience, connect=min(patience, CONNECT_SECONDS)),
            follow_redirects=False,
            # Certificates that are never looked at take 8 MB.
            verify=target.endpoint.startswith("https:"),
            # An operator's proxy is for other hosts, never for this one.
            trust_env=not _is_loopback(target.endpoint),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; calls under way fail."""
        self._http.close()

    def send(self, bodies: Sequence[str]) -> Answer:
        """Post statements, byte for byte as they were written. Raises NoAnswerError."""
        content = ("[" + ",".join(bodies) + "]").encode()
        answer, _ = self._call("POST", self._statements, TEXT_CHARACTERS, content=content)
        return answer

    def find(self, statement: UUID) -> tuple[Answer, dict[str, Any] | None]:
        """A statement by its id, voided or not; None with the answer if there is none. Raises NoAnswerError."""
        for parameter in ("statementId", "voidedStatementId"):
            answer, found = self._get(self._statements, {parameter: str(statement)})
            if answer.status != 404:
                break
        return answer, found if answer.status == 200 else None

    def held(self, statement: UUID) -> dict[str, Any] | None:
        """A statement that it holds, voided or not; None if it has none. Raises NoAnswerError, also when it refuses."""
        answer, found = self.find(statement)
        if found is None and answer.status != 404:
            raise NoAnswerError(f"asked for a statement it says: {answer}")
        return found

    def ids(self, registration: UUID) -> Iterator[UUID]:
        """The statements that it holds of a registration. Raises NoAnswerError, also when it refuses."""
        found = self._listed({"registration": str(registration), "format": "ids"})
        return (UUID(statement["id"]) for statement in found)

    def statements(self, registration: UUID) -> Iterator[dict[str, Any]]:
        """The same, each as it was stored."""
        return self._listed({"registration": str(registration), "format": "exact"})

    def _listed(self, parameters: dict[str, str]) -> Iterator[dict[str, Any]]:
        url = self._statements
        while url:
            answer, page = self._get(url, parameters)
            if answer.status != 200 or page is None:
                raise NoAnswerError(f"asked for a registration's statements it says: {answer}")
            yield from page.get("statements", ())
            url, parameters = self._next(page.get("more")), {}

    def page(self, parameters: dict[str, str], more: str = "") -> tuple[Answer, list[dict[str, Any]], str]:
        """Statements, and the address of those that follow; with such an address, these. Raises NoAnswerError."""
        answer, page = self._get(more or self._statements, {} if more else parameters)
        found = page.get("statements") if page else []
        if not isinstance(found, list):
            raise NoAnswerError(f"it answers what is no list of statements: {answer}")
        return answer, [one for one in found if isinstance(one, dict)], self._next(page.get("more")) if page else ""

    def one(self, statement: UUID, *, is_voided: bool) -> tuple[Answer, dict[str, Any] | None]:
        """A statement by its id, only if it is voided or not as asked. Raises NoAnswerError."""
        return self._get(self._statements, {"voidedStatementId" if is_voided else "statementId": str(statement)})

    def about(self) -> tuple[Answer, dict[str, Any] | None]:
        """What it says of itself. Raises NoAnswerError."""
        return self._get(urljoin(self._target.endpoint, "about"), {})

    @property
    def _statements(self) -> str:
        return urljoin(self._target.endpoint, "statements")

    def _next(self, more: object) -> str:
        """The address of the next page; empty if there is none. Credentials go to the same host only."""
        if not isinstance(more, str) or not more:
            return ""
        try:
            url = urljoin(self._target.endpoint, more)
        except ValueError:
            raise NoAnswerError(f"its next page is at no address: {more[:TEXT_CHARACTERS]}") from None
        if urlsplit(url)[:2] != urlsplit(self._target.endpoint)[:2]:
            raise NoAnswerError(f"its next page is at another host: {url}")
        return url

    def _get(self, url: str, parameters: dict[str, str]) -> tuple[Answer, dict[str, Any] | None]:
        answer, body = self._call("GET", url, LARGEST_BODY, params=parameters or None)
        if answer.status != 200:
            return answer, None
        try:
            document = json.loads(body)
        except ValueError:
            raise NoAnswerError(f"it answers what is not JSON: {answer}") from None
        if not isinstance(document, dict):
            raise NoAnswerError(f"it answers what is not an object: {answer}")
        return answer, document

    def _call(self, method: str, url: str, limit: int, **request: Any) -> tuple[Answer, bytes]:
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        try:
            with self._http.stream(method, url, headers=headers, **request) as response:
                body = _read(response, limit)
        except httpx.ReadTimeout as error:
            raise NoAnswerError("no answer in time", is_slow=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, RuntimeError, OSError) as error:
            # RuntimeError: the client was closed while the call was under way.
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        return _answer(response, body), body


def _read(response: httpx.Response, limit: int) -> bytes:
    """The body up to a limit; what is cut off is not needed, or the answer will not be JSON."""
    body, until = bytearray(), time.monotonic() + WHOLE_ANSWER_SECONDS
    for piece in response.iter_bytes():
        body += piece
        if len(body) > limit:
            break
        if time.monotonic() > until:
            raise NoAnswerError("the answer drips in too slowly", is_slow=True)
    return bytes(body[:limit])


def _answer(response: httpx.Response, body: bytes) -> Answer:
    kind = response.headers.get("Content-Type", "")
    return Answer(
        status=response.status_code,
        text=body[:TEXT_CHARACTERS].decode("utf-8", "replace").strip(),
        retry_after=retry_after(response.headers.get("Retry-After"), dt.datetime.now(dt.UTC)),
        is_from_lrs=VERSION_HEADER in response.headers or "json" in kind or response.status_code == 204,
    )


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
