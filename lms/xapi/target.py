"""Where statements are sent: the Learning Record Store of the settings, else the embedded one; and to others."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms import keys, vault
from lms.config import Settings
from lms.outbox.models import Store

SEAL = "stores"
"""Name of the key with which the passwords of other stores are sealed."""


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


def other_target(settings: Settings, store: Store) -> Target:
    """A store beside the main one. Raises OSError or ValueError when its password cannot be read."""
    master = keys.secret(settings.instance, SEAL)
    try:
        return Target(store.endpoint, store.key, vault.open_sealed(master, store.sealed_secret, _about(store.name)))
    except vault.SealBrokenError:
        raise ValueError(
            f"the password of the store {store.name} does not open with instance/keys/{SEAL}: "
            f"set it anew with `lms xapi store set {store.name} --new-secret`"
        ) from None


def sealed(settings: Settings, name: str, secret: str) -> bytes:
    """The password of a store of this name as it is kept. Raises OSError or ValueError when the key cannot be read."""
    return vault.seal(keys.secret(settings.instance, SEAL), secret, _about(name))


def _about(name: str) -> str:
    return f"password of the store {name}"
