"""A bundle becomes an immutable module; every problem is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TypeVar, cast

from pydantic import ValidationError

from lms.content import strict_yaml
from lms.content.blocks import PROMPTS, Block, Check, Figure, Media, ScenarioBlock
from lms.content.bundle import Bundle
from lms.content.markup import Citations, render
from lms.content.media_files import media_fault
from lms.content.module import Module, Page, Section, Tool
from lms.content.page_file import PageFile, ToolFrontMatter, shown_by
from lms.content.problems import ContentError, Problem
from lms.content.references import References
from lms.content.remembering import Files
from lms.content.schema import BankFile, ModuleFile, Part, Programme, Scenario, Source, SourcesFile
from lms.content.schema_problems import schema_problems
from lms.content.stray_citations import stray_citations

MOST_TEXT_BYTES = 1_000_000
"""Of pages and YAML together; a whole module has about 200 kB, and reading takes about 2 seconds for each megabyte."""
SomePart = TypeVar("SomePart", bound=Part)
_files = Files()


def load_programme(bundle: Bundle) -> Programme:
    """The programme file of a bundle. Raises ContentError."""
    loader = _Loader(bundle)
    programme = loader.yaml("courses/programme.yaml", Programme)
    if programme is None:
        raise ContentError(loader.problems)
    return programme


def load_module(bundle: Bundle, module_id: str) -> Module:
    """One module of a bundle. Raises ContentError with every problem in its files."""
    reading = read_module(bundle, module_id)
    if reading.module is None or reading.problems:
        raise ContentError(reading.problems)
    return reading.module


@dataclass(frozen=True)
class Reading:
    """What could be read of a module: all of it when there are no problems, else what is whole."""

    module: Module | None
    problems: tuple[Problem, ...]
    documents: Mapping[str, strict_yaml.Document]
    """Its YAML files, which know the line of each value."""


def read_module(bundle: Bundle, module_id: str) -> Reading:
    """Read as much of a module as can be read, for those who write it; learners get `load_module`."""
    loader = _Loader(bundle)
    module = loader.module(module_id)
    return Reading(module, ContentError(loader.problems).problems, loader.documents)


def too_large(files: Bundle, module_id: str) -> Problem | None:
    """What is wrong with a module of more text than anyone could learn."""
    size = sum(len(data) for path, data in files.files.items() if path.endswith((".md", ".yaml")))
    what = "the texts of the module are larger than 1 MB together"
    place = f"courses/{module_id}/module.yaml"
    return Problem(place, 1, what, "make two modules of it") if size > MOST_TEXT_BYTES else None


@dataclass(frozen=True)
class _ReadYaml:
    """What could be read of a YAML file."""

    part: Part | None
    document: strict_yaml.Document | None
    problems: tuple[Problem, ...]


def _read_yaml(text: str, file: str, kind: type[Part]) -> _ReadYaml:
    try:
        document = strict_yaml.load(text, file)
    except ContentError as error:
        return _ReadYaml(None, None, error.problems)
    try:
        return _ReadYaml(kind.model_validate(document.data), document, ())
    except ValidationError as error:
        return _ReadYaml(None, document, tuple(schema_problems(error, document)))


def _read_page(
    file: str, text: str, media: Mapping[str, bytes], page_id: str, section_id: str
) -> tuple[Page | None, tuple[Problem, ...]]:
    reader = PageFile(file, text, media)
    return reader.page(page_id, section_id), tuple(reader.problems)


class _Loader:
    def __init__(self, bundle: Bundle) -> None:
        self._files = bundle.files
        self.problems: list[Problem] = []
        self.documents: dict[str, strict_yaml.Document] = {}
        self._unread: set[str] = set()

    def module(self, module_id: str) -> Module | None:
        if self._is_too_large(module_id):
            return None
        self._root = f"courses/{module_id}"
        self._media = {
            path.removeprefix(f"{self._root}/"): data
            for path, data in self._files.items()
            if path.startswith(f"{self._root}/media/")
        }
        top = self.yaml(f"{self._root}/module.yaml", ModuleFile)
        bank = self.yaml(f"quizzes/{module_id}.yaml", BankFile)
        sources = self._sources()
        scenarios, tools = self._scenarios(), self._tools()
        if top is None:
            return None
        sections = self._sections(top)
        module = Module(
            id=module_id,
            title=top.title,
            summary=top.summary,
            promise=top.promise,
            outcomes=top.outcomes,
            sections=sections,
            support=top.support,
            sources=sources,
            bank=bank or BankFile.model_construct(module=module_id, blueprint=(), items=(), checks=()),
            scenarios=scenarios,
            tools=tools,
            media=self._media,
        )
        self._resolve(module, top)
        return module

    def _is_too_large(self, module_id: str) -> bool:
        problem = too_large(Bundle(self._files).of_module(module_id), module_id)
        self.problems += [problem] if problem else []
        return problem is not None

    def yaml(self, file: str, kind: type[SomePart]) -> SomePart | None:
        """A YAML file as an instance of its schema, or None with problems noted."""
        text = self._text(file)
        if text is None:
            return None
        read = _files.made((kind, file, text), len(text), partial(_read_yaml, text, file, kind))
        if read.document:
            self.documents[file] = read.document
        self.problems.extend(read.problems)
        if read.part is None:
            self._unread.add(file)
        return cast(SomePart | None, read.part)

    def _text(self, file: str) -> str | None:
        text = self._decoded(file)
        if text is None:
            self._unread.add(file)
        return text

    def _decoded(self, file: str) -> str | None:
        if file not in self._files:
            self._problem(file, "the file is missing", "add it")
            return None
        try:
            # Some editors write a byte order mark, which is no part of the text.
            return self._files[file].decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = self._files[file].count(b"\n", 0, error.start) + 1
            self.problems.append(Problem(file, line, "the file is not UTF-8 text", "save it as UTF-8"))
            return None

    def _sections(self, top: ModuleFile) -> tuple[Section, ...]:
        sections = []
        for number, plan in enumerate(top.sections, 1):
            pages = [self._page(plan.id, page_id) for page_id in plan.pages]
            kept = tuple(page for page in pages if page)
            sections.append(Section(plan.id, plan.title, number, plan.minutes, kept))
        return tuple(sections)

    def _page(self, section_id: str, page_id: str) -> Page | None:
        file = f"{self._root}/{section_id}/{page_id}.md"
        text = self._text(file)
        if text is None:
            return None
        shown = shown_by(text, self._media)
        drawings = tuple((name, sha256(data).digest()) for name, data in shown.items())
        page, problems = _files.made(
            (page_id, section_id, file, text, drawings),
            len(text) + sum(map(len, shown.values())),
            partial(_read_page, file, text, self._media, page_id, section_id),
        )
        self.problems.extend(problems)
        if page is None:
            self._unread.add(file)
        return page

    def _sources(self) -> Mapping[str, Source]:
        file = f"{self._root}/sources.yaml"
        register = self.yaml(file, SourcesFile) if file in self._files else None
        return {source.id: source for source in register.sources} if register else {}

    def _scenarios(self) -> Mapping[str, Scenario]:
        files = [path for path in sorted(self._files) if path.startswith(f"{self._root}/scenarios/")]
        return {scenario.id: scenario for path in files for scenario in self._scenario(path)}

    def _scenario(self, file: str) -> list[Scenario]:
        scenario = self.yaml(file, Scenario) if file.endswith(".yaml") else None
        name = file.rsplit("/", 1)[-1].removesuffix(".yaml")
        if scenario and scenario.id != name:
            self._problem(file, f"the id is {scenario.id!r}, the file {name!r}", "give both the same name")
            return []
        return [scenario] if scenario else []

    def _tools(self) -> Mapping[str, Tool]:
        tools = {}
        for file in sorted(self._files):
            if not file.startswith(f"{self._root}/tools/") or not file.endswith(".md"):
                continue
            tool = self._tool(file)
            if tool:
                tools[tool.id] = tool
        return tools

    def _tool(self, file: str) -> Tool | None:
        text = self._text(file)
        if text is None:
            return None
        reader = PageFile(file, text, {})
        front = reader.front_matter(ToolFrontMatter)
        self.problems.extend(reader.problems)
        if front is None:
            self._unread.add(file)
            return None
        name = file.rsplit("/", 1)[-1].removesuffix(".md")
        body = reader.body.strip()
        return Tool(name, front.title, front.summary, body, render(body, Citations()), front.review_by)

    def _resolve(self, module: Module, top: ModuleFile) -> None:
        file = f"{self._root}/module.yaml"
        if top.id != module.id:
            self._problem(file, f"the id is {top.id!r}, the folder {module.id!r}", "give both the same name")
        if module.bank.module != module.id:
            self._problem(f"quizzes/{module.id}.yaml", "`module` names another module", f"write {module.id}")
        self.problems.extend(References(module, self.documents, self._unread).problems())
        self.problems.extend(stray_citations(module, self.documents))
        self._refuse_double_ids(module)
        self._refuse_empty_sections(top)
        self._refuse_unlisted_pages(top)
        self._refuse_strange_media()

    def _refuse_double_ids(self, module: Module) -> None:
        bank = f"quizzes/{module.id}.yaml"
        self._differ("section", [(section.id, f"{self._root}/module.yaml", 1) for section in module.sections])
        self._differ("page", [(page.id, page.file, 1) for page in module.pages])
        items = [("items", module.bank.items), ("checks", module.bank.checks)]
        lines = [
            (item.id, bank, self.documents[bank].line((key, index)))
            for key, group in items
            for index, item in enumerate(group)
        ]
        self._differ("item", lines)
        named: tuple[type[Block], ...] = (*PROMPTS, Figure, Check, ScenarioBlock, Media)
        self._differ(
            "block", [(block.id, page.file, block.line) for page, block in module.blocks() if isinstance(block, named)]
        )

    def _differ(self, what: str, named: list[tuple[str, str, int]]) -> None:
        seen: dict[str, str] = {}
        for given, file, line in named:
            if given in seen:
                told = f"the {what} id {given!r} is used already in {seen[given]}"
                self.problems.append(Problem(file, line, told, "choose another"))
            seen.setdefault(given, file)

    def _refuse_empty_sections(self, top: ModuleFile) -> None:
        file = f"{self._root}/module.yaml"
        for place, section in enumerate(top.sections):
            if not section.pages:
                line = self.documents[file].line(("sections", place, "pages"))
                what = f"the section {section.id!r} has no page"
                self.problems.append(Problem(file, line, what, "add one, or take the section away"))

    def _refuse_unlisted_pages(self, top: ModuleFile) -> None:
        listed = {f"{self._root}/{section.id}/{page}.md" for section in top.sections for page in section.pages}
        for section in top.sections:
            inside = f"{self._root}/{section.id}/"
            for file in sorted(self._files):
                if file.startswith(inside) and file.endswith(".md") and file not in listed:
                    self._problem(file, "no section lists this page", "add it to `pages` in module.yaml or remove it")

    def _refuse_strange_media(self) -> None:
        for name, data in sorted(self._media.items()):
            fault = media_fault(name, data)
            if fault:
                self._problem(f"{self._root}/{name}", *fault)

    def _problem(self, file: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(file, 1, what, remedy))
