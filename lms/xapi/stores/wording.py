"""How a store and what it is told are named by whoever types commands, and how they are told of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lms.outbox.models import Store
from lms.outbox.queue import MAIN_NAME
from lms.xapi import vocabulary

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def name_of(text: str) -> str:
    """A name for a store. Raises ValueError."""
    if not _NAME.fullmatch(text) or text == MAIN_NAME:
        raise ValueError(f"a name has small letters, digits and hyphens, 40 at most, and is not {MAIN_NAME!r}")
    return text


def endpoint_of(text: str) -> str:
    """The address of a store, without a slash at the end. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://lrs.example.org/xapi")
    return text.rstrip("/")


def verb_address(word: str) -> str:
    """The address of a verb, given itself or by the English word that statements have. Raises ValueError."""
    if word in vocabulary.VERBS:
        return vocabulary.VERBS[word]
    if ":" in word:
        return word
    raise ValueError(f"there is no verb {word!r}; there are: {', '.join(sorted(vocabulary.VERBS))}")


def facts_of(store: Store) -> dict[str, str]:
    """What may be known of a store: all but its password."""
    return {"name": store.name, "endpoint": store.endpoint, "told": told(store)}


def told(store: Store) -> str:
    """Of what it is told, in words."""
    words = {address: word for word, address in vocabulary.VERBS.items()}
    what = ", ".join(words.get(address, address) for address in store.verbs) or "everything"
    since = f" written since {store.since:%Y-%m-%d %H:%M} UTC" if store.since else ""
    rate = f", the history at {store.rate} a second" if store.rate else ""
    return what + since + rate + _state(store)


def _state(store: Store) -> str:
    if store.closed_at:
        return " (closed)"
    return "" if store.ready_at else " (not filled yet)"
