"""Markdown to clean HTML: no raw HTML in, nothing out that could run, and citations as links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from lms.content.remembering import by_text

CITATION = re.compile(r"\[@([a-z0-9][a-z0-9-]*)(!?)\]")
MOST_CHARACTERS = 20_000
"""Of one text in a YAML file or a block."""
_WORD = re.compile(r"[^\W_]+(?:[’'\-.,][^\W_]+)*")
_TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "del",
    "ul",
    "ol",
    "li",
    "blockquote",
    "h2",
    "h3",
    "h4",
    "code",
    "pre",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "sup",
    "span",
}
_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "aria-label"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align", "scope"},
    "sup": {"class"},
    **{tag: {"id"} for tag in ("p", "h2", "h3", "h4", "ul", "blockquote", "table")},
}


@dataclass
class Citations:
    """The sources that a page cites, numbered in the order of their first mention."""

    numbers: dict[str, int] = field(default_factory=dict)
    caveats: set[str] = field(default_factory=set)
    """Sources whose required caveat is stated here."""

    def number(self, source: str) -> int:
        """The number of a source on this page."""
        return self.numbers.setdefault(source, len(self.numbers) + 1)


@dataclass(frozen=True)
class Text:
    """A piece of Markdown written by an author."""

    source: str

    @cached_property
    def html(self) -> str:
        """Paragraphs and lists, clean."""
        return _by_itself(self.source)

    @cached_property
    def inline(self) -> str:
        """The same without a paragraph around it, for labels and buttons."""
        return _clean(_markdown.renderInline(self.source.strip(), {"citations": Citations()}))

    @cached_property
    def plain(self) -> str:
        """The words alone."""
        return plain(self.html)

    @property
    def words(self) -> int:
        """How many words are read."""
        return count_words(self.plain)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, max_length=MOST_CHARACTERS, strip_whitespace=True)
        )


def parse(source: str) -> list[Token]:
    """Block tokens of a page, colon fences among them."""
    return _markdown.parse(source, {"citations": Citations()})


def closed(text: str) -> str:
    """A text with its last fence closed: one that is open would swallow whatever is put below it."""
    fences = [token for token in parse(text) if token.type in ("fence", "colon_fence") and not token.level]
    return f"{text}\n{fences[-1].markup}" if fences and _is_open(fences[-1]) else text


def _is_open(fence: Token) -> bool:
    """Whether a fence ends because the text does: all its lines but the first are its content then."""
    begin, end = fence.map or (0, 0)
    lines = fence.content.count("\n") + bool(fence.content.rpartition("\n")[2])
    return lines == end - begin - 1


def render(source: str, citations: Citations) -> str:
    """Clean HTML of some Markdown; citations found in it are numbered into `citations`."""
    return _clean(_markdown.render(source, {"citations": citations}))


@by_text
def _by_itself(source: str) -> str:
    """Clean HTML of some Markdown that stands in no page."""
    return render(source, Citations())


@by_text
def plain(html: str) -> str:
    """The visible words of our own clean HTML, with citation marks left out."""
    without_marks = re.sub(r'<sup class="cite">.*?</sup>', "", html)
    spaced = re.sub(r"</(?:p|li|h[1-6]|td|th|blockquote)>|<br>", "\n", without_marks)
    text = re.sub(r"<[^>]+>", "", spaced)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(entity, character)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@by_text
def count_words(text: str) -> int:
    """Words as a reader would count them: `don't`, `ten-minute` and `0.36` are one each."""
    return len(_WORD.findall(text))


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel=None,
    )


def _citation_rule(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("citation", "", 0).meta = {"source": match[1], "caveat": bool(match[2])}
    state.pos = match.end()
    return True


def _render_citation(self: Any, tokens: list[Token], index: int, _options: Any, env: Any) -> str:
    meta = tokens[index].meta
    citations: Citations = env["citations"]
    if meta["caveat"]:
        citations.caveats.add(meta["source"])
    number = citations.number(meta["source"])
    return f'<sup class="cite"><a href="#source-{number}" aria-label="Source {number}">{number}</a></sup>'


def _make_markdown() -> MarkdownIt:
    # Twenty levels: nested brackets cost their depth times the length of the text.
    options = {"html": False, "linkify": False, "typographer": True, "maxNesting": 20}
    markdown = MarkdownIt("js-default", options)
    markdown.use(colon_fence_plugin)
    # `replacements` would make © of (c) and ® of (r), the sign of a correlation.
    markdown.disable(["image", "html_block", "html_inline", "replacements"], ignoreInvalid=True)
    markdown.inline.ruler.before("link", "citation", _citation_rule)
    markdown.add_render_rule("citation", _render_citation)
    return markdown


_markdown = _make_markdown()
