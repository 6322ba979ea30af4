"""A certificate in a browser: made, downloaded as an Open Badge, and looked up by somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.content.bundle import Bundle
from lms.db import db, writing
from lms.enrolment.models import Registration, State
from tests.journeys.conftest import Site
from tests.player import sample

pytestmark = pytest.mark.browser
DONE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def bundle() -> Bundle:
    """A small programme."""
    return sample.bundle()


def test_a_badge_is_downloaded(
    site: Site, signed_in: Callable[..., Page], visitor: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    ada = site.person("Ada Bell")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        taken = {"person_id": ada.id, "module_id": sample.MODULE, "registered_at": DONE, "state": State.COMPLETED}
        session.add(Registration(**taken, started_at=DONE, completed_at=DONE))
    page = signed_in(ada)
    page.goto("/certificates")
    page.get_by_role("button", name="Make my certificate").click()
    page.get_by_text("What is an Open Badge?").click()
    accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Open Badge (.jwt)").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").count(".") == 2
    assert download.value.suggested_filename == f"badge-{sample.MODULE}.jwt"
    page.get_by_role("link", name="What others see").click()
    other = visitor()
    other.goto(page.url)
    expect(other.get_by_text("It is real, and it holds.")).to_be_visible()
    accessible(other)
