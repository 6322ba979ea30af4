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
    "promise": Words(
        "What it promises", "What learners will be able to do, in one sentence that begins with “You will”."
    ),
    "outcomes": Words("Outcomes", "What learners can do afterwards. Each has a number, such as 1.1."),
    "support": Words(
        "Where people can turn", "Telephone numbers and people, each with the day on which to check it again."
    ),
    "minutes": Words("Minutes", "How long it takes to do, beside reading."),
    "words": Words("Planned words", "How many words the page should have. People read about 200 in a minute."),
    "sensitive": Words("This page may upset someone", "It then needs a note before it."),
    "review_by": Words("Check again by", "A day, if it names a law, a body or a telephone number."),
    "stem": Words("Question", "A situation at work, and what is asked."),
    "options": Words("Options"),
    "text": Words("Text"),
    "feedback": Words("What is said to whoever answers so", "Say why, and where to read on. Never only “wrong”."),
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
    "slot": Words("Place in the quiz", "Each try draws one question for every place."),
    "outcome": Words("Outcome"),
    "level": Words("Level", "What learners have to do in their heads."),
    "cites": Words("Sources", "One in a line, as the list of sources names them, such as west-2021."),
    "cast": Words("People in it", "Whoever has a name in the text, so that it can be counted who is shown to err."),
    "note": Words("Note for editors", "Learners never see it."),
    "name": Words("Name"),
    "role": Words("Role"),
    "group": Words("Group", "Such as porters, catering or domestic services."),
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
    "items": Words(
        "Quick checks to practise on", "Names of quick checks, one in a line. Leave it empty for practice in writing."
    ),
    "boxes": Words(
        "Boxes to write in", "The words above each box, one in a line. Without any: What? So what? Now what?"
    ),
    "revisit": Words("Show it again later"),
    "due_days": Words("Days to do it in", "From 1 to 365."),
    "examples": Words("Examples", "One in a line."),
    "reflection": Words("Reflection shown beside it", "The name of a reflection, as it stands in grey above its form."),
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
    "meters": Words("Hidden figures", "What choices change, from 0 to 10, such as trust. The ending depends on them."),
    "first": Words("Begins with"),
    "endings": Words("Endings", "The first whose figures are reached is shown."),
    "at_least": Words(
        "Figures that it takes",
        "One on each line: a hidden figure, a colon, and what it has to be at least, such as trust: 6. "
        "The last ending takes none.",
    ),
    "debrief": Words("Afterwards", "What to take from it, whichever way one went."),
    "replay": Words("Invitation to play it again"),
    "scenes": Words("Scenes"),
    "decision": Words(
        "Number of the decision",
        "Which decision of the story this is: the first is 1. Scenes on two branches may share one.",
    ),
    "choices": Words("Choices"),
    "effects": Words(
        "What it changes", "One on each line: a hidden figure, a colon, and by how much, such as trust: -1."
    ),
    "verdict": Words("How good it is"),
    "consequence": Words("What happens then"),
    "why": Words("Why", "Why it is good, fair or poor. Shown after the choice."),
    "next": Words("Leads to"),
    "start": Words("Begins at"),
    "low": Words("Said when it is low"),
    "high": Words("Said when it is high"),
    "id": Words("Short name", "Small letters, numbers and hyphens. It stays as it is: learners’ work hangs on it."),
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
BLOCK_HINTS: Mapping[str, str] = {
    "prose": "Paragraphs, headings, lists.",
    "callout": "Beside the text: a case, evidence, a caution, something to try.",
    "content-note": "Says before a page that it may touch, and where to turn.",
    "figure": "A drawing, with its meaning in words.",
    "check": "One question in the page, without marks. Its question is made for you.",
    "recall": "What do you remember? With a model answer to compare with.",
    "practice": "To try a skill in writing, or on quick checks.",
    "reflection": "A prompt to think and write in private.",
    "scenario": "Where learners play a branching story. One is made for you, if none is waiting.",
    "exercise": "Something to do on shift, then ticked off.",
    "commitment": "A plan: if this happens, then I will do that.",
    "self-assessment": "Statements to rate for oneself alone.",
    "tool": "The way to a page that people print and keep.",
    "warm-up": "Questions of earlier modules, to bring them back to mind.",
    "quiz": "Where the quiz is taken. Every module has one.",
    "media": "Audio or video with its transcript.",
}
"""What each is for."""
WORDS: Mapping[str, str] = {
    "remember": "Remember: say it again",
    "understand": "Understand: tell it in own words, see an example",
    "apply": "Apply: do it in a situation",
    "analyse": "Analyse: tell one thing from another",
    "evaluate": "Evaluate: judge which is better",
    "best": "Best",
    "fair": "Fair: it would do",
    "poor": "Poor: it does harm",
    "V": "V: read and verified",
    "B": "B: background",
    "N": "N: not to be used as evidence",
    "note": "Note",
    "story": "A case",
    "evidence": "What research says",
    "caution": "Caution",
    "try": "Something to try",
    "support": "Where to turn",
    "audio": "Sound",
    "video": "Film",
    "2": "2: the best",
    "1": "1: it would do",
    "0": "0: it does harm",
    "single": "One right answer",
    "multiple": "Several right answers",
    "situational": "What would you do?",
    "ordering": "Put in order",
    "matching": "Match",
    "numeric": "A number",
}
"""What there is to choose from, in words."""
ADDED: Mapping[str, str] = {
    "add section": "The section is added, and this is its first page. Give it a title.",
    "add page": "The page is added. Write it here.",
}
ADDED_PARTS: Mapping[str, str] = {
    "item": "The question is added. Write it here.",
    "check": "The quick check is added. Write it here. Learners meet it where you put it on a page.",
    "slot": "The place is added. Say here what it asks for, then add questions to it.",
    "source": "The source is added. Write here what it is.",
    "scene": "The scene is added. No choice leads to it yet: open the scene before it, and let one lead here.",
    "scenario": "The story is added. Learners play it where you put “Story with decisions” on a page.",
}
"""What is said when a part was added."""
SAID: Mapping[str, str] = {
    "rename section": "Saved.",
    "remove page": "The page is taken away. “Undo my last change” brings it back.",
    "remove section": "The section is taken away. “Undo my last change” brings it back.",
    "section up": "Moved.",
    "section down": "Moved.",
    "page up": "Moved.",
    "page down": "Moved.",
}
"""What is said when the outline was changed."""
ITEM_TYPES: Mapping[str, str] = {
    "single": "One right answer",
    "multiple": "Several right answers",
    "situational": "What would you do?",
    "ordering": "Put in order",
    "matching": "Match",
    "numeric": "A number",
}
FORMATS_IN: Mapping[str, str] = {"gift": "GIFT", "moodle": "Moodle XML", "aiken": "Aiken", "qti": "QTI"}
"""What files of questions are called that are taken."""
FORMATS_OUT: Mapping[str, str] = {
    "gift": "GIFT",
    "moodle": "Moodle XML",
    "qti": "QTI 2.1",
    "qti3": "QTI 3.0",
    "aiken": "Aiken",
}
"""What files of questions are called that are given."""
PARTS: Mapping[str, str] = {
    "module": "What the module is",
    "item": "Question of the quiz",
    "check": "Quick check",
    "slot": "Place in the quiz",
    "source": "Source",
    "scenario": "Story",
    "scene": "Scene",
    "tool": "Tool to print",
}


def words_of(field: str) -> Words:
    """What a field is called."""
    return FIELDS.get(field) or Words(field.replace("_", " ").capitalize())
