"""What an installation can set: its name, colour, logo, and https."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms import config
from lms.app import create_app

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>Northway</title></svg>'


def visitor(folder: Path, **values: object) -> FlaskClient:
    url = f"sqlite:///{folder / 'cares.db'}"
    return create_app(config.load({}, instance=folder / "instance", database_url=url, **values)).test_client()


def test_name_and_colour(tmp_path: Path) -> None:
    browser = visitor(tmp_path, organisation="Northway <Hospitals>", brand_colour="#ffdd00")
    page = browser.get("/accessibility").text
    assert "Northway &lt;Hospitals&gt;" in page
    css = browser.get(re.search(r"/static/cares\.\w+\.css", page)[0]).text  # type: ignore[index]
    assert "--accent:#ffdd00" in css, "a bright colour stays itself on dark ground"
    assert "--accent:#7a6a00" in css, "and is darkened on white"


def test_logo(tmp_path: Path) -> None:
    logo = tmp_path / "logo.SVG"
    logo.write_text(SVG, encoding="utf-8")
    browser = visitor(tmp_path, logo=logo)
    address = re.search(r"/static/logo\.\w+\.svg", browser.get("/accessibility").text)[0]  # type: ignore[index]
    assert browser.get(address).text == SVG


def test_missing_logo_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nowhere\.svg"):
        visitor(tmp_path, logo=tmp_path / "nowhere.svg")


def test_https_is_kept_to(tmp_path: Path) -> None:
    browser = visitor(tmp_path, public_url="https://cares.example.org")
    answer = browser.get("/accessibility", base_url="https://cares.example.org")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
