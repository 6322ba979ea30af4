"""Which files of a module may be sent, and as what."""

from __future__ import annotations

from pathlib import PurePosixPath

_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".vtt": "text/vtt",
}


def media_type(name: str) -> str | None:
    """The media type of a file by its ending; None for what is never sent."""
    return _TYPES.get(PurePosixPath(name).suffix.lower())
