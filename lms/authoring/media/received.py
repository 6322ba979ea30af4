"""A file that somebody sends: under which name it can be kept, and whether it is what its name says."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

from lms.authoring.files.outline import slug
from lms.content.media_files import media_fault
from lms.content.svg import plain_svg

_MOST_ENDING = 8


class UnfitError(Exception):
    """Why a file cannot be kept, and what to do, in one sentence."""


def safe_name(sent: str, taken: Collection[str]) -> str:
    """The name of a file as pages can name it: `C:\\Übung 1.PNG` becomes `ubung-1.png`; never one that is taken."""
    last = PurePosixPath(sent.replace("\\", "/")).name
    stem, _, ending = last.rpartition(".")
    ending = slug(ending, ())[:_MOST_ENDING]
    stems = [one.removesuffix(f".{ending}") for one in taken if one.endswith(f".{ending}")]
    return f"{slug(stem or 'file', stems)}.{ending}"


def kept_as(name: str, data: bytes) -> bytes:
    """What is kept of a file: a drawing is written anew from what a drawing may hold, all else stays as it is.

    Raises UnfitError for what is not what its name says, or could run.
    """
    if not data:
        raise UnfitError("the file is empty; choose another")
    fault = media_fault(name, data)
    if fault:
        raise UnfitError("; ".join(fault))
    return plain_svg(data) if name.endswith(".svg") else data
