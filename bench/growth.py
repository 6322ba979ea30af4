"""Whether a page costs the same in a small hospital and in a large country."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench import scenes
from bench.crowd import grow
from bench.installations import Place, bare_page
from bench.measuring import WARM_UP
from bench.pages import rows
from bench.people import addresses
from bench.report import Size
from bench.scenes import Scene

MEASURED = (
    Scene("dashboard", scenes.dashboard),
    Scene("page, opened again", scenes.page_again),
    Scene("page, opened first, statements written", scenes.page_first),
    Scene("answer in the quiz", scenes.quiz_answer),
)


def measured(url: str, folder: Path, sizes: Sequence[int], requests: int) -> list[Size]:
    """The same scenes with more and more registrations in the database."""
    place, found = Place(folder, url), []
    with place.serving() as served, place.stage(served) as stage:
        module, pages = stage.module.id, [path.rpartition("/")[2] for path in addresses(stage.module)]
    for size in sizes:
        grow(url, size, module, pages)
        with bare_page(url, folder) as bare, place.serving() as served, place.stage(served) as stage:
            asks = [(scene, scene.prepare(stage, WARM_UP + requests)[WARM_UP:]) for scene in MEASURED]
            found.append(Size(size, [rows(bare, served, scene.name, [one])[0] for scene, one in asks]))
    return found
