"""A zip as the files of one module, or every reason why it cannot be that."""

from __future__ import annotations

from dataclasses import dataclass

from lms.authoring.media.picture import PictureError, is_picture, look_at
from lms.content.bundle import Bundle, from_zip
from lms.content.loader import load_module
from lms.content.problems import ContentError, Problem


@dataclass(frozen=True)
class Taken:
    """What became of the files of a draft."""

    new: int
    changed: int
    same: int
    gone: int

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.same} as they were, {self.gone} taken away"


def module_in(data: bytes, module_id: str) -> Bundle:
    """The files of a module that a zip holds. Raises ContentError with every problem in them."""
    whole = from_zip(data)
    files = whole.of_module(module_id)
    strange = [
        Problem(path, 1, f"the file is no part of the module {module_id}", "leave it out of the zip")
        for path in whole.files.keys() - files.files.keys()
    ]
    if strange:
        raise ContentError(strange)
    load_module(files, module_id)
    broken = [problem for path, data in files.files.items() if is_picture(path) for problem in _broken(path, data)]
    if broken:
        raise ContentError(broken)
    return files


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
    changes: dict[str, bytes | None] = {path: data for path, data in new.files.items() if old.files.get(path) != data}
    gone = old.files.keys() - new.files.keys()
    added = new.files.keys() - old.files.keys()
    taken = Taken(len(added), len(changes) - len(added), len(new.files) - len(changes), len(gone))
    return changes | dict.fromkeys(gone), taken
