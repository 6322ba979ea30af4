"""Markdown as a tree of plain values, for whatever sets it otherwise than as HTML.

A node is a dictionary with `kind` and, by its kind, `body` (nodes), `text` or `level`. Where an author wrote `___`
there is a node `blank`: a line to write on.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from lms.content.markup import parse

Node = dict[str, Any]
_BLANK = re.compile(r"_{3,}")
_KINDS = {
    "paragraph": "paragraph",
    "bullet_list": "bullets",
    "ordered_list": "numbers",
    "list_item": "item",
    "blockquote": "quote",
    "strong": "strong",
    "em": "em",
    "link": "span",
    "inline": "span",
}
_LEAVES = {"softbreak": {"kind": "text", "text": " "}, "hardbreak": {"kind": "break"}, "hr": {"kind": "line"}}


def tree(source: str) -> list[Node]:
    """The blocks of a text. Citations are left out; of what has no kind here (a table), its words remain."""
    return _children(SyntaxTreeNode(parse(source)))


def _children(node: SyntaxTreeNode) -> list[Node]:
    return [made for child in node.children for made in _node(child)]


def _node(node: SyntaxTreeNode) -> list[Node]:
    if node.type == "text":
        return _with_blanks(node.content)
    if node.type in ("code_inline", "code_block", "fence"):
        return [{"kind": "text", "text": node.content}]
    if node.type in _LEAVES:
        return [dict(_LEAVES[node.type])]
    if node.type == "heading":
        return [{"kind": "heading", "level": int(node.tag[1:]), "body": _children(node)}]
    if node.type in _KINDS:
        return [{"kind": _KINDS[node.type], "body": _children(node)}]
    return _children(node) if node.children else []


def _with_blanks(text: str) -> list[Node]:
    """`Union: ___` as words and a line to write on."""
    found: list[Node] = []
    for index, words in enumerate(_BLANK.split(text)):
        if index:
            found.append({"kind": "blank"})
        if words:
            found.append({"kind": "text", "text": words})
    return found
