"""Whether the keys in the folder and the private writing in the database belong together."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms import keys, vault
from lms.accounts import queries
from lms.config import Settings
from lms.operate.start_error import StartError

VAULT = "vault"


def check_keys(engine: Engine, settings: Settings) -> None:
    """What people have written in private can be opened only with the key that it was sealed with.

    Raises StartError when it is missing or another one, OSError when it cannot be read.
    """
    with Session(engine) as session:
        sealed = queries.any_data_key(session)
    if sealed is None:
        return
    person, wrapped = sealed
    path = settings.instance / "keys" / VAULT
    if not path.exists():
        raise StartError(
            f"{path} is missing, and the database holds private writing that only this key opens: "
            "restore the file from a backup."
        )
    try:
        vault.unwrap(keys.secret(settings.instance, VAULT), wrapped, str(person))
    except (vault.SealBrokenError, ValueError):
        raise StartError(
            f"{path} is not the key that the private writing in the database was sealed with: "
            "restore the right one from a backup, or use the database that belongs to this folder."
        ) from None
