"""A page file becomes a page: front matter, prose and colon fences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from markdown_it.token import Token
from pydantic import Field, ValidationError

from lms.content import strict_yaml
from lms.content.blocks import KINDS, Block, Callout, Figure, Prose
from lms.content.markup import Citations, parse, render
from lms.content.module import Page
from lms.content.problems import ContentError, Problem
from lms.content.schema import OutcomeId, Part
from lms.content.schema_problems import schema_problems
from lms.content.svg import SvgError, clean_svg

MOST_PAGE_CHARACTERS = 60_000
"""A page of 3,000 words has about 20,000; some Markdown takes the square of its length to read."""
SomePart = TypeVar("SomePart", bound=Part)
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FENCE_INFO = re.compile(r"^\{([a-z-]+)\}(?:\s+(\S+))?\s*$")
_HTML_OR_IMAGE = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>|<!--|!\[[^\]]*\]\(")
_CODE = re.compile(r"`[^`]*`")
_RESERVED = ("id", "line", "html", "svg", "text", "model")
_PART = re.compile(r"^---\s*$", re.MULTILINE)


class FrontMatter(Part):
    """The head of a page file."""

    title: str = Field(min_length=1, max_length=200)
    words: int | None = Field(None, ge=1, le=3000)
    outcomes: tuple[OutcomeId, ...] = ()
    sensitive: bool = False
    review_by: dt.date | None = None


class ToolFrontMatter(Part):
    """The head of a tool file."""

    title: str = Field(min_length=1, max_length=200)
    summary: str = ""
    review_by: dt.date | None = None


@dataclass
class PageFile:
    """One page being read; problems are gathered, not raised."""

    file: str
    text: str
    media: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)
    citations: Citations = field(default_factory=Citations)
    body: str = ""

    def page(self, page_id: str, section_id: str) -> Page | None:
        """The page, or None when its front matter cannot be read."""
        front = self.front_matter(FrontMatter)
        if front is None:
            return None
        return Page(
            id=page_id,
            title=front.title,
            section_id=section_id,
            blocks=tuple(self._blocks()),
            citations=self.citations,
            file=self.file,
            words_budget=front.words,
            outcomes=front.outcomes,
            sensitive=front.sensitive,
            review_by=front.review_by,
        )

    def front_matter(self, kind: type[SomePart]) -> SomePart | None:
        """What stands above the text, or None with problems noted; afterwards `body` is the text."""
        if len(self.text) > MOST_PAGE_CHARACTERS:
            self._problem(1, "the page is longer than 60,000 characters", "make several pages of it")
            return None
        match = _FRONT_MATTER.match(self.text)
        if not match:
            self._problem(1, "there is no front matter", "begin with `---`, `title: …`, `---`")
            return None
        self._first_line = match[0].count("\n") + 1
        self.body = self.text[match.end() :]
        try:
            document = strict_yaml.load(match[1], self.file, first_line=2)
            return kind.model_validate(document.data)
        except ContentError as error:
            self.problems.extend(error.problems)
        except ValidationError as error:
            self.problems.extend(schema_problems(error, document))
        return None

    def _blocks(self) -> list[Block]:
        # Only at \n, as the parser counts lines; `splitlines` would also part at U+2028 and the like.
        lines = [f"{line}\n" for line in self.body.split("\n")]
        blocks: list[Block] = []
        prose_from = 0
        for token in parse(self.body):
            self._refuse_what_would_not_show(token)
            if token.type != "colon_fence" or token.level or token.map is None:
                continue
            blocks += self._prose(lines, prose_from, token.map[0])
            if "".join(lines[token.map[1] - 1 : token.map[1]]).strip() != token.markup:
                self._problem(
                    self._first_line + token.map[0],
                    "the block is not closed",
                    f"end it with `{token.markup}`",
                )
            block = self._block(token.info, token.content, self._first_line + token.map[0])
            blocks += [block] if block else []
            prose_from = token.map[1]
        return blocks + self._prose(lines, prose_from, len(lines))

    def _refuse_what_would_not_show(self, token: Token) -> None:
        line = self._first_line + (token.map[0] if token.map else 0)
        if token.type == "colon_fence" and token.level:
            self._problem(line, "a block stands inside a list or a quotation", "move it to the left margin")
        if token.type == "heading_open" and token.tag not in ("h2", "h3", "h4"):
            self._problem(line, f"a heading of level {token.tag[1:]}", "use `##`, `###` or `####`")
        if token.type == "inline":
            written = _HTML_OR_IMAGE.search(_CODE.sub("", token.content))
            if written:
                what = f"`{written[0][:30]}` would be printed as it stands"
                self._problem(line, what, "use Markdown, and `:::{figure}` for a picture")

    def _prose(self, lines: list[str], start: int, end: int) -> list[Block]:
        while start < end and not lines[start].strip():
            start += 1
        source = "".join(lines[start:end]).rstrip()
        if not source:
            return []
        html = _with_anchors(render(source, self.citations), start)
        return [Prose(html=html, source=source, line=self._first_line + start)]

    def _block(self, info: str, content: str, line: int) -> Block | None:
        match = _FENCE_INFO.match(info.strip())
        if not match or match[1] not in KINDS:
            self._problem(line, f"`:::{info}` is no kind of block", f"use one of {', '.join(sorted(KINDS))}")
            return None
        kind = KINDS[match[1]]
        parts = _PART.split(content)
        has_options = len(parts) > 1 or not kind.texts[1]
        options = self._options(parts.pop(0) if has_options else "", line)
        texts = [part.strip() for part in parts if part.strip()]
        if options is None or not self._counts_fit(kind, texts, line) or self._are_reserved(options):
            return None
        given = {**options.data, "line": line} | dict(zip(("text", "model"), texts, strict=False))
        if match[2]:
            given["id"] = match[2]
        return self._made(kind, given, options)

    def _options(self, text: str, line: int) -> strict_yaml.Document | None:
        try:
            document = strict_yaml.load(text, self.file, first_line=line + 1)
        except ContentError as error:
            self.problems.extend(error.problems)
            return None
        document.data = document.data or {}
        document.lines.setdefault((), line)
        if not isinstance(document.data, dict):
            self._problem(line + 1, "options are not `name: value` lines", "write each option as `name: value`")
            return None
        return document

    def _are_reserved(self, options: strict_yaml.Document) -> bool:
        """Whether an option has the name of a part that is made, not written: `svg` and `html` go into pages as is."""
        reserved = [name for name in options.data if name in _RESERVED]
        for name in reserved:
            self._problem(options.line((name,)), f"`{name}` is not known here", "remove it or mend its spelling")
        return bool(reserved)

    def _counts_fit(self, kind: type[Block], texts: list[str], line: int) -> bool:
        least, most = kind.texts
        if least <= len(texts) <= most:
            return True
        self._problem(
            line,
            f"a {kind.kind} takes {least} to {most} texts, here are {len(texts)}",
            "part options and texts by lines `---`",
        )
        return False

    def _made(self, kind: type[Block], given: dict[str, Any], options: strict_yaml.Document) -> Block | None:
        try:
            block = kind.model_validate(given)
        except ValidationError as error:
            self.problems.extend(schema_problems(error, options))
            return None
        if isinstance(block, Callout):
            return block.model_copy(update={"html": render(block.text.source, self.citations)})
        return self._drawn(block) if isinstance(block, Figure) else block

    def _drawn(self, figure: Figure) -> Figure | None:
        if figure.src not in self.media:
            self._problem(figure.line, f"there is no file {figure.src}", "add it to the module's folder `media`")
            return None
        if not figure.src.endswith(".svg"):
            return figure
        try:
            return figure.model_copy(update={"svg": clean_svg(self.media[figure.src], figure.id, figure.alt)})
        except SvgError as error:
            self._problem(figure.line, f"{figure.src} {error}", "see the section on diagrams in docs/content-format.md")
            return None

    def _problem(self, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, what, remedy))


def shown_by(text: str, media: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """What of the media has a part in what is read of a page: files that it names, and of drawings what they hold.

    Drawings become a part of the page; of other files only the names count. In quotation marks a name can be written
    with a backslash, so that it does not stand in the text as it is: then it may be any.
    """
    if "figure" not in text:
        return {}
    names = (name for name in sorted(media) if name in text or "\\" in text)
    return {name: media[name] if name.endswith(".svg") else b"" for name in names}


def _with_anchors(html: str, offset: int) -> str:
    """Give each paragraph, list and heading an id, so that a reader can be brought back to the very place."""
    count = 0

    def numbered(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f'<{match[1]} id="at-{offset}-{count}"{match[2]}>'

    return re.sub(r"<(p|h2|h3|h4|ul|ol|table|blockquote)((?: start=\"\d+\")?)>", numbered, html)
