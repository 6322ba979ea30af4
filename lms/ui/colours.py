"""An organisation's colour, made readable: on light and dark ground the contrast is never below WCAG's 4.5 to 1."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

ENOUGH = 4.5
"""WCAG 2.2, 1.4.3: contrast of text."""

LIGHT_GROUNDS = ("#faf9f6", "#ffffff", "#f2f0ea")
DARK_GROUNDS = ("#12171a", "#1a2125", "#232b30")
"""Paper, card and quiet area of base.css, on which an accent may stand as text."""


@dataclass(frozen=True)
class Accent:
    """The brand colour as one scheme uses it."""

    text: str
    """For words and lines on paper; also the ground of a button."""
    on: str
    """For words on `text`."""
    soft: str
    """A tint of the ground, on which both ink and `text` can be read."""


def light(brand: str) -> Accent:
    """The accent for light pages: the brand colour, darkened only as far as it must be."""
    soft = mix(brand, LIGHT_GROUNDS[0], 0.09)
    text = _until_readable(brand, (*LIGHT_GROUNDS, soft), step=-0.01)
    return Accent(text, _clearer(text), soft)


def dark(brand: str) -> Accent:
    """The accent for dark pages: the brand colour, lightened only as far as it must be."""
    soft = mix(brand, DARK_GROUNDS[1], 0.22)
    while contrast(soft, "#ffffff") < 2 * ENOUGH:  # a pale brand must not turn a quiet area bright
        soft = mix(soft, "#000000", 0.9)
    text = _until_readable(brand, (*DARK_GROUNDS, soft), step=0.01)
    return Accent(text, _clearer(text), soft)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, ground: str, share: float) -> str:
    """A colour thinned with a ground; `share` is how much of the colour remains, 0 to 1."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return _hex(*(share * top + (1 - share) * under for top, under in pairs))


def _until_readable(colour: str, grounds: tuple[str, ...], step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while min(contrast(colour, ground) for ground in grounds) < ENOUGH and 0 < lightness + step < 1:
        lightness += step
        colour = _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))
    if min(contrast(colour, ground) for ground in grounds) < ENOUGH:
        return "#000000" if step < 0 else "#ffffff"
    return colour


def _clearer(ground: str) -> str:
    return max(("#ffffff", "#0d1214"), key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in (red, green, blue))
