"""What is different between two states of a module that may not be whole."""

from __future__ import annotations

from dataclasses import dataclass

from lms.authoring.comparing.comparison import Comparison, compare
from lms.content.loader import Reading
from lms.content.problems import Problem


@dataclass(frozen=True)
class Compared:
    """The difference, as far as both can be read, and what is to be mended in either."""

    comparison: Comparison | None
    """None: one of them cannot be read at all."""
    of_old: tuple[Problem, ...]
    of_new: tuple[Problem, ...]

    @classmethod
    def of(cls, old: Reading, new: Reading) -> Compared:
        """Two readings side by side."""
        found = compare(old.module, new.module) if old.module and new.module else None
        return cls(found, old.problems, new.problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of both."""
        return self.of_old + self.of_new
