"""Someone who works through a module in a browser, and does on each page what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from lms.content import blocks
from lms.content.module import Module
from lms.content.module import Page as ModulePage
from lms.content.schema import Item, MatchingItem, MultipleItem, NumericItem, OrderingItem, Scenario, SituationalItem
from lms.scenario.story import play
from tests.journeys.hands import Hands, Pointer


@dataclass
class Learner:
    """A browser, and the module that its owner knows by heart."""

    page: Page
    module: Module
    has_script: bool = True
    hands: Hands = field(default_factory=Pointer)
    wrote: list[str] = field(default_factory=list)
    """Everything typed in private."""
    earlier: dict[str, Module] = field(default_factory=dict)
    """The modules before it."""

    def read(self, page: ModulePage) -> None:
        """Open a page and do all that it asks for."""
        self.page.goto(f"/modules/{self.module.id}/pages/{page.id}")
        self.do_all(page)

    def do_all(self, page: ModulePage) -> None:
        """All that a page asks for which is open."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(page.title)
        for block in page.blocks:
            self._do(block)

    def take_the_quiz(self) -> None:
        """Start the quiz, answer every question rightly and hand it in."""
        self.hands.press(self.page.get_by_role("button", name=re.compile("Start the quiz|Try again")))
        self.page.wait_for_url("**/items/1")
        for place in range(1, len(self.module.bank.blueprint) + 1):
            self.page.wait_for_url(f"**/items/{place}")
            self._answer(self.page.locator("form .stem").locator(".."), self._asked())
            self.hands.press(self.page.locator(".quiz-turn .btn-primary"))
        self.page.wait_for_url("**/review")
        self.hands.press(self.page.get_by_role("button", name="Hand in my answers"))
        self.page.wait_for_url("**/result")

    def _do(self, block: blocks.Block) -> None:
        here = self.page.locator(f"#block-{block.kind}-{block.id}")
        if isinstance(block, blocks.Check):
            self._check(here, block.id)
        elif isinstance(block, blocks.Practice) and block.items:
            for item_id in block.items:
                self._check(here, item_id)
        elif isinstance(block, blocks.WarmUp):
            self._warm_up(here)
        elif isinstance(block, blocks.OwnWords | blocks.Reflection):
            self._write(here, block.id, "Save" if isinstance(block, blocks.Reflection) else "Save and compare")
            expect(here.locator(".keep-status").first).to_contain_text("Saved")
        elif isinstance(block, blocks.ScenarioBlock):
            self._play(here, self.module.scenarios[block.id])
        elif isinstance(block, blocks.SelfAssessment):
            self._rate(here, block)
        elif isinstance(block, blocks.Commitment):
            self._write(here, block.id, "Save my plan")
            expect(here.locator(".plan-days")).to_be_visible()
        elif isinstance(block, blocks.Exercise):
            self.hands.press(here.get_by_role("button", name="I have done it"))
            expect(here.locator(".verdict")).to_contain_text("Done on")

    def _check(self, here: Locator, item_id: str) -> None:
        item = self.module.check(item_id)
        assert item
        form = here.locator(f"form[action$='/checks/{item_id}']")
        self._answer(form, item)
        self.hands.press(form.get_by_role("button", name="Check my answer"))
        expect(here.locator(f"form[action$='/checks/{item_id}']")).to_be_hidden()  # behind "Try again"

    def _warm_up(self, here: Locator) -> None:
        """Questions of earlier modules, which are among `earlier`."""
        addresses = [form.get_attribute("action") or "" for form in here.locator("form").all()]
        assert addresses, "nothing is asked again"
        for address in addresses:
            source_id, item_id = address.split("/")[-2:]
            source = self.earlier[source_id]
            item = source.check(item_id) or source.item(item_id)
            assert item
            form = here.locator(f"form[action='{address}']")
            self._answer(form, item)
            self.hands.press(form.get_by_role("button", name="Check my answer"))
            expect(here.locator(f"form[action='{address}']")).to_be_hidden()

    def _write(self, here: Locator, name: str, button: str) -> None:
        for number, box in enumerate(here.locator("textarea").all()):
            words = f"What I keep to myself about {name}, part {number}."
            self.hands.write(box, words)
            self.wrote.append(words)
        self.hands.press(here.get_by_role("button", name=button, exact=True))

    def _play(self, here: Locator, story: Scenario) -> None:
        """What helps most in every scene."""
        self.hands.press(here.get_by_role("button", name="Begin the story"))
        taken: list[str] = []
        while scene := play(story, taken).scene:
            expect(here.get_by_role("heading", name=scene.title, exact=True)).to_be_visible()
            best = next(place for place, choice in enumerate(scene.choices) if choice.verdict == "best")
            self.hands.choose(here.locator(".story-form .option input").nth(best))
            self.hands.press(here.get_by_role("button", name="That is what I do"))
            taken.append(scene.choices[best].id)
        expect(here.get_by_role("heading", name=story.endings[0].title, exact=True)).to_be_visible()

    def _rate(self, here: Locator, block: blocks.SelfAssessment) -> None:
        for statement in block.statements:
            group = here.get_by_role("group", name=statement.text)
            if block.then:
                for select in group.locator("select").all():
                    self.hands.pick(select, block.scale[1])
            else:
                self.hands.choose(group.locator("input").nth(1))
        if block.comment:
            self.hands.write(here.get_by_label(block.comment), "Nothing here was about night shifts.")
        self.hands.press(here.get_by_role("button", name="Save my answers").first)
        expect(here.locator(".rated")).to_be_visible()

    def _asked(self) -> Item:
        """The question that the page shows."""
        shown = " ".join(self.page.locator(".stem").inner_text().split())
        (item,) = [item for item in self.module.bank.items if " ".join(item.stem.plain.split()) == shown]
        return item

    def _answer(self, form: Locator, item: Item) -> None:
        """Fill in what earns all marks."""
        if isinstance(item, NumericItem):
            self.hands.write(form.locator("input[name=number]"), f"{item.answer:g}")
        elif isinstance(item, OrderingItem):
            self._arrange(form, [option.text.plain for option in item.options])
        elif isinstance(item, MatchingItem):
            words = {target.id: target.text.plain for target in item.targets}
            for source in item.sources:
                row = form.locator(".lines li").filter(has_text=source.text.plain)
                self.hands.pick(row.locator("select"), words[source.target])
        else:
            for text in _right(item):
                self.hands.choose(form.locator(".option").get_by_label(text, exact=True))

    def _arrange(self, form: Locator, lines: list[str]) -> None:
        if not self.has_script:
            for place, text in enumerate(lines):
                row = form.locator(".lines li").filter(has_text=text)
                self.hands.pick(row.locator("select"), str(place + 1))
            return
        for place, text in enumerate(lines):
            while text not in form.locator(".lines li").nth(place).inner_text():
                self.hands.press(form.get_by_role("button", name=f"Move up: {text}"))


def _right(item: Item) -> list[str]:
    if isinstance(item, SituationalItem):
        return [option.text.plain for option in item.options if option.marks == item.max_marks]
    assert not isinstance(item, NumericItem | OrderingItem | MatchingItem)
    right = [option.text.plain for option in item.options if option.key]
    assert len(right) == (item.choose if isinstance(item, MultipleItem) else 1)
    return right
