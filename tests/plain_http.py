"""Asking servers of ours, none of which speaks TLS, over HTTP."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To read those of the machine takes every client longer than most questions."""


def client(**options: Any) -> httpx.Client:
    """What asks several times, and keeps connections and cookies meanwhile."""
    return httpx.Client(verify=_NO_CERTIFICATES, **options)


def get(url: str, **options: Any) -> httpx.Response:
    """Ask once."""
    return httpx.get(url, verify=_NO_CERTIFICATES, **options)
