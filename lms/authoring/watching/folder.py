"""A module in a folder: whether something was saved there since the last look, and what is there now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lms.content.bundle import Bundle, from_folder

Stamps = dict[str, tuple[int, int]]
"""When each file was changed, in nanoseconds, and its size in bytes."""


@dataclass
class Folder:
    """The files of one module, wherever they lie below a folder."""

    root: Path
    module_id: str
    _stamps: Stamps | None = None

    @classmethod
    def of(cls, path: Path, module_id: str) -> Folder:
        """The folder that holds courses/ and quizzes/, if one of a module (courses/<id>) is named."""
        path = path.resolve()
        is_module = path.parent.name == "courses" and not (path / "courses").is_dir()
        return cls(path.parent.parent if is_module else path, module_id)

    def was_changed(self) -> bool:
        """Whether a file came, went or was saved since this was asked last."""
        before, self._stamps = self._stamps, self._look()
        return before != self._stamps

    def files(self) -> Bundle:
        """The files of the module. Raises ContentError, and OSError for what vanishes meanwhile."""
        return from_folder(self.root).of_module(self.module_id)

    def _look(self) -> Stamps:
        tops = (self.root / "courses" / self.module_id, self.root / "quizzes")
        found = {str(path): path.lstat() for top in tops for path in top.rglob("*") if path.is_file()}
        return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in found.items()}
