"""What a resource knows when it answers: who asks for what, and where things are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from lms.lrs.call import Call
from lms.lrs.callers import Caller
from lms.lrs.editions import Edition
from lms.lrs.storage import Storage

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Visit:
    """A call that was let in."""

    call: Call
    edition: Edition
    caller: Caller
    home: str
    """The address of this installation."""
    storage: Storage
    root: str
    """The path under which the resources are, without a slash at the end."""

    @property
    def authority(self) -> dict[str, Any]:
        """The agent who vouches for what is stored now (Data 2.4.9)."""
        return {"objectType": "Agent", "account": {"homePage": self.home, "name": self.caller.name}}


View = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Resource:
    """Something with an address, and what can be done with it."""

    views: Mapping[str, View]
    """By method; HEAD is answered as GET."""
    is_open: bool = False
    """Whether strangers may look, with any version header."""


def say(value: Any, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(value, ensure_ascii=False), status, headers, mimetype=JSON)
