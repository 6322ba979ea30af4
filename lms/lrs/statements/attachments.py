"""Which parts of a request are which attachments (xAPI 1.0.3 Communication 1.5.2, Data 2.4.11)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lms.lrs.refusal import RefusalError
from lms.lrs.statements.incoming import Incoming, Json
from lms.lrs.statements.multipart import Part

HASH, ENCODING = "X-Experience-API-Hash", "Content-Transfer-Encoding"
_DIGESTS = {56: hashlib.sha224, 64: hashlib.sha256, 96: hashlib.sha384, 128: hashlib.sha512}
"""The members of the SHA-2 family by the number of hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Data that came with statements."""

    sha2: str
    """In lower case."""
    content_type: str
    """Empty if the part does not say."""
    content: bytes
    length: str | None = None
    """What the part says of it, if anything."""


def matched(batch: Sequence[Incoming], parts: Sequence[Part]) -> list[Attached]:
    """The attachments that the parts are. Raises RefusalError (400) if one is missing, altered or one too many."""
    attached = {}
    for number, part in enumerate(parts, 2):
        one = _attached(part, f"part {number}")
        attached[one.sha2] = one
    wanted = [said for one in batch for said in one.attachments]
    for said in wanted:
        _agree(said, attached.get(said["sha2"].lower()))
    spare = attached.keys() - {said["sha2"].lower() for said in wanted}
    if spare:
        raise RefusalError(400, f"belongs to no statement: {', '.join(sorted(spare))}", HASH)
    return list(attached.values())


def part_of(attached: Attached, content_type: str) -> Part:
    """An attachment as it is sent out; if it came as of another type than a statement says now, it is of that one.

    Several statements may name the same data (Communication 1.5.2).
    """
    came_as = attached.content_type
    as_said = came_as if _media_type(came_as) == _media_type(content_type) else content_type
    headers = {
        "Content-Type": " ".join(as_said.split()),  # a statement may have white space there that no header can carry
        ENCODING: "binary",
        HASH: attached.sha2,
    }
    return Part(headers, attached.content)


def _attached(part: Part, where: str) -> Attached:
    sha2 = part.headers.get(HASH.lower(), "").lower()
    if not sha2:
        raise RefusalError(400, f"is missing in {where}", HASH)
    if part.headers.get(ENCODING.lower(), "").lower() != "binary":
        raise RefusalError(400, f"must be binary in {where}", ENCODING)
    digest = _DIGESTS.get(len(sha2))
    if digest is None or digest(part.content).hexdigest() != sha2:
        raise RefusalError(400, f"is not the SHA-2 of what {where} holds", HASH)
    return Attached(sha2, part.headers.get("content-type", ""), part.content, part.headers.get("content-length"))


def _agree(described: Json, attached: Attached | None) -> None:
    """What a statement and a part both say of an attachment must be the same (Communication 1.5.2)."""
    if attached is None:
        if "fileUrl" not in described:
            raise RefusalError(400, f"has neither data nor fileUrl: {described['sha2']}", "attachments")
        return
    if attached.length not in (None, str(described["length"])):
        raise RefusalError(400, f"must be {described['length']}, as the statement says", "Content-Length")
    if attached.content_type and _media_type(attached.content_type) != _media_type(described["contentType"]):
        raise RefusalError(400, f"must be {described['contentType']}, as the statement says", "Content-Type")


def _media_type(text: str) -> str:
    return text.partition(";")[0].strip().lower()
