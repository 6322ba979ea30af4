"""The form with which a lead opens a module early."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField
from wtforms.validators import InputRequired, Length


class OpenEarlyForm(FlaskForm):  # type: ignore[misc]
    """Which module, and to whom."""

    email = EmailField("E-mail address", [InputRequired("Please say whose."), Length(max=254)])
    module = SelectField("Module", [InputRequired("Please choose a module.")])

    def offer(self, modules: Iterable[tuple[str, str]]) -> None:
        """The modules to choose from, id and title."""
        self.module.choices = [("", "Choose …"), *modules]
