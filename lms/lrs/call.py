"""A request as the standard sees it, whichever of its two syntaxes it came in (xAPI 1.0.3 Communication 1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from lms.lrs.refusal import RefusalError

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
HEADERS = frozenset(
    {"authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match"}
)
"""Headers that a form may hold in the alternate syntax."""
FORM = "application/x-www-form-urlencoded"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for."""

    method: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    is_alternate: bool = False
    """Whether it came in the syntax for old browsers."""

    @property
    def content_type(self) -> str:
        """The media type of the content, without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def understand(method: str, query: str, headers: Mapping[str, str], content: bytes) -> Call:
    """The call that a request makes. Raises RefusalError (400, 405)."""
    parameters = _once(_pairs(query, "the query string"))
    call = Call(method, parameters, headers, content)
    if "method" in parameters:
        call = _alternate(call)
    if call.method not in METHODS:
        raise RefusalError(405, f"{call.method} is not a method of xAPI", Allow=", ".join(sorted(METHODS)))
    return call


def _alternate(call: Call) -> Call:
    if call.method != "POST":
        raise RefusalError(400, "only a POST may name another method", "method")
    if len(call.parameters) > 1:
        raise RefusalError(400, "with it all other parameters belong into the form", "method")
    form = _once(_form(call.content))
    named = {name.lower(): value for name, value in form.items() if name.lower() in HEADERS}
    for name, value in named.items():
        # What HTTP could not have carried cannot be sent back by it either.
        if not (value.isascii() and value.isprintable()):
            raise RefusalError(400, "has characters that no header may have", name)
    method = call.parameters["method"].upper()
    if method in ("PUT", "POST") and "content" not in form:
        raise RefusalError(400, "is missing in the form", "content")
    parameters = {name: value for name, value in form.items() if name.lower() not in HEADERS and name != "content"}
    headers = {**call.headers, "content-type": "application/json", **named}
    return Call(method, parameters, headers, form.get("content", "").encode(), is_alternate=True)


def _form(content: bytes) -> list[tuple[str, str]]:
    try:
        return _pairs(content.decode("utf-8"), "the form")
    except UnicodeDecodeError:
        raise RefusalError(400, "is not UTF-8", "the form") from None


def _pairs(text: str, where: str) -> list[tuple[str, str]]:
    given = "&".join(filter(None, text.split("&")))  # a separator too many does not change what is asked
    try:
        return parse_qsl(given, keep_blank_values=True, strict_parsing=bool(given), errors="strict")
    except ValueError:
        raise RefusalError(400, "must be name=value pairs, URL-encoded as UTF-8", where) from None


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise RefusalError(400, "is given twice", name)
        found[name] = value
    return found
