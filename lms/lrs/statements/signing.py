"""Signed statements: whether a signature is one, and of this statement (xAPI 1.0.3 Data 2.6).

It shows mistakes, not forgery: anyone may sign. Whom to trust is for the reader to decide.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from lms.lrs import strict_json
from lms.lrs.refusal import RefusalError
from lms.lrs.statements.attachments import Attached
from lms.lrs.statements.incoming import Incoming, Json
from lms.lrs.statements.sameness import same

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
WHERE = "the signature"
_HASHES: dict[str, HashAlgorithm] = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")


def verify(batch: Sequence[Incoming], attached: Sequence[Attached]) -> None:
    """Refuse (400) statements with a malformed signature, or with that of another statement."""
    contents = {one.sha2: one.content for one in attached}
    for statement in batch:
        for described in statement.content.get("attachments", ()):
            if described["usageType"] == SIGNATURE:
                _verify(statement.content, described, contents)


def _verify(statement: Json, described: Json, contents: Mapping[str, bytes]) -> None:
    if described["contentType"].partition(";")[0].strip().lower() != "application/octet-stream":
        raise RefusalError(400, "must have the content type application/octet-stream", WHERE)
    jws = contents.get(described["sha2"].lower())
    parts = (jws or b"").split(b".")
    if jws is None or len(parts) != 3:
        raise RefusalError(400, "must come as a part with a JSON web signature in compact form", WHERE)
    header, payload, signature = map(_decoded, parts)
    _check_header(strict_json.read(header, "the header of the signature"), jws.rpartition(b".")[0], signature)
    signed = strict_json.read(payload, "the payload of the signature")
    if not isinstance(signed, dict) or not _is_of(signed, statement):
        raise RefusalError(400, "is that of another statement", WHERE)


def _is_of(signed: Json, statement: Json) -> bool:
    unsigned = [one for one in statement["attachments"] if one["usageType"] != SIGNATURE]
    bare = {name: value for name, value in statement.items() if name != "attachments"}
    whole = {**bare, "attachments": unsigned} if unsigned else bare
    is_same_id = str(signed.get("id", statement["id"])).lower() == statement["id"]
    return is_same_id and same({name: value for name, value in signed.items() if value != []}, whole)


def _check_header(header: Any, signed: bytes, signature: bytes) -> None:
    algorithm = header.get("alg") if isinstance(header, dict) else None
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        raise RefusalError(400, f"must use one of {', '.join(_HASHES)}", WHERE)
    if "x5c" not in header:
        return
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0], validate=True))
        key = certificate.public_key()
    except (ValueError, TypeError, LookupError, UnsupportedAlgorithm):
        raise RefusalError(400, "names a certificate that cannot be read", WHERE) from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise RefusalError(400, "names a certificate without an RSA key", WHERE)
    try:
        key.verify(signature, signed, padding.PKCS1v15(), _HASHES[algorithm])
    except InvalidSignature:
        raise RefusalError(400, "does not fit the certificate that it names", WHERE) from None


def _decoded(part: bytes) -> bytes:
    try:
        if not _BASE64URL.fullmatch(part):
            raise binascii.Error
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error:
        raise RefusalError(400, "is not base64url", WHERE) from None
