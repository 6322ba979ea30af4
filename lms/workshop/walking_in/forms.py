"""The form in which a facilitator says who came."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from lms.workshop.walking_in.names import FEWEST, has_enough

LONGEST = 254


def _says_enough(_form: FlaskForm, field: StringField) -> None:
    if not has_enough(field.data):
        raise ValidationError(f"Write at least {FEWEST} letters of the name.")


class WhoForm(FlaskForm):  # type: ignore[misc]
    """Who came without a place."""

    who = StringField(
        "Name or e-mail address",
        [
            DataRequired("Write a name, or a whole e-mail address."),
            Length(max=LONGEST, message=f"At most {LONGEST} characters."),
            _says_enough,
        ],
        filters=[lambda text: " ".join((text or "").split())],
        description="The beginning of each name is enough, such as “ad bell”. An e-mail address has to be whole.",
    )
