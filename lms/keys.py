"""Secrets of an installation: made once, kept in files that only their owner can read, never in the database."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def secret(instance: Path, name: str) -> bytes:
    """The 256-bit secret of this name, made on first use. Raises OSError when it cannot be read or made."""
    path = instance / "keys" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Two processes may start at once: only one of them creates the file, both read what it wrote.
    with contextlib.suppress(FileExistsError):
        write_private(path, secrets.token_hex(KEY_BYTES))
    return bytes.fromhex(path.read_text(encoding="ascii"))


def write_private(path: Path, text: str) -> None:
    """Write a new file with mode 0600, whole or not at all. Raises FileExistsError if it is there already."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
