"""A manager takes the whole of module 1, as an operator serves it, and every completion reaches the LRS."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.content import blocks
from lms.content.module import Module
from tests import plain_http
from tests.journeys.conftest import DESK, PASSWORD, PHONE, Site
from tests.journeys.learner import Learner
from tests.operate.installation import Installation, wait_until
from tests.standards.judges import Judge

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODULE = "notice-and-listen"
COMPLETED = {
    "self-assessment": "self-assessments",
    "commitment": "commitments",
    "exercise": "exercises",
    "scenario": "scenarios",
}
"""Blocks that are told as completed, and the part of the address that their activities have."""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Cares, served as the README says, with nobody in it but the admin."""
    made = Installation(tmp_path)
    made.start()
    yield made
    made.stop()


def kill(installation: Installation, part: str) -> None:
    """End a part as a crash would; return when the supervisor has started it anew."""
    before = installation.parts()[part]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: installation.parts().get(part, before) != before)


def stored(installation: Installation) -> list[dict[str, Any]]:
    """All that the LRS holds, in the order in which it stored them."""
    client = json.loads((installation.instance / "keys" / "lrs-client").read_text())
    found: list[dict[str, Any]] = []
    more = "/xapi/statements?ascending=true&limit=0"
    with plain_http.client(
        base_url=f"http://127.0.0.1:{installation.lrs_port}",
        auth=(client["key"], client["secret"]),
        headers={"X-Experience-API-Version": "1.0.3"},
    ) as lrs:
        while more:
            answer = lrs.get(more).raise_for_status().json()
            found += answer["statements"]
            more = answer.get("more", "")
    return found


def waiting(installation: Installation) -> int:
    """Statements that are not at the LRS yet."""
    told, _ = installation.command("xapi", "status").communicate(timeout=30)
    found = re.search(r"(\d+) queued", told)
    assert found, told
    return int(found[1])


@pytest.fixture
def device(chromium: Browser, installation: Installation) -> Iterator[Callable[..., Page]]:
    """A browser that knows nothing yet."""
    contexts: list[BrowserContext] = []

    def new(**options: Any) -> Page:
        context = chromium.new_context(**{"base_url": installation.url, "viewport": DESK, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


def join(installation: Installation, page: Page, email: str, name: str) -> None:
    """An operator adds someone, who sets a password by the link."""
    adding = installation.command("people", "add", "--email", email, "--name", name, "--password-link")
    told, _ = adding.communicate(timeout=30)
    link = re.search(r"http\S+/password/\S+", told)
    assert link
    page.goto(link[0])
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.get_by_role("button", name="Set").click()
    page.goto("/")


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def test_from_the_first_sign_in_to_the_completion_in_the_lrs(
    installation: Installation,
    device: Callable[..., Page],
    module: Module,
    learning_locker: Judge,
    ralph: Judge,
) -> None:
    email = "ada.bell@example.org"
    page = device()
    join(installation, page, email, "Ada Bell")
    page.get_by_role("link", name="Start").click()
    ada = Learner(page, module)
    half = len(module.pages) // 2
    for found in module.pages[:half]:
        ada.read(found)

    # The LRS dies in the middle, and the manager goes home.
    kill(installation, "lrs")
    page.get_by_role("button", name="Sign out").click()

    # On the phone, the one button leads to the page where Ada stopped.
    phone = device(viewport=PHONE)
    sign_in(phone, email)
    phone.get_by_role("link", name="Go on").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(module.pages[half - 1].title)
    ada.page = phone
    for found in module.pages[half:]:
        if found.id == "final-quiz":
            kill(installation, "relay")
        ada.read(found)
    phone.goto(f"/modules/{MODULE}/pages/final-quiz")
    ada.take_the_quiz()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You have passed")
    phone.get_by_role("link", name="Go on").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(f"You have completed {module.title}")

    wait_until(lambda: waiting(installation) == 0)
    statements = stored(installation)
    assert_whole(statements, module)
    for words in ada.wrote:
        assert words not in str(statements)
    for judge in (learning_locker, ralph):
        assert [fault for fault in judge(statements) if fault] == []


def assert_whole(statements: list[dict[str, Any]], module: Module) -> None:
    """Every fact once, in the order in which it happened."""
    assert len({statement["id"] for statement in statements}) == len(statements)
    assert len({statement["context"]["registration"] for statement in statements}) == 1
    times = [statement["timestamp"] for statement in statements]
    assert times == sorted(times)
    here = f"managing-teams-with-compassion/{module.id}"
    told = Counter((_last(one["verb"]["id"]), one["object"]["id"].partition(f"{here}")[2]) for one in statements)
    for fact in expected(module):
        assert told[fact] == 1, fact
    graded = {f"/items/{item.id}" for item in module.bank.items}
    assert sum(told["answered", item] for item in graded) == len(module.bank.blueprint)


def expected(module: Module) -> Iterator[tuple[str, str]]:
    """Verb and end of the object's address of whatever is told once in a run through a module."""
    yield from ((verb, "") for verb in ("registered", "passed", "completed"))
    yield from (("experienced", f"/sections/{section.id}") for section in module.sections)
    yield from (("experienced", f"/pages/{page.id}") for page in module.pages)
    for _, block in module.blocks():
        if isinstance(block, blocks.Check):
            yield "answered", f"/items/{block.id}"
        elif isinstance(block, blocks.Practice):
            yield from (("answered", f"/items/{item_id}") for item_id in block.items)
        elif isinstance(block, blocks.Reflection):
            yield "answered", f"/prompts/{block.id}"
        elif block.kind in COMPLETED:
            yield "completed", f"/{COMPLETED[block.kind]}/{block.id}"


def _last(address: str) -> str:
    return address.rsplit("/", 1)[1]


def test_the_whole_module_without_a_script(
    site: Site, signed_in: Callable[..., Page], module: Module, accessible: Callable[[Page], None]
) -> None:
    """Also every page as it is afterwards, with all its answers and texts, is for everyone."""
    ada = site.person()
    plain = Learner(signed_in(ada, java_script_enabled=False, viewport=PHONE), module, has_script=False)
    for found in module.pages:
        plain.read(found)
    plain.page.goto(f"/modules/{MODULE}/pages/final-quiz")
    plain.take_the_quiz()
    expect(plain.page.get_by_role("heading", level=1)).to_have_text("You have passed")
    scripted = signed_in(ada)
    pages = [f"/modules/{MODULE}/pages/{page.id}" for page in module.pages]
    titles: dict[str, str] = {}
    for path in (*pages, "/", f"/modules/{MODULE}", f"/modules/{MODULE}/completed", "/reflections"):
        scripted.goto(path)
        accessible(scripted)
        assert titles.setdefault(scripted.title(), path) == path, f"two pages have the title of {path}"
