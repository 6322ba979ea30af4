"""Files of plain text from elsewhere."""

from __future__ import annotations

from lms.authoring.interchange.neutral import refusal

_MOST_BYTES = 2_000_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(source: bytes, file: str) -> str:
    """The text, its lines ended by a line feed. Raises ContentError if it is none, or far too long."""
    if len(source) > _MOST_BYTES:
        raise refusal(file, 1, "the file is larger than 2 MB", "make several files of it")
    try:
        text = source.decode(encoding_of(source)).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise refusal(file, line, "the file is not UTF-8 text", "save it as UTF-8") from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise refusal(file, line, "the file is not text", "export it as GIFT, Aiken, Moodle XML or QTI")
    return text


def encoding_of(source: bytes) -> str:
    """UTF-8, unless the file begins with the mark of UTF-16, as some programs on Windows save text."""
    return "utf-16" if source.startswith(_UTF_16) else "utf-8-sig"
