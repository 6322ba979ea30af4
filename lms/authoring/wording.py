"""How the parts of a module and their fields are called on the pages of trainers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The label of a field, and what helps to fill it in."""

    label: str
    hint: str = ""


FIELDS: Mapping[str, Words] = {
    "title": Words("Title"),
    "summary": Words("Summary", "One or two sentences for the list of modules."),
    "promise": Words("Promise", "What learners will be able to do, in one sentence that begins with “You will”."),
    "outcomes": Words("Outcomes", "What learners can do afterwards."),
    "support": Words("Where people can turn"),
    "minutes": Words("Minutes", "How long it takes to do, beside reading."),
    "words": Words("Words", "How many words the page should have, if there is a plan."),
    "sensitive": Words("This page may touch someone", "It then needs a note before it."),
    "review_by": Words("Check again by", "A day, if it names a law, a body or a telephone number."),
    "stem": Words("Question", "A situation at work, and what is asked."),
    "options": Words("Options"),
    "text": Words("Text"),
    "feedback": Words("What is said to whoever chooses it", "Say why, and where to read on. Never only “wrong”."),
    "key": Words("This is right"),
    "marks": Words("Marks", "2 for the best, 1 for what would do, 0 for what harms."),
    "choose": Words("How many to choose"),
    "rationale": Words("Why the best is the best"),
    "targets": Words("What there is to match with"),
    "sources": Words("Lines to match"),
    "target": Words("What it belongs to"),
    "answer": Words("The right number"),
    "tolerance": Words("How far off still counts"),
    "unit": Words("Unit"),
    "responses": Words("Wrong numbers that many give"),
    "value": Words("Number"),
    "otherwise": Words("What is said to any other number"),
    "slot": Words("Place in the quiz"),
    "outcome": Words("Outcome"),
    "level": Words("Level"),
    "cites": Words("Sources", "Ids of sources, one in a line."),
    "cast": Words("People in it"),
    "note": Words("Note for editors", "Learners never see it."),
    "name": Words("Name"),
    "role": Words("Role"),
    "group": Words("Group"),
    "erred": Words("Makes the mistake in this story"),
    "type": Words("Kind"),
    "topic": Words("What it is about"),
    "src": Words("File", "In the folder `media`, such as media/lift.svg."),
    "alt": Words("What the picture says", "For people who do not see it."),
    "caption": Words("Caption"),
    "decorative": Words("Says nothing that the text does not say"),
    "points": Words("Points of a good answer", "One in a line."),
    "model": Words("Model answer"),
    "hide_page": Words("Hide the page while they write"),
    "items": Words("Questions to practise", "Ids of checks, one in a line."),
    "boxes": Words("Boxes to write in", "One in a line."),
    "revisit": Words("Show it again later"),
    "due_days": Words("Days to do it in"),
    "examples": Words("Examples", "One in a line."),
    "reflection": Words("Reflection shown beside it", "Its id."),
    "follow_up_days": Words("Looked back at after", "Days, one number in a line."),
    "scale": Words("Scale", "From the lowest to the highest, one in a line."),
    "statements": Words("Statements to rate"),
    "comment": Words("Question for a comment"),
    "then": Words("Also ask how it was before"),
    "draws": Words("How many questions"),
    "captions": Words("Captions", "A .vtt file in `media`."),
    "poster": Words("Picture before it plays"),
    "setting": Words("Where it happens"),
    "fiction": Words("That it is made up", "Said before it begins."),
    "meters": Words("Hidden figures"),
    "first": Words("Begins with"),
    "endings": Words("Endings", "The first whose figures are reached is shown."),
    "at_least": Words("Figures that it takes", "`name: number`, one in a line. The last ending takes none."),
    "debrief": Words("Afterwards", "What to take from it."),
    "replay": Words("Invitation to play it again"),
    "scenes": Words("Scenes"),
    "decision": Words("Number of the decision"),
    "choices": Words("Choices"),
    "effects": Words("What it changes", "`name: number` of hidden figures, one in a line, such as trust: -1."),
    "verdict": Words("How good it is"),
    "consequence": Words("What happens then"),
    "why": Words("Why"),
    "next": Words("Leads to"),
    "start": Words("Begins at"),
    "low": Words("Said when it is low"),
    "high": Words("Said when it is high"),
    "id": Words("Id", "Small letters and hyphens. It stays as it is: learners’ work hangs on it."),
    "contact": Words("How to reach it"),
    "detail": Words("Detail"),
    "region": Words("Where it is"),
    "grade": Words("Grade", "V: read and verified; B: background; N: not to be used as evidence."),
    "authors": Words("Authors"),
    "year": Words("Year"),
    "venue": Words("Journal or publisher"),
    "doi_or_url": Words("DOI or address"),
    "claim_allowed": Words("What may be said with it"),
    "caveat_required": Words("What must be said with it"),
    "checked_on": Words("Checked on"),
    "checked_by": Words("Checked by"),
}
BLOCKS: Mapping[str, str] = {
    "prose": "Text",
    "callout": "Box",
    "content-note": "Note before what may touch",
    "figure": "Picture",
    "check": "Quick check",
    "recall": "Write what you remember",
    "practice": "Practice",
    "reflection": "Reflection",
    "scenario": "Story with decisions",
    "exercise": "Exercise at work",
    "commitment": "If-then plan",
    "self-assessment": "Self-assessment",
    "tool": "Tool to print",
    "warm-up": "Warm-up",
    "quiz": "Quiz",
    "media": "Recording",
}
"""Kinds of blocks in the order in which they are offered."""
ITEM_TYPES: Mapping[str, str] = {
    "single": "One right answer",
    "multiple": "Several right answers",
    "situational": "What would you do?",
    "ordering": "Put in order",
    "matching": "Match",
    "numeric": "A number",
}
PARTS: Mapping[str, str] = {
    "module": "What the module is",
    "item": "Question of the quiz",
    "check": "Quick check",
    "slot": "Place in the quiz",
    "source": "Source",
    "scenario": "Story",
    "scene": "Scene",
}


def words_of(field: str) -> Words:
    """What a field is called."""
    return FIELDS.get(field) or Words(field.replace("_", " ").capitalize())
