"""Where statements are sent: the Learning Record Store of the settings, else the embedded one."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass, field

from lms import keys
from lms.config import Settings

CLIENT_FILE = "lrs-client"
"""Name of the file in `instance/keys/` with `key` and `secret` for the embedded Learning Record Store, which reads it
as well and accepts them."""


@dataclass(frozen=True)
class Target:
    """A Learning Record Store and how to sign in there."""

    endpoint: str
    """Ends with a slash."""
    key: str
    secret: str = field(repr=False)


def target(settings: Settings) -> Target:
    """The store that receives this installation's statements.

    Makes the credentials of the embedded one at first need. Raises OSError or ValueError when they cannot be read.
    """
    if settings.lrs_endpoint:
        return Target(f"{settings.lrs_endpoint}/", settings.lrs_key, settings.lrs_secret)
    path = settings.instance / "keys" / CLIENT_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        made = {"key": secrets.token_hex(16), "secret": secrets.token_urlsafe(32)}
        # Two processes may start at once: only one of them creates the file, both read what it wrote.
        with contextlib.suppress(FileExistsError):
            keys.write_private(path, json.dumps(made))
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        key, secret = str(known["key"]), str(known["secret"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} must hold a JSON object with key and secret") from error
    return Target(f"http://127.0.0.1:{settings.embedded_lrs_port}/xapi/", key, secret)
