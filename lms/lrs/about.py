"""The About resource: which versions of xAPI are spoken here (Communication 2.8)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from lms.lrs.editions import SPOKEN
from lms.lrs.parameters import only
from lms.lrs.visit import Resource, Visit, say


def about(visit: Visit) -> Response:
    """The versions; the same for everyone."""
    only(visit.call.parameters, ())
    return say({"version": list(SPOKEN)})


RESOURCE = Resource({"GET": about}, is_open=True)
