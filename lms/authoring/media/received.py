"""A file that somebody sends: under which name it can be kept, and whether it is what its name says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from lms.authoring.files.outline import slug
from lms.authoring.media.drawing import cleaned
from lms.authoring.media.picture import LONGEST_SIDE, PictureError, is_picture, redrawn
from lms.content.media_files import media_fault
from lms.content.svg import SvgError, plain_svg

_MOST_ENDING = 8


class UnfitError(Exception):
    """Why a file cannot be kept, and what to do, in one sentence."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a file, and what the sender should know of it; nothing if it is empty."""

    data: bytes
    said: str = ""


def safe_name(sent: str, taken: Collection[str]) -> str:
    """The name of a file as pages can name it: `C:\\Übung 1.PNG` becomes `ubung-1.png`; never one that is taken."""
    last = PurePosixPath(sent.replace("\\", "/")).name
    stem, _, ending = last.rpartition(".")
    ending = slug(ending, ())[:_MOST_ENDING]
    stems = [one.removesuffix(f".{ending}") for one in taken if one.endswith(f".{ending}")]
    return f"{slug(stem or 'file', stems)}.{ending}"


def kept_as(name: str, data: bytes) -> Kept:
    """What is kept of a file: a drawing is written anew from what a drawing may hold, a picture from its pixels.

    Sounds, films and captions stay as they are.

    Raises UnfitError for what is not what its name says, or could run.
    """
    if not data:
        raise UnfitError("the file is empty; choose another")
    if name.endswith(".svg"):
        return _drawing(data)
    fault = media_fault(name, data)
    if fault:
        raise UnfitError("; ".join(fault))
    if is_picture(name):
        return _picture(name, data)
    return Kept(data)


def _drawing(data: bytes) -> Kept:
    try:
        return Kept(plain_svg(data))  # drawn by our rules, with its title
    except SvgError:
        pass
    try:
        made = cleaned(data)
    except SvgError as error:
        raise UnfitError(f"the drawing {error}") from None
    return Kept(made.data, f"cleaned; left out: {', '.join(made.dropped)}" if made.dropped else "cleaned")


def _picture(name: str, data: bytes) -> Kept:
    try:
        made = redrawn(name, data)
    except PictureError as error:
        raise UnfitError(str(error)) from None
    return Kept(made.data, f"made smaller, to {LONGEST_SIDE:,} pixels on its longest side" if made.is_smaller else "")
