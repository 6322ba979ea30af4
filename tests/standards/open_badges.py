"""A judge of Open Badges 3.0: the rules of the specification, written down from its text and its data model.

The JSON schema that 1EdTech publishes may be copied by its registered users only, so there is no copy of it here. What
follows are the properties that its data model requires, the formats that it names, and the steps by which a reader must
verify a credential that is signed as a JWT (sections 8.2 and 9). It uses nothing of ours.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

Json = dict[str, Any]
Get = Callable[[str], Json]
"""Asks an address for JSON."""

URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
FIRST, SECOND = (
    "https://www.w3.org/ns/credentials/v2",
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json",
)
CLASSES: Mapping[str, tuple[set[str], set[str]]] = {
    "OpenBadgeCredential": (
        {"@context", "id", "type", "issuer", "validFrom", "credentialSubject"},
        {"name", "description", "image", "awardedDate", "validUntil", "endorsement", "endorsementJwt", "evidence"}
        | {"proof", "credentialSchema", "credentialStatus", "refreshService", "termsOfUse"},
    ),
    "Profile": ({"id", "type"}, {"name", "url", "phone", "description", "image", "email", "address", "official"}),
    "AchievementSubject": (
        {"type", "achievement"},
        {"id", "identifier", "activityStartDate", "activityEndDate", "image", "narrative", "result", "role", "source"},
    ),
    "Achievement": (
        {"id", "type", "criteria", "description", "name"},
        {"achievementType", "alignment", "creator", "image", "inLanguage", "tag", "version", "fieldOfStudy"},
    ),
    "IdentityObject": ({"type", "hashed", "identityHash", "identityType"}, {"salt"}),
}
"""By class: what must be there, and what else may be."""


def check(credential: Json) -> None:
    """Whether it conforms to the specification."""
    _is(credential, "OpenBadgeCredential")
    contexts = credential["@context"]
    assert contexts[0] == FIRST
    assert re.fullmatch(SECOND, contexts[1])
    assert "VerifiableCredential" in credential["type"]
    for name in ("validFrom", "validUntil", "awardedDate"):
        assert name not in credential or MOMENT.fullmatch(credential[name]), name
    _is(credential["issuer"], "Profile")
    subject = credential["credentialSubject"]
    _is(subject, "AchievementSubject")
    assert subject.get("id") or subject.get("identifier"), "somebody has to be meant"
    _is(subject["achievement"], "Achievement")
    assert set(subject["achievement"]["criteria"]) & {"id", "narrative"}
    for identity in subject.get("identifier", []):
        _is(identity, "IdentityObject")
        assert identity["type"] == "IdentityObject"
        assert isinstance(identity["hashed"], bool)
    for one in (credential.get("credentialStatus"), *credential.get("credentialSchema", [])):
        assert one is None or (URI.fullmatch(one["id"]) and one["type"])
    assert not list(_empty(credential)), "null and empty lists are left out"


def verified(token: str, get: Get, at: dt.datetime, email: str) -> Json:
    """The credential of a signed one, after all the steps; a step that fails raises AssertionError."""
    head, body, signature = token.split(".")
    header = json.loads(_decoded(head))
    assert set(header) <= {"alg", "kid", "jwk", "typ"}, "additional headers are not allowed"
    assert header["alg"] == "RS256"
    assert header.get("typ", "JWT") == "JWT"
    key = get(header["kid"])
    assert "d" not in key
    assert key["kty"] == "RSA"
    numbers = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"]))
    public = numbers.public_key()
    assert public.key_size >= 2048
    public.verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), SHA256())
    claims = json.loads(_decoded(body))
    credential = {name: value for name, value in claims.items() if name not in {"iss", "sub", "jti", "nbf", "exp"}}
    check(credential)
    assert claims["iss"] == credential["issuer"]["id"]
    assert claims["sub"] == credential["credentialSubject"]["id"]
    assert claims["jti"] == credential["id"]
    assert claims["nbf"] == _moment(credential["validFrom"]).timestamp()
    assert _moment(credential["validFrom"]) <= at, "not yet valid"
    assert ("exp" in claims) == ("validUntil" in credential)
    if "exp" in claims:
        assert claims["exp"] == _moment(credential["validUntil"]).timestamp()
        assert at <= _moment(credential["validUntil"]), "expired"
    _check_status(credential, get)
    assert any(_fits(one, email) for one in credential["credentialSubject"]["identifier"]), "not this recipient"
    return credential


def _check_status(credential: Json, get: Get) -> None:
    method = credential.get("credentialStatus")
    if method and method["type"] == "1EdTechRevocationList":
        listed = get(method["id"])["revokedCredential"]
        assert not [one for one in listed if one["id"] == credential["id"] and one.get("revoked", True)], "revoked"


def _fits(identity: Json, email: str) -> bool:
    if identity["identityType"] != "emailAddress":
        return False
    if not identity["hashed"]:
        return bool(identity["identityHash"] == email)
    digest = hashlib.sha256((email + identity.get("salt", "")).encode()).hexdigest()
    return bool(identity["identityHash"] == f"sha256${digest}")


def _is(value: Json, name: str) -> None:
    required, optional = CLASSES[name]
    types = value["type"] if isinstance(value["type"], list) else [value["type"]]
    assert name in types, name
    assert required <= set(value), name
    assert set(value) <= required | optional, name
    assert "id" not in value or URI.fullmatch(value["id"]), name


def _empty(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    found = [one for one in inside if one is None or one == []]
    return found + [deeper for one in inside for deeper in _empty(one)]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _number(text: str) -> int:
    return int.from_bytes(_decoded(text), "big")


def _decoded(text: str) -> bytes:
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
