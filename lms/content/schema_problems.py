"""What the schema refuses, in plain words, each at the line where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.content.problems import Problem
from lms.content.strict_yaml import Document

_LONGEST = 40
_Words = Callable[[ErrorDetails, str], tuple[str, str]]
"""What is wrong and what to do, of an error at a value that is called so."""


def schema_problems(error: ValidationError, document: Document) -> list[Problem]:
    """Every problem that the schema finds in a file."""
    return [_problem(problem, document) for problem in error.errors(include_url=False)]


def _problem(problem: ErrorDetails, document: Document) -> Problem:
    path: list[str | int] = []
    value: Any = document.data
    for step in problem["loc"]:
        # The name of a tagged union's member stands in the location, but not in the file.
        is_there = (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int))
        if is_there:
            path.append(step)
            value = value[step]
    words = _WORDS.get(problem["type"], _otherwise)
    return Problem(document.file, document.line(tuple(path)), *words(problem, _named(problem["loc"])))


def _named(location: Sequence[str | int]) -> str:
    """What a value is called; of a part of a list, what the list is."""
    # What the schema adds is no name: which alternative it tried, and that the name is meant rather than its value.
    own = location[:-2] if location[-1:] == ("[key]",) else location
    return next((step for step in reversed(own) if isinstance(step, str) and step not in ("int", "str")), "")


def _otherwise(problem: ErrorDetails, name: str) -> tuple[str, str]:
    reason = problem["msg"].removeprefix("Value error, ") or "it is not allowed"
    shown = f"`{name}`: " if name and problem["type"] != "value_error" else ""
    return f"{shown}{reason[0].lower()}{reason[1:]}", "mend the value"


def _missing(_: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}` is missing", "add it"


def _untyped(_problem: ErrorDetails, _name: str) -> tuple[str, str]:
    return "`type` is missing", "add it; in `items` it comes from the slot"


def _unknown(_: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}` is not known here", "remove it or mend its spelling"


def _too_few(problem: ErrorDetails, name: str) -> tuple[str, str]:
    least, found = problem["ctx"]["min_length"], problem["ctx"]["actual_length"]
    return f"`{name}` has {found or 'nothing'} where at least {least} must be", "add what is missing"


def _too_many(problem: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}` has more than {problem['ctx']['max_length']}", "take some away"


def _empty(_: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}` is empty", "write it"


def _too_long(problem: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}` is longer than {problem['ctx']['max_length']} characters", "shorten it"


def _pattern(problem: ErrorDetails, name: str) -> tuple[str, str]:
    pattern = problem["ctx"]["pattern"]
    remedy = next((words for begin, words in _PATTERNS.items() if pattern.startswith(begin)), "mend the value")
    return f"`{name}`: {_shown(problem)} cannot be used", remedy


def _no_number(problem: ErrorDetails, name: str) -> tuple[str, str]:
    if problem["input"] is None:
        return _empty(problem, name)
    is_whole = problem["type"].startswith("int")
    remedy = "write a whole number, such as 5" if is_whole else "write a number, such as 5 or 5.5"
    return f"`{name}`: {_shown(problem)} is no {'whole ' if is_whole else ''}number", remedy


def _range(word: str, limit: str) -> _Words:
    def words(problem: ErrorDetails, name: str) -> tuple[str, str]:
        return f"`{name}` has to be {word} {problem['ctx'][limit]}", "write another number"

    return words


def _none_of(problem: ErrorDetails, name: str) -> tuple[str, str]:
    name = "type" if problem["type"] == "union_tag_invalid" else name
    expected = problem["ctx"].get("expected") or problem["ctx"].get("expected_tags", "")
    given = problem["input"] if problem["type"] == "literal_error" else problem["ctx"]["tag"]
    if given in (None, ""):
        return f"`{name}` is missing", "choose one"
    known = str(expected).replace("'", "").replace(" or ", ", ")
    return f"`{name}`: {_shown({**problem, 'input': given})} is not known", f"choose one of {known}"


def _no_text(problem: ErrorDetails, name: str) -> tuple[str, str]:
    if problem["input"] is None:
        return _empty(problem, name)
    return f"`{name}` is no text", "write words, in quotation marks if they look like a number"


def _no_day(problem: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}`: {_shown(problem)} is no day", "write it as 2027-01-31"


def _no_yes_or_no(problem: ErrorDetails, name: str) -> tuple[str, str]:
    return f"`{name}`: {_shown(problem)} is neither yes nor no", "write true or false"


def _no_list(problem: ErrorDetails, name: str) -> tuple[str, str]:
    if problem["input"] is None:
        return _empty(problem, name)
    return f"`{name}`: {_shown(problem)} is no list", "begin each part with a hyphen"


def _no_names(_: ErrorDetails, name: str) -> tuple[str, str]:
    what = f"`{name}` has no names with values" if name else "there are no names with values"
    return what, "write each as `name: value`"


def _shown(problem: Mapping[str, Any]) -> str:
    text = " ".join(str(problem["input"]).split())
    return f"“{text if len(text) <= _LONGEST else f'{text[:_LONGEST]}…'}”"


_PATTERNS = {
    "^[a-z0-9]+(": "use small letters and numbers, with hyphens between words",
    "^[0-9]+": "write two numbers with a full stop between them, such as 1.1",
    "^media/": "name a file in the folder media, such as media/lift.svg",
}
"""What to write instead, by how the pattern begins that it has to keep."""
_WORDS: Mapping[str, _Words] = {
    "missing": _missing,
    "union_tag_not_found": _untyped,
    "extra_forbidden": _unknown,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "string_type": _no_text,
    "literal_error": _none_of,
    "union_tag_invalid": _none_of,
    "tuple_type": _no_list,
    "list_type": _no_list,
    "dict_type": _no_names,
    "model_type": _no_names,
    "model_attributes_type": _no_names,
    "bool_type": _no_yes_or_no,
    "bool_parsing": _no_yes_or_no,
    "greater_than": _range("more than", "gt"),
    "greater_than_equal": _range("at least", "ge"),
    "less_than": _range("less than", "lt"),
    "less_than_equal": _range("at most", "le"),
    **dict.fromkeys(
        (
            "float_parsing",
            "float_type",
            "finite_number",
            "int_parsing",
            "int_parsing_size",
            "int_type",
            "int_from_float",
        ),
        _no_number,
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _no_day),
}
