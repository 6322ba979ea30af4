"""Bootstrap's icons, drawn into the page: only those that it shows."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

from lms.ui.bootstrap import FOLDER


@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> Markup:
    """An icon by its Bootstrap name; without a label it is for the eye alone. Raises KeyError for an unknown one."""
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    template = Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" {}>{}</svg>')
    return template.format(voice, Markup(_shapes(name)))  # shapes of the library's own sprite  # noqa: S704  # nosec B704


@lru_cache(maxsize=256)
def _shapes(name: str) -> str:
    sprite = (FOLDER / "icons" / "bootstrap-icons.svg").read_text(encoding="utf-8")
    match = re.search(rf'<symbol[^>]*\bid="{re.escape(name)}"[^>]*>(.*?)</symbol>', sprite, re.DOTALL)
    if not match:
        raise KeyError(f"Bootstrap has no icon {name!r}")
    return match[1]
