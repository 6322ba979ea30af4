"""Who calls, and what each may do.

A key has scopes. The names and meanings follow those that the standard recommends for OAuth (xAPI 1.0.3 Communication
4.2): statements/write, statements/read/mine, all/read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from lms.lrs.refusal import RefusalError


class Scope(StrEnum):
    """What a key is for."""

    WRITE = "write"
    """Store statements and documents, void statements that it stored."""
    READ_OWN = "read-own"
    """Read the statements that it vouches for, and the documents that it stored."""
    READ_ALL = "read-all"
    """Read everything; beside WRITE, also void everything."""


NAME = "cares"
"""The account that vouches for what the installation itself stores (Data 2.4.9); it stays when the key is changed."""
READ = frozenset({Scope.READ_OWN, Scope.READ_ALL})
ALL = frozenset({Scope.WRITE, Scope.READ_ALL})
_WRITING = frozenset({"PUT", "POST", "DELETE"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid key."""

    name: str
    """Vouches for what is stored with the key."""
    scopes: Collection[Scope]

    @property
    def own(self) -> str | None:
        """The name of whom alone the caller may see something; None if there is no such limit."""
        return None if Scope.READ_ALL in self.scopes else self.name

    def sees(self, writer: str) -> bool:
        """Whether it may see, and so also replace, what this one stored."""
        return self.own in (None, writer)

    def check(self, method: str) -> None:
        """Refuse (403) what none of the scopes allows."""
        wanted = frozenset({Scope.WRITE}) if method in _WRITING else READ
        if wanted.isdisjoint(self.scopes):
            raise RefusalError(403, f"this key has not the scope {' or '.join(sorted(wanted))}", "Authorization")


STRANGER = Caller("", frozenset())
"""Somebody who has shown no key."""
