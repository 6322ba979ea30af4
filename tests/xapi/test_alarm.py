"""Admins are told by mail when statements have waited for too long: once, then once a day as long as it lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.accounts.models import Person, Role
from lms.config import Settings
from lms.db import db, writing
from lms.operate import chores
from lms.outbox import service
from lms.outbox.models import Delivery, Statement

Happen = Callable[..., dict[str, list[str]]]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def admins(person: Callable[..., Person]) -> list[Person]:
    """Two, and somebody who is none."""
    person("Lea Lind", roles=[Role.PROGRAMME_LEAD])
    return [person("Ida Admin", roles=[Role.ADMIN]), person("Bo Admin", roles=[Role.ADMIN])]


def mails(settings: Settings) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (settings.instance / "mail").glob("*.eml")]


def test_it_is_told_once_then_daily_until_it_is_over(
    app: Flask, settings: Settings, admins: list[Person], happen: Happen
) -> None:
    happen(3)
    start = dt.datetime.now(dt.UTC)
    assert not chores.sound_alarm(app, start + 59 * MINUTE)
    assert not chores.sound_alarm(app, start + 61 * MINUTE), "it may pass"
    assert chores.sound_alarm(app, start + 66 * MINUTE)
    assert not chores.sound_alarm(app, start + 67 * MINUTE)
    told = mails(settings)
    assert len(told) == len(admins)
    assert all("3 statements wait" in mail and "lms relay" in mail and "/statements" in mail for mail in told)
    assert chores.sound_alarm(app, start + 66 * MINUTE + dt.timedelta(days=1))
    with app.app_context():
        db.session.execute(update(Statement).values(delivery=Delivery.DELIVERED))
        db.session.commit()
    assert not chores.sound_alarm(app, start + dt.timedelta(days=3))
    happen(1)
    assert not chores.sound_alarm(app, start + dt.timedelta(days=4))
    assert chores.sound_alarm(app, start + dt.timedelta(days=4, minutes=5))


def test_what_is_told_long_after_it_happened_is_no_alarm(
    app: Flask, settings: Settings, admins: list[Person], happen: Happen
) -> None:
    """Such as a visit that ended while the installation stood still: written days late, delivered at once."""
    happen(1)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    assert not chores.sound_alarm(app, later)
    with app.app_context():
        db.session.execute(update(Statement).values(delivery=Delivery.DELIVERED))
        db.session.commit()
    assert not chores.sound_alarm(app, later + MINUTE)
    assert mails(settings) == []


def test_it_can_be_switched_off(app: Flask, settings: Settings, admins: list[Person], happen: Happen) -> None:
    app.config["CARES"] = settings.model_copy(update={"alarm_minutes": 0})
    happen(1)
    assert not chores.sound_alarm(app, dt.datetime.now(dt.UTC) + dt.timedelta(days=9))
    assert mails(settings) == []


def test_what_is_sent_again_after_a_loss_is_no_alarm(
    app: Flask, settings: Settings, admins: list[Person], happen: Happen
) -> None:
    happen(1)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    with app.app_context(), writing(db.session) as session:
        session.execute(update(Statement).values(delivery=Delivery.DELIVERED))
        (lost,) = session.scalars(select(Statement.uuid))
        service.send_again(session, [lost], later)
    assert not chores.sound_alarm(app, later + MINUTE)
    assert not chores.sound_alarm(app, later + 10 * MINUTE)
    assert not chores.sound_alarm(app, later + 61 * MINUTE), "it may pass"
    assert chores.sound_alarm(app, later + 67 * MINUTE)
