"""What an operator is told of an installation."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from pathlib import Path

import pytest

from lms import config
from lms.app import create_app
from lms.operate import chores, doctor, instance
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


def test_the_folder_of_lists_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    settings = ready(tmp_path, people_folder=str(folder))
    assert f"The folder {folder} for lists of people cannot be read" in told(settings)[False]
    folder.mkdir()
    assert f"There is no list of people in {folder}." in told(settings)[False]
    assert "No list of people was read out of the folder yet" in told(settings)[False]
    people = folder / "people.csv"
    people.write_text("email,name,site\n", encoding="utf-8")
    for days, is_well, said in ((0, True, "less than a day old"), (1, True, "1 day old"), (2, False, "2 days old")):
        written = time.time() - days * 24 * 3600 - 60
        os.utime(people, (written, written))
        assert re.search(rf"The last list of people in .* UTC, {said}\.", told(settings)[is_well])
    os.utime(people, (time.time() + 10**6, time.time() + 10**6))
    assert "which is to come" in told(settings)[False]
    app = create_app(settings)
    assert chores.sync_people(app, dt.datetime.now(dt.UTC)) is None
    run = chores.sync_people(app, dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2))
    assert run
    assert "The last list out of the folder was refused on" in told(settings)[False]


def test_looking_makes_nothing(tmp_path: Path) -> None:
    settings = config.load({}, instance=tmp_path / "nowhere")
    assert "There is no folder" in told(settings)[False]
    assert not settings.instance.exists()
