"""The formats by name, and which of them a file is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lms.authoring.files.typed import Values
from lms.authoring.interchange import aiken, gift, moodle_xml, qti, to_gift, to_moodle_xml, to_qti
from lms.authoring.interchange.neutral import Place, Taken, Written
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


def format_of(source: bytes, file: str) -> str:
    """The name of the format that a file looks like. Raises ContentError if it begins as XML and is none."""
    if is_zip(source):
        return "qti"
    if source.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "moodle" if local(parse(source, file).root) == "quiz" else "qti"
    return "aiken" if aiken.is_aiken(source.decode("utf-8", "replace")) else "gift"
