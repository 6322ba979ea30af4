"""Who was erased, by opaque names in a file beside the database: a restored copy of before must not bring them back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

FILE = "erased"
_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def names(instance: Path) -> set[UUID]:
    """The opaque names of all who were erased here; a line that was cut short is none. Raises OSError."""
    path = instance / FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return {UUID(line) for line in text.split() if _NAME.fullmatch(line)}


def remember(instance: Path, erased: Iterable[UUID]) -> None:
    """Note them, on the disk when this returns. Done before an erasure: the relay finishes one that is killed."""
    text = "".join(f"{name}\n" for name in erased)
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(instance / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
