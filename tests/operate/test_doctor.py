"""What an operator is told of an installation."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lms import config
from lms.operate import doctor, instance
from lms.operate.backup import service as backups
from lms.operate.preparing import prepare


def told(settings: config.Settings) -> dict[bool, str]:
    """All that is well, and all that is not."""
    found = list(doctor.examine(settings))
    return {is_well: "\n".join(one.what for one in found if one.is_well is is_well) for is_well in (True, False)}


def ready(tmp_path: Path, **settings: str) -> config.Settings:
    """An installation that was never served."""
    made = config.load({f"LMS_{name.upper()}": value for name, value in settings.items()}, instance=tmp_path / "here")
    instance.make(made.instance)
    prepare(made, "admin@example.org")
    return made


def test_a_new_installation_may_do_without_a_backup_for_a_week(tmp_path: Path) -> None:
    settings = ready(tmp_path)
    assert "No backup was made here yet" in told(settings)[True]
    week_ago = time.time() - 8 * 24 * 3600
    os.utime(settings.instance / "keys", (week_ago, week_ago))
    assert "No backup was made here yet" in told(settings)[False]
    backups.back_up(settings, tmp_path / "copy.tar", None)
    assert "The latest backup made here is of" in told(settings)[True]
    (settings.instance / backups.STAMP).write_text("2020-01-01T00:00:00+00:00", encoding="ascii")
    assert "The latest backup made here is of 2020-01-01 00:00 UTC" in told(settings)[False]


@pytest.mark.parametrize(
    ("settings", "is_well", "words"),
    [
        ({}, True, "People come to http://127.0.0.1:8000."),
        ({"public_url": "https://cares.example.org"}, False, "the proxy that does TLS is not believed"),
        ({"public_url": "https://cares.example.org", "trusted_proxies": "1"}, True, "https://cares.example.org."),
        ({"public_url": "http://cares.example.org"}, False, "without TLS"),
    ],
)
def test_the_address_is_looked_at(tmp_path: Path, settings: dict[str, str], is_well: bool, words: str) -> None:
    assert words in told(ready(tmp_path, **settings))[is_well]


def test_looking_makes_nothing(tmp_path: Path) -> None:
    settings = config.load({}, instance=tmp_path / "nowhere")
    assert "There is no folder" in told(settings)[False]
    assert not settings.instance.exists()
