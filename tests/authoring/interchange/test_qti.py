"""QTI 2.1 and 3.0 as other systems write it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from lms.authoring.interchange import qti, to_qti
from lms.authoring.interchange.building import UNWRITTEN
from lms.authoring.interchange.neutral import Place, Taken
from lms.content.problems import ContentError

OLDER = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'
NEWER = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'
MATCH_CORRECT = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'


def older(declared: str, body: str, after: str = "") -> str:
    return (
        f'<assessmentItem {OLDER} identifier="i1" title="One" adaptive="false" timeDependent="false">\n'
        f"{declared}\n<itemBody><p>What is <strong>asked</strong>?</p>{body}</itemBody>{after}</assessmentItem>"
    )


def declared(cardinality: str, base: str, *right: str, more: str = "") -> str:
    values = "".join(f"<value>{value}</value>" for value in right)
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>{more}</responseDeclaration>"
    )


def choices(kind: str, most: int = 1) -> str:
    options = "".join(f'<simpleChoice identifier="Choice{at}">Option {at}</simpleChoice>' for at in (1, 2, 3))
    return f'<{kind} responseIdentifier="RESPONSE" shuffle="true" maxChoices="{most}">{options}</{kind}>'


def read(source: str | bytes) -> Taken:
    return qti.read(source.encode() if isinstance(source, str) else source, "sample", Place("1.1"))


def one(source: str) -> dict[str, Any]:
    taken = read(source)
    assert taken.left == ()
    return taken.items[0]


def test_a_choice_of_2_1() -> None:
    said = '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="Choice2" showHide="show">Why.</modalFeedback>'
    item = one(older(declared("single", "identifier", "Choice2"), choices("choiceInteraction"), MATCH_CORRECT + said))
    assert item["stem"] == "What is **asked**?"
    assert item["options"] == [
        {"id": "choice1", "text": "Option 1", "feedback": UNWRITTEN},
        {"id": "choice2", "text": "Option 2", "feedback": "Why.", "key": True},
        {"id": "choice3", "text": "Option 3", "feedback": UNWRITTEN},
    ]


def test_a_choice_of_3_0_with_prompt_inline_feedback_and_a_mapping() -> None:
    item = one(f"""<qti-assessment-item {NEWER} identifier="i" title="Three" adaptive="false" time-dependent="false">
      <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
        <qti-mapping default-value="0"><qti-map-entry map-key="A" mapped-value="2"/>
        <qti-map-entry map-key="B" mapped-value="1"/></qti-mapping></qti-response-declaration>
      <qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
        <qti-prompt>What would you do?</qti-prompt>
        <qti-simple-choice identifier="A">Ask<qti-feedback-inline outcome-identifier="FEEDBACK" identifier="A">Good.
          </qti-feedback-inline></qti-simple-choice>
        <qti-simple-choice identifier="B">Wait</qti-simple-choice>
        <qti-simple-choice identifier="C">Go</qti-simple-choice>
      </qti-choice-interaction></qti-item-body>
      <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>
    </qti-assessment-item>""")
    assert (item["type"], item["stem"]) == ("situational", "What would you do?")
    assert [(option["text"], option["marks"]) for option in item["options"]] == [("Ask", 2), ("Wait", 1), ("Go", 0)]
    assert item["options"][0]["feedback"] == "Good."


def test_several_choices() -> None:
    body = choices("choiceInteraction", 0)
    taken = read(older(declared("multiple", "identifier", "Choice1", "Choice3"), body, MATCH_CORRECT))
    assert taken.items[0]["choose"] == 2
    assert [left.reason for left in taken.left] == [
        "all right answers were needed for the mark; here each earns a part of it"
    ]


def test_a_mapping_of_several_choices_weighs_what_is_not_named_like_the_rest() -> None:
    mapping = (
        '<mapping lowerBound="0" defaultValue="-2"><mapEntry mapKey="Choice1" mappedValue="2"/>'
        '<mapEntry mapKey="Choice3" mappedValue="2"/></mapping>'
    )
    rule = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'
    right = declared("multiple", "identifier", "Choice1", "Choice3", more=mapping)
    assert one(older(right, choices("choiceInteraction", 0), rule))["choose"] == 2


def test_an_order() -> None:
    right = declared("ordered", "identifier", "Choice3", "Choice1", "Choice2")
    assert [option["id"] for option in one(older(right, choices("orderInteraction")))["options"]] == [
        "choice3",
        "choice1",
        "choice2",
    ]


def match(right: str) -> str:
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{name}" matchMax="3">{name}</simpleAssociableChoice>'
            for name in names
        )
        + "</simpleMatchSet>"
        for names in (("A", "B"), ("X", "Y", "Z"))
    )
    body = f'<matchInteraction responseIdentifier="RESPONSE" maxAssociations="3">{sides}</matchInteraction>'
    return older(declared("multiple", "directedPair", *right.split(",")), body)


def test_a_match() -> None:
    item = one(match("A Y,B X"))
    assert [target["id"] for target in item["targets"]] == ["x", "y", "z"]
    assert [(source["id"], source["target"]) for source in item["sources"]] == [("a", "y"), ("b", "x")]
    assert [left.reason for left in read(match("A X,A Y,B Z")).left] == [
        "a line of it fits several targets or none; here each fits one"
    ]


def entry(base: str, right: str, rule: str = "") -> str:
    body = '<p><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="5"/> beds</p>'
    return older(declared("single", base, right), body, f"<responseProcessing>{rule}</responseProcessing>")


def test_a_number() -> None:
    rule = (
        '<responseCondition><responseIf><equal toleranceMode="relative" tolerance="5 5">'
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal></responseIf></responseCondition>'
    )
    item = one(entry("float", "12", rule))
    assert (item["answer"], item["tolerance"], item["unit"]) == (12, 0.6, "beds")
    assert [left.reason for left in read(entry("string", "twelve")).left] == [
        "a short answer in words: only numbers are marked here"
    ]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("extendedTextInteraction", "an essay question: nothing here is marked by hand"),
        ("uploadInteraction", "an essay question: nothing here is marked by hand"),
        ("inlineChoiceInteraction", "gaps in a text: there is no such question here"),
        ("gapMatchInteraction", "words to be put into gaps of a text"),
        ("hotspotInteraction", "a question on a picture"),
        ("hottextInteraction", "words to be picked in a text"),
        ("associateInteraction", "pairs made within one list"),
        ("sliderInteraction", "a number chosen on a slider"),
        ("customInteraction", "an interaction of one system alone"),
        ("newInteraction", "a question of the kind 'newInteraction': there is none here"),
    ],
)
def test_other_interactions_are_left_with_their_reason(kind: str, reason: str) -> None:
    taken = read(older(declared("single", "string", "x"), f'<{kind} responseIdentifier="RESPONSE"/>'))
    assert taken.items == ()
    assert [(left.number, left.line, left.name, left.reason) for left in taken.left] == [(1, 1, "One", reason)]


def test_items_without_or_with_several_questions_and_those_that_draw_are_left() -> None:
    two = choices("choiceInteraction") + choices("orderInteraction")
    right = declared("single", "identifier", "Choice1")
    drawn = '<templateDeclaration identifier="N" cardinality="single" baseType="integer"/>'
    nothing = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"/>'
    for source, reason in (
        (older("", ""), "a text without a question"),
        (older(right, two), "several questions in one: each needs an item of its own"),
        (
            older(right + drawn, choices("choiceInteraction")),
            "a question with a formula: its numbers are drawn anew each time",
        ),
        (older(nothing, choices("choiceInteraction")), "it does not say which answer is right"),
    ):
        assert [left.reason for left in read(source).left] == [reason]


def package(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def test_a_package_is_read_in_the_order_of_its_manifest_and_every_file_is_accounted_for() -> None:
    item = older(declared("single", "identifier", "Choice2"), choices("choiceInteraction"))
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
        '<resource identifier="b" href="b.xml"/><resource identifier="a" href="a.xml"/></resources></manifest>'
    )
    taken = read(
        package(
            {
                "imsmanifest.xml": manifest,
                "a.xml": item.replace("One", "Second"),
                "b.xml": item.replace("One", "First"),
                "test.xml": f'<assessmentTest {OLDER} identifier="t" title="T"/>',
                "pictures/a.png": "x",
            }
        )
    )
    assert [one["id"] for one in taken.items] == ["first", "second"]
    assert {(left.name, left.reason) for left in taken.left} == {
        ("test.xml", "a test or a text: only its questions are read"),
        ("pictures/a.png", "no question: pictures and other files never come along"),
    }


def test_qti_1_is_refused() -> None:
    with pytest.raises(ContentError, match="QTI 1"):
        read("<questestinterop><assessment/></questestinterop>")


def told(source: str) -> list[str]:
    """What did not come along of a question that was taken."""
    taken = read(source)
    assert taken.items
    return [left.reason for left in taken.left]


MODAL = '<modalFeedback outcomeIdentifier="OTHER" identifier="{0}" showHide="show">{1}</modalFeedback>'


def test_feedback_that_belongs_to_no_answer_is_told_and_never_dropped_silently() -> None:
    own = "".join(MODAL.format(f"Choice{at}", f"To {at}.") for at in (1, 2, 3))
    rest = MODAL.format("correct", "Well done.") + MODAL.format("again", "A second try, which is long, " * 9)
    source = older(
        declared("single", "identifier", "Choice2"), choices("choiceInteraction"), MATCH_CORRECT + own + rest
    )
    assert told(source) == [
        "feedback that belongs to no one answer was left out: “Well done.”",
        "feedback that belongs to no one answer was left out: "
        "“A second try, which is long, A second try, which is long, A …”",
    ]


def test_feedback_in_the_text_is_that_of_right_and_wrong_answers() -> None:
    block = '<feedbackBlock outcomeIdentifier="OTHER" identifier="{0}" showHide="show"><p>{1}</p></feedbackBlock>'
    said = block.format("correct", "All right.") + block.format("incorrect", "Not so.")
    item = one(older(declared("single", "identifier", "Choice2"), choices("choiceInteraction") + said, MATCH_CORRECT))
    assert [option["feedback"] for option in item["options"]] == ["Not so.", "All right.", "Not so."]
    assert item["stem"] == "What is **asked**?"


def test_the_title_of_feedback_comes_along() -> None:
    said = '<modalFeedback outcomeIdentifier="F" identifier="Choice2" showHide="show" title="Yes!">So.</modalFeedback>'
    item = one(older(declared("single", "identifier", "Choice2"), choices("choiceInteraction"), MATCH_CORRECT + said))
    assert item["options"][1]["feedback"] == "**Yes!**\n\nSo."


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('adaptive="false"', 'adaptive="true"', "what is said at a second try was left out: one answer counts here"),
        ("<itemBody>", '<stylesheet href="a.css" type="text/css"/><itemBody>', "its look (a style sheet) was left out"),
        (
            "</assessmentItem>",
            "<apipAccessibility><inclusionOrder/></apipAccessibility></assessmentItem>",
            "what it has for some learners, such as texts to be spoken, was left out",
        ),
    ],
)
def test_what_stands_beside_a_question_is_told(old: str, new: str, reason: str) -> None:
    source = older(declared("single", "identifier", "Choice2"), choices("choiceInteraction"), MATCH_CORRECT)
    assert told(source.replace(old, new)) == [reason]


def test_what_stands_beside_a_question_of_3_0_is_told() -> None:
    more = "<qti-companion-materials-info><qti-calculator/></qti-companion-materials-info>"
    source = (
        f'<qti-assessment-item {NEWER} identifier="i1" title="One" adaptive="false" time-dependent="false">'
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        "<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>"
        f"{more}<qti-item-body><p>Which?</p>"
        '<qti-choice-interaction response-identifier="RESPONSE" max-choices="1">'
        '<qti-simple-choice identifier="A">One</qti-simple-choice>'
        '<qti-simple-choice identifier="B">Two</qti-simple-choice>'
        "</qti-choice-interaction></qti-item-body><qti-catalog-info/></qti-assessment-item>"
    )
    assert told(source) == [
        "what stands beside it, such as a calculator or a table, was left out",
        "what it has for some learners, such as texts to be spoken, was left out",
    ]


def test_a_package_of_a_file_manager_is_read_and_what_it_added_is_told() -> None:
    options = [{"id": "a", "text": "Yes", "feedback": "F", "key": True}, {"id": "b", "text": "No", "feedback": "F"}]
    written = to_qti.write([{"id": "one", "type": "single", "stem": "So?", "options": options}]).content
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    around = {f"My items\\{name}".replace("/", "\\"): text for name, text in files.items()}
    around |= {"__MACOSX/My items/._one.xml": "\x00\x05", "My items\\Thumbs.db": "x"}
    taken = qti.read(package(around), "a.zip", Place("1.1"))
    assert [one["id"] for one in taken.items] == ["one"]
    told = [left.reason for left in taken.left if left.is_whole]
    assert told == ["no question: a file that a file manager keeps for itself"] * 2
