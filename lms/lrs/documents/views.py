"""The State, Agent Profile and Activity Profile resources (xAPI 1.0.3 Communication 2.3, 2.6, 2.7)."""

from __future__ import annotations

import json
from dataclasses import replace

from werkzeug.wrappers import Response

from lms.lrs.documents import queries, service
from lms.lrs.documents.merging import addition
from lms.lrs.documents.place import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, Kind, several, several_since, single
from lms.lrs.documents.preconditions import MATCH, NONE_MATCH, Condition, Silence, condition
from lms.lrs.documents.service import Sent, etag
from lms.lrs.editions import Edition
from lms.lrs.moments import http_date
from lms.lrs.refusal import RefusalError
from lms.lrs.visit import JSON, Resource, Visit

UNKNOWN_TYPE = "application/octet-stream"


class Documents:
    """What can be done with the documents of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def put(self, visit: Visit) -> Response:
        """Store a document, in place of the one that is there if the request says which that is."""
        place = single(self._kind, visit.call.parameters)
        sent = _sent(visit, _condition(visit, self._silence(visit.edition)))
        visit.storage.write(lambda connection, clock: service.put(connection, clock, place, sent))
        return Response(status=204)

    def post(self, visit: Visit) -> Response:
        """Store a document, or merge it with the one that is there."""
        place, sent = single(self._kind, visit.call.parameters), _sent(visit, _condition(visit))
        whole = replace(sent, addition=addition(sent.content_type, sent.content))
        visit.storage.write(lambda connection, clock: service.add(connection, clock, place, whole))
        return Response(status=204)

    def get(self, visit: Visit) -> Response:
        """A document, or the ids of several."""
        if self._kind.id not in visit.call.parameters:
            return self._ids(visit)
        place = single(self._kind, visit.call.parameters)
        with visit.storage.reading() as connection:
            found = queries.one(connection, place)
        if found is None or not visit.caller.sees(found.writer):
            raise RefusalError(404, "there is no such document", self._kind.id)
        return _dated(found.content, found.content_type, found.updated)

    def delete(self, visit: Visit) -> Response:
        """Delete a document; of states, all that are about the same if none is named."""
        if self._kind.has_registration and self._kind.id not in visit.call.parameters:
            folder = several(self._kind, visit.call.parameters)
            visit.storage.write(lambda connection, _clock: service.delete_all(connection, folder, visit.caller))
        else:
            place, expected = single(self._kind, visit.call.parameters), _condition(visit)
            visit.storage.write(lambda connection, _clock: service.delete(connection, place, visit.caller, expected))
        return Response(status=204)

    def _ids(self, visit: Visit) -> Response:
        folder, since = several_since(self._kind, visit.call.parameters)
        with visit.storage.reading() as connection:
            found = queries.listed(connection, folder, since, visit.caller.own)
        # With and without registration there may be documents of the same id.
        ids = list(dict.fromkeys(one.name for one in found))
        return _dated(json.dumps(ids, ensure_ascii=False).encode(), JSON, found[-1].updated if found else None)

    def _silence(self, edition: Edition) -> Silence:
        """1.0.3 lets a state be replaced unseen, but demands a condition of whoever puts a profile; 2.0.0 (4.1.4) says
        of all three that what is there may not be replaced unseen."""
        if edition is Edition.TWO:
            return Silence.CREATES
        return Silence.WRITES if self._kind is STATE else Silence.DOES_NOTHING


def _resource(kind: Kind) -> Resource:
    documents = Documents(kind)
    return Resource({"PUT": documents.put, "POST": documents.post, "GET": documents.get, "DELETE": documents.delete})


STATES, AGENT_PROFILES, ACTIVITY_PROFILES = map(_resource, (STATE, AGENT_PROFILE, ACTIVITY_PROFILE))


def _sent(visit: Visit, expected: Condition) -> Sent:
    content_type = visit.call.headers.get("content-type") or UNKNOWN_TYPE
    return Sent(content_type, visit.call.content, visit.caller, expected)


def _condition(visit: Visit, silence: Silence = Silence.WRITES) -> Condition:
    headers = visit.call.headers
    return condition(headers.get(MATCH.lower()), headers.get(NONE_MATCH.lower()), silence)


def _dated(content: bytes, content_type: str, updated: int | None) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["ETag"] = f'"{etag(content)}"'
    if updated is not None:
        answer.headers["Last-Modified"] = http_date(updated)
    return answer
