"""The file of a backup: a tar with a table of contents, by which every part can be proven whole."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

FORMAT = 1
CONTENTS = "contents.json"
MOST_CONTENTS_BYTES = 100_000
CHUNK = 1024 * 1024


class BackupError(Exception):
    """A backup that cannot be made, or a file that is none; a sentence says why and what to do."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    made_at: str
    """ISO 8601, UTC: every answer given before is in it."""
    database: str
    """`sqlite` or `postgresql`."""
    step: str
    """Of the tables."""
    digests: Mapping[str, str]
    """SHA-256 of each part by its name."""
    format: int = FORMAT


def write(path: Path, contents: Contents, parts: Mapping[str, Path]) -> None:
    """Make the file, whole or not at all, for its owner alone. Raises OSError, FileExistsError if it is there."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as tar:
                _add(tar, CONTENTS, json.dumps(asdict(contents), indent=2).encode())
                for name, part in parts.items():
                    tar.add(part, arcname=name, recursive=False)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()


def read(path: Path, names: set[str], folder: Path) -> Contents:
    """Unpack the parts of these names into a folder, each proven by its digest.

    Raises BackupError for what is no whole backup, OSError when it cannot be read or written.
    """
    try:
        with tarfile.open(path, mode="r:") as tar:
            contents = _contents(tar)
            for name in names & contents.digests.keys():
                _unpack(tar, name, folder / name, contents.digests[name])
    except (tarfile.TarError, EOFError, KeyError, ValueError, TypeError) as error:
        raise BackupError(f"{path} is not a whole backup of Cares ({error}); take another copy of it.") from None
    return contents


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _contents(tar: tarfile.TarFile) -> Contents:
    stream = tar.extractfile(CONTENTS)
    found = json.loads(stream.read(MOST_CONTENTS_BYTES)) if stream else {}
    if found.get("format") != FORMAT:
        raise ValueError(f"its format is {found.get('format')!r}, this version reads {FORMAT}")
    return Contents(**found)


def _unpack(tar: tarfile.TarFile, name: str, target: Path, expected: str) -> None:
    # Written where we say, whatever paths, links and modes the file may hold.
    stream = tar.extractfile(name)
    if stream is None:
        raise ValueError(f"{name} is not a file")
    with stream, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        found = _copy(stream, out)
    if found != expected:
        raise ValueError(f"{name} was changed since it was made")


def _copy(stream: IO[bytes], out: IO[bytes]) -> str:
    """The SHA-256 of what was copied, which is on the disk then."""
    found = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        found.update(chunk)
        out.write(chunk)
    out.flush()
    os.fsync(out.fileno())
    return found.hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))
