"""Pages for what went wrong: what it means, what to do now, and a number by which it can be found in the log."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from lms.db import OUT_OF_REACH
from lms.paper.press import BusyError
from lms.ui.logbook import tell_out_of_reach

RETRY_SECONDS = 5


@dataclass(frozen=True)
class Words:
    """What a page of this status says."""

    title: str
    text: str


WORDS = {
    400: Words(
        "That could not be read",
        "Something in what was sent is not as it should be. Please go back and try it again.",
    ),
    401: Words("Please sign in", "This page is for people who are signed in."),
    403: Words(
        "This page is not open to you",
        "You are signed in, but this is for others. If you should have it, ask whoever runs this service.",
    ),
    404: Words("There is nothing here", "The address may be mistyped, or what was here has moved."),
    405: Words("That cannot be done here", "Please go back and try it from the page you came from."),
    410: Words("This is gone", "What was here has been removed."),
    413: Words(
        "That is too much at once",
        "What was sent is larger than we can take. Please go back and send less.",
    ),
    414: Words("That address is too long", "Please go back and try it from the page you came from."),
    429: Words(
        "Please wait a moment",
        "There were many tries in a short time. Please wait a minute, then try again.",
    ),
    500: Words(
        "Something went wrong on our side",
        "It is not your fault, and it has been noted. What you saved before is safe. Please go back and try again.",
    ),
    503: Words(
        "Please try again in a moment",
        "We are very busy or cannot reach our records. Nothing was lost: what was saved is safe. "
        "If you were sending something, load this page again to send it once more.",
    ),
}
_OTHER = Words("That did not work", "Please go back and try it again.")


def install(app: Flask) -> None:
    """A page for every error; none of them shows how we are built."""
    app.register_error_handler(HTTPException, _http_error)
    for kind in OUT_OF_REACH:
        app.register_error_handler(kind, _out_of_reach)
    app.register_error_handler(BusyError, _busy)


def wants_json() -> bool:
    """Whether a script asks."""
    return (
        request.headers.get("X-Requested-With") == "fetch"
        or request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
    )


def _http_error(error: HTTPException) -> Response | AnyResponse:
    if error.response is not None:
        return make_response(error.response)
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, OUT_OF_REACH):
        error = ServiceUnavailable()
    code = error.code or 500
    words = WORDS.get(code, _OTHER)
    answer = make_response(_body(code, words, _own_description(error)), code)
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    if code == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _out_of_reach(error: Exception) -> Response | AnyResponse:
    """The database is locked, full or gone: nothing was half-saved, and it may be over in a moment."""
    tell_out_of_reach(error)
    return _http_error(ServiceUnavailable())


def _busy(_: BusyError) -> Response | AnyResponse:
    """Nothing is wrong; it is only much at once."""
    return _http_error(ServiceUnavailable())


def _body(code: int, words: Words, text: str | None) -> Response | str:
    number = g.get("request_number", "")
    if wants_json():
        return jsonify(error=words.title, message=text or words.text, request=number)
    # What may come of a lost database must not ask the database who is there.
    bare = code >= HTTPStatus.INTERNAL_SERVER_ERROR
    values = {"code": code, "words": words, "text": text or words.text, "number": number, "bare": bare}
    if bare:
        return current_app.jinja_env.get_template("ui/error.html").render(request=request, **values)
    return render_template("ui/error.html", **values)


def _own_description(error: HTTPException) -> str | None:
    """What one of our views said about it, in place of the library's words."""
    if isinstance(error, SecurityError):
        return None  # the library repeats the host that was asked for
    return error.description if error.description != type(error).description else None
