"""Where the files of the folder `media` are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_NAMED = re.compile(r"media/[A-Za-z0-9][A-Za-z0-9_./-]*")


def uses(names: Iterable[str], texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The files, of those with these texts, in which each name stands. `texts` are those of pages, by path."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for path, text in sorted(texts.items()):
        # A full stop may end a sentence rather than a name.
        named = {one.rstrip(".").removeprefix("media/") for one in _NAMED.findall(text)}
        for name in named & found.keys():
            found[name].append(path)
    return found


def page_of(path: str) -> str | None:
    """The id of the page that a file holds; None for what is no page of a section."""
    parts = PurePosixPath(path).parts
    is_page = len(parts) == len(("courses", "module", "section", "page.md")) and path.endswith(".md")
    return PurePosixPath(path).stem if is_page and parts[2] not in ("tools", "scenarios", "media") else None
