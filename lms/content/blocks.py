"""The blocks that a page is made of, each immutable, each knowing how long it takes."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from lms.content.markup import Text, count_words, plain
from lms.content.schema import Id, Label, OutcomeId, Part

WORDS_A_MINUTE = 200
"""Planned reading rate; average silent reading of English non-fiction is 238 (Brysbaert 2019), second-language
readers are slower."""
CHECK_MINUTES = 40 / 60


class Block(Part):
    """A piece of a page. `texts` says how many Markdown texts its source takes, least and most."""

    kind: ClassVar[str]
    texts: ClassVar[tuple[int, int]] = (0, 0)
    id: Id | Literal[""] = ""
    line: int = 0
    """Where it begins in its file."""

    @property
    def words(self) -> int:
        """Words that count as reading."""
        return 0

    @property
    def activity_minutes(self) -> float:
        """Minutes of doing, beside reading."""
        return float(getattr(self, "minutes", 0))


class Prose(Block):
    """Text to read, between the other blocks."""

    kind = "prose"
    html: str
    source: str

    @property
    def words(self) -> int:
        return count_words(plain(self.html))


class Callout(Block):
    """A box beside the flow of the text: a story, evidence, a caution, something to try."""

    kind = "callout"
    texts = (1, 1)
    type: Literal["note", "story", "evidence", "caution", "try", "support"] = "note"
    title: str = ""
    html: str = ""
    text: Text

    @property
    def words(self) -> int:
        return count_words(plain(self.html)) + count_words(self.title)


class ContentNote(Block):
    """Says before a page that it may touch, and where to turn."""

    kind = "content-note"
    topic: Label


class Figure(Block):
    """A drawing with its meaning in words."""

    kind = "figure"
    texts = (0, 1)
    id: Id
    src: str = Field(pattern=r"^media/[a-z0-9][a-z0-9./-]*$")
    alt: str = Field("", max_length=300)
    caption: Text | None = None
    decorative: bool = False
    text: Text | None = None
    """The long description."""
    svg: str = ""
    """The drawing, cleaned, to stand in the page."""

    @model_validator(mode="after")
    def _says_what_it_means(self) -> Figure:
        if not self.alt and not self.decorative:
            raise ValueError("a figure needs `alt`, or `decorative: true`")
        return self


class Check(Block):
    """A question of the item bank, answered in the page for no marks (retrieval practice)."""

    kind = "check"
    id: Id

    @property
    def activity_minutes(self) -> float:
        return CHECK_MINUTES


class OwnWords(Block):
    """A box to write in, with a model answer to compare with; not marked."""

    texts = (1, 2)
    id: Id
    minutes: float = Field(gt=0, le=30)
    points: tuple[Text, ...] = ()
    outcomes: tuple[OutcomeId, ...] = ()
    text: Text
    model: Text | None = None


class Recall(OwnWords):
    """To write down what one remembers, before looking."""

    kind = "recall"
    hide_page: bool = True


class Practice(OwnWords):
    """To try a skill, in writing or on items of the bank."""

    kind = "practice"
    items: tuple[Id, ...] = ()
    """Check items that are practised here instead of writing."""


class Reflection(Block):
    """A prompt to think and to write in private."""

    kind = "reflection"
    texts = (1, 1)
    id: Id
    minutes: float = Field(3, gt=0, le=30)
    boxes: tuple[Label, ...] = Field(("What?", "So what?", "Now what?"), min_length=1, max_length=4)
    revisit: bool = False
    text: Text


class ScenarioBlock(Block):
    """The place of a branching story in a page."""

    kind = "scenario"
    id: Id
    minutes: float = Field(gt=0, le=60)
    outcomes: tuple[OutcomeId, ...] = ()


class Exercise(Block):
    """Something to do on shift, then ticked off."""

    kind = "exercise"
    texts = (1, 1)
    id: Id
    title: str = ""
    due_days: int = Field(14, ge=1, le=365)
    text: Text


class Commitment(Block):
    """An if-then plan with follow-ups."""

    kind = "commitment"
    texts = (1, 1)
    id: Id
    minutes: float = Field(3.5, gt=0, le=30)
    examples: tuple[Label, ...] = Field(min_length=2, max_length=10)
    reflection: Id | None = None
    follow_up_days: tuple[int, ...] = (14, 42)
    text: Text


class Statement(Part):
    """One line of a self-assessment."""

    id: Id
    text: Label


class SelfAssessment(Block):
    """Statements to rate on a scale, for oneself alone."""

    kind = "self-assessment"
    texts = (0, 1)
    id: Id
    minutes: float = Field(gt=0, le=30)
    scale: tuple[Label, ...] = Field(min_length=2, max_length=7)
    statements: tuple[Statement, ...] = Field(min_length=1, max_length=30)
    comment: str = ""
    then: bool = False
    """Whether it also asks how it was before, as seen from now (then-test; Howard 1980)."""
    text: Text | None = None

    @model_validator(mode="after")
    def _statement_ids_differ(self) -> SelfAssessment:
        if len({statement.id for statement in self.statements}) < len(self.statements):
            raise ValueError("two statements have one id")
        return self


class ToolBlock(Block):
    """The way to a one-page aid."""

    kind = "tool"
    texts = (0, 1)
    id: Id
    text: Text | None = None

    @property
    def words(self) -> int:
        return self.text.words if self.text else 0


class WarmUp(Block):
    """Questions of earlier modules, to bring them back to mind."""

    kind = "warm-up"
    texts = (0, 1)
    id: Id
    minutes: float = Field(gt=0, le=30)
    draws: int = Field(4, ge=1, le=10)
    text: Text | None = None


class Quiz(Block):
    """The place of the graded quiz; one in a module."""

    kind = "quiz"
    texts = (0, 1)
    minutes: float = Field(gt=0, le=60)
    text: Text | None = None


class Media(Block):
    """A recording with its transcript."""

    kind = "media"
    texts = (1, 1)
    id: Id
    src: str = Field(pattern=r"^media/[a-z0-9][a-z0-9./-]*$")
    type: Literal["audio", "video"]
    captions: str | None = None
    poster: str | None = None
    minutes: float = Field(gt=0, le=30)
    text: Text
    """The transcript."""


KINDS: dict[str, type[Block]] = {
    block.kind: block
    for block in (
        Callout,
        ContentNote,
        Figure,
        Check,
        Recall,
        Practice,
        Reflection,
        ScenarioBlock,
        Exercise,
        Commitment,
        SelfAssessment,
        ToolBlock,
        WarmUp,
        Quiz,
        Media,
    )
}
PROMPTS: tuple[type[Block], ...] = (
    Recall,
    Practice,
    Reflection,
    Exercise,
    Commitment,
    SelfAssessment,
    WarmUp,
)
"""Blocks whose ids learners' own work hangs on."""
