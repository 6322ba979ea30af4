"""Bootstrap's stylesheet, trimmed: what we use is there, what we may not use is not."""

from __future__ import annotations

import pytest

from lms.ui import bootstrap
from lms.ui.icons import icon


def test_what_pages_use_is_kept() -> None:
    css = bootstrap.stylesheet()
    for name in (".btn-primary{", ".form-control{", ".alert{", ".visually-hidden", ".mb-3{", ".col-md-6{", ".table{"):
        assert name in css, name
    assert css.count("{") == css.count("}")


def test_nothing_is_loaded_from_anywhere() -> None:
    css = bootstrap.stylesheet()
    assert "url(" not in css
    assert "data-bs-theme" not in css


def test_dark_follows_the_readers_system() -> None:
    css = bootstrap.trimmed(":root,[data-bs-theme=light]{--a:1}[data-bs-theme=dark]{--a:2}[data-bs-theme=dark] .b{c:d}")
    assert css == (
        ":root{--a:1}@media (prefers-color-scheme:dark){:root{--a:2}}@media (prefers-color-scheme:dark){:root .b{c:d}}"
    )


def test_only_unused_selectors_of_a_list_go() -> None:
    assert bootstrap.trimmed(".btn,.carousel:not(.a,.b){x:y}@media print{.modal{x:y}}") == ".btn{x:y}"


def test_icons() -> None:
    assert 'aria-hidden="true"' in icon("check-circle")
    assert 'aria-label="&lt;Done&gt;"' in icon("check-circle", "<Done>")
    with pytest.raises(KeyError):
        icon("no-such-icon")
