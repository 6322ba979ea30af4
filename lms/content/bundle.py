"""The files of one module, wherever they are kept: a folder, a zip or a stored revision."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.content.archive import Limits, is_junk, unpacked
from lms.content.problems import ContentError, Problem

MOST_FILES = 500
MOST_FILE_BYTES = 20_000_000
MOST_BUNDLE_BYTES = 100_000_000
_NAME = re.compile(r"(courses|quizzes)/[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*){0,4}")
_LONGEST_NAME = 200
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
_LIMITS = Limits(MOST_FILES, MOST_BUNDLE_BYTES, "remove what is not needed")
_TOPS = ("courses", "quizzes")


@dataclass(frozen=True)
class Bundle:
    """Files by their path, `courses/…` and `quizzes/…`, as bytes."""

    files: Mapping[str, bytes]
    skipped: tuple[str, ...] = ()
    """Files of the zip it came in that were left out, since only a file manager needs them."""

    @property
    def module_ids(self) -> list[str]:
        """Ids of the modules that have a `module.yaml` here."""
        return sorted(path.split("/")[1] for path in self.files if re.fullmatch(r"courses/[^/]+/module\.yaml", path))

    def of_module(self, module_id: str) -> Bundle:
        """The part of one module."""
        inside = f"courses/{module_id}/"
        bank = f"quizzes/{module_id}.yaml"
        files = {path: data for path, data in self.files.items() if path.startswith(inside) or path == bank}
        return Bundle(files, self.skipped)

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
    for top in _TOPS:
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_symlink() or not path.is_file() or "/." in name or name.endswith("~") or is_junk(name):
                continue
            _check(name, path.stat().st_size)
            files[name] = path.read_bytes()
            # Now rather than at the end: a folder of a million files is not read first and refused then.
            _limited(files)
    return _limited(files)


def from_zip(data: bytes) -> Bundle:
    """The files of a zip. Raises ContentError for names that lead outside, links, bombs and broken archives."""
    found = unpacked(data, "the archive", _LIMITS, _fault, _TOPS)
    return _limited(found.files, found.skipped)


def _check(name: str, size: int) -> None:
    fault = _fault(name, size)
    if fault:
        raise _refusal(name, *fault)


def _fault(name: str, size: int) -> tuple[str, str] | None:
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        return "the name is not allowed here", "use courses/… and quizzes/… with plain names"
    if size > MOST_FILE_BYTES:
        return "the file is larger than 20 MB", "make it smaller"
    return None


def _limited(files: Mapping[str, bytes], skipped: tuple[str, ...] = ()) -> Bundle:
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BUNDLE_BYTES:
        raise _refusal("the bundle", "it holds more than 500 files or 100 MB", "remove what is not needed")
    return Bundle(files, skipped)


def _refusal(name: str, what: str, remedy: str) -> ContentError:
    return ContentError([Problem(name, 1, what, remedy)])
