"""A person's record as a file to keep: JSON for programs, a page to read, both in one zip."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from lms.privacy.sections import COMMENTS, SECTIONS

_PAPERS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "papers"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?\+00:00")
# Nobody shall find out by its date when a part was made: a zip has times without a zone.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(record: Mapping[str, Any], organisation: str) -> bytes:
    """The zip: `record.json` and `record.html`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
        _add(parcel, "record.json", as_json(record))
        _add(parcel, "record.html", as_page(record, organisation))
    return made.getvalue()


def as_json(record: Mapping[str, Any]) -> str:
    """For programs; docs/peoples-data.md says what each part holds."""
    return json.dumps(record, ensure_ascii=False, indent=2)


def as_page(record: Mapping[str, Any], organisation: str) -> str:
    """For reading: one page that needs nothing else."""
    page = _PAPERS.get_template("record.html")
    return page.render(record=record, sections=SECTIONS, organisation=organisation, comments=COMMENTS)


def readable(value: Any) -> Any:
    """A moment to the minute; anything else as it is."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    return f"{found[1]} {found[2]}" if found else value


_PAPERS.filters["readable"] = readable


def _add(parcel: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    parcel.writestr(entry, text)
