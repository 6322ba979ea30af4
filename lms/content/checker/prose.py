"""What a learner reads, as sentences.

Headings, tables and citation marks are left out: they are signposts, not sentences. A paragraph and a list item each
end a sentence, even without a full stop; a list item of fewer than four words is a label and left out. Spoken words
belong to the sentence around them unless they hold a whole sentence of their own.
"""

from __future__ import annotations

import html as entities
import re

from lms.content.blocks import Block, Callout, OwnWords, Prose
from lms.content.markup import Text
from lms.content.module import Page
from lms.content.remembering import by_text

WORD = re.compile(r"[^\W_]+(?:[’'\-.,:][^\W_]+)*%?")
_LEFT_OUT = re.compile(r'<sup class="cite">.*?</sup>|<(h[1-6]|table|pre)\b.*?</\1>', re.DOTALL)
_EDGE = re.compile(r"</?(?:p|ul|ol|blockquote)\b[^>]*>|<br ?/?>|<hr ?/?>|</li>")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs?|etc|approx|No|Nos|p|pp|vol|ed|eds|al|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_END = re.compile(r"[.!?…]+[”’\"')\]]*\s+(?=[“‘\"'(\[]?[A-Z0-9])")
FEWEST_WORDS_OF_AN_ITEM = 4


def paragraphs(html: str) -> list[str]:
    """Paragraphs and list items of clean HTML, as plain text."""
    flat = re.sub(r"\s+", " ", _LEFT_OUT.sub(" ", html))
    marked = _EDGE.sub("\n", re.sub(r"<li\b[^>]*>", "\n\0", flat))
    lines = [entities.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in marked.split("\n")]
    return [line.lstrip("\0 ") for line in _joined(lines) if _is_read(line)]


def _joined(lines: list[str]) -> list[str]:
    """A loose list item has its paragraph on the line after its mark."""
    joined: list[str] = []
    for line in lines:
        if joined and joined[-1] == "\0":
            joined[-1] += line
        elif line:
            joined.append(line)
    return joined


def _is_read(line: str) -> bool:
    return bool(line.strip("\0 ")) and (line[0] != "\0" or len(WORD.findall(line)) >= FEWEST_WORDS_OF_AN_ITEM)


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; abbreviations, initials and decimals do not end one."""
    found, start = [], 0
    for end in _END.finditer(paragraph):
        before = paragraph[start : end.start() + 1]
        if _ABBREVIATION.search(before):
            continue
        found.append(paragraph[start : end.end()].strip())
        start = end.end()
    rest = paragraph[start:].strip()
    return [sentence for sentence in (*found, rest) if WORD.search(sentence)]


@by_text
def sentences_of(html: str) -> tuple[str, ...]:
    """All sentences of some clean HTML."""
    return tuple(sentence for paragraph in paragraphs(html) for sentence in sentences(paragraph))


def page_sentences(page: Page) -> list[tuple[int, str]]:
    """Each sentence of a page, with the line of the block in which it stands."""
    return [
        (block.line, sentence) for block in page.blocks for html in _texts(block) for sentence in sentences_of(html)
    ]


def _texts(block: Block) -> list[str]:
    """What is read in a block: prose, callouts, and the task and model answer of an activity."""
    if isinstance(block, Prose | Callout):
        return [block.html]
    parts = [getattr(block, "text", None), block.model if isinstance(block, OwnWords) else None]
    is_read = block.kind not in ("figure", "media")
    return [part.html for part in parts if isinstance(part, Text) and is_read]
