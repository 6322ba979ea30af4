"""How a process takes memory from the system."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def take_from_one_place() -> None:
    """All threads take memory from one place: else each keeps what it once needed. Only glibc does it another way."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.malloc_trim(0)  # what is free goes back now
