"""What is ticked and typed where answers are marked again."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

LEAST, MOST = 20, 1000


class QuestionsForm(FlaskForm):  # type: ignore[misc]
    """Which questions are marked again, by the keys of which revision."""

    revision = HiddenField()
    items = SelectMultipleField("Questions", [DataRequired("Please tick at least one question.")])

    def offer(self, items: Iterable[tuple[str, str]]) -> None:
        """The questions to choose from, id and words."""
        self.items.choices = list(items)


class MarkForm(QuestionsForm):
    """Which results follow."""

    better = BooleanField("Raise the results that go up, and show the corrected answer to those whose result stays")
    worse = BooleanField("Lower the scores that go down (nobody loses a pass by this)")


class PassesForm(QuestionsForm):
    """Whose pass is taken away, and why."""

    attempts = SelectMultipleField(
        "People", [DataRequired("Please tick whose pass you take away, or leave this as it is.")]
    )
    reason = TextAreaField(
        "Why",
        [
            DataRequired("Please say why. The person reads it."),
            Length(LEAST, MOST, f"Please write {LEAST} to {MOST} characters."),
        ],
        filters=[lambda text: (text or "").strip()],
        description="The person reads this beside their result. It is kept with it.",
    )
    sure = BooleanField(
        "I have decided this for each person ticked. They have passed no more, and their module is not completed.",
        [InputRequired("Please tick that you have decided it.")],
    )
