"""Alembic, which takes the steps."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from lms.migrations.state import FOLDER


def take_all(connection: Connection) -> None:
    """Take every step that is missing."""
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """What Alembic needs to know."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
