"""What makes a forked process a part of its own: its name, its signals, and that it ends with its supervisor."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time

from lms.memory import take_from_one_place

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
OURS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


def become(name: str, parent: int) -> None:
    """Be the part of this name for as long as the parent lives."""
    # A group of its own: Ctrl-C reaches the supervisor alone, which stops its parts in good order.
    os.setpgid(0, 0)
    for sign in OURS:
        signal.signal(sign, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NAME, f"cares-{name}".encode()[:15], 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before it could be watched
        os.kill(os.getpid(), signal.SIGTERM)


def prepare_to_fork() -> None:
    """Make forked processes share as much memory as they can."""
    gc.collect()
    gc.freeze()  # the collector would write to every object, and so unshare it
    take_from_one_place()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
