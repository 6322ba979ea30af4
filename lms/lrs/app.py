"""The Learning Record Store as a WSGI application: lets callers in, finds the resource, says what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from lms.keys import Credentials
from lms.lrs import about, activities, agents
from lms.lrs.call import Call, understand
from lms.lrs.callers import STRANGER, Caller
from lms.lrs.documents import views as documents
from lms.lrs.door import Door
from lms.lrs.editions import HEADER, Edition, answered_in, edition_of
from lms.lrs.moments import iso
from lms.lrs.refusal import RefusalError
from lms.lrs.statements import views as statements
from lms.lrs.storage import Storage
from lms.lrs.visit import Resource, Visit, say
from lms.wire import SAFE

ROOT = "/xapi"
CONTENT_BYTES = 16 * 1024 * 1024
"""Largest content of a request, attachments included."""
RESOURCES = {
    "about": about.RESOURCE,
    "statements": statements.RESOURCE,
    "activities": activities.RESOURCE,
    "activities/profile": documents.ACTIVITY_PROFILES,
    "activities/state": documents.STATES,
    "agents": agents.RESOURCE,
    "agents/profile": documents.AGENT_PROFILES,
}

log = structlog.get_logger()


class _Request(Request):
    # Content that comes without a length is cut here: one byte too many says that it is too large.
    max_content_length = CONTENT_BYTES + 1


class Application:
    """Answers requests; one for each process."""

    def __init__(self, storage: Storage, client: Credentials, home: str) -> None:
        """What callers send is vouched for by accounts at `home`, the address of this installation."""
        self._storage = storage
        self._door = Door(storage, client)
        self._home = home

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self._answer(_Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        edition, through = answered_in(request.headers.get(HEADER)), ""
        try:
            resource = _resource(request.path)
            through = self._through(resource)
            call, caller = self._call(request, resource)
            if call.is_alternate:
                edition = answered_in(call.headers.get(HEADER.lower()))
            if not resource.is_open:
                edition = _edition(call)
            response = self._visit(resource, Visit(call, edition, caller, self._home, self._storage, ROOT))
            if call.is_alternate and call.method == "HEAD":  # to HTTP it is a POST, whose answer has a body
                response.set_data(b"")
        except RefusalError as refusal:
            response = _refused(refusal)
        except RecursionError:
            response = _refused(RefusalError(400, "is nested too deeply", "the content"))
        except ClientDisconnected:
            response = _refused(RefusalError(400, "ended before all of it had come", "the content"))
        except Exception:
            log.exception("failed", method=request.method, path=request.path)
            response = _refused(RefusalError(500, "the Learning Record Store failed; its log says why"))
        response.headers.extend(SAFE)
        response.headers.setdefault(HEADER, edition.value)
        if through:
            response.headers["X-Experience-API-Consistent-Through"] = through
        return response

    def _through(self, resource: Resource) -> str:
        """The moment up to which the answer has everything (Communication 2.1.3); empty where nobody needs to know.

        To be asked before anything is read: what was stored by then is seen by the reader.
        """
        try:
            return iso(self._storage.consistent_through())
        except RefusalError:
            if resource.is_open:  # it says what this store is, and not what is in it
                return ""
            raise

    def _call(self, request: Request, resource: Resource) -> tuple[Call, Caller]:
        headers = {name.lower(): value for name, value in request.headers}
        query = request.query_string.decode("latin-1")
        # A stranger need not send the content first; in the alternate syntax it may hold the credentials.
        caller = STRANGER if resource.is_open or "method=" in query else self._door.let_in(headers.get("authorization"))
        try:
            content = request.get_data(cache=False)
            if len(content) > CONTENT_BYTES:
                raise RequestEntityTooLarge
        except RequestEntityTooLarge:
            raise RefusalError(413, f"is larger than {CONTENT_BYTES} bytes", "the content") from None
        call = understand(request.method, query, headers, content)
        if caller is STRANGER and not resource.is_open:
            caller = self._door.let_in(call.headers.get("authorization"))
        return call, caller

    def _visit(self, resource: Resource, visit: Visit) -> Response:
        method = "GET" if visit.call.method == "HEAD" else visit.call.method
        view = resource.views.get(method)
        if view is None:
            allowed = ", ".join(sorted(resource.views))
            raise RefusalError(405, f"{visit.call.method} does not go with this resource; {allowed} do", Allow=allowed)
        if not resource.is_open:
            visit.caller.check(method)
        return view(visit)


def _resource(path: str) -> Resource:
    """What is at an address."""
    name = path.removeprefix(f"{ROOT}/")
    if name == path or name not in RESOURCES:
        raise RefusalError(404, "there is nothing here", path)
    return RESOURCES[name]


def _edition(call: Call) -> Edition:
    edition = edition_of(call.headers.get(HEADER.lower()))
    if call.is_alternate and edition is Edition.TWO:
        raise RefusalError(400, "xAPI 2.0 has no alternate request syntax", "method")
    return edition


def _refused(refusal: RefusalError) -> Response:
    told = {"error": str(refusal)} | ({"where": refusal.where} if refusal.where else {})
    return say(told, refusal.status, **refusal.headers)
