"""The Agents resource: what is known of a person (xAPI 1.0.3 Communication 2.4)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from lms.lrs.parameters import described, only
from lms.lrs.rules.actor import IDENTIFIERS, agent
from lms.lrs.visit import Resource, Visit, say


def person(visit: Visit) -> Response:
    """The agent as a person, whose properties are lists.

    No more than the request says is told: which identifiers belong to one person is known elsewhere, and not here.
    """
    only(visit.call.parameters, ("agent",), required=("agent",))
    found = described(visit.call.parameters, "agent", agent)
    lists = {name: [found[name]] for name in ("name", *IDENTIFIERS) if name in found}
    return say({"objectType": "Person", **lists})


RESOURCE = Resource({"GET": person})
