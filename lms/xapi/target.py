"""Where statements are sent: the Learning Record Store of the settings, else the embedded one."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms import keys
from lms.config import Settings


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
    client = keys.lrs_client(settings.instance)
    return Target(f"http://127.0.0.1:{settings.embedded_lrs_port}/xapi/", client.key, client.secret)
