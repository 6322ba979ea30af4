"""What is copied to servers names only what exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts.access import most_bytes_of_files
from lms.cli import main
from lms.config import PREFIX, Settings, load

FOLDER = Path(__file__).parents[2] / "docs" / "deploy"
UNITS = sorted(FOLDER.glob("*.service"))


def test_every_setting_exists_and_is_taken(tmp_path: Path) -> None:
    # systemd and sh both read it: a value with blanks has to be quoted.
    given = dict(word.split("=", 1) for word in shlex.split((FOLDER / "environment").read_text("utf-8"), comments=True))
    assert {name.removeprefix(PREFIX).lower() for name in given} <= set(Settings.model_fields)
    settings = load(given | {"LMS_INSTANCE": str(tmp_path)})
    assert settings.is_https
    assert settings.trusted_proxies == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=.*\.venv/bin/lms (\w+)", text, re.MULTILINE)
    assert found, unit
    assert found[1] in main.commands
    assert "User=cares" in text
    assert "UMask=0077" in text


def test_the_proxy_asks_where_systemd_listens() -> None:
    listens = re.search(r"^ListenStream=(\S+)", (FOLDER / "cares-web.socket").read_text(encoding="utf-8"), re.MULTILINE)
    assert listens
    assert f"server {listens[1]};" in (FOLDER / "nginx.conf").read_text(encoding="utf-8")


def test_the_proxy_says_all_that_is_believed() -> None:
    text = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    for block in re.findall(r"location [^{]+\{[^}]+\}", text):
        for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"):
            assert f"proxy_set_header {name} $" in block, block
    assert "proxy_request_buffering on" in text


def test_the_proxy_lets_through_what_is_taken(app: Flask) -> None:
    text = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    places = re.findall(r"location ~ (\S+) \{\s+client_max_body_size (\d+)m;", text)
    for rule in app.url_map.iter_rules():
        most = most_bytes_of_files(app, rule.endpoint)
        if most and "POST" in (rule.methods or ()):
            path = rule.rule.replace("<module_id>", "a-module")
            assert max(int(size) * 2**20 for place, size in places if re.search(place, path)) >= most, path
    assert int(re.findall(r"    client_max_body_size (\d+)m;", text)[0]) <= 4, "elsewhere as little as ever"
