"""Bodies of several parts: reading and writing `multipart/mixed` (RFC 2046 5.1, xAPI 1.0.3 Communication 1.5.2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message

from lms.lrs.refusal import RefusalError

WHERE = "the multipart content"
_BREAK = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body."""

    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes

    @property
    def media_type(self) -> str:
        """Without its parameters, in lower case; empty if it is not said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def read(content_type: str, body: bytes) -> list[Part]:
    """The parts of a body. Raises RefusalError (400) if it is not well formed."""
    boundary = _boundary(content_type)
    # A boundary stands on a line of its own; what goes before the first and after the last means nothing.
    _, *pieces = (_BREAK + body).split(_BREAK + b"--" + boundary)
    if not pieces:
        raise RefusalError(400, "does not contain the boundary that the header names", WHERE)
    if not pieces[-1].startswith(b"--"):
        raise RefusalError(400, "does not end with the boundary and two hyphens", WHERE)
    return [_part(piece) for piece in pieces[:-1]]


def write(parts: Iterable[Part]) -> tuple[str, bytes]:
    """The content type, with a boundary, and the body."""
    boundary = secrets.token_hex(20).encode()  # 160 bits that no part can foresee
    pieces = []
    for part in parts:
        headers = [f"{name}: {value}".encode() for name, value in part.headers.items()]
        pieces += [b"--" + boundary, *headers, b"", part.content]
    return f"multipart/mixed; boundary={boundary.decode()}", _BREAK.join([*pieces, b"--" + boundary + b"--", b""])


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    try:
        boundary = message.get_param("boundary")
    except (ValueError, TypeError):  # continued in pieces that do not go together (RFC 2231)
        boundary = None
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70 or not boundary.isascii():
        raise RefusalError(400, "must name a boundary of 1 to 70 characters", "Content-Type")
    return boundary.encode()


def _part(piece: bytes) -> Part:
    padding, is_broken, rest = piece.partition(_BREAK)
    if padding.strip() or not is_broken:
        raise RefusalError(400, "has text beside a boundary", WHERE)
    if rest.startswith(_BREAK):
        return Part({}, rest[len(_BREAK) :])
    head, is_ended, content = rest.partition(_BREAK * 2)
    if not is_ended:
        raise RefusalError(400, "has a part without an empty line after its headers", WHERE)
    return Part(dict(_header(line) for line in head.split(_BREAK)), content)


def _header(line: bytes) -> tuple[str, str]:
    try:
        name, colon, value = line.decode("utf-8").partition(":")
    except UnicodeDecodeError:
        raise RefusalError(400, "has a header that is not UTF-8", WHERE) from None
    if not colon:
        raise RefusalError(400, "has a header without a colon", WHERE)
    if "\x00" in value:
        raise RefusalError(400, "has a header with the character NUL", WHERE)
    return name.strip().lower(), value.strip()
