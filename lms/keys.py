"""Secrets of an installation: made once, kept in files that only their owner can read, never in the database."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

KEY_BYTES = 32
RSA_BITS = 2048
LRS_CLIENT = "lrs-client"
"""Name of the file with `key` and `secret` for the embedded Learning Record Store."""


@dataclass(frozen=True)
class Credentials:
    """Name and password of a program."""

    key: str
    secret: str = field(repr=False)


def secret(instance: Path, name: str) -> bytes:
    """The 256-bit secret of this name, made on first use. Raises OSError when it cannot be read or made."""
    return bytes.fromhex(_kept(instance, name, lambda: secrets.token_hex(KEY_BYTES)))


def rsa_key(instance: Path, name: str) -> rsa.RSAPrivateKey:
    """The RSA key of this name, made on first use. Raises OSError or ValueError when it cannot be read."""
    path = instance / "keys" / name
    try:
        found = load_pem_private_key(_kept(instance, name, _new_rsa_key).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} must hold an RSA key in PEM format") from error
    if not isinstance(found, rsa.RSAPrivateKey):
        raise ValueError(f"{path} must hold an RSA key in PEM format")
    return found


def _new_rsa_key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def lrs_client(instance: Path) -> Credentials:
    """What the relay says and the embedded Learning Record Store wants to hear, made on first use.

    Raises OSError or ValueError when it cannot be read.
    """
    text = _kept(
        instance, LRS_CLIENT, lambda: json.dumps({"key": secrets.token_hex(16), "secret": secrets.token_urlsafe(32)})
    )
    try:
        known = json.loads(text)
        return Credentials(str(known["key"]), str(known["secret"]))
    except (ValueError, TypeError, KeyError) as error:
        path = instance / "keys" / LRS_CLIENT
        raise ValueError(f"{path} must hold a JSON object with key and secret") from error


def _kept(instance: Path, name: str, draft: Callable[[], str]) -> str:
    """The content of a file of secrets; where there is none yet, a draft becomes it."""
    path = instance / "keys" / name
    # `mode` is for the last folder alone: parents that are made on the way would be open to all.
    for folder in (instance, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Two processes may start at once: only one of them creates the file, both read what it wrote.
        with contextlib.suppress(FileExistsError):
            write_private(path, draft())
    return path.read_text(encoding="utf-8")


def write_private(path: Path, text: str | bytes) -> None:
    """Write a new file with mode 0600, whole or not at all. Raises FileExistsError if it is there already."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode() if isinstance(text, str) else text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
