"""Drawings of drawing programs, and of people who mean harm, drawn anew."""

from __future__ import annotations

import re
import time
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.authoring.media.drawing import cleaned
from lms.content.media_files import media_fault
from lms.content.svg import SVG, SvgError, clean_svg
from tests.authoring.drawings import DRAW_IO, ILLUSTRATOR, INKSCAPE

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
RECT = '<rect width="5" height="5"/>'


def svg(inside: str, head: str = "", more: str = "") -> bytes:
    return f"{head}{HEAD}{more}>{inside}</svg>".encode()


def parts(data: bytes, name: str) -> list[Element]:
    return list(fromstring(data).iter(f"{SVG}{name}"))


def words(data: bytes) -> str:
    return " ".join("".join("".join(one.itertext()) for one in parts(data, "text")).split())


@pytest.mark.parametrize("source", [INKSCAPE, ILLUSTRATOR, DRAW_IO])
def test_a_drawing_of_a_drawing_program_is_cleaned_into_one_that_the_checker_takes(source: bytes) -> None:
    with pytest.raises(SvgError):
        clean_svg(source, "x")
    made = cleaned(source)
    assert media_fault("a.svg", made.data) is None
    assert cleaned(made.data).data == made.data, "nothing is left to clean"
    for gone in (b"secret", b"http://www.inkscape", b"style=", b"DOCTYPE", b"href", b"data-", b"evil", b"script"):
        assert gone not in made.data
    assert "notes of the drawing program" in made.dropped


def test_of_inkscape_shapes_colours_gradients_arrows_and_words_are_kept() -> None:
    made = cleaned(INKSCAPE)
    (gradient,) = parts(made.data, "linearGradient")
    assert [(one.get("stop-color"), one.get("offset")) for one in gradient] == [("#0a5c8a", "0"), ("#ffffff", "1")]
    assert (gradient.get("x2"), gradient.get("gradientTransform")) == ("90", "translate(2.5,-1e-3)")
    (rect,) = parts(made.data, "rect")
    assert (rect.get("fill"), rect.get("stroke"), rect.get("ry")) == (f"url(#{gradient.get('id')})", "#000000", "3.5")
    (marker,) = parts(made.data, "marker")
    assert f"url(#{marker.get('id')})" in [one.get("marker-end") for one in parts(made.data, "path")]
    assert [one.get("fill") for one in marker] == ["context-stroke"]
    assert words(made.data) == "Ward seven & more"
    assert "links" in made.dropped and "hidden parts" in made.dropped


def test_of_illustrator_classes_become_attributes_and_copies_are_written_out() -> None:
    made = cleaned(ILLUSTRATOR)
    (circle,) = parts(made.data, "circle")
    assert (circle.get("fill"), circle.get("stroke"), circle.get("class")) == ("#FFCC00", "#231F20", None)
    (path,) = parts(made.data, "clipPath")
    assert [one.get("width") for one in path] == ["200"]
    assert f"url(#{path.get('id')})" in [one.get("clip-path") for one in parts(made.data, "g")]
    (text,) = parts(made.data, "text")
    assert (text.get("font-size"), words(made.data)) == ("24px", "Hand over")
    assert "styles that are not simple" in made.dropped, "of the rule @import"


def test_of_draw_io_the_words_are_kept_that_stand_in_for_a_web_page() -> None:
    made = cleaned(DRAW_IO)
    (rect,) = parts(made.data, "rect")
    assert (rect.get("fill"), rect.get("stroke")) == ("#dae8fc", "#6c8ebf")
    assert words(made.data) == "Start here"


