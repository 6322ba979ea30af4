"""The outline of a module: sections and pages, added, renamed, moved and taken away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, Literal

from lms.authoring.files.parts import module_file
from lms.authoring.files.yaml_text import dicts, edited, plain, written
from lms.content import strict_yaml
from lms.content.problems import ContentError

Files = Mapping[str, str]
"""Texts of files by path."""
Changes = dict[str, str | None]
"""New texts of files; None: it goes."""
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_TITLE = re.compile(r"^title:(?:[ \t].*)?(?:\n[ \t]+\S.*)*$", re.MULTILINE)
"""With the lines that go on with it."""
_MOST = 60
PAGE = "---\ntitle: {title}\n---\n\nWrite here what this page is about.\n"


def slug(title: str, taken: Collection[str]) -> str:
    """An id made of a title, different from those that are taken."""
    plain_letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = _NO_LETTERS.sub("-", plain_letters).strip("-")[:_MOST].strip("-") or "page"
    number, found = 2, made
    while found in taken:
        found, number = f"{made}-{number}", number + 1
    return found


def page_file(module_id: str, section_id: str, page_id: str) -> str:
    """Where a page is."""
    return f"courses/{module_id}/{section_id}/{page_id}.md"


def sections_of(text: str, module_id: str) -> list[dict[str, Any]]:
    """The sections as module.yaml lists them, each with a list of pages. Raises ContentError."""
    data = plain(text, module_file(module_id))
    found = dicts(data.get("sections")) if isinstance(data, dict) else []
    # Copies: they are going to be changed.
    return [deepcopy(one) | {"pages": _pages(one)} for one in found if one.get("id")]


def _pages(section: Mapping[str, Any]) -> list[str]:
    found = section.get("pages")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def with_section(text: str, module_id: str, title: str, taken: Collection[str]) -> Changes:
    """One section more at the end, with a first page. Raises ContentError."""
    sections = sections_of(text, module_id)
    id_ = slug(title, [*(one["id"] for one in sections), "media", "scenarios", "tools"])
    page_id = slug("First page", taken)
    made = {"id": id_, "title": title, "minutes": 10, "pages": [page_id]}
    return _with(text, module_id, [*sections, made]) | {
        page_file(module_id, id_, page_id): PAGE.format(title=_in_yaml("First page"))
    }


def with_page(text: str, module_id: str, section_id: str, title: str, taken: Collection[str]) -> tuple[Changes, str]:
    """One page more at the end of a section; and its id. Raises ContentError, LookupError."""
    sections = sections_of(text, module_id)
    section = _section(sections, section_id)
    page_id = slug(title, taken)
    section["pages"] = [*section["pages"], page_id]
    page = PAGE.format(title=_in_yaml(title))
    return _with(text, module_id, sections) | {page_file(module_id, section_id, page_id): page}, page_id


def renamed(text: str, module_id: str, section_id: str, title: str, minutes: float | str) -> Changes:
    """A section with another title and plan of time; its id stays. Raises ContentError, LookupError."""
    sections = sections_of(text, module_id)
    section = _section(sections, section_id)
    section |= {"title": title, "minutes": minutes}
    return _with(text, module_id, sections)


def section_moved(text: str, module_id: str, section_id: str, by: Literal[-1, 1]) -> Changes:
    """A section changed for its neighbour. Raises ContentError, LookupError."""
    sections = sections_of(text, module_id)
    _swap(sections, sections.index(_section(sections, section_id)), by)
    return _with(text, module_id, sections)


def page_moved(text: str, module_id: str, page_id: str, by: Literal[-1, 1], files: Files) -> Changes:
    """A page changed for its neighbour, or put into the next section: its own may be empty then.

    Raises ContentError, LookupError.
    """
    sections = sections_of(text, module_id)
    at = _holder(sections, page_id)
    pages = list(sections[at]["pages"])
    place = pages.index(page_id)
    if 0 <= place + by < len(pages):
        _swap(pages, place, by)
        sections[at]["pages"] = pages
        return _with(text, module_id, sections)
    other = at + by
    if not 0 <= other < len(sections):
        return {}
    there = list(sections[other]["pages"])
    sections[at]["pages"] = [one for one in pages if one != page_id]
    sections[other]["pages"] = [page_id, *there] if by > 0 else [*there, page_id]
    old = page_file(module_id, sections[at]["id"], page_id)
    new = page_file(module_id, sections[other]["id"], page_id)
    return _with(text, module_id, sections) | {old: None, new: files[old]}


def without_page(text: str, module_id: str, page_id: str) -> Changes:
    """A page taken away; its section stays, with its title and plan. Raises ContentError, LookupError."""
    sections = sections_of(text, module_id)
    at = _holder(sections, page_id)
    sections[at]["pages"] = [one for one in sections[at]["pages"] if one != page_id]
    return _with(text, module_id, sections) | {page_file(module_id, sections[at]["id"], page_id): None}


def pages_of(text: str, module_id: str, section_id: str) -> list[str]:
    """The ids of the pages of a section. Raises ContentError, LookupError."""
    return list(_section(sections_of(text, module_id), section_id)["pages"])


def without_section(text: str, module_id: str, section_id: str, paths: Collection[str]) -> Changes:
    """A section taken away with whatever is in its folder. Raises ContentError, LookupError."""
    sections = sections_of(text, module_id)
    sections.remove(_section(sections, section_id))
    folder = page_file(module_id, section_id, "").removesuffix(".md")
    gone = {path: None for path in paths if path.startswith(folder)}
    return _with(text, module_id, sections) | gone


def _with(text: str, module_id: str, sections: list[dict[str, Any]]) -> Changes:
    file = module_file(module_id)
    return {file: edited(text, file, ("sections",), sections)}


def _section(sections: list[dict[str, Any]], section_id: str) -> dict[str, Any]:
    return next((one for one in sections if one["id"] == section_id), None) or _missing(section_id)


def _holder(sections: list[dict[str, Any]], page_id: str) -> int:
    """Which section a page is in. Raises LookupError."""
    found = [place for place, one in enumerate(sections) if page_id in one["pages"]]
    return found[0]


def _missing(section_id: str) -> dict[str, Any]:
    raise LookupError(section_id)


def _swap(values: list[Any], place: int, by: int) -> None:
    if 0 <= place + by < len(values):
        values[place], values[place + by] = values[place + by], values[place]


def _in_yaml(title: str) -> str:
    return written({"title": title}).removeprefix("title:").strip()


def title_in(text: str) -> str:
    """What a file says as its title, or nothing; a page that lists titles does not read whole files for them."""
    found = _TITLE.search(text)
    return _read_title(found[0]) if found else ""


@lru_cache(maxsize=1024)
def _read_title(line: str) -> str:
    try:
        return str(strict_yaml.load(f"{line}\n", "title").data["title"] or "").strip()
    except ContentError:  # it is being written: better as it was typed than not at all
        return line.partition(":")[2].strip().strip("\"'")
