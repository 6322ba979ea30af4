"""Packages of QTI: zips whose files are read in memory and never laid out on a disk."""

from __future__ import annotations

from collections.abc import Mapping

from lms.authoring.interchange.neutral import MOST_BYTES
from lms.authoring.interchange.safe_xml import local, parse
from lms.content.archive import Limits, Unpacked, unpacked
from lms.content.bundle import MOST_BUNDLE_BYTES

MANIFEST = "imsmanifest.xml"
MOST_FILES = 2000
"""Each question is a file of its own, and as many again may be pictures."""
_LIMITS = Limits(MOST_FILES, MOST_BUNDLE_BYTES, "make several packages", "xml", MOST_BYTES)


def is_zip(source: bytes) -> bool:
    """Whether a file begins as a zip does."""
    return source[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def xml_files(source: bytes, file: str) -> tuple[dict[str, bytes], Unpacked]:
    """The XML files of a package in the order of its manifest; and the package.

    Raises ContentError for names that lead outside, links, bombs and broken archives.
    """
    package = unpacked(source, file, _LIMITS, lambda _name, _size: None)
    return _in_order(package.files, file), package


def _in_order(texts: Mapping[str, bytes], file: str) -> dict[str, bytes]:
    manifest = texts.get(MANIFEST)
    listed: list[str] = []
    if manifest is not None:
        root = parse(manifest, f"{file}/{MANIFEST}").root
        listed = [one.get("href", "") for one in root.iter() if local(one) == "resource"]
    places = {name: at for at, name in enumerate(listed)}
    names = sorted(texts, key=lambda name: (places.get(name, len(places)), name))
    return {name: texts[name] for name in names if name != MANIFEST}
