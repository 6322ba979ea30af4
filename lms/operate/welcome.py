"""What is said when an installation is ready: where to go and how to sign in."""

from __future__ import annotations

from collections.abc import Sequence

from lms.config import Settings
from lms.operate.demo.service import Login
from lms.operate.preparing import Admin


def welcome(settings: Settings, admin: Admin) -> list[str]:
    """Five lines."""
    return [
        f"Cares is ready at   {settings.url}",
        _how_to_sign_in(admin),
        "No password? lms people link EMAIL   More people? lms people add --help, lms people import --help",
        f"Database, keys and logs are in   {settings.instance.resolve()}   Keep a copy of all of it.",
        "Ctrl-C stops it; nothing is lost.",
    ]


def readiness(settings: Settings, admin: Admin) -> list[str]:
    """What is said when an installation is prepared, but not served yet."""
    return [f"Ready to be served at   {settings.url}   by `lms web` and `lms relay`.", _how_to_sign_in(admin)]


def _how_to_sign_in(admin: Admin) -> str:
    if admin.password:
        return f"Sign in as   {admin.email}   with the one-time password   {admin.password}   (it is shown this once)"
    return f"Sign in as   {admin.email}   (its password was shown once, at the first start)"


def as_table(logins: Sequence[Login]) -> list[str]:
    """The people of the demonstration and their passwords."""
    if not logins:
        return ["", "The people of the demonstration are here already; lms people link EMAIL makes a link to sign in."]
    rows = [("signs in with", "password", "who", "first module"), *(_row(login) for login in logins)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return ["", "Invented people to try it with (passwords are shown this once):", "", *lines]


def _row(login: Login) -> tuple[str, str, str, str]:
    someone = login.someone
    role = f"{someone.role}, " if someone.role else ""
    return someone.email, login.password, f"{role}{someone.site}", str(someone.stage)
