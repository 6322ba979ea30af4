"""What leads fill in to ask people to complete something, to change that, and to exempt someone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.accounts.roster.addresses import MOST_ADDRESSES, MOST_CHARACTERS
from lms.enrolment.assignments.due import months_later
from lms.ui.asking import today
from lms.ui.views import day

PROGRAMME = ""
RULE, NAMED = "rule", "named"
ADD, OFF = "add", "off"
EVERYWHERE = ""
WHOLE = "Please write a whole number, such as 60."
FURTHEST_MONTHS = 120
"""A day further ahead is a slip of the pen."""


class _Number(IntegerField):  # type: ignore[misc]
    """A whole number that may be left out; anything else says so in words."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 6):
                raise ValueError(WHOLE)
            self.data = int(text)


class _Day(DateField):  # type: ignore[misc]
    """A day that may be left out; anything else says so in words."""

    data: dt.date | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(valuelist if valuelist and valuelist[0].strip() else [])
        except ValueError:
            raise ValueError("Please write a day, such as 2027-01-31.") from None
        furthest = months_later(today(), FURTHEST_MONTHS)
        if self.data is not None and self.data > furthest:
            raise ValueError(f"That is more than ten years ahead. Please choose a day up to {day(furthest)}.")


class _TokenForm(FlaskForm):  # type: ignore[misc]
    """A form that counts once, however often it is sent."""

    token = HiddenField(default=lambda: str(uuid.uuid4()))

    @property
    def key(self) -> uuid.UUID:
        """What it is known by; a new one for whatever is none."""
        try:
            return uuid.UUID(self.token.data or "")
        except ValueError:
            return uuid.uuid4()


class DaysForm(_TokenForm):
    """Why, and by when."""

    reason = StringField(
        "Why",
        [InputRequired("Please say why: people read it."), Length(max=300)],
        description="One sentence that people read, such as: The board wants every manager to have taken it.",
    )
    due_on = _Day("Last day", [Optional()], description="For everyone who is asked at the beginning.")
    due_days = _Number(
        "Days for whoever comes later",
        [Optional(), NumberRange(1, 3650, "Please write a number from 1 to 3650.")],
        description="Counted from the day on which someone joins. Without a last day above, everyone has so many days.",
    )


class RuleFields:
    """Whom a rule takes in."""

    site = SelectField("Place, with all below it")
    group = SelectField("Job group")
    managers_only = BooleanField("Only who counts as a manager", default=True)

    def offer_places(
        self, sites: Iterable[tuple[str, str]], groups: Iterable[tuple[str, str]], is_everywhere: bool
    ) -> None:
        """What can be chosen: codes with names; everywhere only for whoever may ask everywhere."""
        self.site.choices = [*([(EVERYWHERE, "Everywhere")] if is_everywhere else []), *sites]
        self.group.choices = [("", "Whatever they work as"), *groups]


class ListFields:
    """A list of people, typed or as a file."""

    emails = TextAreaField(
        "E-mail addresses",
        [Length(max=MOST_CHARACTERS, message=f"Please write at most {MOST_CHARACTERS:,} characters.")],
        description=f"One in each line, or several with commas or semicolons between them; at most {MOST_ADDRESSES:,}.",
        # Browsers send two characters for each end of a line; a list counts them as one, and so do we.
        filters=[lambda text: text and text.replace("\r\n", "\n")],
    )
    file = FileField(
        "Or a file",
        description="CSV with a column “email”, or a text with addresses, in UTF-8. "
        "What is in it takes the place of what stands above, and you see first whom it names.",
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )


class WhomForm(FlaskForm, RuleFields):  # type: ignore[misc]
    """Another rule for who is asked."""

    seen = HiddenField()
    """The rule that held when the form was shown: if another one holds by now, it is shown anew."""


class PeopleForm(FlaskForm, ListFields):  # type: ignore[misc]
    """More people by name, or fewer."""

    change = RadioField(
        "What to do",
        choices=[SelectChoice(ADD, "Ask these people too"), SelectChoice(OFF, "Ask these people no more")],
        default=ADD,
    )


class AssignForm(DaysForm, RuleFields, ListFields):
    """What is asked of whom."""

    what = SelectField("What")
    is_mandatory = RadioField(
        "How binding it is",
        choices=[
            SelectChoice("yes", "Mandatory: whoever is late is overdue"),
            SelectChoice("no", "Recommended: nobody is overdue"),
        ],
        default="yes",
    )
    whom = RadioField(
        "Who",
        choices=[
            SelectChoice(RULE, "Everyone who works somewhere or as something, and whoever joins"),
            SelectChoice(NAMED, "People by name"),
        ],
        default=RULE,
    )
    refresh_months = _Number(
        "Refresher after so many months",
        [Optional(), NumberRange(1, 120, "Please write a number from 1 to 120.")],
        description="Then the quiz is due once more. Leave it empty if once is enough.",
    )

    def offer(self, modules: Iterable[tuple[str, str]]) -> None:
        """What can be chosen."""
        self.what.choices = [(PROGRAMME, "The whole programme"), *modules]


class ExemptForm(_TokenForm):
    """Who need not complete what, and why."""

    email = EmailField("E-mail address", [InputRequired("Please say who."), Length(max=254)])
    what = SelectField("What")
    reason = StringField(
        "Why",
        [InputRequired("Please say why: the person reads it."), Length(max=300)],
        description="The person reads it, and so does whoever looks at this page. Say no more than needed: "
        "“on long leave” rather than an illness.",
    )
    until_on = _Day("Until", [Optional()], description="From this day on they are asked again. Empty: for good.")

    def offer(self, modules: Iterable[tuple[str, str]]) -> None:
        """What can be chosen."""
        self.what.choices = [(PROGRAMME, "The whole programme"), *modules]


def is_past(field: DateField, today: dt.date) -> bool:
    """Whether a day that was written is over; the field then says so."""
    if field.data is None or field.data >= today:
        return False
    field.errors = [*field.errors, "This day is over. Please choose one that is to come."]
    return True
