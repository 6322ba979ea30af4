"""Which files may lie in a module's folder `media`: what they are called and what they are must agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lms.content.svg import SvgError, clean_svg

# First bytes of each kind. Nothing is served that a browser could take for a page or a script.
_KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "mp3": lambda data: data.startswith(b"ID3") or data[:1] == b"\xff",
    "m4a": lambda data: data[4:8] == b"ftyp",
    "mp4": lambda data: data[4:8] == b"ftyp",
    "webm": lambda data: data.startswith(b"\x1a\x45\xdf\xa3"),
    "vtt": lambda data: data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"),
}


def media_fault(name: str, data: bytes) -> tuple[str, str] | None:
    """What is wrong with a media file and what to do, or None."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending == "svg":
        return _drawing_fault(data)
    if ending not in _KINDS:
        return "files of this kind are not allowed here", f"use {', '.join(sorted([*_KINDS, 'svg']))}"
    if not _KINDS[ending](data):
        return f"the file is not what its ending .{ending} says", "save it anew in that format"
    return None


def _drawing_fault(data: bytes) -> tuple[str, str] | None:
    try:
        clean_svg(data, "drawing")
    except SvgError as error:
        return f"the drawing {error}", "see the section on diagrams in docs/content-format.md"
    return None
