"""What is typed on the page of statements that a store holds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from lms.xapi.sentence import WORDS

ANY = ""
NOBODY = "Nobody here has this address or name."
SEVERAL = "More than one person here has this name. Please give the e-mail address."
_YEARS = range(2000, 2200)
"""Of which midnight can be told in any time zone."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class HeldForm(FlaskForm):  # type: ignore[misc]
    """Which statements to show."""

    class Meta:
        csrf = False  # it only asks

    person = StringField(
        "Person",
        description="Name or e-mail address.",
        filters=[_stripped],
        validators=[Length(max=254, message="That is too long.")],
        render_kw=_PLAIN,
    )
    verb = SelectField("What was done", validators=[Optional()])
    activity = StringField(
        "In which activity",
        description="Its address; what was done in a part of it is found too.",
        filters=[_stripped],
        validators=[Length(max=2000, message="That is too long.")],
        render_kw={**_PLAIN, "list": "activities", "inputmode": "url"},
    )
    since = DateField("Stored from this day on", validators=[Optional()])
    until = DateField("Up to this day", validators=[Optional()])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        verbs = [(verb.id, _label(words, verb.display)) for verb, words in WORDS.items()]
        self.verb.choices = [(ANY, "anything"), *sorted(verbs, key=lambda choice: choice[1])]

    @property
    def uuid(self) -> UUID | None:
        """The opaque name of a person, if that was typed."""
        try:
            return UUID(self.person.data or "")
        except ValueError:
            return None

    def validate_activity(self, field: Any) -> None:
        """It must be able to be the id of an activity."""
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError("This is no whole address. Please begin with https:// or choose one of the list.")

    def validate_since(self, field: Any) -> None:
        """A day of this age."""
        if field.data:
            _in_this_age(field.data)

    def validate_until(self, field: Any) -> None:
        """A day of this age, and not before the first."""
        if field.data:
            _in_this_age(field.data)
            if self.since.data and self.since.data > field.data:
                raise ValidationError("This day is before the first one.")


def _label(words: str, display: str) -> str:
    return words if words == display else f"{words} ({display})"


def _in_this_age(day: dt.date) -> None:
    if day.year not in _YEARS:
        raise ValidationError(f"Please give a day from {_YEARS[0]} on.")
