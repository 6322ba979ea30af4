"""Pictures that somebody sends, drawn anew: what is kept is the picture and nothing else that the file held.

Only the three decoders that modules need are ever asked, and what the header claims is weighed before anything is
decoded. It is done in the request: only trainers may send pictures, their number and size are bounded, and a process
of the same user without a sandbox would see the same secrets as this one.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}
"""The decoder for each ending."""
LONGEST_SIDE = 2000
"""Pixels; a larger picture is made smaller."""
MOST_PIXELS = 24_000_000
"""Width times height; decoding 40 million was measured to take up to 0.6 GB, for WebP."""

_TOO_LARGE = "the picture has more than 24 million pixels; make it smaller and send it again"
_BROKEN = "the picture is broken or cut short; save it anew and send it again"
_MOVES = "the picture moves; send a still one, or a film as .mp4"
_DEEP = "the picture has more than 8 bits a colour; save it with 8 and send it again"
_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What decoders raise for files that are broken."""
_one_at_a_time = threading.Lock()
"""Two large pictures side by side would take twice the memory."""


class PictureError(Exception):
    """Why a picture cannot be kept, and what to do, in one sentence."""


@dataclass(frozen=True)
class Redrawn:
    """A picture drawn anew."""

    data: bytes
    is_smaller: bool
    """Whether its sides had to be shortened."""


def is_picture(name: str) -> bool:
    """Whether a file is a picture made of pixels, by its ending."""
    return _ending(name) in FORMATS


def look_at(name: str, data: bytes) -> None:
    """Weigh a picture that is kept as it is, without decoding it. Raises PictureError."""
    with _weighed(name, data) as image, _broken():
        image.verify()


def redrawn(name: str, data: bytes) -> Redrawn:
    """A picture upright, in sRGB and no larger than pages need, without what cameras write into it.

    Raises PictureError for what is broken, moves or is too large.
    """
    with _one_at_a_time, _weighed(name, data) as image:
        if image.format != "MPO" and getattr(image, "is_animated", False):  # phones put a preview behind the picture
            raise PictureError(_MOVES)
        is_smaller = max(image.size) > LONGEST_SIDE
        with _broken():
            small = _in_srgb(_small(image))
        if small is None:
            raise PictureError(_DEEP)
        return Redrawn(_written(small, FORMATS[_ending(name)], data), is_smaller)


@contextmanager
def _weighed(name: str, data: bytes) -> Iterator[Image.Image]:
    with _broken():
        image = Image.open(BytesIO(data), formats=[FORMATS[_ending(name)]])
    with image:
        if image.width * image.height > MOST_PIXELS:
            raise PictureError(_TOO_LARGE)
        yield image


@contextmanager
def _broken() -> Iterator[None]:
    """What a decoder has to say about hostile or broken files, in our words."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_TOO_LARGE) from None
    except _FAULTS:
        raise PictureError(_BROKEN) from None


def _small(image: Image.Image) -> Image.Image:
    """Decoded, small and upright; small first, since every further step copies it."""
    if image.mode in ("P", "PA", "1") or "transparency" in image.info:
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.load()
    return ImageOps.exif_transpose(image)


def _in_srgb(image: Image.Image) -> Image.Image | None:
    """Colours as browsers take them to be; None for what has more than eight bits a colour."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        with suppress(ImageCms.PyCMSError, OSError):  # a profile that is wrong says nothing of the picture
            ours = ImageCms.createProfile("sRGB")
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, theirs, ours, outputMode=mode) or image
    if image.mode in ("RGB", "RGBA", "L", "LA"):
        return image
    return image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "RGBX") else None


def _written(image: Image.Image, kind: str, sent: bytes) -> bytes:
    image.info = {}  # comments and profiles would be written from here
    made = BytesIO()
    if kind == "PNG":
        image.save(made, "PNG")
    elif kind == "JPEG":
        image.save(made, "JPEG", quality=88, optimize=True, progressive=True)
    else:
        image.save(made, "WEBP", quality=85, lossless=b"VP8L" in sent[:64])
    return made.getvalue()


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
