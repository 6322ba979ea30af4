"""Lengths of time as ISO 8601 writes them."""

from __future__ import annotations


def iso(seconds: int) -> str:
    """`PT1H47M3S` for 6,423 seconds; `PT0S` for none. A negative length counts as none."""
    minutes, left = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    text = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if value)
    return f"PT{text or '0S'}"
