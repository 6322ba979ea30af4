"""Where something failed, without what people had written.

The message of an exception may hold values: a row that a database refused, an input that did not validate. So only
messages of kinds that name our own code's parts are told; of all others, the kind and the lines of code.
"""

from __future__ import annotations

import traceback

from jinja2 import TemplateError

_NAMES_OUR_OWN_PARTS = (AttributeError, ImportError, NameError, NotImplementedError, OSError, TemplateError, TypeError)


def trace(error: BaseException) -> str:
    """The lines of code that led to an exception and to those that it came from, the latest first."""
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < 10:
        told.append(_one(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by\n".join(told)


def _one(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    message = f": {error}" if isinstance(error, _NAMES_OUR_OWN_PARTS) else ""
    return "".join(traceback.format_tb(error.__traceback__)) + kind + message
