"""An installation as people run it: `lms up` with two web workers of two threads, a folder and a database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import people, scenes
from bench.scenes import Stage
from bench.server import Served, free_port, inherited, serving
from lms import config
from lms.config import Settings
from lms.operate import instance, preparing


@dataclass(frozen=True)
class Place:
    """Where an installation lives; it can be started again and again."""

    folder: Path
    url: str
    """Of the database."""
    port: int = field(default_factory=free_port)
    lrs_port: int = field(default_factory=free_port)

    @property
    def settings(self) -> Settings:
        return config.load(
            {}, instance=self.folder / "instance", database_url=self.url, port=self.port, lrs_port=self.lrs_port
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LMS_INSTANCE": str(self.folder / "instance"),
            "LMS_DATABASE_URL": self.url,
            "LMS_PORT": str(self.port),
            "LMS_LRS_PORT": str(self.lrs_port),
            "LMS_WEB_WORKERS": "2",
            "LMS_WEB_THREADS": "2",
        }

    def prepare(self) -> None:
        """Folder and tables, for parts that are started alone: `lms up` makes them by itself."""
        instance.make(self.settings.instance)
        preparing.prepare(self.settings, "admin@example.org")

    @contextmanager
    def serving(self) -> Iterator[Served]:
        """All of it at work."""
        log = self.folder / "up.log"
        with serving(["-m", "lms", "up"], "/sign-in", self.port, log, **self.environment) as served:
            yield served

    @contextmanager
    def store(self) -> Iterator[Served]:
        """The embedded Learning Record Store alone."""
        log = self.folder / "lrs.log"
        with serving(["-m", "lms", "lrs"], "/xapi/about", self.lrs_port, log, **self.environment) as served:
            yield served

    @contextmanager
    def part(self, name: str, **environment: str) -> Iterator[None]:
        """A part alone that serves nobody."""
        with (self.folder / f"{name}.log").open("ab") as log:
            settings = inherited() | dict(self.environment) | environment
            process = subprocess.Popen([sys.executable, "-m", "lms", name], env=settings, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(15)

    @contextmanager
    def stage(self, served: Served) -> Iterator[Stage]:
        """What scenes need to prepare their requests."""
        with people.application(self.settings) as app:
            yield scenes.stage(app, served.port)


@contextmanager
def bare_page(url: str, folder: Path) -> Iterator[Served]:
    """The page that all others are held against."""
    port = free_port()
    with serving(["-m", "bench.bare", url, str(port)], "/bare", port, folder / "bare.log") as served:
        yield served
