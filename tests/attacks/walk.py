"""Someone who follows every link and sends every form once, and notes each address: what attacks begin with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.attacks.forms import Fields, Page

HERE = "http://localhost/"
NOT_SENT = {
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts.sign_out_everywhere",
    "accounts.change_password",
    "accounts.set_password",
    "accounts.forgotten_password",
    "reflection.delete",
    "sharing.take_back",
    "workshop.give_back",
    "quiz.submit",
    "team_pulse.close",
    "team_pulse.throw_away",
}
"""Forms that would end the walk; their addresses are noted."""


MOST = 40
"""Forms of one kind that are sent."""


@dataclass(frozen=True)
class Address:
    """Something that can be asked for."""

    endpoint: str
    method: str
    path: str

    @property
    def is_someones(self) -> bool:
        """Whether it names something of one person by an id of its own."""
        return "-4" in self.path and any(len(part) == 36 and part.count("-") == 4 for part in self.path.split("/"))


@dataclass
class Walk:
    """What was found."""

    addresses: dict[Address, Fields] = field(default_factory=dict)
    """With what was, or would have been, sent."""
    answers: list[tuple[Address, TestResponse]] = field(default_factory=list)

    def of(self, method: str) -> list[Address]:
        """Addresses that are asked for in one way; of each endpoint a few are enough."""
        found: dict[str, list[Address]] = {}
        for address in self.addresses:
            if address.method == method:
                found.setdefault(address.endpoint, []).append(address)
        return [address for several in found.values() for address in several[:3]]

    @property
    def endpoints(self) -> set[tuple[str, str]]:
        """What of the application was met."""
        return {(address.endpoint, address.method) for address in self.addresses}


def walk(
    app: Flask, browser: FlaskClient, text: str = "", sends: bool = True, later: Callable[[], None] = lambda: None
) -> Walk:
    """Go everywhere, from the dashboard on. `text` is typed into every box; `later` makes it be weeks later."""
    found = Walk()
    _go(app, browser, found, ["/", "/help", "/forgotten-password"], text, sends)
    later()
    # Once more: what was done on the way has brought new links, also onto pages that were seen before.
    attempts = {address.path.split("?")[0] for address in found.addresses if address.endpoint == "quiz.go_on"}
    _go(app, browser, found, ["/", "/reflections", *(f"{path}/review" for path in attempts)], text, sends)
    return found


def _go(app: Flask, browser: FlaskClient, found: Walk, start: list[str], text: str, sends: bool) -> None:
    waiting, seen = deque(start), set[str]()
    while waiting:
        path = waiting.popleft()
        address = address_of(app, "GET", path)
        if address is None or path in seen:
            continue
        seen.add(path)
        found.addresses.setdefault(address, {})
        answer = browser.get(path)
        found.answers.append((address, answer))
        if answer.location:
            waiting.append(_local(path, answer.location))
        if answer.mimetype == "text/html":
            waiting.extend(_forms(app, browser, found, path, Page(answer.text), text, sends))


def address_of(app: Flask, method: str, path: str) -> Address | None:
    """Which part of the application an address belongs to; None if to none."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method=method)
    except HTTPException:
        return None
    return Address(endpoint, method, path)


def _forms(app: Flask, browser: FlaskClient, found: Walk, path: str, page: Page, text: str, sends: bool) -> list[str]:
    """Send each form that was not sent yet; where all of it leads."""
    leads = [_local(path, link) for link in page.links if not link.startswith(("mailto:", "tel:"))]
    for form in page.forms:
        target = _local(path, form.action or path)
        address = address_of(app, form.method.upper(), target)
        if address is None or address in found.addresses or _is_enough(found, address):
            continue
        found.addresses[address] = form.filled(text)
        if form.method == "post" and sends and address.endpoint not in NOT_SENT:
            answer = browser.post(target, data=found.addresses[address] | {"csrf_token": browser.csrf_token()})
            found.answers.append((address, answer))
            leads += [_local(target, answer.location)] if answer.location else []
            leads.append(f"{path}?again={len(found.addresses)}")  # the page may show more now
    return leads


def _is_enough(found: Walk, address: Address) -> bool:
    """Some forms lead to ever new ones of their kind, such as a story that is told again."""
    return sum(one.endpoint == address.endpoint for one in found.addresses) >= MOST


def _local(base: str, link: str) -> str:
    """The path of a link, without its fragment; of one that leads elsewhere, nothing."""
    whole = urlsplit(urldefrag(urljoin(urljoin(HERE, base), link))[0])
    if whole.netloc != "localhost":
        return ""
    return whole.path + (f"?{whole.query}" if whole.query else "")
