"""The form with which a manager opens a pulse."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, StopValidation

from lms.pulse.groups import GROUP
from lms.pulse.team.models import Occasion
from lms.pulse.team.service import Wanted

MOST_PEOPLE = 500
OCCASIONS = {Occasion.BEFORE: "Before the programme, or at its start", Occasion.AFTER: "After the programme"}


def _stripped(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _is_whole_number(_form: FlaskForm, field: IntegerField) -> None:
    if field.data is None:
        field.errors = []  # the library's own words
        raise StopValidation("Please say how many people you ask, in figures, such as 14.")


class OpenForm(FlaskForm):  # type: ignore[misc]
    """Which team, how many they are, and when."""

    token = HiddenField()
    team = StringField(
        "Your team",
        [DataRequired("Please say which team."), Length(max=80, message="Please keep this within 80 characters.")],
        filters=[_stripped],
        description="As your colleagues call it, such as Domestics, ward 9. They see it. Use the same name both times.",
    )
    people = IntegerField(
        "How many people you ask",
        [
            _is_whole_number,
            NumberRange(
                min=GROUP,
                message=f"Fewer than {GROUP} people cannot answer without being known. Ask together with another team.",
            ),
            NumberRange(max=MOST_PEOPLE, message=f"This is one team: {MOST_PEOPLE} people at most."),
        ],
        description="With nights, part-timers and agency staff, without you. More answers than that are not taken.",
    )
    occasion = RadioField(
        "When is it?",
        [InputRequired("Please choose one.")],
        choices=[(str(occasion), words) for occasion, words in OCCASIONS.items()],
    )

    @cached_property
    def uuid(self) -> UUID:
        """Of the pulse that this form opens; a new one where the form brought none."""
        try:
            return UUID(self.token.data or "")
        except ValueError:
            return uuid4()

    @property
    def wanted(self) -> Wanted:
        """What was said, once it is valid."""
        return Wanted(self.team.data, Occasion(self.occasion.data), self.people.data)
