"""What goes over the network for a page: the page itself and all that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.load import Connection, ask
from bench.people import Learner, text_of

_FILES = re.compile(r'<(?:link|script|img)\b[^>]*?(?:href|src)="(/[^"]+)"')


@dataclass(frozen=True)
class Visit:
    """Of a first visit, with an empty cache, or a later one."""

    requests: int
    kilobytes: float


def visits(learner: Learner, path: str) -> tuple[Visit, Visit]:
    """A first visit with a page and its files, and a later page, whose files are in the cache."""
    with Connection(learner.port) as connection:
        page = connection.send(learner.get(path))
        files = dict.fromkeys(_FILES.findall(text_of(page)))
        sizes = [connection.send(ask(learner.port, file, learner.cookie)).wire_bytes for file in files]
    return Visit(1 + len(sizes), (page.wire_bytes + sum(sizes)) / 1024), Visit(1, page.wire_bytes / 1024)
