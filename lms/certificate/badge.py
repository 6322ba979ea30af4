"""A certificate as an Open Badge: an OpenBadgeCredential of Open Badges 3.0, which is a W3C Verifiable Credential 2.0.

https://www.imsglobal.org/spec/ob/v3p0 says what each property means. Values in, values out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.certificate.models import Certificate
from lms.days import end_of_day, start_of_day

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
REVOCATION_LIST = "1EdTechRevocationList"

Json = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """What was completed, in words."""

    about: str
    """The id of the module or of the programme."""
    title: str
    summary: str
    modules: Sequence[str] = ()
    """The titles of what the programme consists of; none for a module."""


@dataclass(frozen=True)
class Addresses:
    """Where an installation tells of itself and of its badges."""

    root: str
    """The public address, without a slash at the end."""
    key: str
    """Where the public half of the key is."""

    @property
    def issuer(self) -> str:
        """Where it says who gives the badges."""
        return f"{self.root}/badges/issuer"

    def achievement(self, about: str) -> str:
        """Where it says what has to be done for a badge."""
        return f"{self.root}/badges/achievements/{about}"

    def certificate(self, found: Certificate) -> str:
        """Where anybody sees what stands on a certificate, and whether it holds."""
        return f"{self.root}/certificates/{found.uuid}"


def profile(at: Addresses, organisation: str) -> Json:
    """Who gives the badges."""
    return {"id": at.issuer, "type": ["Profile"], "name": organisation, "url": at.root}


def achievement(at: Addresses, subject: Subject) -> Json:
    """What has to be done for a badge."""
    each = f"Each module was completed: {', '.join(subject.modules)}. " if subject.modules else ""
    what = "Of each, every" if subject.modules else "Every"
    return {
        "id": at.achievement(subject.about),
        "type": ["Achievement"],
        "achievementType": "LearningProgram" if subject.modules else "Course",
        "name": subject.title,
        "description": subject.summary,
        "criteria": {"narrative": f"{each}{what} page was opened and the quiz was passed."},
    }


def credential(found: Certificate, at: Addresses, organisation: str, subject: Subject, email: str, zone: str) -> Json:
    """A certificate as an OpenBadgeCredential; `email` is the holder's, of which only a salted digest is in it.

    `zone` is the time zone whose days stand on the certificate.
    """
    address = at.certificate(found)
    dates = {"validFrom": _moment(start_of_day(found.completed_on, zone)), "awardedDate": _moment(found.issued_at)}
    if found.valid_until:
        dates["validUntil"] = _moment(end_of_day(found.valid_until, zone) - dt.timedelta(seconds=1))
    return {
        "@context": CONTEXTS,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": found.title,
        "issuer": profile(at, organisation),
        **dates,
        "credentialSubject": {
            # 8.2.4.1 wants an id, by which nobody is known elsewhere: it is another one for each certificate.
            "id": f"{address}#holder",
            "type": ["AchievementSubject"],
            "identifier": [_identity("name", found.holder), _hashed("emailAddress", email, found.uuid.hex)],
            "achievement": achievement(at, subject) | {"name": found.title},
        },
        "credentialStatus": {"id": f"{address}/status", "type": REVOCATION_LIST},
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def claims(badge: Json) -> Json:
    """What is signed: the credential, with the claims by which readers of JWTs know it (8.2.4.1)."""
    registered = {
        "iss": badge["issuer"]["id"],
        "jti": badge["id"],
        "sub": badge["credentialSubject"]["id"],
        "nbf": _seconds(badge["validFrom"]),
    }
    if "validUntil" in badge:
        registered["exp"] = _seconds(badge["validUntil"])
    return registered | badge


def status(at: Addresses, address: str, why: str) -> Json:
    """The revocation list of one credential, which it is on if `why` says something.

    Each has a list of its own: one of all would tell everybody the addresses of other people's certificates.
    """
    revoked = [{"id": address, "revoked": True, "revocationReason": why}] if why else []
    # Verifiable Credentials Revocation List 1.0 has the singular; 1EdTech's earlier validator asks for the plural.
    return {"id": f"{address}/status", "issuer": at.issuer, "revokedCredential": revoked, "revokedCredentials": revoked}


def _identity(kind: str, value: str) -> Json:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def _hashed(kind: str, value: str, salt: str) -> Json:
    digest = hashlib.sha256((value + salt).encode()).hexdigest()
    return _identity(kind, f"sha256${digest}") | {"hashed": True, "salt": salt}


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())
