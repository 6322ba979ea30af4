"""Zips from anywhere, read in memory: what file managers add is left out, and every wrong name is told at once."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.content.problems import ContentError, Problem

_ENTRY = b"PK\x01\x02"
"""How each entry of the list at a zip's end begins."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)
"""What the reader of zips raises, depending on which byte is broken."""
_JUNK = re.compile(r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|ehthumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""Files by which macOS and Windows remember how a folder looks."""
_OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.?(/|$)|//|[\x00-\x1f]")


Entries = Sequence[tuple[str, zipfile.ZipInfo]]


@dataclass(frozen=True)
class Limits:
    """What an archive may hold at most."""

    files: int
    bytes: int
    remedy: str
    """What to do if it holds more."""
    kind: str = ""
    """The ending of the files that are read; empty: of all."""
    kind_bytes: int = 0
    """Of those alone."""

    def fault(self, entries: Entries) -> str:
        """What is said of an archive that holds more; empty if it does not."""
        if len(entries) > self.files or sum(entry.file_size for _, entry in entries) > self.bytes:
            return self.told
        size = sum(entry.file_size for name, entry in entries if self.is_read(name))
        is_over = bool(self.kind) and size > self.kind_bytes
        return f"it holds more than {self.kind_bytes // 1_000_000} MB of {self.kind.upper()}" if is_over else ""

    @property
    def told(self) -> str:
        """What is said of an archive with too many files or bytes."""
        return f"it holds more than {self.files:,} files or {self.bytes // 1_000_000} MB"

    def is_read(self, name: str) -> bool:
        """Whether a file of this name is read, rather than only named."""
        return name.lower().endswith(f".{self.kind}" if self.kind else "")


@dataclass(frozen=True)
class Unpacked:
    """The files of an archive by name, and the names of those that were left out."""

    files: Mapping[str, bytes]
    others: tuple[str, ...]
    """Of another kind than the one that is read."""
    skipped: tuple[str, ...]
    """What a file manager has put there for itself."""


Fault = Callable[[str, int], tuple[str, str] | None]
"""What is wrong with a name and a size in bytes, and what to do; None: nothing."""


def is_junk(name: str) -> bool:
    """Whether a file is one that a file manager has put there for itself."""
    return bool(_JUNK.search(name))


def unpacked(data: bytes, called: str, limits: Limits, fault: Fault, tops: Iterable[str] = ()) -> Unpacked:
    """The files of a zip. A folder around all of them is taken off; if `tops` are named, only where one lies in it.

    `called` names the archive in what is told. Raises ContentError for links, bombs, broken archives and names that
    lead outside or have a fault, with all of them.
    """
    # Before the list is read: a million empty entries fit into few bytes, and take gigabytes of memory. For each file
    # macOS adds one of its own.
    if data.count(_ENTRY) > 4 * limits.files:
        raise ContentError([Problem(called, 1, limits.told, limits.remedy)])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries, skipped = _entries(archive, tops)
            too_much = limits.fault(entries)
            problems = [Problem(called, 1, too_much, limits.remedy)] if too_much else list(_problems(entries, fault))
            if problems:
                raise ContentError(problems)
            files = {name: _content(archive, entry) for name, entry in entries if limits.is_read(name)}
            return Unpacked(files, tuple(name for name, _ in entries if not limits.is_read(name)), skipped)
    except _BROKEN as error:
        raise ContentError([Problem(called, 1, f"it cannot be read ({error})", "make the zip again")]) from None


def _entries(archive: zipfile.ZipFile, tops: Iterable[str]) -> tuple[Entries, tuple[str, ...]]:
    # Windows programs part folders by backslashes. Safe, since every name is looked at afterwards as it then is.
    named = [(entry.filename.replace("\\", "/"), entry) for entry in archive.infolist()]
    files = [(name, entry) for name, entry in named if not name.endswith("/")]
    kept = [(name, entry) for name, entry in files if not is_junk(name)]
    skipped = tuple(name for name, _ in files if is_junk(name))
    around = _folder_around([name for name, _ in kept], tops)
    return [(name.removeprefix(around), entry) for name, entry in kept], skipped


def _folder_around(names: Sequence[str], tops: Iterable[str]) -> str:
    """The one folder that holds everything, with a stroke; empty if there is none."""
    firsts = {name.partition("/")[0] for name in names}
    first = firsts.pop() if len(firsts) == 1 else ""
    inside = {name.split("/")[1] for name in names if "/" in name}
    is_folder = all("/" in name for name in names) and (not tops or not inside.isdisjoint(tops))
    is_folder = is_folder and first not in tops and not _OUTSIDE.search(f"{first}/")
    return f"{first}/" if is_folder else ""


def _problems(entries: Entries, fault: Fault) -> Iterator[Problem]:
    seen = set[str]()
    for name, entry in entries:
        found = fault(name, entry.file_size) or _wrong(name, entry, is_twice=name in seen)
        seen.add(name)
        if found:
            yield Problem(name, 1, *found)


def _wrong(name: str, entry: zipfile.ZipInfo, *, is_twice: bool) -> tuple[str, str] | None:
    if is_twice:
        return "it is in the archive twice", "make the zip again"
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        return "it is a link, which leads out of the archive", "put the file itself into the zip"
    if _OUTSIDE.search(name):
        return "the name leads out of the archive", "make the zip again"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in a rare way", "make an ordinary zip"
    return None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # No more than it says of itself: what is larger is a bomb, and the reader refuses it.
        return stream.read(entry.file_size + 1)
