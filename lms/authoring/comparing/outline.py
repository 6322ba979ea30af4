"""What became of the sections of a module and of the order of its pages, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from lms.content.module import Module, Page, Section


def outline_changes(old: Module, new: Module) -> list[str]:
    """Sections and pages that came, went, moved or are called otherwise."""
    return [*_gone(old, new), *rearranged(old, new), *_added(old, new)]


def rearranged(old: Module, new: Module) -> list[str]:
    """The same without the pages that came or went."""
    return [*_sections(old, new), *_pages(old, new), *_orders(old, new), *_files(old, new)]


def _sections(old: Module, new: Module) -> Iterator[str]:
    before, after = _by_id(old), _by_id(new)
    for id_, section in before.items():
        if id_ not in after:
            yield f"The section “{section.title}” goes."
            continue
        if section.title != after[id_].title:
            yield f"The section “{section.title}” is called “{after[id_].title}” now."
        if section.planned_minutes != after[id_].planned_minutes:
            plan = f"{after[id_].planned_minutes:g} minutes instead of {section.planned_minutes:g}"
            yield f"The section “{after[id_].title}” is planned with {plan}."
    yield from (f"New section: “{section.title}”." for id_, section in after.items() if id_ not in before)


def _pages(old: Module, new: Module) -> Iterator[str]:
    before, after = {page.id: page for page in old.pages}, {page.id: page for page in new.pages}
    for id_, page in before.items():
        if id_ not in after:
            continue
        if page.title != after[id_].title:
            yield f"The page “{page.title}” is called “{after[id_].title}” now."
        if page.section_id != after[id_].section_id:
            yield f"The page “{after[id_].title}” moves to the section “{_section(new, after[id_])}”."


def _gone(old: Module, new: Module) -> Iterator[str]:
    after = {page.id for page in new.pages}
    yield from (f"The page “{page.title}” goes." for page in old.pages if page.id not in after)


def _added(old: Module, new: Module) -> Iterator[str]:
    before = {page.id for page in old.pages}
    for page in new.pages:
        if page.id not in before:
            yield f"New page: “{page.title}”, in the section “{_section(new, page)}”."


def _orders(old: Module, new: Module) -> Iterator[str]:
    if _is_reordered([one.id for one in old.sections], [one.id for one in new.sections]):
        yield f"The order of the sections is now: {_listed([one.title for one in new.sections])}."
    before = _by_id(old)
    for section in new.sections:
        former = [page.id for page in before[section.id].pages] if section.id in before else []
        if _is_reordered(former, [page.id for page in section.pages]):
            titles = _listed([page.title for page in section.pages])
            yield f"The order of the pages in “{section.title}” is now: {titles}."


def _files(old: Module, new: Module) -> Iterator[str]:
    for name in sorted(old.media.keys() | new.media.keys()):
        word = name.removeprefix("media/")
        if name not in new.media:
            yield f"The file {word} goes."
        elif name not in old.media:
            yield f"New file: {word}."
        elif old.media[name] != new.media[name]:
            yield f"The file {word} is another one."


def _is_reordered(before: list[str], after: list[str]) -> bool:
    return [one for one in before if one in after] != [one for one in after if one in before]


def _by_id(module: Module) -> dict[str, Section]:
    return {section.id: section for section in module.sections}


def _section(module: Module, page: Page) -> str:
    return module.section_of(page).title


def _listed(titles: list[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)
