"""Where a document is kept: the kind of resource, whom and what it is about, its id (Communication 2.3 to 2.7)."""

from __future__ import annotations

from dataclasses import dataclass

from lms.lrs.identity import digest
from lms.lrs.parameters import Parameters, agent, identifier, iri, moment, only, word

WITHOUT_REGISTRATION = b""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three resources."""

    name: bytes
    about: tuple[str, ...]
    """Parameters that must be given: whom and what its documents are about."""
    id: str
    """The parameter with the id of a document."""
    has_registration: bool = False
    """Whether a registration may be given, and all documents be deleted at once."""


STATE = Kind(b"state", ("activityId", "agent"), "stateId", has_registration=True)
AGENT_PROFILE = Kind(b"agent profile", ("agent",), "profileId")
ACTIVITY_PROFILE = Kind(b"activity profile", ("activityId",), "profileId")


@dataclass(frozen=True, slots=True)
class Folder:
    """All documents of a kind about the same things."""

    place: bytes
    registration: bytes | None
    """None: whichever registration."""


@dataclass(frozen=True, slots=True)
class Place:
    """One document. Without a registration it is another document than with one."""

    place: bytes
    registration: bytes
    name: str


def single(kind: Kind, parameters: Parameters) -> Place:
    """The document that the parameters name. Raises RefusalError (400)."""
    only(parameters, (*kind.about, kind.id, *_optional(kind)), required=(*kind.about, kind.id))
    folder = _folder(kind, parameters)
    registration = WITHOUT_REGISTRATION if folder.registration is None else folder.registration
    return Place(folder.place, registration, word(parameters, kind.id))


def several(kind: Kind, parameters: Parameters) -> Folder:
    """The documents about what the parameters name. Raises RefusalError (400)."""
    only(parameters, (*kind.about, *_optional(kind)), required=kind.about)
    return _folder(kind, parameters)


def several_since(kind: Kind, parameters: Parameters) -> tuple[Folder, int | None]:
    """The same, and the moment after which they must have been stored, if one is given."""
    only(parameters, (*kind.about, *_optional(kind), "since"), required=kind.about)
    return _folder(kind, parameters), moment(parameters, "since")


def _optional(kind: Kind) -> tuple[str, ...]:
    return ("registration",) if kind.has_registration else ()


def _folder(kind: Kind, parameters: Parameters) -> Folder:
    about = [agent(parameters, name) if name == "agent" else iri(parameters, name) for name in kind.about]
    registration = identifier(parameters, "registration").bytes if "registration" in parameters else None
    # A line break cannot stand in an IRI: no two pairs make the same text.
    return Folder(digest(kind.name, "\n".join(about)), registration)
