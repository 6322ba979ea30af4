"""A bundle becomes an immutable module; every problem is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from lms.content import strict_yaml
from lms.content.blocks import PROMPTS, Check, Figure, Practice, ScenarioBlock, ToolBlock
from lms.content.bundle import Bundle
from lms.content.markup import Citations, render
from lms.content.module import Module, Page, Section, Tool
from lms.content.page_file import PageFile, ToolFrontMatter, schema_problems
from lms.content.problems import ContentError, Problem
from lms.content.schema import BankFile, ModuleFile, Part, Programme, Scenario, Source, SourcesFile

SomePart = TypeVar("SomePart", bound=Part)


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


class _Loader:
    def __init__(self, bundle: Bundle) -> None:
        self._files = bundle.files
        self.problems: list[Problem] = []
        self.documents: dict[str, strict_yaml.Document] = {}

    def module(self, module_id: str) -> Module | None:
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
            id=top.id,
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
        self._resolve(module, module_id)
        return module

    def yaml(self, file: str, kind: type[SomePart]) -> SomePart | None:
        """A YAML file as an instance of its schema, or None with problems noted."""
        text = self._text(file)
        if text is None:
            return None
        try:
            document = self.documents[file] = strict_yaml.load(text, file)
            return kind.model_validate(document.data)
        except ContentError as error:
            self.problems.extend(error.problems)
        except ValidationError as error:
            self.problems.extend(schema_problems(error, document))
        return None

    def _text(self, file: str) -> str | None:
        if file not in self._files:
            self._problem(file, "the file is missing", "add it")
            return None
        try:
            return self._files[file].decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            self._problem(file, "the file is not UTF-8 text", "save it as UTF-8")
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
        reader = PageFile(file, text, self._media)
        page = reader.page(page_id, section_id)
        self.problems.extend(reader.problems)
        return page

    def _sources(self) -> Mapping[str, Source]:
        file = f"{self._root}/sources.yaml"
        register = self.yaml(file, SourcesFile) if file in self._files else None
        return {source.id: source for source in register.sources} if register else {}

    def _scenarios(self) -> Mapping[str, Scenario]:
        files = [path for path in sorted(self._files) if path.startswith(f"{self._root}/scenarios/")]
        found = [self.yaml(path, Scenario) for path in files if path.endswith(".yaml")]
        return {scenario.id: scenario for scenario in found if scenario}

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
        reader = PageFile(file, self._text(file) or "", {})
        front = reader.front_matter(ToolFrontMatter)
        self.problems.extend(reader.problems)
        if front is None:
            return None
        name = file.rsplit("/", 1)[-1].removesuffix(".md")
        body = reader.body.strip()
        return Tool(name, front.title, front.summary, body, render(body, Citations()), front.review_by)

    def _resolve(self, module: Module, module_id: str) -> None:
        file = f"{self._root}/module.yaml"
        if module.id != module_id:
            self._problem(file, f"the id is {module.id!r}, the folder {module_id!r}", "give both the same name")
        if module.bank.module != module_id:
            self._problem(f"quizzes/{module_id}.yaml", "`module` names another module", f"write {module_id}")
        self._resolve_blocks(module)
        self._resolve_sources(module)
        self._resolve_slots(module)
        self._refuse_double_ids(module)

    def _resolve_blocks(self, module: Module) -> None:
        bank = f"quizzes/{module.id}.yaml"
        for page, block in module.blocks():
            items = [block.id] if isinstance(block, Check) else block.items if isinstance(block, Practice) else ()
            for item_id in items:
                if not module.check(item_id):
                    self._missing(page, block.line, f"check item {item_id!r}", f"add it to {bank}")
            if isinstance(block, ScenarioBlock) and block.id not in module.scenarios:
                self._missing(page, block.line, f"scenario {block.id!r}", f"add scenarios/{block.id}.yaml")
            if isinstance(block, ToolBlock) and block.id not in module.tools:
                self._missing(page, block.line, f"tool {block.id!r}", f"add tools/{block.id}.md")

    def _resolve_sources(self, module: Module) -> None:
        for page in module.pages:
            for source in page.citations.numbers:
                if source not in module.sources:
                    self._missing(page, 1, f"source {source!r}", "add it to sources.yaml")

    def _resolve_slots(self, module: Module) -> None:
        slots = {slot.id for slot in module.bank.blueprint}
        file = f"quizzes/{module.id}.yaml"
        for item in module.bank.items:
            if item.slot not in slots:
                self._problem(file, f"item {item.id!r} names no slot of the blueprint", "give it a slot")
        for slot in sorted(slots - {item.slot for item in module.bank.items}):
            self._problem(file, f"no item names the slot {slot!r}", "write one, better two")

    def _refuse_double_ids(self, module: Module) -> None:
        bank = f"quizzes/{module.id}.yaml"
        self._differ("section", [(section.id, f"{self._root}/module.yaml") for section in module.sections])
        self._differ("page", [(page.id, page.file) for page in module.pages])
        self._differ("item", [(item.id, bank) for item in (*module.bank.items, *module.bank.checks)])
        self._differ(
            "block",
            [(block.id, page.file) for page, block in module.blocks() if isinstance(block, (*PROMPTS, Figure))],
        )

    def _differ(self, what: str, named: list[tuple[str, str]]) -> None:
        seen: dict[str, str] = {}
        for given, file in named:
            if given in seen:
                self._problem(file, f"the {what} id {given!r} is used already in {seen[given]}", "choose another")
            seen.setdefault(given, file)

    def _missing(self, page: Page, line: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(page.file, line, f"there is no {what}", remedy))

    def _problem(self, file: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(file, 1, what, remedy))
