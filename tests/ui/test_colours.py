"""Whatever colour an organisation has, its pages can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.ui import colours
from lms.ui.colours import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, contrast

BRANDS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
LIGHT_INK, DARK_INK = "#1f272b", "#e4e8e6"


@given(BRANDS)
def test_accent_is_readable_in_both_schemes(brand: str) -> None:
    for accent, grounds, ink in (
        (colours.light(brand), LIGHT_GROUNDS, LIGHT_INK),
        (colours.dark(brand), DARK_GROUNDS, DARK_INK),
    ):
        assert all(contrast(accent.text, ground) >= ENOUGH for ground in (*grounds, accent.soft))
        assert contrast(accent.on, accent.text) >= ENOUGH
        assert contrast(ink, accent.soft) >= ENOUGH


@given(BRANDS)
def test_readable_brand_is_left_as_it_is(brand: str) -> None:
    if min(contrast(brand, ground) for ground in ("#e4e4e4", *LIGHT_GROUNDS)) > 7:
        assert colours.light(brand).text == brand


def test_contrast_of_black_and_white() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
