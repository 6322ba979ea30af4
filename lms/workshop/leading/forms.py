"""The form with which a session is planned and changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from lms.accounts.models import Person, Site
from lms.content.module import Module
from lms.workshop.models import LONGEST_LINK, LONGEST_PLACE, LONGEST_TITLE, Workshop
from lms.workshop.service import Plan
from lms.workshop.when import WhenError, said, span

MOST_PLACES = 500
EVERYONE = "everyone"


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _is_web_address(_form: FlaskForm, field: StringField) -> None:
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
    except ValueError:
        parts = urlsplit("")
    if " " in field.data or not field.data.isprintable() or parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError("Write a whole address, such as https://meet.example.org/room.")


class _Day(DateField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        _parse(super().process_formdata, valuelist, "Write the day as year, month and day, such as 2026-12-07.")


class _Clock(TimeField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        _parse(super().process_formdata, valuelist, "Write hours and minutes, such as 14:00.")


class _Count(IntegerField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        _parse(super().process_formdata, valuelist, "Write a number in figures, such as 16.")


def _parse(read: Callable[[list[str]], None], typed: list[str], told: str) -> None:
    try:
        read(typed)
    except ValueError:
        raise ValueError(told) from None


class SessionForm(FlaskForm):  # type: ignore[misc]
    """When, where, for whom, and what it stands for."""

    token = HiddenField()
    """The name that a new session will have: a second click plans none."""
    title = StringField(
        "Title",
        [DataRequired("Give it a title."), Length(max=LONGEST_TITLE, message=f"At most {LONGEST_TITLE} characters.")],
        filters=[_squeezed],
    )
    day = _Day("Day", [InputRequired("Choose a day, such as 2026-12-07.")])
    starts = _Clock("From", [InputRequired("Say when it begins, such as 14:00.")])
    ends = _Clock("To", [InputRequired("Say when it ends, such as 16:00.")])
    place = StringField(
        "Place",
        [
            DataRequired("Say where it is. Write “Online” if people meet online only."),
            Length(max=LONGEST_PLACE, message=f"At most {LONGEST_PLACE} characters."),
        ],
        filters=[_squeezed],
        description="Building, floor, room.",
    )
    link = StringField(
        "Address of an online meeting",
        [Optional(), Length(max=LONGEST_LINK, message=f"At most {LONGEST_LINK} characters."), _is_web_address],
        filters=[lambda text: (text or "").strip()],
        description="If there is one. Only people with a place see it.",
    )
    places = _Count(
        "Places",
        [
            InputRequired("Say how many people can come, in figures."),
            NumberRange(1, MOST_PLACES, f"A number from 1 to {MOST_PLACES}."),
        ],
        default=16,
    )
    facilitator = SelectField("Who leads it", [InputRequired("Choose who leads it.")])
    site = SelectField("Who can come")
    replaces = SelectMultipleField("Sections that it replaces")
    code_stays = BooleanField(
        "It stays the same, so that it can be printed",
        description="People scan it to say that they are there. It is another one each minute, so that a picture that "
        "is sent on is soon of no use. For a room without a screen, let it stay.",
    )

    def offer(self, module: Module, people: Iterable[Person], sites: Sequence[Site], to_everyone: bool) -> SessionForm:
        """What can be chosen from."""
        leaders = [(str(one.uuid), one.name) for one in people]
        is_known = self.facilitator.data in dict(leaders)
        # Who leads it may have gone: then somebody is chosen, never taken by chance.
        self.facilitator.choices = leaders if is_known else [("", "Choose …"), *leaders]
        everyone = [(EVERYONE, "Everyone")] if to_everyone else []
        self.site.choices = [*everyone, *((str(site.id), f"{site.name}, with all below it") for site in sites)]
        self.replaces.choices = [(section.id, section.title) for section in module.sections]
        return self

    @cached_property
    def name(self) -> UUID:
        """The name of a new session outside, as it stands in the form; one of its own if that is none."""
        try:
            return UUID(self.token.data or "", version=4)
        except ValueError:
            return uuid4()

    def plan(self, zone: str, now: dt.datetime) -> Plan | None:
        """The session as it is wanted; None, with the reason beside its field, if it cannot be then."""
        try:
            begin, end = span(self.day.data, self.starts.data, self.ends.data, zone, now)
        except WhenError as error:
            self.day.errors = [str(error)]
            return None
        return Plan(
            self.title.data,
            self.place.data,
            self.link.data,
            begin,
            end,
            self.places.data,
            UUID(self.facilitator.data),
            None if self.site.data == EVERYONE else int(self.site.data),
            tuple(self.replaces.data or ()),
            bool(self.code_stays.data),
        )


def as_typed(workshop: Workshop, zone: str) -> dict[str, object]:
    """What stands in the form of a session that is there already."""
    day, starts = said(workshop.starts_at, zone)
    return {
        "title": workshop.title,
        "day": day,
        "starts": starts,
        "ends": said(workshop.ends_at, zone)[1],
        "place": workshop.place,
        "link": workshop.link,
        "places": workshop.places,
        "facilitator": str(workshop.facilitator),
        "site": EVERYONE if workshop.site_id is None else str(workshop.site_id),
        "replaces": list(workshop.replaces),
        "code_stays": workshop.code_stays,
    }
