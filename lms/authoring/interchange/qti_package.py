"""Packages of QTI: zips whose files are read in memory and never laid out on a disk."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from lms.authoring.interchange.neutral import MOST_BYTES, refusal
from lms.authoring.interchange.safe_xml import local, parse
from lms.content.bundle import BROKEN_ZIP, MOST_BUNDLE_BYTES

MANIFEST = "imsmanifest.xml"
MOST_FILES = 2000
"""Each question is a file of its own, and as many again may be pictures."""
_STRANGE = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")


def is_zip(source: bytes) -> bool:
    """Whether a file begins as a zip does."""
    return source[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def xml_files(source: bytes, file: str) -> tuple[dict[str, bytes], list[str]]:
    """The XML files of a package in the order of its manifest, and the names of all others.

    Raises ContentError for names that lead outside, links, bombs and broken archives.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries, file)
            texts = {one.filename: _content(archive, one, file) for one in entries if _is_xml(one.filename)}
            others = [one.filename for one in entries if not _is_xml(one.filename)]
    except BROKEN_ZIP as error:
        raise refusal(file, 1, f"the archive cannot be read ({error})", "make the zip again") from None
    return _in_order(texts, file), others


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".xml")


def _check(entries: list[zipfile.ZipInfo], file: str) -> None:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BUNDLE_BYTES:
        raise refusal(file, 1, "the archive holds more than 2,000 files or 100 MB", "make several packages")
    if sum(entry.file_size for entry in entries if _is_xml(entry.filename)) > MOST_BYTES:
        raise refusal(file, 1, "the archive holds more than 10 MB of XML", "make several packages")
    for entry in entries:
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or _STRANGE.search(entry.filename):
            raise refusal(file, 1, f"{entry.filename!r} leads out of the archive", "make the zip again")
    if len({entry.filename for entry in entries}) < len(entries):
        raise refusal(file, 1, "a file is in the archive twice", "make the zip again")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refusal(file, 1, f"{entry.filename!r} is packed in a rare way", "make an ordinary zip")
    with archive.open(entry) as stream:
        # No more than it says of itself: what is larger is a bomb, and the reader refuses it.
        return stream.read(entry.file_size + 1)


def _in_order(texts: Mapping[str, bytes], file: str) -> dict[str, bytes]:
    manifest = texts.get(MANIFEST)
    listed: list[str] = []
    if manifest is not None:
        root = parse(manifest, f"{file}/{MANIFEST}").root
        listed = [one.get("href", "") for one in root.iter() if local(one) == "resource"]
    places = {name: at for at, name in enumerate(listed)}
    names = sorted(texts, key=lambda name: (places.get(name, len(places)), name))
    return {name: texts[name] for name in names if name != MANIFEST}
