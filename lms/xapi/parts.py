"""The parts of one statement as rows of a table: what each is called, what it says, the address behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lms.xapi.results import duration, score, share
from lms.xapi.sentence import did
from lms.xapi.things import ADDRESS, thing
from lms.xapi.who import Known, who
from lms.xapi.words import as_json, in_english, word

Json = dict[str, Any]
MOST = 10
"""Of each kind of part that may come many times."""
LONG = 500
"""Characters of what may be a text, such as a response."""

_RELATED = {"parent": "Part of", "grouping": "Belongs to", "category": "Category", "other": "Also about"}


class Part(NamedTuple):
    """One row."""

    label: str
    text: str
    address: str = ""
    """What identifies it, where that is not the text itself."""


def parts(statement: Json, known: Known) -> list[Part]:
    """The rows that say something."""
    rows = (*_heads(statement, known), *_results(statement.get("result")), *_context(statement.get("context"), known))
    return [row for row in (*rows, *_rest(statement, known)) if row.text]


def _heads(statement: Json, known: Known) -> Iterator[Part]:
    verb, given = statement.get("verb"), statement.get("object")
    yield Part("Who", who(statement.get("actor"), known), _identifier(statement.get("actor")))
    yield Part("Did", did(verb), word(_object(verb).get("id"), ADDRESS))
    is_inner = _object(given).get("objectType") == "SubStatement"
    found = thing(given, known)
    what = "a statement inside of this one" if is_inner else found.name
    yield Part("What", f"{what} ({found.kind})" if found.kind else what, word(_object(given).get("id"), ADDRESS))
    yield Part("Described as", in_english(_object(_object(given).get("definition")).get("description"), LONG))


def _results(given: object) -> Iterator[Part]:
    result = _object(given)
    yield Part("Response", word(result.get("response"), LONG))
    yield Part("Success", _yes(result.get("success")))
    yield Part("Completion", _yes(result.get("completion")))
    points, reached = score(result.get("score")), share(result.get("score"))
    yield Part("Score", points if points == reached else f"{points} ({reached})")
    yield Part("Time spent", duration(result.get("duration")))
    yield from _extensions(result)


def _context(given: object, known: Known) -> Iterator[Part]:
    context = _object(given)
    for key, label in _RELATED.items():
        yield from _related(label, _object(context.get("contextActivities")).get(key), known)
    yield Part("Registration", word(context.get("registration")))
    yield Part("Platform", word(context.get("platform")))
    yield Part("Revision", word(context.get("revision")))
    yield Part("Language", word(context.get("language")))
    for key in ("instructor", "team"):
        if key in context:
            yield Part(key.capitalize(), who(context[key], known), _identifier(context[key]))
    yield Part("Refers to statement", word(_object(context.get("statement")).get("id")))
    yield from _extensions(context)


def _rest(statement: Json, known: Known) -> Iterator[Part]:
    files = statement.get("attachments")
    if isinstance(files, list) and files:
        names = [in_english(_object(one).get("display"), 40) or "without a name" for one in files[:MOST]]
        yield Part("Attachments", f"{len(files)}: {', '.join(names)}{', …' if len(files) > MOST else ''}")
    if "authority" in statement:
        yield Part("Vouched for by", who(statement["authority"], known), _identifier(statement["authority"]))
    yield Part("Version of xAPI", word(statement.get("version"), 20))


def _related(label: str, given: object, known: Known) -> Iterator[Part]:
    # xAPI 1.0.3 Data 2.4.6.2: a single activity may come alone or in a list.
    listed = given if isinstance(given, list) else [given] if given else []
    for one in listed[:MOST]:
        found, address = thing(one, known), word(_object(one).get("id"), ADDRESS)
        text = f"{found.name} ({found.kind})" if found.kind else found.name
        yield Part(label, text, "" if found.name == address else address)
    if len(listed) > MOST:
        yield Part(label, f"and {len(listed) - MOST} more")


def _extensions(part: Json) -> Iterator[Part]:
    for key, value in list(_object(part.get("extensions")).items())[:MOST]:
        yield Part(f"Extension {word(key.rstrip('/').rpartition('/')[2], 40)}", _short(value), word(key, ADDRESS))


def _short(value: object) -> str:
    return word(value if isinstance(value, str) else as_json(value, LONG, indent=None)[0], LONG)


def _identifier(agent: object) -> str:
    """An account with its home page; of those who are known by something else that is what `who` says."""
    account = _object(_object(agent).get("account"))
    name, home = word(account.get("name")), word(account.get("homePage"))
    return f"{name} at {home}" if name and home else ""


def _yes(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
