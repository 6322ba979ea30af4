"""The files that pages load: one stylesheet, one script, the icon and the logo, made once when the application starts.

Rooms add to the two by putting `*.css` and `*.js` into their own folder `static`. Every file name carries a hash of
what is in it, so that browsers may keep it for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from lms.config import Settings
from lms.ui import bootstrap, colours
from lms.ui.colours import Accent

ROOMS = Path(__file__).parent.parent
_FIRST = ("ui",)
"""The rooms whose files come first, so that others can build on them."""
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    name: str
    """With the hash of its content."""
    body: bytes

    @property
    def media_type(self) -> str:
        return _TYPES[Path(self.name).suffix]

    @cached_property
    def compressed(self) -> bytes | None:
        """Gzipped, for what becomes smaller by it."""
        return None if self.name.endswith(".png") else gzip.compress(self.body, 9, mtime=0)


@dataclass(frozen=True)
class Assets:
    """All files: by the name that templates use, and by the name that browsers ask for."""

    files: dict[str, Asset]

    @cached_property
    def by_address(self) -> dict[str, Asset]:
        return {asset.name: asset for asset in self.files.values()}


def build(settings: Settings) -> Assets:
    """The files of one installation. Raises OSError when its logo cannot be read."""
    files = {
        "cares.css": _stylesheet(settings.brand_colour).encode(),
        "cares.js": _script().encode(),
        "icon.svg": _icon(settings.brand_colour).encode(),
    }
    if settings.logo:
        files[f"logo{settings.logo.suffix.lower()}"] = settings.logo.read_bytes()
    return Assets({name: _named(name, body) for name, body in files.items()})


def _named(name: str, body: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    return Asset(f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}", body)


@lru_cache(maxsize=4)
def _stylesheet(brand: str) -> str:
    ours = "\n".join(path.read_text(encoding="utf-8") for path in _sources(".css"))
    return bootstrap.stylesheet() + _brand(brand) + _smaller(ours)


def _brand(brand: str) -> str:
    light, dark = _properties(colours.light(brand)), _properties(colours.dark(brand))
    # Paper is white whatever the screen was: the dark colours are for screens alone.
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _properties(accent: Accent) -> str:
    return f"--accent:{accent.text};--on-accent:{accent.on};--accent-soft:{accent.soft}"


@lru_cache(maxsize=1)
def _script() -> str:
    """Every script in a block of its own: they share no names, and talk by events of the page."""
    return "\n".join(f"{{\n{path.read_text(encoding='utf-8')}}}" for path in _sources(".js"))


def _icon(brand: str) -> str:
    accent = colours.light(brand)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="8" fill="{accent.text}"/>'
        f'<path d="M23 11.5A8.2 8.2 0 1 0 23 20.5" fill="none" stroke="{accent.on}" stroke-width="3.4" '
        'stroke-linecap="round"/></svg>'
    )


def _sources(ending: str) -> list[Path]:
    return sorted(ROOMS.glob(f"*/static/*{ending}"), key=_order)


def _order(path: Path) -> tuple[bool, str, str]:
    room = path.parent.parent.name
    return room not in _FIRST, room, path.name


def _smaller(css: str) -> str:
    return "\n".join(_lines(_COMMENT.sub("", css).splitlines()))


def _lines(lines: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in lines if line.strip())
