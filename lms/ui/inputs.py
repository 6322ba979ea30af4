"""A look at what comes in, before any view sees it: text that no database or browser can hold as it is gets a 400.

NUL characters, halves of surrogate pairs and bytes that are no UTF-8 are never typed by a person. Werkzeug would
replace or drop some of them without a word, so that what is saved would not be what was sent.
"""

from __future__ import annotations

import io
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

_REPLACED = "\ufffd"
_TEXT = "Something in what was sent cannot be read as text. Please go back, take it out and send it again."
_FORMS_ONLY = "Only forms can be sent here: no JSON, and no files."


class StrictFormDataParser(FormDataParser):
    """Forms as they were sent, or not at all; and no files."""

    takes_files = False

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype == "application/x-www-form-urlencoded":
            body = stream.read()
            # Of a body without a stated length the library keeps what is allowed, and drops the rest without a word:
            # only to ask for more raises RequestEntityTooLarge.
            stream.read(1)
            refuse_unless_text(body)
            if self.max_form_parts is not None and body.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            return super().parse(io.BytesIO(body), mimetype, content_length, options)
        found = super().parse(stream, mimetype, content_length, options)
        _, form, files = found
        names = [(name, upload.filename or "") for name, upload in files.items(multi=True)]
        for pair in (*form.items(multi=True), *names):
            if any("\0" in part or _REPLACED in part for part in pair):
                raise BadRequest(_TEXT)
        if files and not self.takes_files:
            raise UnsupportedMediaType(_FORMS_ONLY)
        return found


class FileFormDataParser(StrictFormDataParser):
    """The same for the few forms with which files are sent."""

    takes_files = True


class StrictRequest(Request):
    """Flask's request with strict forms."""

    form_data_parser_class = StrictFormDataParser
    takes_files = False
    """The door says otherwise of a view that is marked so, to those whom it lets in."""

    def make_form_data_parser(self) -> FormDataParser:
        self.form_data_parser_class = FileFormDataParser if self.takes_files else StrictFormDataParser
        return super().make_form_data_parser()


def install(app: Flask) -> None:
    """Look at every address, and at every form as soon as it is read."""
    app.request_class = StrictRequest

    @app.before_request
    def _look_at_the_address() -> None:
        refuse_unless_text(request.query_string)
        if "\0" in request.path or _REPLACED in request.path:
            raise BadRequest(_TEXT)
        # Flask-WTF would read JSON and files as if they were fields: of any type and depth, and past the look above.
        if request.is_json:
            raise UnsupportedMediaType(_FORMS_ONLY)


def refuse_unless_text(encoded: bytes) -> None:
    """Raises BadRequest unless the URL-encoded bytes are text that can be kept."""
    if encoded.isascii() and b"%" not in encoded and b"\0" not in encoded:
        return
    try:
        text = unquote_to_bytes(encoded).decode("utf-8")  # strict: it knows no lone surrogates either
    except UnicodeDecodeError:
        raise BadRequest(_TEXT) from None
    if "\0" in text:
        raise BadRequest(_TEXT)
