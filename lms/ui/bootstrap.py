"""Bootstrap's stylesheet, trimmed to what our pages use.

What needs its JavaScript or is a component that we draw ourselves is left out; dark colours follow the reader's system
(Bootstrap wants an attribute that only a script could set in time); pictures inside the stylesheet go, since the
content security policy allows no `data:` addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_bootstrap

FOLDER = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"

_UNUSED = re.compile(
    r"""\.(?:
        accordion|carousel|offcanvas|modal|toast|tooltip|popover|bs-|dropdown|dropup|dropend|dropstart|dropleft|
        navbar|nav-(?:tabs|pills|underline|fill|justified)|tab-|tab-content|placeholder|spinner|btn-(?:close|toolbar|group)|
        form-(?:range|floating|switch|control-color)|list-group|ratio|vr\b|stretched|figure|pagination|page-|breadcrumb|
        progress|card-(?:img|group)|link-|icon-link|focus-ring|text-bg-|clearfix|vstack|hstack|sticky-|fixed-|
        btn-(?:outline-)?(?:info|warning|light|dark|success|danger|secondary)|alert-(?:light|dark|secondary|dismissible)|
        table-(?:primary|secondary|success|info|warning|danger|light|dark)|valid-|was-validated|is-valid|
        bg-(?:opacity|gradient|black|dark|info|light|white)|opacity-|z-|object-fit|float-|shadow|collapse|collapsing|
        border-(?:opacity|\d|info|light|dark|white|black)|text-opacity|rounded-(?:\d|top|end|bottom|start)|translate-|
        order-|offset-|[a-z-]+-xl-|display-\d|font-monospace|user-select|pe-(?:none|auto)|overflow-
    )""",
    re.VERBOSE,
)
_WIDEST = re.compile(r"min-width:\s*1400px|max-width:\s*(?:1199|1399)")
_DARK = "[data-bs-theme=dark]"
_PICTURE = re.compile(r"""[\w-]+:[^;{}"]*url\("[^"]*"\)[^;{}]*;?""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def stylesheet() -> str:
    """The trimmed stylesheet, with its licence in front."""
    source = (FOLDER / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    licence = next(iter(_COMMENT.findall(source)), "")
    return f"{licence}\n{trimmed(_COMMENT.sub('', source))}"


def trimmed(css: str) -> str:
    """A stylesheet without what we do not use."""
    return "".join(_kept(prelude, body) for prelude, body in _rules(_PICTURE.sub("", css)))


def _kept(prelude: str, body: str) -> str:
    if prelude.startswith("@media"):
        inner = "" if _WIDEST.search(prelude) else trimmed(body)
        return f"{prelude}{{{inner}}}" if inner else ""
    if prelude.startswith("@keyframes"):
        return ""
    selectors = [selector.strip() for selector in _split(prelude)]
    kept = [selector for selector in selectors if not _UNUSED.search(selector)]
    if not kept or not body:
        return ""
    if all(selector.startswith(_DARK) for selector in kept):
        dark = ",".join(selector.replace(_DARK, ":root").strip() for selector in kept)
        return f"@media (prefers-color-scheme:dark){{{dark}{{{body}}}}}"
    return ",".join(selector for selector in kept if "data-bs-theme" not in selector) + f"{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Each rule of one level: what stands before its braces and what stands in them."""
    start = 0
    while (opening := css.find("{", start)) >= 0:
        depth, end = 1, opening + 1
        while depth:
            depth += (css[end] == "{") - (css[end] == "}")
            end += 1
        prelude = css[start:opening].rsplit(";", 1)[-1].strip()
        yield prelude, css[opening + 1 : end - 1]
        start = end


def _split(selectors: str) -> list[str]:
    """Selectors of a list; commas inside parentheses do not part them."""
    return re.split(r",(?![^()]*\))", selectors)
