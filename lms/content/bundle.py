"""The files of one module, wherever they are kept: a folder, a zip or a stored revision."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.content.problems import ContentError, Problem

MOST_FILES = 500
MOST_FILE_BYTES = 20_000_000
MOST_BUNDLE_BYTES = 100_000_000
_NAME = re.compile(r"(courses|quizzes)/[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*){0,4}")
_LONGEST_NAME = 200
_ENTRY = b"PK\x01\x02"
"""How each entry of the list at a zip's end begins."""
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
BROKEN_ZIP = (
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


@dataclass(frozen=True)
class Bundle:
    """Files by their path, `courses/…` and `quizzes/…`, as bytes."""

    files: Mapping[str, bytes]

    @property
    def module_ids(self) -> list[str]:
        """Ids of the modules that have a `module.yaml` here."""
        return sorted(path.split("/")[1] for path in self.files if re.fullmatch(r"courses/[^/]+/module\.yaml", path))

    def of_module(self, module_id: str) -> Bundle:
        """The part of one module."""
        inside = f"courses/{module_id}/"
        bank = f"quizzes/{module_id}.yaml"
        return Bundle({path: data for path, data in self.files.items() if path.startswith(inside) or path == bank})

    def of_programme(self) -> Bundle:
        """The programme file alone."""
        return Bundle({path: data for path, data in self.files.items() if path == "courses/programme.yaml"})

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents: equal bundles have equal digests."""
        whole = hashlib.sha256()
        for path in sorted(self.files):
            whole.update(f"{path}\0{len(self.files[path])}\0".encode())
            whole.update(self.files[path])
        return whole.hexdigest()

    def to_zip(self) -> bytes:
        """The files as a zip; equal bundles give equal bytes."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.files):
                archive.writestr(zipfile.ZipInfo(path, _FIXED_TIME), self.files[path], zipfile.ZIP_DEFLATED)
        return stream.getvalue()


def one_file(stored: bytes, path: str) -> bytes | None:
    """A single file of a bundle that we have stored; None if it is not in it."""
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        return archive.read(path) if path in archive.namelist() else None


def from_folder(root: Path) -> Bundle:
    """Every file below `courses/` and `quizzes/` of a folder; links and hidden files are left out."""
    files: dict[str, bytes] = {}
    for top in ("courses", "quizzes"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_symlink() or not path.is_file() or "/." in name or name.endswith("~"):
                continue
            _check(name, path.stat().st_size)
            files[name] = path.read_bytes()
            # Now rather than at the end: a folder of a million files is not read first and refused then.
            _limited(files)
    return _limited(files)


def from_zip(data: bytes) -> Bundle:
    """The files of a zip. Raises ContentError for names that lead outside, links, bombs and broken archives."""
    # Before the list is read: a million empty entries fit into few bytes, and take gigabytes of memory.
    if data.count(_ENTRY) > 2 * MOST_FILES:
        raise _refusal("the archive", "it holds more than 500 files or 100 MB", "remove what is not needed")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BUNDLE_BYTES:
                raise _refusal("the archive", "it holds more than 500 files or 100 MB", "remove what is not needed")
            return _limited(_entries(archive, entries))
    except BROKEN_ZIP as error:
        raise _refusal("the archive", f"it cannot be read ({error})", "make the zip again") from None


def _entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in files:
            raise _refusal(entry.filename, "it is in the archive twice", "make the zip again")
        files[entry.filename] = _entry(archive, entry)
    return files


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if is_link:
        raise _refusal(entry.filename, "it is a link", "put the file itself into the zip")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refusal(entry.filename, "it is packed in a rare way", "make an ordinary zip")
    _check(entry.filename, entry.file_size)
    with archive.open(entry) as stream:
        data = stream.read(MOST_FILE_BYTES + 1)
    _check(entry.filename, len(data))
    return data


def _check(name: str, size: int) -> None:
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise _refusal(name, "the name is not allowed here", "use courses/… and quizzes/… with plain names")
    if size > MOST_FILE_BYTES:
        raise _refusal(name, "the file is larger than 20 MB", "make it smaller")


def _limited(files: Mapping[str, bytes]) -> Bundle:
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BUNDLE_BYTES:
        raise _refusal("the bundle", "it holds more than 500 files or 100 MB", "remove what is not needed")
    return Bundle(files)


def _refusal(name: str, what: str, remedy: str) -> ContentError:
    return ContentError([Problem(name, 1, what, remedy)])
