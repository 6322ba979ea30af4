"""JSON as the standard wants it: no name twice in an object, no NaN, nothing that UTF-8 cannot carry."""

from __future__ import annotations

import json
from typing import Any

from lms.lrs.refusal import RefusalError

# Made once: making one takes longer than writing a small value.
_WRITER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False)


def read(content: bytes | str, where: str) -> Any:
    """The value. Raises RefusalError (400) that names `where` it was read from."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise RefusalError(400, "is not UTF-8", where) from None
    except RecursionError:
        raise RefusalError(400, "is nested too deeply", where) from None
    except ValueError as error:
        raise RefusalError(400, f"is not valid JSON: {error}", where) from None
    return value


def write(value: Any) -> str:
    """Compact text. Raises RefusalError (400) for what cannot be written again: half characters, endless numbers."""
    try:
        text = _WRITER.encode(value)
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise RefusalError(400, "has half of a surrogate pair, which is no character") from None
    except ValueError:
        raise RefusalError(400, "has a number that is too large") from None
    except RecursionError:
        raise RefusalError(400, "is nested too deeply") from None
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the property {twice!r} stands twice in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
