"""Days and times as people there have them on the wall."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lms.config import SettingsError, load
from lms.ui.views import clock, day

LONDON = ZoneInfo("Europe/London")


def test_a_summer_night_is_tomorrow_already() -> None:
    moment = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert (day(moment, LONDON), clock(moment, LONDON)) == ("1 July 2027", "00:30")


def test_a_day_stays_what_it_is() -> None:
    assert day(dt.date(2027, 6, 30), LONDON) == "30 June 2027"


@pytest.mark.parametrize("name", ["Europe/Londinium", "", "../../etc/passwd", "UTC\0"])
def test_an_unknown_zone_is_told(name: str) -> None:
    with pytest.raises(SettingsError, match="LMS_TIME_ZONE is"):
        load({}, time_zone=name)
