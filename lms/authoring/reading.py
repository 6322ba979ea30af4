"""Drafts as modules: read once for each of their versions, shared by the requests of a process."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from lms.authoring.preview.sound import sound
from lms.content.bundle import Bundle
from lms.content.checker.check import check_module
from lms.content.checker.report import Report
from lms.content.loader import Reading, read_module
from lms.content.module import Module

MOST = 8
"""Drafts kept in memory; a module takes a few hundred kilobytes without its media."""
MOST_MEDIA_BYTES = 50_000_000
"""Of the media of all that are kept, together: a draft, or a zip that only waits, can have 100 MB of them."""
Key = tuple[int | UUID, int, dt.datetime]
"""A draft (or a zip that was sent), its version and when that was saved."""
Read = TypeVar("Read")
_readings: OrderedDict[Key, Reading] = OrderedDict()
_sound: OrderedDict[Key, Module | None] = OrderedDict()
_reports: OrderedDict[Key, Report] = OrderedDict()
_lock = threading.Lock()


def reading(key: Key, module_id: str, bundle: Callable[[], Bundle]) -> Reading:
    """What can be read of a draft, with every problem; all of a long module takes half a second."""
    return _kept(_readings, key, lambda: read_module(bundle(), module_id), _media_bytes)


def sound_module(key: Key, module_id: str, bundle: Callable[[], Bundle]) -> Module | None:
    """What of a draft can be shown, however broken the rest is; None if not even its outline can be read."""
    return _kept(_sound, key, lambda: sound(bundle(), reading(key, module_id, bundle), module_id), _bytes_of)


def report(key: Key, module_id: str, bundle: Callable[[], Bundle], today: dt.date) -> Report:
    """What the checker says of a draft; all of a long module takes a second or two, a change of it much less."""
    return _kept(_reports, key, lambda: check_module(bundle(), module_id, today))


def _media_bytes(read: Reading) -> int:
    return _bytes_of(read.module)


def _bytes_of(module: Module | None) -> int:
    return sum(map(len, module.media.values())) if module else 0


def _kept(
    known: OrderedDict[Key, Read], key: Key, read: Callable[[], Read], size: Callable[[Read], int] = lambda _: 0
) -> Read:
    with _lock:
        if key in known:
            known.move_to_end(key)
            return known[key]
    made = read()
    if size(made) > MOST_MEDIA_BYTES:
        return made
    with _lock:
        known[key] = made
        while len(known) > MOST or sum(map(size, known.values())) > MOST_MEDIA_BYTES:
            known.popitem(last=False)
    return made
