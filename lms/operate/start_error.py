"""Why an installation cannot be started."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


class StartError(Exception):
    """One clear sentence: what is wrong, and what to do."""


def of_file(error: OSError, path: Path) -> StartError:
    """A file or folder that cannot be read or written."""
    reason = error.strerror or str(error)
    return StartError(f"{error.filename or path} cannot be used: {reason}. Check who owns it and how full the disk is.")


def of_database(error: SQLAlchemyError, url: str) -> StartError:
    """A database that does not do what is asked of it."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    place = make_url(url).render_as_string(hide_password=True)
    return StartError(f"The database at {place} cannot be used: {reason}. Check LMS_DATABASE_URL, and that it runs.")
