"""What is due from time to time: one thing that fails keeps nothing else from being done."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from structlog.testing import capture_logs

from lms.operate import chores


def test_whatever_one_chore_fails_by_the_others_are_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    done, stop = list[str](), threading.Event()

    def broken(*_: object) -> int:
        if done.count("remove_old") == 2:
            stop.set()
        done.append("broken")
        raise LookupError("Ada Bell wrote this")

    def remove_old(*_: object) -> dict[str, int]:
        done.append("remove_old")
        return {}

    broken.__name__ = "look_back"
    monkeypatch.setattr(chores, "look_back", broken)
    monkeypatch.setattr(chores, "remove_old", remove_old)
    monkeypatch.setattr(chores, "RETENTION_EVERY", dt.timedelta(0))
    monkeypatch.setattr(chores, "EVERY_SECONDS", 0.01)
    with capture_logs() as logs:
        chores.run(app, stop)
    assert done == ["broken", "remove_old"] * 2 + ["broken"], "what follows is not begun once all is being stopped"
    told = next(one for one in logs if one["log_level"] == "error")
    assert told["chore"] == "look_back"
    assert (told["error"], told["line"].partition(":")[0]) == ("LookupError", "test_chores.py")
    assert "Ada" not in str(logs), "a log holds nothing of people"
