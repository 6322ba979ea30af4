"""The Statements resource (xAPI 1.0.3 Communication 2.1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from lms.lrs import strict_json
from lms.lrs.identity import term
from lms.lrs.moments import http_date
from lms.lrs.parameters import identifier, only
from lms.lrs.refusal import RefusalError
from lms.lrs.statements import forms, multipart, queries, question, service, signing
from lms.lrs.statements.attachments import Attached, matched, part_of
from lms.lrs.statements.incoming import Incoming, Json, described, receive
from lms.lrs.statements.mentions import WRITER, activities, verbs
from lms.lrs.statements.multipart import Part
from lms.lrs.statements.queries import Found
from lms.lrs.statements.question import Many, One, Shown
from lms.lrs.visit import JSON, Resource, Visit, say

MIXED = "multipart/mixed"


def put(visit: Visit) -> Response:
    """Store one statement under the id that the address names."""
    parameters = visit.call.parameters
    only(parameters, ("statementId",), required=("statementId",))
    id_ = identifier(parameters, "statementId")
    sent, parts = _content(visit)
    if isinstance(sent, dict) and "id" not in sent:
        sent["id"] = str(id_)
    batch = receive(sent, visit.edition, visit.authority)
    if isinstance(sent, list):
        raise RefusalError(400, "must be one statement, not an array", "$")
    if batch[0].id != id_:
        raise RefusalError(400, f"must be {id_}, as the parameter statementId says", "$.id")
    _store(visit, batch, parts)
    return Response(status=204)


def post(visit: Visit) -> Response:
    """Store a statement or an array of them; their ids, in the same order."""
    only(visit.call.parameters, ())
    sent, parts = _content(visit)
    batch = receive(sent, visit.edition, visit.authority)
    _store(visit, batch, parts)
    return say([one.content["id"] for one in batch])


def get(visit: Visit) -> Response:
    """One statement, or those that meet conditions."""
    asked = question.understand(visit.call.parameters)
    writer = _writer(visit)
    with visit.storage.reading() as connection:
        if isinstance(asked, One):
            return _one(visit, connection, asked, writer)
        return _many(visit, connection, replace(asked, writer=writer))


RESOURCE = Resource({"PUT": put, "POST": post, "GET": get})


def _content(visit: Visit) -> tuple[object, Sequence[Part]]:
    """The statements and the parts after them."""
    call = visit.call
    if call.content_type == JSON:
        return strict_json.read(call.content, "the content"), ()
    if call.content_type != MIXED:
        raise RefusalError(400, f"must be {JSON} or {MIXED}", "Content-Type")
    first, *others = multipart.read(call.headers["content-type"], call.content) or [Part({}, b"")]
    if first.media_type != JSON:
        raise RefusalError(400, f"must be {JSON} in the first part", "Content-Type")
    return strict_json.read(first.content, "part 1"), others


def _store(visit: Visit, batch: list[Incoming], parts: Sequence[Part]) -> None:
    attached = matched(batch, parts)
    signing.verify(batch, attached)
    if batch:
        writer = _writer(visit)
        visit.storage.write(lambda connection, clock: service.store(connection, clock, batch, attached, writer))


def _writer(visit: Visit) -> bytes | None:
    """The term of the caller, if what others stored is out of its reach."""
    return None if visit.caller.own is None else term(WRITER, visit.caller.own)


def _one(visit: Visit, connection: sa.Connection, asked: One, writer: bytes | None) -> Response:
    found = queries.one(connection, asked.id, asked.is_voided, writer)
    if found is None:
        raise RefusalError(404, f"no {'voided ' if asked.is_voided else ''}statement has this id", str(asked.id))
    (text,) = _shown(visit, connection, [found], asked.shown)
    response = _response(connection, text, [found], asked.shown)
    response.headers["Last-Modified"] = http_date(found.stored)
    return response


def _many(visit: Visit, connection: sa.Connection, asked: Many) -> Response:
    page = queries.page(connection, asked)
    more = ""
    if not page.is_last:
        more = f"{visit.root}/statements?{question.more(visit.call.parameters, page.found[-1].stored)}"
    texts = _shown(visit, connection, page.found, asked.shown)
    # The statements are JSON already: they are not read and written again.
    text = f'{{"statements":[{",".join(texts)}],"more":{json.dumps(more)}}}'
    response = _response(connection, text, page.found, asked.shown)
    if page.found:
        response.headers["Last-Modified"] = http_date(max(one.stored for one in page.found))
    return response


def _response(connection: sa.Connection, text: str, found: Sequence[Found], shown: Shown) -> Response:
    if not shown.with_attachments:
        return Response(text, mimetype=JSON)
    types: dict[str, str] = {}
    for one in found:
        for said in described(json.loads(one.body)) if one.attachments else ():
            types.setdefault(said["sha2"].lower(), said["contentType"])
    rows = queries.attachments(connection, sorted({digest for one in found for digest in one.attachments}))
    attached = [part_of(Attached(row.sha2, row.content_type, row.content), types[row.sha2]) for row in rows]
    parts = [Part({"Content-Type": JSON}, text.encode()), *attached]
    content_type, body = multipart.write(parts)
    return Response(body, content_type=content_type)


def _shown(visit: Visit, connection: sa.Connection, found: Sequence[Found], shown: Shown) -> list[str]:
    """Statements in the form asked for, as JSON."""
    if shown.form == "exact":
        return [one.body for one in found]
    statements = [json.loads(one.body) for one in found]
    if shown.form == "ids":
        return [strict_json.write(forms.ids(one)) for one in statements]
    return [strict_json.write(one) for one in _canonical(visit, connection, statements)]


def _canonical(visit: Visit, connection: sa.Connection, statements: Sequence[Json]) -> list[Json]:
    accepted = parse_accept_header(visit.call.headers.get("accept-language"), LanguageAccept)

    def choose(languages: Json) -> Json:
        best = accepted.best_match(languages) or next(iter(languages), None)
        return {} if best is None else {best: languages[best]}

    iris = {one["id"] for statement in statements for one in activities(statement)}
    verb_iris = {one["id"] for statement in statements for one in verbs(statement)}
    definitions = queries.definitions(connection, iris)
    displays = queries.displays(connection, verb_iris)
    return [forms.canonical(statement, definitions, displays, choose) for statement in statements]
