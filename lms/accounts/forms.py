"""What people type about themselves."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, Length, ValidationError

from lms.accounts import passwords
from lms.accounts.email_address import MAX_CHARACTERS, is_email, normal

MISSING_EMAIL = "Please give your e-mail address."
MISSING_PASSWORD = "Please give your password."  # noqa: S105  # nosec B105


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password, and what was being saved when the sign-in had ended."""

    email = EmailField(
        "E-mail address",
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired(MISSING_EMAIL), Length(max=MAX_CHARACTERS)],
        render_kw={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password",
        validators=[DataRequired(MISSING_PASSWORD), Length(max=passwords.MAX_CHARACTERS)],
        render_kw={"autocomplete": "current-password"},
    )
    parcel = HiddenField()


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Where to send a link."""

    email = EmailField(
        "E-mail address",
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired(MISSING_EMAIL), Length(max=MAX_CHARACTERS)],
        render_kw={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"},
    )

    def validate_email(self, field: Any) -> None:
        """A slip of the finger is told at once, whoever it belongs to."""
        if not is_email(normal(field.data)):
            raise ValidationError("This is not an e-mail address. It should look like name@example.org.")


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password; its owner is told by the view."""

    new_password = PasswordField(
        "New password",
        description=f"At least {passwords.MIN_CHARACTERS} characters. Three or four words in a row are good.",
        validators=[DataRequired("Please choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, email: str, **values: Any) -> None:
        super().__init__(**values)
        self.owner_email = email

    def validate_new_password(self, field: Any) -> None:
        """Length, list, and not the owner's address."""
        objection = passwords.objection(field.data, self.owner_email)
        if objection:
            raise ValidationError(objection)


class ChangePasswordForm(NewPasswordForm):
    """A new password by someone who knows the old one."""

    current_password = PasswordField(
        "Current password",
        validators=[DataRequired("Please give your current password."), Length(max=passwords.MAX_CHARACTERS)],
        render_kw={"autocomplete": "current-password"},
    )
