"""The modules that learners see: loaded once for each revision, shared by all requests of a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.content.bundle import from_zip
from lms.content.loader import load_module, load_programme
from lms.content.models import PROGRAMME, Revision, Standing
from lms.content.module import Module
from lms.content.schema import Programme

_SHOWN: ContextVar[Module | None] = ContextVar("shown", default=None)
FRESH_SECONDS = 1.0
"""How long a process goes on without asking which revisions are published."""


@dataclass
class Library:
    """Published modules by id; any revision by its number in the table, for attempts drawn from it."""

    _modules: dict[int, Module] = field(default_factory=dict)
    _programmes: dict[int, Programme] = field(default_factory=dict)
    _published: dict[str, int] = field(default_factory=dict)
    _asked_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def programme(self, session: Session) -> Programme | None:
        """The published programme; None before the first import."""
        revision_id = self._current(session).get(PROGRAMME)
        if revision_id is None:
            return None
        if revision_id not in self._programmes:
            self._programmes[revision_id] = load_programme(from_zip(_files(session, revision_id)))
        return self._programmes[revision_id]

    @contextmanager
    def showing(self, module: Module) -> Iterator[None]:
        """Whoever asks for this module meanwhile, in this thread, gets it as it is given: for a look at a draft."""
        before = _SHOWN.set(module)
        try:
            yield
        finally:
            _SHOWN.reset(before)

    def module(self, session: Session, module_id: str) -> Module | None:
        """The published revision of a module."""
        shown = _SHOWN.get()
        if shown is not None and shown.id == module_id:
            return shown
        revision_id = self.revision_id(session, module_id)
        return self.revision(session, revision_id) if revision_id is not None else None

    def revision_id(self, session: Session, module_id: str) -> int | None:
        """Which revision of a module is published."""
        return self._current(session).get(module_id)

    def revision(self, session: Session, revision_id: int) -> Module:
        """A module as it was in one revision, published now or not."""
        module = self._modules.get(revision_id)
        if module is not None:
            return module
        with self._lock:  # one thread reads the files, the others wait for what it makes of them
            if revision_id not in self._modules:
                subject = session.scalars(select(Revision.subject).filter_by(id=revision_id)).one()
                self._modules[revision_id] = load_module(from_zip(_files(session, revision_id)), subject)
            return self._modules[revision_id]

    def keep(self, revision_id: int, module: Module) -> None:
        """A module that was just read; its revision must be committed."""
        with self._lock:
            self._modules[revision_id] = module

    def forget(self) -> None:
        """Know nothing any more: at the next look all is read anew, perhaps from another database."""
        with self._lock:
            self._asked_at = float("-inf")
            self._modules.clear()
            self._programmes.clear()

    def _current(self, session: Session) -> dict[str, int]:
        now = time.monotonic()
        if now - self._asked_at > FRESH_SECONDS:
            query = select(Revision.subject, Revision.id).filter_by(standing=Standing.PUBLISHED)
            self._published = dict(session.execute(query).all())
            self._asked_at = now
        return self._published


def _files(session: Session, revision_id: int) -> bytes:
    return session.scalars(select(Revision.files).filter_by(id=revision_id)).one()


library = Library()
"""The one library of this process."""
