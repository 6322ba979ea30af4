"""Files that trainers add to a draft."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageCms
from werkzeug.test import TestResponse

from lms.content.bundle import MOST_FILE_BYTES
from lms.content.svg import clean_svg
from tests.authoring.desk import BASE, DRAWING, MEDIA, MODULE, PNG, draft, picture, published, trainer, upload, written
from tests.authoring.drawings import DRAW_IO, ILLUSTRATOR, INKSCAPE
from tests.content import sample

__all__ = ["draft", "published", "trainer"]
INSIDE = f"courses/{MODULE}/media/"


def send(browser: FlaskClient, *files: tuple[bytes, str]) -> TestResponse:
    return browser.submit(MEDIA, {"files": [upload(*one) for one in files]}, content_type="multipart/form-data")


def test_files_are_added_under_safe_names(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    assert send(draft, (PNG, "Übung (1).PNG"), (DRAWING, "../../../lift.svg")).status_code == 303
    after = written(app)
    assert after.keys() - before.keys() == {f"{INSIDE}ubung-1.png", f"{INSIDE}lift.svg"}
    assert after[f"{INSIDE}ubung-1.png"] == PNG
    send(draft, (PNG + b"x", "Übung 1.png"), (PNG, "ubung-1.png"))
    assert {f"{INSIDE}ubung-1-2.png", f"{INSIDE}ubung-1-3.png"} <= written(app).keys()
    assert written(app)[f"{INSIDE}ubung-1.png"] == PNG, "nothing is written over"
    page = draft.get(MEDIA).text
    assert "ubung-1-2.png" in page
    assert f"{len(PNG)} Bytes" in page


def test_a_drawing_is_written_anew_from_what_was_looked_at(app: Flask, draft: FlaskClient) -> None:
    send(draft, (DRAWING, "lift.svg"))
    kept = written(app)[f"{INSIDE}lift.svg"]
    assert b"drawn by" not in kept
    assert b"<?xml" not in kept
    assert clean_svg(kept, "a") == clean_svg(DRAWING, "a")
    assert draft.get(f"{BASE}/media/lift.svg").headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_picture_is_drawn_anew_upright_small_and_without_notes(
    app: Flask, draft: FlaskClient, kind: str, ending: str
) -> None:
    notes = Image.Exif()
    notes[0x0112], notes[0x010E] = 6, "secret place"  # turned by a quarter; a description
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = picture(kind, (2400, 300), exif=notes, icc_profile=profile, comment=b"secret word") + b"<script>secret"
    answer = send(draft, (sent, f"hall.{ending}"))
    assert "made smaller, to 2,000 pixels" in draft.get(answer.location).text
    kept = written(app)[f"{INSIDE}hall.{ending}"]
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size) == (kind, (250, 2000))
        assert not image.getexif()
        assert "icc_profile" not in image.info
    assert b"secret" in sent
    assert b"secret" not in kept


def svg(inside: bytes, head: bytes = b"", attributes: bytes = b"") -> bytes:
    root = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
    return head + root + attributes + b"><title>a</title><desc>b</desc>" + inside + b"</svg>"


HOSTILE = {
    "a script": (svg(b"<script>alert(1)</script>"), "a.svg"),
    "an event at the root": (svg(b"", attributes=b' onload="alert(1)"'), "a.svg"),
    "a foreign object": (svg(b"<foreignObject><p>x</p></foreignObject>"), "a.svg"),
    "an address": (svg(b'<image xlink:href="https://evil.example/x.png"/>'), "a.svg"),
    "a style": (svg(b"<style>@import url(//evil.example)</style>"), "a.svg"),
    "an entity bomb": (svg(b"&b;", b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'), "a.svg"),
    "a file of ours": (svg(b"&b;", b'<!DOCTYPE svg [<!ENTITY b SYSTEM "file:///etc/passwd">]>'), "a.svg"),
    "no drawing": (b"<html><script>alert(1)</script></html>", "a.svg"),
    "a page": (b"<html></html>", "a.html"),
    "a page as a picture": (b"<html></html>", "a.png"),
    "a drawing as a picture": (DRAWING, "a.png"),
    "a program": (b"MZ\x90", "a.exe"),
    "two endings": (PNG, "a.png.html"),
    "no ending": (PNG, "picture"),
    "nothing": (b"", "a.png"),
    "a picture cut short": (picture("JPEG", (99, 99))[:-200], "a.jpg"),
    "half a picture": (PNG[:40], "a.png"),
    "a picture that moves": (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (4, 3))]), "a.webp"),
    "a picture bomb": (picture("PNG", (1, 1)).replace(b"IHDR\0\0\0\1\0\0\0\1", b"IHDR\0\0\x70\0\0\0\x70\0"), "a.png"),
    "an archive": (b"PK\x03\x04", "a.svgz"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_what_it_says_or_could_run_is_refused_and_nothing_changes(
    app: Flask, draft: FlaskClient, case: str
) -> None:
    before = written(app)
    answer = send(draft, (PNG, "good.png"), HOSTILE[case])
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    assert HOSTILE[case][1] in answer.text
    assert "<script>alert" not in answer.text
    assert written(app) == before


def test_a_drawing_of_a_drawing_program_is_cleaned_and_the_trainer_is_told_of_what(
    app: Flask, draft: FlaskClient
) -> None:
    page_id = next(path.rsplit("/", 1)[-1][:-3] for path in written(app) if path.endswith(".md"))
    for name, source in (("inkscape", INKSCAPE), ("illustrator", ILLUSTRATOR), ("draw-io", DRAW_IO)):
        answer = send(draft, (source, f"{name}.svg"))
        assert answer.status_code == 303
        page = draft.get(answer.location).text
        assert f"Taken in: {name}.svg (cleaned; left out: " in page and "notes of the drawing program" in page
        draft.submit(f"{MEDIA}/place", {"name": f"{name}.svg", "page": page_id, "alt": f"From {name}"})
        assert f'-title">From {name}</title>' in draft.get(f"{BASE}/preview/{page_id}").text
    send(draft, (svg(b'<path d="M0 0" onclick="alert(1)"/>'), "event.svg"))
    assert b"onclick" not in written(app)[f"{INSIDE}event.svg"]


def test_what_cannot_be_drawn_is_told_in_plain_words(draft: FlaskClient) -> None:
    for case in ("an entity bomb", "a file of ours"):
        text = send(draft, HOSTILE[case]).text
        assert "a.svg: the drawing declares entities that are not read" in text
        assert "Forbidden" not in text and "EntitiesForbidden" not in text


def test_a_file_takes_the_place_of_one_with_its_name_if_asked(app: Flask, draft: FlaskClient) -> None:
    send(draft, (PNG, "lift.png"))
    other = picture(size=(9, 9))
    answer = send(draft, (other, "Lift.PNG"))
    assert "lift-2.png (lift.png is there already; to put a file in its place" in draft.get(answer.location).text
    form = {"files": [upload(other, "Lift.PNG"), upload(PNG, "lift.png")], "replace": "yes"}
    answer = draft.submit(MEDIA, form, content_type="multipart/form-data")
    assert "lift.png (in the place of the one before), lift-3.png (" in draft.get(answer.location).text
    assert written(app)[f"{INSIDE}lift.png"] == other
    draft.submit(f"{BASE}/undo")
    assert written(app)[f"{INSIDE}lift.png"] == PNG


def test_names_that_are_no_text_are_refused(app: Flask, draft: FlaskClient) -> None:
    before = written(app)
    for raw in (b"a\xff.png", b"a\0.png"):
        part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="' + raw + b'"\r\n\r\n' + PNG
        token = draft.csrf_token()  # type: ignore[attr-defined]
        field = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()
        answer = draft.post(MEDIA, data=field + part + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 400
    assert send(draft).status_code == 422
    assert written(app) == before


def test_what_is_used_stays_and_what_is_not_can_go(app: Flask, draft: FlaskClient) -> None:
    send(draft, (PNG, "lift.png"), (PNG, "hall.png"))
    page_id = next(path.rsplit("/", 1)[-1][:-3] for path in written(app) if path.endswith(".md"))
    missing = draft.submit(f"{MEDIA}/place", {"name": "lift.png", "page": page_id, "alt": " "})
    assert (missing.status_code, "Say what lift.png shows" in missing.text) == (422, True)
    placed = draft.submit(f"{MEDIA}/place", {"name": "lift.png", "page": page_id, "alt": 'A "lift": #1'})
    assert placed.status_code == 303
    assert draft.get(placed.location).status_code == 200
    text = next(data for path, data in written(app).items() if path.endswith(f"/{page_id}.md")).decode()
    assert "src: media/lift.png\n" in text
    assert 'alt="A &#34;lift&#34;: #1"' in draft.get(f"{BASE}/preview/{page_id}").text.replace("&quot;", "&#34;")
    assert f"/pages/{page_id}" in draft.get(MEDIA).text
    assert draft.submit(f"{MEDIA}/take-away", {"name": "lift.png"}).status_code == 422
    assert draft.submit(f"{MEDIA}/take-away", {"name": "hall.png"}).status_code == 303
    assert f"{INSIDE}lift.png" in written(app)
    assert f"{INSIDE}hall.png" not in written(app)
    for name in ("hall.png", "../module.yaml", ""):
        assert draft.submit(f"{MEDIA}/take-away", {"name": name}).status_code == 404
    assert draft.submit(f"{MEDIA}/place", {"name": "lift.png", "page": "none", "alt": "x"}).status_code == 404


def test_too_much_is_refused(app: Flask, draft: FlaskClient) -> None:
    assert send(draft, (PNG + b"\0" * MOST_FILE_BYTES, "a.png")).status_code == 413
    assert send(draft, *[(PNG, f"a-{number}.png") for number in range(21)]).status_code == 422
    long = b"ID3" + b"\0" * 15_000_000
    answers = [send(draft, (long, "a.mp3")) for _ in range(7)]
    assert [one.status_code for one in answers] == [303] * 6 + [422]
    assert "more than 500 files or 100 MB" in answers[-1].text


def test_the_files_of_a_module_are_still_a_module(app: Flask, draft: FlaskClient) -> None:
    send(draft, (DRAWING, "lift.svg"), (PNG, "lift.png"))
    assert "This has to be mended" not in draft.get(f"{BASE}/publish").text
    assert sample.MODULE in draft.get(MEDIA).text
