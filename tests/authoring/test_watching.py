"""`lms courses watch`: what is saved in a folder is in the draft a moment later."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.config import Settings
from lms.content.bundle import Bundle
from tests.authoring.desk import BASE, MODULE, draft, published, trainer, written
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
pytestmark = pytest.mark.slow
ROOT = f"courses/{MODULE}"
PAGE = f"{ROOT}/start/who-cares.md"
PATIENCE = 30.0


class Watch:
    """The command, running."""

    def __init__(self, settings: Settings, *arguments: object) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        environment |= {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database}
        command = [sys.executable, "-m", "lms", "courses", "watch", *map(str, arguments)]
        self.running = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.running.stdout
        for line in self.running.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, told: str) -> list[str]:
        """What it says up to a line that holds these words."""
        lines: list[str] = []
        while not lines or told not in lines[-1]:
            lines.append(self._lines.get(timeout=PATIENCE))
        return lines

    def end(self) -> int:
        self.running.send_signal(signal.SIGINT)
        return self.running.wait(PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in sample.files().items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "files"


@pytest.fixture
def watch(settings: Settings) -> Iterator[Callable[..., Watch]]:
    begun: list[Watch] = []

    def begin(*arguments: object) -> Watch:
        begun.append(Watch(settings, *arguments))
        return begun[-1]

    yield begin
    for one in begun:
        one.running.kill()
        one.running.wait()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_is_saved_is_in_the_preview_and_problems_are_told(
    app: Flask, draft: FlaskClient, folder: Path, watch: Callable[..., Watch]
) -> None:
    running = watch(folder, MODULE)
    assert running.until("watching") == [f"watching {folder}; Ctrl-C ends it"]
    begun = time.monotonic()
    replace(folder / PAGE, "Support work", "All work")
    assert running.until("no problems") == [f"put into the draft: {PAGE}", "no problems"]
    assert time.monotonic() - begun < 10
    assert "All work reaches every patient" in draft.get(f"{BASE}/preview/who-cares").text
    assert "All work" not in draft.get(f"/modules/{MODULE}/pages/who-cares").text
    with (folder / PAGE).open("a") as page:
        page.write("\n:::{nonsense}\n:::\n")
    (folder / ROOT / "media" / "lift.svg").write_text(sample.SVG.replace("<rect", "<script>x</script><rect"))
    line = (folder / PAGE).read_text().count("\n") - 1
    told = running.until("`:::{nonsense}`")
    assert told[-1].startswith(f"{PAGE}:{line}: `:::{{nonsense}}`")
    if not any("lift.svg:1" in one for one in told):  # saved a moment later, and seen at the next look
        running.until("lift.svg:1: the drawing has an element <script>")
    assert draft.submit(f"{BASE}/publish", {"version": "9"}).status_code in (409, 422)  # type: ignore[attr-defined]
    assert f"{ROOT}/media/lift.svg" not in written(app), "nobody could write it in the browser"
    (folder / ROOT / "media" / "lift.svg").write_text(sample.SVG)
    running.until(f"put into the draft: {ROOT}/media/lift.svg")
    assert f"{ROOT}/media/lift.svg" in written(app)
    (folder / ROOT / "media" / "lift.svg").unlink()
    running.until(f"put into the draft: {ROOT}/media/lift.svg")
    assert f"{ROOT}/media/lift.svg" not in written(app)
    assert running.end() == 0


@pytest.mark.soak
def test_what_others_wrote_stays(app: Flask, draft: FlaskClient, folder: Path, watch: Callable[..., Watch]) -> None:
    top, page = f"{ROOT}/module.yaml", f"{ROOT}/steady/pause.md"
    replace(folder / page, "title: Pause", "title: A pause")
    draft.submit(f"{BASE}/outline", {"do": "rename section", "section": "start", "title": "By Ida", "minutes": "13"})  # type: ignore[attr-defined]
    running = watch(folder / ROOT, MODULE)
    said = running.until("watching")
    assert said[:-1] == [f"differs from the draft, which stays as it is: {name}" for name in (top, page)]
    replace(folder / top, "title: A sample", "title: By Tom")
    assert running.until("no problems")[0].startswith(f"{top}:1: somebody has changed it in the draft")
    assert b"By Ida" in written(app)[top]
    (folder / top).write_bytes(written(app)[top])
    running.until("no problems")
    replace(folder / top, "By Ida", "By both")
    assert running.until("no problems")[0] == f"put into the draft: {top}"
    assert b"By both" in written(app)[top]
    again = watch(folder, MODULE, "--replace")
    assert again.until("no problems") == [f"put into the draft: {page}", "no problems"]
    assert b"A pause" in written(app)[page]


@pytest.mark.soak
def test_a_folder_that_goes_away_or_cannot_be_read_does_not_empty_the_draft(
    app: Flask, draft: FlaskClient, folder: Path, watch: Callable[..., Watch], tmp_path: Path, published: Bundle
) -> None:
    running = watch(folder, MODULE)
    running.until("watching")
    (folder / ROOT / "a b.md").write_text("x")
    running.until("a b.md:1: the name is not allowed here")
    (folder / ROOT / "a b.md").unlink()
    shutil.move(folder / ROOT, tmp_path / "away")
    running.until("nothing is put in until it is there")
    assert written(app) == published.files
    shutil.move(tmp_path / "away", folder / ROOT)
    (folder / ROOT / "secret.md").symlink_to("/etc/passwd")
    replace(folder / PAGE, "Support work", "All work")
    assert running.until("no problems")[0] == f"put into the draft: {PAGE}"
    assert f"{ROOT}/secret.md" not in written(app)


@pytest.mark.soak
def test_it_needs_a_draft_and_a_module(
    app: Flask, trainer: FlaskClient, folder: Path, watch: Callable[..., Watch]
) -> None:
    assert "nobody is writing" in watch(folder, MODULE).until("Error")[-1]
    trainer.submit(f"{BASE}/draft")  # type: ignore[attr-defined]
    assert "there is no module 'none'" in watch(folder, "none").until("Error")[-1]
    running = watch(folder, MODULE)
    running.until("watching")
    trainer.submit(f"{BASE}/throw-away", {"sure": "yes"})  # type: ignore[attr-defined]
    replace(folder / PAGE, "Support work", "All work")
    assert "nobody is writing" in running.until("Error")[-1]
    assert running.running.wait(PATIENCE) == 1
