"""The frame of every page: one small stylesheet and script kept for ever, headers that allow nothing else."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def test_page_asks_for_one_stylesheet_one_script_and_an_icon(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert len(re.findall(r"<link rel=\"stylesheet\"", page)) == 1
    assert len(re.findall(r"<script", page)) == 1
    assert "style=" not in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_files_are_kept_for_ever_and_small(client: FlaskClient) -> None:
    total = 0
    for address in re.findall(r"/static/[\w.]+", client.get("/sign-in").text):
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Vary"] == "Accept-Encoding"
        total += len(answer.data)
    assert 0 < total < 60_000


def test_unknown_file_is_not_found(client: FlaskClient) -> None:
    assert client.get("/static/cares.0123456789ab.css").status_code == 404
    assert client.get("/static/../app.py").status_code == 404


def test_every_kind_of_answer_is_guarded(client: FlaskClient) -> None:
    for answer in (client.get("/sign-in"), client.get("/nowhere"), client.post("/sign-in"), client.put("/sign-in")):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert set(re.findall(r"'([^']+)'", policy)) == {"none", "self"}
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers
