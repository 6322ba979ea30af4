"""Learners who work through the module over HTTP, and send again whatever was not answered."""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID, uuid4

import httpx

from bench.people import first_choices
from lms.content import blocks
from lms.content.module import Module
from lms.content.module import Page as ModulePage
from tests import plain_http
from tests.faults.ledger import Answered, Checked, Ledger, Opened, Planned, Submitted, Wrote

Form = Mapping[str, str | list[str]]
SCRIPT = {"X-Requested-With": "fetch", "Accept": "application/json"}
PATIENCE_SECONDS = 120.0
"""How long one deed is tried."""


class GaveUpError(Exception):
    """No answer came for so long that something is broken for good."""


@dataclass(frozen=True)
class Login:
    """Someone who is signed in."""

    uuid: UUID
    cookie: tuple[str, str]


class Learner:
    """One person at work in one browser."""

    def __init__(
        self, url: str, login: Login, module: Module, ledger: Ledger, chance: Random, seconds_between: float = 0
    ) -> None:
        self.uuid = login.uuid
        self._seconds_between = seconds_between
        self._module, self._ledger, self._chance = module, ledger, chance
        self._http = plain_http.client(base_url=url, cookies=dict([login.cookie]), timeout=30)
        self._token = ""

    def work(self, stop: threading.Event) -> None:
        """The whole module and its quiz, or as much of it as there is time for."""
        for page in self._module.pages:
            if stop.is_set():
                return
            self._read(page)
        self._take_the_quiz(stop)

    def _read(self, page: ModulePage) -> None:
        shown = self._ask("GET", self._address(page)).text
        self._ledger.write(Opened(self.uuid, page.id))
        self._token = _found(r'name="csrf-token" content="([^"]+)"', shown)
        for block in page.blocks:
            if isinstance(block, blocks.Check):
                self._check(shown, block.id)
            elif isinstance(block, blocks.Reflection):
                self._write(block.id)
            elif isinstance(block, blocks.Commitment):
                self._plan(block.id)

    def _check(self, shown: str, item: str) -> None:
        action = f"/modules/{self._module.id}/checks/{item}"
        form = shown.partition(f'action="{action}"')[2].partition("</form>")[0]
        token = uuid4()
        self._post(action, {**first_choices(form), "token": str(token)}, {303})
        self._ledger.write(Checked(self.uuid, item, token))

    def _write(self, block: str) -> None:
        """As it is saved while one writes: again and again, each save based on the one before."""
        address, version = f"/modules/{self._module.id}/writing/reflection/{block}", 0
        for number in range(self._chance.randint(1, 4)):
            text = f"Thought {number} of {self.uuid}. " + "More. " * number
            form = {"box-0": text, "version": str(version), "sitting": f"{self.uuid.hex[:20]}"}
            version = int(self._post(address, form, {200}, SCRIPT).json()["version"])
            self._ledger.write(Wrote(self.uuid, block, text))

    def _plan(self, block: str) -> None:
        plan = {"when": f"a handover starts ({self.uuid})", "will": "I put my pen down first"}
        self._post(f"/modules/{self._module.id}/plans/{block}", {**plan, "version": "0"}, {200}, SCRIPT)
        self._ledger.write(Planned(self.uuid, plan["when"], plan["will"]))

    def _take_the_quiz(self, stop: threading.Event) -> None:
        where = self._post(f"/modules/{self._module.id}/quiz/start", {}, {303}).headers["Location"]
        attempt = UUID(_found(r"/attempts/([0-9a-f-]{36})", where))
        for place in range(1, len(self._module.bank.blueprint) + 1):
            if stop.is_set():
                return
            self._answer(attempt, place)
        self._post(f"/attempts/{attempt}/submit", {}, {303})
        self._ledger.write(Submitted(self.uuid, attempt))

    def _answer(self, attempt: UUID, place: int) -> None:
        address = f"/attempts/{attempt}/items/{place}"
        fields = first_choices(self._ask("GET", address).text)
        self._post(address, {**fields, "version": "0"}, {303})
        kept = tuple(
            sorted((name, tuple([value] if isinstance(value, str) else value)) for name, value in fields.items())
        )
        self._ledger.write(Answered(self.uuid, attempt, place, kept))

    def _address(self, page: ModulePage) -> str:
        return f"/modules/{self._module.id}/pages/{page.id}"

    def _post(
        self, path: str, form: Form, welcome: set[int], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self._ask("POST", path, {**form, "csrf_token": self._token}, headers, welcome)

    def _ask(
        self,
        method: str,
        path: str,
        form: Form | None = None,
        headers: Mapping[str, str] | None = None,
        welcome: set[int] | None = None,
    ) -> httpx.Response:
        """The answer, after as many tries as it takes. Raises GaveUpError."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                answer = self._http.request(method, path, data=form, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code in (welcome or {200}):
                time.sleep(self._seconds_between)
                return answer
            if answer is not None and answer.status_code != 503:
                self._ledger.wonder(f"{method} {path}: {answer.status_code}")
            self._ledger.tried_again(was_refused=answer is not None and answer.status_code == 503)
            time.sleep(self._chance.uniform(0.02, 0.2))
        raise GaveUpError(f"{method} {path}")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"no {pattern} in {text[:200]}"
    return html.unescape(match[1])
