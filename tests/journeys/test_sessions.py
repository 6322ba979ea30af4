"""A trainer plans a session, a learner books, shares a reflection, and is there by the code: in a real browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from lms.accounts import service
from lms.accounts.models import Person, Role
from lms.content.bundle import Bundle
from lms.db import db, writing
from lms.workshop.attendance.code import code
from lms.workshop.models import Workshop
from tests.journeys.conftest import PHONE, Site
from tests.player import sample

pytestmark = pytest.mark.browser

SECRET = "The linen cage hurt my back that day."


@pytest.fixture
def bundle() -> Bundle:
    return sample.bundle()


@pytest.fixture
def tess(site: Site) -> Person:
    made = site.person("Tess Rowe")
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        service.join(session, session.merge(made), None, Role.TRAINER)
    return made


def begins_now(site: Site) -> None:
    """The day has come."""
    at = dt.datetime.now(dt.UTC)
    with site.app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(update(Workshop).values(starts_at=at, ends_at=at + dt.timedelta(hours=2)))


def test_from_planning_to_the_room(
    site: Site, tess: Person, signed_in: Callable[..., Page], accessible: Callable[[Page], None], tmp_path: Path
) -> None:
    trainer = signed_in(tess)
    trainer.goto("/account")
    trainer.get_by_role("link", name="Sessions").click()
    accessible(trainer)
    trainer.get_by_role("link", name="Plan a session").click()
    accessible(trainer)
    trainer.get_by_role("link", name="Notice").click()
    trainer.get_by_label("Title").fill("Listening together")
    trainer.get_by_role("button", name="Plan it").click()
    expect(trainer.locator(".field-error").first).to_contain_text("Choose a day")
    accessible(trainer)
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    trainer.get_by_label("Day").fill(day.isoformat())
    trainer.get_by_label("From").fill("14:00")
    trainer.get_by_label("To", exact=True).fill("16:00")
    trainer.get_by_label("Place", exact=True).fill("Education centre, room 2")
    trainer.get_by_label("Places").fill("1")
    trainer.get_by_role("checkbox").first.check()
    trainer.get_by_role("button", name="Plan it").click()
    expect(trainer.get_by_text("The session is planned.")).to_be_visible()
    expect(trainer.get_by_label("Title")).to_have_count(0)
    accessible(trainer)

    ada = site.person()
    learner = signed_in(ada, viewport=PHONE)
    learner.goto(f"/modules/{sample.MODULE}/pages/turn")
    learner.locator("#block-reflection-last-time textarea").first.fill(SECRET)
    learner.locator("#block-reflection-last-time").get_by_role("button", name="Save", exact=True).click()
    learner.goto("/")
    learner.get_by_role("link", name="Listening together").click()
    accessible(learner)
    learner.get_by_role("button", name="Book a place").click()
    expect(learner.locator("#messages")).to_contain_text("You have a place.")
    with learner.expect_download() as file:
        learner.get_by_role("link", name="Add this session").click()
    assert "BEGIN:VEVENT" in Path(file.value.path()).read_text(encoding="utf-8")
    learner.get_by_role("link", name="Choose a reflection").click()
    expect(learner.get_by_text(SECRET)).to_be_visible()
    accessible(learner)
    learner.get_by_role("button", name="Show this one").click()
    expect(learner.get_by_role("button", name="Take it back")).to_be_visible()
    accessible(learner)

    second = signed_in(site.person("Ben Cole"), viewport=PHONE)
    second.goto(learner.url.partition("#")[0])
    second.get_by_role("button", name="Go on the waiting list").click()
    expect(second.get_by_text("as number 1")).to_be_visible()
    accessible(second)

    trainer.reload()
    trainer.get_by_role("link", name="Read what they shared").click()
    expect(trainer.get_by_text(SECRET)).to_be_visible()
    accessible(trainer)
    trainer.go_back()

    begins_now(site)
    trainer.get_by_role("link", name="Show the code").click()
    expect(trainer.get_by_role("img", name="QR code")).to_be_visible()
    accessible(trainer)
    trainer.clock.install()
    trainer.reload()
    trainer.evaluate("document.querySelector('.session-code svg').id = 'old'")
    trainer.clock.fast_forward(62_000)
    expect(trainer.locator("#old")).to_have_count(0)
    expect(trainer.locator(".session-code svg")).to_be_visible()
    with site.app.app_context():
        uuid = db.session.scalars(select(Workshop.uuid)).one()
        shown = code(str(site.app.secret_key), uuid, dt.datetime.now(dt.UTC))
    phone = signed_in(ada, viewport=PHONE)
    phone.goto(f"/sessions/here/{shown}")
    accessible(phone)
    phone.get_by_role("button", name="I am here").click()
    expect(phone.get_by_text("It counts for the module.")).to_be_visible()
    accessible(phone)
    phone.goto(f"/modules/{sample.MODULE}")
    expect(phone.get_by_text("66%").or_(phone.get_by_text("Quiz")).first).to_be_visible()

    trainer.go_back()
    trainer.reload()
    expect(trainer.get_by_text("by the code")).to_be_visible()
    accessible(trainer)
    trainer.get_by_role("link", name="How far everyone is").click()
    expect(trainer.get_by_role("row", name="Ada Bell Under way")).to_be_visible()
    accessible(trainer)
    trainer.go_back()
    trainer.get_by_role("link", name="Cancel the session").click()
    accessible(trainer)


def test_a_calendar_reads_ones_sessions(signed_in: Callable[..., Page], accessible: Callable[[Page], None]) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto("/sessions")
    page.get_by_role("link", name="See your sessions in your own calendar").click()
    page.get_by_role("button", name="Make my address").click()
    address = page.get_by_label("This is your address.").input_value()
    assert address.endswith(".ics")
    page.get_by_role("link", name="Sessions").first.click()
    page.goto("/sessions/calendar")
    page.get_by_role("button", name="End this address").click()
    expect(page.get_by_text("The address does not work any more.")).to_be_visible()


def test_the_page_of_the_address_is_accessible(
    signed_in: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = signed_in()
    page.goto("/sessions/calendar")
    accessible(page)
    page.get_by_role("button", name="Make my address").click()
    accessible(page)
