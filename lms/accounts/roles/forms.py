"""What an admin sends on the page of roles."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField
from wtforms.validators import InputRequired, Length, ValidationError

from lms.accounts.models import Role, Site
from lms.accounts.roles.wording import EVERYWHERE

NEEDS_SITE = "A site lead needs a site. Please choose one."
NO_SITE = "This role is for all sites. Please leave the site out."


class FindForm(FlaskForm):  # type: ignore[misc]
    """Whose roles."""

    email = EmailField("E-mail address", [InputRequired("Please say whose."), Length(max=254)])


class GiveForm(FlaskForm):  # type: ignore[misc]
    """A role, and where."""

    role = SelectField(
        "Role",
        [InputRequired("Please choose a role.")],
        choices=[("", "Choose …"), *((role.value, role.value.capitalize()) for role in Role)],
    )
    site = SelectField("Site", description="A site lead needs one. Programme leads and admins are that for all sites.")

    def offer(self, sites: Iterable[Site]) -> None:
        """The sites to choose from."""
        self.site.choices = [("", "All sites"), *((site.code, site.name) for site in sites)]

    def validate_site(self, field: SelectField) -> None:
        """Whether the role can be held there."""
        if self.role.data == Role.SITE_LEAD and not field.data:
            raise ValidationError(NEEDS_SITE)
        if self.role.data in EVERYWHERE and field.data:
            raise ValidationError(NO_SITE)
