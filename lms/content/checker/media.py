"""Rule 23: pictures and recordings for everyone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from lms.content.blocks import Figure, Media
from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.subject import Subject, on
from lms.content.module import Page
from lms.content.problems import Problem
from lms.content.svg import SVG

MEDIA = Rule(23, "Media", "alt text of 40 to 150 characters or decorative, readable drawings, captions", "any other")
SHORTEST_ALT, LONGEST_ALT = 40, 150
SMALLEST_TEXT = 14 / 640
"""Height of letters as a share of the drawing's width, so that they can be read at 320 px."""
_TEXT_CLASSES = {"d-text", "d-on-accent", "d-muted"}


def media(subject: Subject) -> Result:
    """Alt texts, long descriptions, words in drawings, captions of videos.

    That a drawing has `title` and `desc`, and a recording its transcript, the loader sees to. A drawing without colours
    of its own has the contrast of the stylesheet's classes, so each word must have one of the classes for words; one
    that a drawing program has painted stands on white paper.
    """
    figures = [(page, block) for page, block in subject.module.blocks() if isinstance(block, Figure)]
    recordings = [(page, block) for page, block in subject.module.blocks() if isinstance(block, Media)]
    findings = [fault for page, figure in figures for fault in _figure_faults(page, figure)]
    findings += [fault for page, recording in recordings for fault in _recording_faults(subject, page, recording)]
    return MEDIA.result(f"{len(figures)} figures, {len(recordings)} recordings", none_of(findings), findings)


def _figure_faults(page: Page, figure: Figure) -> Iterator[Problem]:
    if figure.decorative:
        return
    if not SHORTEST_ALT <= len(figure.alt) <= LONGEST_ALT:
        what = f"the alt text of {figure.id} has {len(figure.alt)} characters"
        yield on(page, what, "say in 40 to 150 what the picture means", figure.line)
    if figure.svg and figure.text is None:
        yield on(page, f"the diagram {figure.id} has no long description", "describe it in words", figure.line)
    if figure.svg:
        for what in _drawing_faults(fromstring(figure.svg)):
            yield on(page, f"{figure.src} {what}", "see the section on diagrams in docs/content-format.md", figure.line)


def _drawing_faults(root: Element) -> Iterator[str]:
    width = float(re.split(r"[\s,]+", root.get("viewBox", "0 0 640 0").strip())[2])
    is_painted = "own-colours" in root.get("class", "").split()
    for text in root.iter(f"{SVG}text"):
        words = " ".join("".join(text.itertext()).split())
        classes = {name for part in text.iter() for name in part.get("class", "").split()}
        if not is_painted and not classes & _TEXT_CLASSES:
            yield f"has words without a class for words: {words!r}"
        sizes = [part.get("font-size") for part in text.iter() if part.get("font-size")]
        if any(_size(size or "") / width < SMALLEST_TEXT for size in sizes):
            yield f"has words that are too small: {words!r}"


def _size(given: str) -> float:
    match = re.match(r"[\d.]+", given)
    return float(match[0]) if match else 0.0


def _recording_faults(subject: Subject, page: Page, recording: Media) -> Iterator[Problem]:
    if recording.type == "video" and not recording.captions:
        yield on(page, f"the video {recording.id} has no captions", "add `captions: media/….vtt`", recording.line)
    for name in (recording.src, recording.captions, recording.poster):
        if name and name not in subject.module.media:
            yield on(page, f"there is no file {name}", "add it to the module's folder `media`", recording.line)
