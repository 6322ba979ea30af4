"""The style sheets that drawing programs put into drawings, as far as they are simple: what they say of each part."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

Declarations = dict[str, str]
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"[.#]?[\w-]+|\*")
_MOST = 20_000
"""Declarations times the parts of a selector: a sheet of a drawing has some hundred."""


@dataclass
class Sheet:
    """Rules by what they are about: `rect`, `.name` or `#id`. Others are left out."""

    names: Collection[str]
    """Of declarations that are heard."""
    left: bool = False
    """Whether there were rules that are not simple."""
    _rules: dict[str, tuple[int, Declarations]] = field(default_factory=dict)
    """With the place of the rule that spoke last."""
    _size: int = 0

    def read(self, css: str) -> None:
        """Take in what a style sheet says."""
        for block in _COMMENT.sub("", css).split("}"):
            selectors, brace, said = block.partition("{")
            if not brace or "@" in selectors or "{" in said:
                self.left = self.left or bool(block.strip())
                continue
            heard = {name: value for name, value in declared(said) if name in self.names}
            for selector in selectors.split(","):
                self._add(selector.strip(), heard)

    def _add(self, selector: str, heard: Declarations) -> None:
        self._size += 1 + len(heard)
        if self._size > _MOST or not _SIMPLE.fullmatch(selector):
            self.left = True
            return
        _, before = self._rules.get(selector, (0, {}))
        self._rules[selector] = (self._size, before | heard)

    def of(self, tag: str, classes: Iterable[str], id_: str) -> Declarations:
        """What is said of a part: an id beats a class, and that a kind; of two classes the later rule counts."""
        by_class = sorted((self._rules[f".{one}"] for one in set(classes) if f".{one}" in self._rules), key=_place)
        said: Declarations = {}
        for name in ("*", tag):
            said |= self._rules.get(name, (0, {}))[1]
        for _, heard in by_class:
            said |= heard
        return said | self._rules.get(f"#{id_}", (0, {}))[1]


def _place(rule: tuple[int, Declarations]) -> int:
    return rule[0]


def declared(style: str) -> Iterator[tuple[str, str]]:
    """The names and values of `fill: red; stroke: none`."""
    for one in style.split(";"):
        name, colon, value = one.partition(":")
        if colon:
            yield name.strip().lower(), value.replace("!important", "").strip()