def test_it_is_called_as_the_page_says_what_it_shows_and_stands_on_paper() -> None:
    page = clean_svg(cleaned(INKSCAPE).data, "lift", "A lift & a hall")
    assert '<title id="lift-title">A lift &amp; a hall</title>' in page
    assert 'class="diagram own-colours"' in page
    (gradient,) = fromstring(page).iter(f"{SVG}linearGradient")
    assert (gradient.get("id") or "").startswith("lift-") and f'fill="url(#{gradient.get("id")})"' in page


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (svg(RECT + "<script>alert(1)</script>"), "scripts"),
        (svg(RECT.replace("/>", ' onclick="alert(1)"/>')), "scripts"),
        (svg(RECT, more=' onload="alert(1)"'), "scripts"),
        (svg(RECT + "<foreignObject><p>alert</p></foreignObject>"), "web page"),
        (svg(RECT + '<image xlink:href="https://evil.example/x.png"/>'), "pictures"),
        (svg(f'<a href="javascript:alert(1)">{RECT}</a>'), "links"),
        (svg(RECT + "<style>@import url(//evil.example)</style>"), "styles"),
        (svg(RECT + "<style>rect{fill:url(//evil.example#a)}</style>"), "styles"),
        (svg(RECT.replace("/>", ' style="fill:expression(alert(1))"/>')), "styles"),
        (svg(RECT.replace("/>", ' fill="url(https://evil.example#x)"/>')), "styles"),
        (svg(RECT.replace("/>", ' style="fill:u\\72l(https://evil.example)"/>')), "styles"),
        (svg(RECT + '<use href="https://evil.example/a.svg#x"/>'), "links"),
        (svg(RECT + '<rect><animate attributeName="href" to="javascript:alert(1)"/></rect>'), "movement"),
        (svg(RECT + '<set attributeName="onload" to="alert(1)"/>'), "movement"),
        (svg(RECT + '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'), "notes"),
        (
            svg('<g filter="url(#a)">' + RECT + '</g><filter id="a"><feImage href="//evil.example"/></filter>'),
            "shadows",
        ),
        (svg(RECT.replace("/>", ' fill="url(#p)"/>') + f'<pattern id="p">{RECT}</pattern>'), "patterns"),
        (svg(RECT, '<?xml-stylesheet href="//evil.example/x.css"?>'), ""),
        (svg(RECT, '<!DOCTYPE svg SYSTEM "file:///etc/passwd">'), ""),
        (svg(RECT + "<text>&lt;script>alert(1)&lt;/script></text>"), ""),
    ],
)
def test_what_could_run_or_load_is_dropped_and_told(source: bytes, told: str) -> None:
    made = cleaned(source)
    page = clean_svg(made.data, "x")
    assert not re.search(r"evil|<script|javascript|alert\(1\)(?!&lt;)|onload|onclick|passwd|expression|@import", page)
    assert any(told in one for one in made.dropped) or not told
    assert parts(made.data, "rect")


ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (svg("<text>&b;</text>", ENTITIES), "declares entities"),
        (svg("<text>&b;</text>", '<!DOCTYPE svg [<!ENTITY b SYSTEM "file:///etc/passwd">]>'), "declares entities"),
        (svg(RECT, '<!DOCTYPE svg [<!ENTITY % b SYSTEM "//evil.example/x.dtd"> %b;]>'), "declares entities"),
        (svg("<text>" + "&a;" * 300_000 + "</text>", '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">]>'), "declares entities"),
        (svg("<text>&unknown;</text>"), "not a well-formed drawing"),
        (svg("<g>" * 5000 + "</g>" * 5000), "too many levels"),
        (svg("<g/>" * 30_000), "too many levels or parts"),
        (svg("<script/>"), "nothing in it that can be drawn here, only scripts"),
        (svg('<image href="data:image/png;base64,AAAA"/>'), "only pictures"),
        (b"<html><body/></html>", "does not begin with <svg>"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", "how large it is"),
        (b"GIF89a", "not a well-formed drawing"),
        (b"\xff\xfe\x00", "not a well-formed drawing"),
        (b'<?xml version="1.0" encoding="nonsense"?>' + svg(RECT), "not a well-formed drawing"),
        (svg("<text>" + "x" * 300_000 + "</text>"), "larger than 200 kB"),
        (b" " * 2_000_001, "larger than 2 MB"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_plain_words(source: bytes, told: str) -> None:
    started = time.process_time()
    with pytest.raises(SvgError, match=re.escape(told)) as caught:
        cleaned(source)
    assert time.process_time() - started < 2
    assert not re.search(r"Forbidden|Error|Exception|\(name=|None", str(caught.value))


def test_copies_of_copies_end() -> None:
    layers = "".join(f'<g id="g{n + 1}">' + f'<use href="#g{n}"/>' * 50 + "</g>" for n in range(5))
    started = time.process_time()
    with pytest.raises(SvgError, match="more than 5,000 parts"):
        cleaned(svg(f'<g id="g0">{RECT}</g>{layers}'))
    assert time.process_time() - started < 2
    around = svg(f'{RECT}<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')
    assert len(parts(cleaned(around).data, "rect")) == 1
    gradients = "".join(f'<linearGradient id="l{n}" href="#l{(n + 1) % 9}"/>' for n in range(9))
    cleaned(svg(f'<defs>{gradients}</defs><rect width="1" height="1" fill="url(#l0)"/>'))


@pytest.mark.parametrize(
    "css",
    [
        ",".join(f".c{n}" for n in range(100_000)) + "{fill:red;stroke:blue;opacity:1}",
        ".a{" + "".join(f"x{n}:1;" for n in range(100_000)) + "}",
        "rect{fill:red}" * 80_000,
        "/*" * 200_000,
    ],
)
def test_a_huge_style_sheet_takes_no_time(css: str) -> None:
    started = time.process_time()
    made = cleaned(svg(f"<style>{css}</style>" + '<rect class="c1 c2 a" width="1" height="1"/>' * 2000))
    assert time.process_time() - started < 2
    assert made.data


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("<>&;:(){}#'\"/=@. urlscriptonhfdx-\\"), max_size=60),
    st.sampled_from(["fill", "style", "d", "class", "clip-path", "font-family", "id", "transform"]),
)
def test_whatever_an_attribute_says_nothing_but_a_plain_drawing_comes_out(value: str, attribute: str) -> None:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    made = cleaned(svg(f'<rect width="1" height="1" {attribute}="{escaped}"/>'.replace('id=""', "")))
    assert media_fault("a.svg", made.data) is None


def test_shapes_without_a_colour_are_black_on_white_paper_on_dark_pages_too() -> None:
    assert 'class="diagram own-colours"' in clean_svg(cleaned(svg(RECT)).data, "x")
    ours = cleaned(svg('<rect class="d-fill other" width="1" height="1"/>')).data
    assert 'class="diagram"' in clean_svg(ours, "x") and b'class="d-fill"' in ours
