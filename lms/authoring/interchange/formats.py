"""The formats by name, and which of them a file is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lms.authoring.files.typed import Values
from lms.authoring.interchange import aiken, gift, moodle_xml, qti, to_gift, to_moodle_xml, to_qti
from lms.authoring.interchange.neutral import Place, Taken, Written
from lms.authoring.interchange.plain_text import encoding_of
from lms.authoring.interchange.qti_package import is_zip
from lms.authoring.interchange.safe_xml import local, parse

READERS: Mapping[str, Callable[[bytes, str, Place], Taken]] = {
    "gift": gift.read,
    "moodle": moodle_xml.read,
    "aiken": aiken.read,
    "qti": qti.read,
}
WRITERS: Mapping[str, Callable[[Sequence[Values]], Written]] = {
    "gift": to_gift.write,
    "moodle": to_moodle_xml.write,
    "qti": to_qti.write,
    "qti3": to_qti.write_newer,
    "aiken": aiken.write,
}
ENDINGS: Mapping[str, tuple[str, str]] = {
    "gift": ("gift.txt", "text/plain"),
    "moodle": ("xml", "application/xml"),
    "qti": ("qti.zip", "application/zip"),
    "qti3": ("qti3.zip", "application/zip"),
    "aiken": ("aiken.txt", "text/plain"),
}
"""How a file in each is called, and its media type."""


def format_of(source: bytes, file: str) -> str:
    """The name of the format that a file looks like. Raises ContentError if it begins as XML and is none."""
    if is_zip(source):
        return "qti"
    text = source.decode(encoding_of(source), "replace")
    if text.lstrip().startswith("<"):
        return "moodle" if local(parse(source, file).root) == "quiz" else "qti"
    return "aiken" if aiken.is_aiken(text) else "gift"
