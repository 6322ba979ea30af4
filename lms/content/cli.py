"""Commands for content: `lms courses …`."""

from __future__ import annotations

import click


@click.group()
def courses() -> None:
    """Check, import and export modules."""
