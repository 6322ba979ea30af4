"""A zip as the files of one module, or every reason why it cannot be that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lms.authoring.media.picture import PictureError, is_picture, look_at
from lms.content import strict_yaml
from lms.content.bundle import Bundle, from_zip
from lms.content.loader import too_large
from lms.content.media_files import media_fault
from lms.content.problems import ContentError, Problem
from lms.content.schema import Id

_ID: TypeAdapter[str] = TypeAdapter(Id)


@dataclass(frozen=True)
class Taken:
    """What becomes of the files of a draft, by their paths."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{len(self.new)} new, {len(self.changed)} changed, {len(self.same)} as they were, "
            f"{len(self.gone)} taken away"
        )

    @property
    def is_nothing(self) -> bool:
        """Whether every file is as it was, byte for byte."""
        return not (self.new or self.changed or self.gone)


LISTS: dict[str, dict[str, str]] = {
    "module.yaml": {"sections": "pages", "outcomes": ""},
    "sources.yaml": {"sources": ""},
    "scenarios": {"scenes": "choices", "endings": "", "meters": ""},
    "quizzes": {"items": "", "checks": "", "blueprint": ""},
}
"""What has to be a list of parts wherever it is given, and the list that each of these parts has."""


def module_in(data: bytes, module_id: str) -> Bundle:
    """The files of a module that a zip holds, finished or not. Raises ContentError with every problem in them.

    What a draft may have stays: a source that is not there, a question without notes. What cannot be a draft is
    refused: a file that cannot be read, has another shape, or could run.
    """
    return _of_one(from_zip(data), module_id)


def new_module_in(data: bytes) -> tuple[str, Bundle]:
    """The one module that a zip holds, with its id. Raises ContentError."""
    whole = from_zip(data)
    ids = whole.module_ids
    if len(ids) != 1:
        what = "there is no module" if not ids else f"there are {len(ids)} modules: {', '.join(ids)}"
        raise ContentError([Problem("courses", 1, what, "put one folder courses/<module> with a module.yaml into it")])
    try:
        _ID.validate_python(ids[0])
    except ValidationError:
        # It could never be published, and no page changes an id.
        what = f"the module is called {ids[0]!r}, which is no id"
        remedy = "call its folder, its file in quizzes and its `id:` with small letters, numbers and single hyphens"
        raise ContentError([Problem(f"courses/{ids[0]}", 1, what, f"{remedy}, at most 64")]) from None
    return ids[0], _of_one(whole, ids[0])


def _of_one(whole: Bundle, module_id: str) -> Bundle:
    files = whole.of_module(module_id)
    strange = [
        Problem(path, 1, f"the file is no part of the module {module_id}", "leave it out of the zip")
        for path in whole.files.keys() - files.files.keys()
    ]
    top = f"courses/{module_id}/module.yaml"
    large = too_large(files, module_id)
    missing = [] if top in files.files else [Problem(top, 1, "the file is missing", "put it into the zip")]
    found = [*strange, *missing, *([large] if large else [])] or list(unreadable(files, module_id))
    if found:
        raise ContentError(found)
    return files


def unreadable(files: Bundle, module_id: str) -> Iterator[Problem]:
    """Why files cannot stand in a draft, wherever they come from: they cannot be read, or could run."""
    for path, data in sorted(files.files.items()):
        inside = path.removeprefix(f"courses/{module_id}/")
        if inside.startswith("media/"):
            yield from _broken(path, data) if is_picture(path) else ()
            fault = media_fault(path, data)
            if fault:
                yield Problem(path, 1, *fault)
        elif path.endswith((".yaml", ".md")):
            kind = "quizzes" if inside == path else inside.split("/")[0]
            yield from _wrong(path, data, LISTS.get(kind, {}), module_id)


def _wrong(path: str, data: bytes, lists: dict[str, str], module_id: str) -> Iterator[Problem]:
    """Why a text cannot be written on in the browser."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        yield Problem(path, line, "this is no text in UTF-8", "save the file as UTF-8")
        return
    if path.endswith(".yaml"):
        try:
            read = strict_yaml.load(text.removeprefix("\ufeff"), path).data
        except ContentError as error:
            yield from error.problems
            return
        yield from _misshapen(path, read, lists, module_id)


def _misshapen(path: str, read: Any, lists: dict[str, str], module_id: str) -> Iterator[Problem]:
    if not isinstance(read, dict):
        yield Problem(path, 1, "there are no names with values", "see docs/content-format.md for what it holds")
        return
    if path.endswith("/module.yaml") and read.get("id", module_id) != module_id:
        yield Problem(path, 1, f"the id is {read['id']}", f"name it {module_id}, as its folder is called")
    for name, inner in lists.items():
        parts = read.get(name)
        is_list = parts is None or (isinstance(parts, list) and all(isinstance(part, dict) for part in parts))
        if not is_list or (inner and not all(isinstance(part.get(inner, []), list) for part in parts or ())):
            yield Problem(path, 1, f"`{name}` is no list of parts", "begin each part with `- id:`")


def _broken(path: str, data: bytes) -> list[Problem]:
    """What is wrong with a picture; one that is whole stays byte for byte, since a zip has to come back as it went."""
    try:
        look_at(path, data)
    except PictureError as error:
        fault, _, hint = str(error).partition("; ")
        return [Problem(path, 1, fault, hint)]
    return []


def replacing(old: Bundle, new: Bundle) -> tuple[dict[str, bytes | None], Taken]:
    """What has to be saved so that one bundle becomes another; None: the file goes."""
    taken = outcome(old, new)
    changes: dict[str, bytes | None] = {path: new.files[path] for path in (*taken.new, *taken.changed)}
    return changes | dict.fromkeys(taken.gone), taken


def skipped_words(files: Bundle) -> str:
    """What is said of files in a zip that are no part of a module; empty if there are none."""
    if not files.skipped:
        return ""
    shown = ", ".join(files.skipped[:5]) + (f" and {len(files.skipped) - 5} more" if len(files.skipped) > 5 else "")
    return f"Left out, since only the computer that made the zip needs them: {shown}."


def outcome(old: Bundle, new: Bundle) -> Taken:
    """What becomes of the files if one bundle takes the place of another."""
    both = sorted(old.files.keys() & new.files.keys())
    return Taken(
        new=tuple(sorted(new.files.keys() - old.files.keys())),
        changed=tuple(path for path in both if old.files[path] != new.files[path]),
        same=tuple(path for path in both if old.files[path] == new.files[path]),
        gone=tuple(sorted(old.files.keys() - new.files.keys())),
    )
