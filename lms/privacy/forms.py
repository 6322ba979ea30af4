"""What is typed on the pages about people's data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import DateField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from lms.accounts import passwords
from lms.accounts.email_address import MAX_CHARACTERS, is_email, normal
from lms.audit.actions import Action

ANYTHING = "anything"
NOBODY = "Nobody here has this address or name."


class CopyForm(FlaskForm):  # type: ignore[misc]
    """The password once more: somebody else may sit at a PC that was left open."""

    current_password = PasswordField(
        "Your password",
        validators=[DataRequired("Please give your password."), Length(max=passwords.MAX_CHARACTERS)],
        render_kw={"autocomplete": "current-password"},
    )


class FilterForm(FlaskForm):  # type: ignore[misc]
    """Which entries of the log to show."""

    class Meta:
        csrf = False  # it only asks

    action = SelectField(
        "What was done",
        choices=[ANYTHING, *(action.value for action in Action)],
        validators=[Optional()],
    )
    since = DateField("From this day on", validators=[Optional()])

    @property
    def wanted(self) -> str:
        """The action that is asked for; empty: anything."""
        return "" if self.action.data in (None, ANYTHING) else str(self.action.data)


class PersonForm(FlaskForm):  # type: ignore[misc]
    """About whom to show entries. A POST with a token, since it is written down that somebody looked."""

    person = StringField(
        "E-mail address, or opaque name",
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired("Please say who."), Length(max=MAX_CHARACTERS)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )

    def validate_person(self, field: Any) -> None:
        """It must be able to be one of the two."""
        if not is_email(normal(field.data)) and self.uuid is None:
            raise ValidationError(NOBODY)

    @property
    def uuid(self) -> UUID | None:
        """The opaque name, if that was typed."""
        try:
            return UUID(self.person.data or "")
        except ValueError:
            return None
