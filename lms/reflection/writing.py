"""What someone wrote on one prompt, opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from lms.reflection.prompts import Kind
from lms.reflection.words import Words


@dataclass(frozen=True)
class Writing:
    """What someone wrote on one prompt, as it is now."""

    kind: Kind
    module_id: str
    block_id: str
    words: Words = field(default_factory=Words)
    version: int = 0
    uuid: UUID | None = None
    """None as long as nothing was saved."""
    saved_at: dt.datetime | None = None
    first_saved_at: dt.datetime | None = None
    is_compared: bool = False
    """Whether the model answer was opened."""
    is_shut: bool = False
    """Something is kept that does not open: changed, or sealed by a key that is no longer there."""

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to read, or something that does not open."""
        return self.is_shut or not self.words.is_empty

    @property
    def has_versions(self) -> bool:
        """Whether something was saved; what is empty now may have been full."""
        return self.saved_at is not None

    @property
    def anchor(self) -> str:
        """Its place in the journal."""
        return f"{self.module_id}-{self.kind}-{self.block_id}"
