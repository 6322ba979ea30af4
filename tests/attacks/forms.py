"""The links and forms of a page, found as a browser would, and filled in as anyone might."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = dict[str, list[str]]
NOT_PRIVATE = "Not private, and said so."
_LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "audio": "src", "video": "src", "track": "src"}


@dataclass
class Form:
    """One form with what stands in it."""

    action: str
    method: str
    hidden: Fields = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    """Names of boxes to type into."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Values of radio buttons and check boxes by name."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    """Values of options by the name of their list."""
    buttons: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> Fields:
        """Everything filled in: the same text in every box, the first choice, each list with another value."""
        found: Fields = {name: list(values) for name, values in self.hidden.items()}
        found |= {name: [self._typed(name, text)] for name in self.texts}
        found |= {name: values[:1] for name, values in self.choices.items()}
        for place, (name, values) in enumerate(self.lists.items()):
            given = [value for value in values if value]
            found[name] = [given[place % len(given)]] if given else []
        return found | {name: [value] for name, value in list(self.buttons.items())[:1]}

    @staticmethod
    def _typed(name: str, text: str) -> str:
        return {"number": "1", "people": "12", "day": "", "comment": NOT_PRIVATE, "team": NOT_PRIVATE}.get(name, text)


class Page(HTMLParser):
    """What a page leads to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._list = ""
        self._form: Form | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _LINKS and given.get(_LINKS[tag]):
            self.links.append(given[_LINKS[tag]])
        if given.get("data-reading"):
            self.forms.append(Form(given["data-reading"], "post", {"seconds": ["1"], "anchor": [""]}))
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._add(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._list = ""

    def _add(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "select":
            self._list = name
            form.lists[name] = []
        elif tag == "option" and self._list:
            form.lists[self._list].append(value)
        elif not name:
            return
        elif tag == "textarea":
            form.texts.append(name)
        elif tag == "button":
            form.buttons.setdefault(name, value)
        elif tag == "input":
            self._add_input(form, given.get("type", "text"), name, value)

    @staticmethod
    def _add_input(form: Form, kind: str, name: str, value: str) -> None:
        if kind == "hidden":
            form.hidden.setdefault(name, []).append(value)
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value or "on")
        else:
            form.texts.append(name)
