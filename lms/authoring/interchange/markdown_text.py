"""Texts of other systems as our Markdown: what can be said in it comes along, and what cannot is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from lms.authoring.interchange.neutral import CannotTakeError

_MOST_CHARACTERS = 50_000
_MOST_TAGS = 2000
"""The reader of HTML takes time by the square of tags that do not end."""
_SIGNS = re.compile(r"([\\*_`\[\]~|])|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|[-+=](?=\s|$|[-=])|:(?=[:-])|-(?=[-|:]))")
_NUMBER_START = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)")
_DATE = re.compile(r"(\d{4})-(\d\d-\d\d)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\ue000-\ue00f]")
FORMULA = re.compile(r"\\\([\s\S]{1,500}?\\\)|\\\[[\s\S]{1,500}?\\\]|\$\$[^$]{1,500}\$\$")
"""In TeX, as it is written into texts."""
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
"""Of Markdown, where `\\[` is a bracket and `\\\\(` begins a formula."""
_MLANG = re.compile(r"\{mlang\s+([\w-]{1,20})\}((?:(?!\{mlang).)*)\{mlang\}", re.DOTALL)
_LANGUAGES = re.compile(r"<span\b(?=[^<>]{0,200}\bmultilang\b)[^<>]{0,200}?\blang=[\"']?([\w-]{1,20})")
"""Of the spans with which Moodle tells languages apart."""
_PICTURE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>()]+")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand before the mark of an emphasis until its spaces are in order; no text that comes in keeps such signs."""
_BLOCKS = {"p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "table", "caption"}
_SILENT = {
    "script": "a script was left out",
    "style": "",
    "svg": "a drawing was left out",
    "math": "a formula was left out",
    "object": "an embedded object was left out",
    "iframe": "an embedded page was left out",
    "audio": "a recording was left out",
    "video": "a recording was left out",
    "canvas": "a drawing was left out",
}
_VOID = {"img": "a picture was left out", "embed": "an embedded object was left out", "input": "a box was left out"}


def from_plain(text: str, notes: list[str]) -> str:
    """Words that are meant as they stand."""
    text = _noted(text, notes)
    return _dateless("\n".join(_line(_escaped(line)) for line in cleaned(text).split("\n")))


def from_markdown(text: str, notes: list[str]) -> str:
    """Markdown of another system; its pictures stay behind."""
    if _PICTURE.search(text):
        notes.append(_VOID["img"])
    return _dateless(cleaned(_PICTURE.sub(r"\1", _noted(text, notes, is_markdown=True))))


def from_html(html: str, notes: list[str]) -> str:
    """HTML as Markdown. Raises CannotTakeError if it is far too long."""
    if len(html) > _MOST_CHARACTERS or html.count("<") > _MOST_TAGS:
        raise CannotTakeError("one of its texts is longer than 50,000 characters or has more than 2,000 tags")
    if "<" not in html and "&" not in html:
        return from_plain(" ".join(html.split()), notes)
    html = _noted(html, notes)
    reader = _Reader(notes, _language_of(_LANGUAGES.findall(html), notes))
    reader.feed(_CONTROL.sub("", html))
    reader.close()
    return _dateless(cleaned(reader.markdown()))


def cleaned(text: str) -> str:
    """The text without signs that a file cannot hold, and without spaces at the ends of lines."""
    text = _CONTROL.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    lines = [line.rstrip() for line in text.replace("\t", "    ").replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _noted(text: str, notes: list[str], *, is_markdown: bool = False) -> str:
    """The text in one language, as the filter `mlang` of Moodle tells them apart; its formulas are noted."""
    if FORMULA.search(_ESCAPE.sub(r"\1", text) if is_markdown else text):
        notes.append("a formula stands as it was typed: here there are none")
    found = _MLANG.findall(text)
    if not found:
        return text
    kept = _language_of([language for language, _ in found], notes)
    return _MLANG.sub(lambda one: one[2] if one[1] in (kept, "other") else "", text)


def _language_of(languages: Sequence[str], notes: list[str]) -> str:
    """Which of several languages comes along: English, else the first."""
    named = [one for one in dict.fromkeys(languages) if one != "other"]
    kept = next((one for one in named if one.lower().startswith("en")), named[0] if named else "")
    if len(named) > 1:
        left = ", ".join(one for one in named if one != kept)
        notes.append(f"its text in other languages was left out: {left} ({kept} is kept)")
    return kept


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda found: f"\\{found[0]}", text)


def _line(text: str) -> str:
    """A line that begins like no heading, list or rule; none is indented."""
    text = _LINE_START.sub(r"\1\\\2", text.lstrip())
    return _NUMBER_START.sub(r"\1\\\2", text)


def _dateless(text: str) -> str:
    """A text that is a day alone would come back from a file as a day."""
    return f"{found[1]}\\-{found[2]}" if (found := _DATE.fullmatch(text)) else text


class _Reader(HTMLParser):
    """Walks through HTML once; blocks are gathered with the list and quotation that they stand in."""

    def __init__(self, notes: list[str], language: str) -> None:
        super().__init__(convert_charrefs=True)
        self._notes = notes
        self._language = language
        """Of several, the one that comes along."""
        self._blocks: list[tuple[str, bool]] = []
        """Each with whether it follows the one before without an empty line."""
        self._inline: list[str] = []
        self._marks: list[str] = []
        self._around: list[list[str]] = []
        """For each list item and quotation: what stands before its first line, and before the others."""
        self._lists: list[int | None] = []
        self._links: list[tuple[int, str]] = []
        self._row: list[str] | None = None
        self._rows = 0
        self._silent: list[str] = []
        self._code = False

    def markdown(self) -> str:
        self._flush()
        made = ""
        for text, is_tight in self._blocks:
            made += ("\n" if is_tight else "\n\n") + text
        return made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
            self._leave(_SILENT[tag])
        elif (self._silent and tag == self._silent[-1]) or (tag == "span" and self._is_other(dict(attrs))):
            self._silent.append(tag)
        if self._silent:
            return
        if tag in _VOID:
            self._leave(_VOID[tag])
        elif tag in _MARKS:
            self._marks.append(_MARKS[tag])
            self._inline.append(f"{_OPEN}{_MARKS[tag]}")
        elif tag == "a":
            self._links.append((len(self._inline), dict(attrs).get("href") or ""))
        elif tag in ("sub", "sup"):
            self._leave("raised or lowered letters stand in the line, after ^ or _")
            self._inline.append("^" if tag == "sup" else "\\_")
        elif tag == "br":
            self._inline.append(" " if self._row is not None else "\n")
        else:
            self._start_block(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and tag != "br":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        elif tag in _MARKS:
            self._end_mark(_MARKS[tag])
        elif tag == "a":
            self._end_link()
        else:
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._code:
            self._inline.append(data)
            return
        self._inline.append(_escaped(re.sub(r"\s+", " ", data)))

    def _is_other(self, attributes: dict[str, str | None]) -> bool:
        """Whether it is the same text in another language."""
        is_marked = "multilang" in (attributes.get("class") or "").split()
        return is_marked and attributes.get("lang") != self._language

    def _start_block(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        elif tag in ("ul", "ol"):
            self._flush()
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._start_item()
        elif tag == "blockquote":
            self._flush()
            self._around.append(["> ", "> "])
        elif tag == "pre":
            self._flush()
            self._code = True
        elif tag == "tr":
            self._flush()
            self._row = []
        elif tag == "hr":
            self._flush()

    def _start_item(self) -> None:
        self._flush()
        number = self._lists[-1] if self._lists else None
        sign = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1
        self._around.append([sign, " " * len(sign)])

    def _end_block(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag in _BLOCKS or tag in ("li", "blockquote", "ul", "ol", "pre"):
            self._flush()
        if tag == "pre":
            self._code = False
        elif tag == "table":
            self._rows = 0
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag in ("li", "blockquote") and self._around:
            self._around.pop()

    def _end_mark(self, mark: str) -> None:
        if mark in self._marks:
            self._marks.remove(mark)
            self._inline.append(f"{_CLOSE}{mark}")

    def _end_link(self) -> None:
        if not self._links:
            return
        begin, address = self._links.pop()
        text = "".join(self._inline[begin:])
        if _LINK.fullmatch(address) and text.strip():
            self._inline[begin:] = [f"[{text.strip()}]({address})"]
        elif address:
            self._leave("a link that leads nowhere from here was left out")

    def _end_cell(self) -> None:
        if self._row is not None:
            self._row.append(_tidy("".join(self._inline)).replace("\n", " "))
            self._inline = []

    def _end_row(self) -> None:
        row, self._row = self._row or [], None
        self._inline = []
        if not row:
            return
        self._add(f"| {' | '.join(row)} |", is_tight=self._rows > 0)
        if not self._rows:
            self._add(f"|{' --- |' * len(row)}", is_tight=True)
        self._rows += 1

    def _flush(self) -> None:
        """End the block that is being gathered; an emphasis goes on in the next."""
        if self._row is not None:
            self._inline.append(" ")  # blocks in a cell of a table share its line
            return
        text = "".join([*self._inline, *(f"{_CLOSE}{mark}" for mark in reversed(self._marks))])
        self._inline = [f"{_OPEN}{mark}" for mark in self._marks]
        self._links = []
        if self._code:
            block = "\n".join(f"    {line}" for line in text.strip("\n").split("\n") if line.strip())
        else:
            block = "\\\n".join(_line(line) for line in _tidy(text).split("\n") if line)
        if block.strip():
            self._add(block, is_tight=self._begins_item() and bool(self._blocks) and self._follows_item)

    @property
    def _follows_item(self) -> bool:
        before = self._blocks[-1][0].lstrip("> ")
        return bool(re.match(r"- |\d+\. ", before))

    def _begins_item(self) -> bool:
        return bool(self._around) and self._around[-1][0] != self._around[-1][1]

    def _add(self, block: str, *, is_tight: bool) -> None:
        first = "".join(sign for sign, _ in self._around)
        others = "".join(sign for _, sign in self._around)
        for around in self._around:
            around[0] = around[1]
        self._blocks.append((first + block.replace("\n", f"\n{others}"), is_tight))

    def _leave(self, note: str) -> None:
        if note:
            self._notes.append(note)


def _tidy(text: str) -> str:
    """Spaces once, and outside of an emphasis; no emphasis on nothing."""
    text = re.sub(r" *\n *", "\n", re.sub(r"[ \t\r]+", " ", text))
    mark = r"(\*\*|\*|~~)"
    text = re.sub(rf"({_OPEN}{mark})([ \n]+)", r"\3\1", text)
    text = re.sub(rf"([ \n]+)({_CLOSE}{mark})", r"\2\1", text)
    text = re.sub(rf"{_OPEN}{mark}{_CLOSE}\1", "", text)
    return text.replace(_OPEN, "").replace(_CLOSE, "").strip()
