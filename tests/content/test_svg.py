"""Drawings from strangers."""

from __future__ import annotations

import pytest

from lms.content.media_files import media_fault
from lms.content.svg import SvgError, clean_svg
from tests.content import sample

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200"><title>T</title><desc>D</desc>'


def drawing(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (drawing("<script>alert(1)</script>"), "element <script>"),
        (drawing("<style>*{fill:red}</style>"), "element <style>"),
        (drawing('<image href="https://evil.example/x.png"/>'), "element <image>"),
        (drawing('<a href="https://evil.example"><text>x</text></a>'), "element <a>"),
        (drawing("<foreignObject><p>x</p></foreignObject>"), "element <foreignObject>"),
        (drawing('<use href="#x"/>'), "element <use>"),
        (drawing('<animate attributeName="d"/>'), "element <animate>"),
        (drawing('<g onclick="alert(1)"/>'), "attribute onclick"),
        (drawing('<g style="fill:red"/>'), "attribute style"),
        (drawing('<g fill="url(https://evil.example)"/>'), "attribute fill"),
        (drawing('<g fill="url(//evil.example#x) red"/>'), "attribute fill"),
        (drawing('<g fill="url(#x) url(//evil.example)"/>'), "attribute fill"),
        (drawing('<g stroke="red;}"/>'), "attribute stroke"),
        (drawing('<g clip-path="url(a.svg#x)"/>'), "clip-path that does not point inside"),
        (drawing('<g opacity="expression(alert(1))"/>'), "attribute opacity"),
        (drawing('<text font-family="x; src: URL (//evil.example)">a</text>'), "attribute font-family"),
        (drawing('<g transform="@import"/>'), "attribute transform"),
        (drawing('<stop stop-color="url(#x)"/>'), "attribute stop-color"),
        (drawing('<linearGradient href="#x"/>'), "attribute href"),
        (drawing("<pattern/>"), "element <pattern>"),
        (drawing("<mask/>"), "element <mask>"),
        (drawing("<filter/>"), "element <filter>"),
        (drawing('<path marker-end="url(https://evil.example#x)"/>'), "marker-end that does not point inside"),
        (drawing('<g xmlns:x="http://www.w3.org/1999/xlink" x:href="#y"/>'), "attribute {http"),
        (drawing('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'), "element <{http"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("&a;"), "declares a document type or entities"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + drawing(""), "declares a document type or entities"),
        (b'<?xml version="1.0" encoding="nonsense"?>' + drawing(""), "not a well-formed drawing"),
        (drawing("<g>" * 5000 + "</g>" * 5000), "nested more than 60 levels"),
        (drawing("<!--" + "x" * 200_000 + "-->"), "larger than 200 kB"),
        (b"GIF89a", "not a well-formed drawing"),
        (b"\xff\xfe\x00", "not a well-formed drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "viewBox"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 wide 2"/>', "viewBox"),
        (b"<html><body/></html>", "viewBox"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>T</title></svg>', "no <desc>"),
    ],
)
def test_what_is_no_plain_drawing_is_refused(source: bytes, told: str) -> None:
    with pytest.raises(SvgError, match=told.replace("(", r"\(").replace("{", r"\{")):
        clean_svg(source, "x")


def test_two_drawings_cannot_clash() -> None:
    source = drawing('<defs><marker id="tip"/></defs><path id="a" marker-end="url(#tip)"/>')
    cleaned = clean_svg(source, "verbs")
    assert 'id="verbs-tip"' in cleaned
    assert 'marker-end="url(#verbs-tip)"' in cleaned
    assert 'aria-labelledby="verbs-title"' in cleaned


def test_colours_gradients_and_clipping_paths_of_the_drawing_are_kept() -> None:
    inside = (
        '<defs><linearGradient id="sky"><stop offset="0" stop-color="#09f"/></linearGradient>'
        '<clipPath id="cut"/></defs>'
        '<g fill="url(#sky) none" stroke="rgb(0, 10%, 5)" clip-path="url(#cut)"/><path fill="currentColor"/>'
    )
    cleaned = clean_svg(drawing(inside), "verbs")
    assert 'fill="url(#verbs-sky) none"' in cleaned and 'clip-path="url(#verbs-cut)"' in cleaned
    assert 'class="diagram own-colours"' in cleaned
    assert 'class="diagram"' in clean_svg(drawing('<path fill="none"/>'), "verbs")


def test_what_is_told_has_no_words_of_programmers() -> None:
    with pytest.raises(SvgError) as caught:
        clean_svg(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing(""), "x")
    assert str(caught.value) == "declares a document type or entities (<!DOCTYPE …>), which are never read"


def test_words_stay_words() -> None:
    assert "&lt;script&gt;" in clean_svg(drawing("<text>&lt;script&gt;</text>"), "x")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("x.html", b"<script>", "not allowed here"),
        ("x.js", b"alert(1)", "not allowed here"),
        ("x", b"x", "not allowed here"),
        ("x.png", b"<html>", "not what its ending"),
        ("x.jpg", b"GIF89a<script>", "not what its ending"),
        ("x.vtt", b"<html>", "not what its ending"),
        ("x.svg", drawing("<script/>"), "element <script>"),
    ],
)
def test_media_must_be_what_they_are_called(name: str, data: bytes, told: str) -> None:
    fault = media_fault(name, data)
    assert fault is not None
    assert told in fault[0]


def test_sound_media_pass() -> None:
    assert media_fault("x.svg", sample.SVG.encode()) is None
    assert media_fault("x.png", b"\x89PNG\r\n\x1a\n....") is None
    assert media_fault("x.vtt", "\ufeffWEBVTT\n".encode()) is None
