"""The Activities resource: what is known of an activity (xAPI 1.0.3 Communication 2.5)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from lms.lrs.parameters import iri, only
from lms.lrs.statements import queries
from lms.lrs.visit import Resource, Visit, say


def activity(visit: Visit) -> Response:
    """The activity with its canonical definition, in all languages; also one that nobody has spoken of yet."""
    only(visit.call.parameters, ("activityId",), required=("activityId",))
    id_ = iri(visit.call.parameters, "activityId")
    with visit.storage.reading() as connection:
        definition = queries.definitions(connection, [id_]).get(id_)
    return say({"objectType": "Activity", "id": id_, **({"definition": definition} if definition else {})})


RESOURCE = Resource({"GET": activity})
