"""What outlives a deleted row: mails in a folder, and bytes in a database file that nothing refers to any more."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.utils import getaddresses
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from lms.accounts.email_address import normal
from lms.db import engine_options


def mails_to(folder: Path, address: str) -> Iterator[Path]:
    """The mails to a person that were written to a folder because there is no mail server."""
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if normal(address) in {normal(to) for _, to in getaddresses([str(message.get("To", ""))])}:
            yield path


def delete_mails_to(folder: Path, address: str) -> int:
    """Delete them; how many."""
    found = list(mails_to(folder, address))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def scrub(url: str) -> bool:
    """Write a SQLite file anew, so that nothing deleted is left in it or in its log; whether that was possible now.

    Others who write wait meanwhile. PostgreSQL has commands of its own for this (docs/peoples-data.md).
    """
    engine = create_engine(**engine_options(url))
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("VACUUM")
            is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
    except OperationalError:
        return False
    finally:
        engine.dispose()
