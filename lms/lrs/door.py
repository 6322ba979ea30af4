"""Letting callers in: the key of the installation itself, or one of those that were made for other programs."""

from __future__ import annotations

import base64
import hmac

from lms.keys import Credentials
from lms.lrs.callers import ALL, NAME, Caller
from lms.lrs.clients import service
from lms.lrs.refusal import RefusalError
from lms.lrs.storage import Storage


class Door:
    """Knows who may come in."""

    def __init__(self, storage: Storage, owner: Credentials) -> None:
        self._storage = storage
        self._owner = f"{owner.key}:{owner.secret}".encode()

    def let_in(self, authorization: str | None) -> Caller:
        """Who says the right words (Basic); how long the answer takes does not tell how wrong they are.

        Raises RefusalError (401).
        """
        words = _words(authorization)
        if hmac.compare_digest(words, self._owner):
            return Caller(NAME, ALL)
        given = _credentials(words)
        if given is not None:
            with self._storage.reading() as connection:
                caller = service.known(connection, given)
            if caller is not None:
                return caller
        challenge = {"WWW-Authenticate": 'Basic realm="xAPI", charset="UTF-8"'}
        raise RefusalError(401, "must hold the right key and secret (Basic)", "Authorization", **challenge)


def _words(authorization: str | None) -> bytes:
    scheme, _, words = (authorization or "").partition(" ")
    try:
        return base64.b64decode(words, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:  # no Base64, or not even ASCII
        return b""


def _credentials(words: bytes) -> Credentials | None:
    """None for what can be no key of ours."""
    key, colon, secret = words.partition(b":")
    if not colon or not (key.isalnum() and secret.isascii()):
        return None
    return Credentials(key.decode("ascii"), secret.decode("ascii"))
