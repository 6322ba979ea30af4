"""Every number that is right in the other system earns the mark here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lms.authoring.interchange import gift, moodle_xml, qti
from lms.authoring.interchange.neutral import Place, Taken
from lms.content.schema import Item
from lms.quiz.grading import mark, right_response

ITEM: TypeAdapter[Any] = TypeAdapter(Item)
DECIMALS = (
    st.decimals(-10_000, 10_000, places=3) | st.decimals(-2, 2, places=9) | st.decimals(-(10**9), 10**9, places=0)
)
SMALL = st.decimals(0, 100, places=4)
QTI = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a" title="a" adaptive="false"
timeDependent="false"><responseDeclaration identifier="R" cardinality="single" baseType="float"><correctResponse>
<value>{answer}</value></correctResponse></responseDeclaration><itemBody><p>How many?</p>
<p><textEntryInteraction responseIdentifier="R"/></p></itemBody><responseProcessing><responseCondition><responseIf>
<equal toleranceMode="{mode}" tolerance="{tolerance} {tolerance}"><variable identifier="R"/><correct identifier="R"/>
</equal></responseIf></responseCondition></responseProcessing></assessmentItem>"""
MOODLE = """<quiz><question type="numerical"><name><text>a</text></name>
<questiontext><text>How many?</text></questiontext>
<answer fraction="100"><text>{answer}</text><tolerance>{tolerance}</tolerance></answer></question></quiz>"""


def earned(taken: Taken, number: Decimal) -> bool:
    assert not taken.left
    (item,) = taken.items
    return mark(ITEM.validate_python(item), (f"{number:f}",)).is_full


@given(DECIMALS, DECIMALS)
@example(Decimal("0.1"), Decimal("0.3"))
def test_both_ends_of_a_range_in_gift_earn_the_mark(one: Decimal, other: Decimal) -> None:
    least, most = sorted((one, other))
    taken = gift.read(f"How many? {{#{least:f}..{most:f}}}".encode(), "a", Place("1.1"))
    assert earned(taken, least) and earned(taken, most) and earned(taken, (least + most) / 2)
    beyond = (most - least) / 100 + Decimal("0.001")
    assert not earned(taken, most + beyond) and not earned(taken, least - beyond)


@given(DECIMALS, SMALL)
@example(Decimal("1.1"), Decimal("0.1"))
def test_both_ends_of_a_tolerance_earn_the_mark_in_every_format(answer: Decimal, tolerance: Decimal) -> None:
    written = {"answer": f"{answer:f}", "tolerance": f"{tolerance:f}", "mode": "absolute"}
    for taken in (
        gift.read(f"How many? {{#{answer:f}:{tolerance:f}}}".encode(), "a", Place("1.1")),
        moodle_xml.read(MOODLE.format(**written).encode(), "a", Place("1.1")),
        qti.read(QTI.format(**written).encode(), "a", Place("1.1")),
    ):
        assert earned(taken, answer + tolerance) and earned(taken, answer - tolerance)
        assert not earned(taken, answer + tolerance + Decimal("0.00001"))


@given(DECIMALS, st.integers(1, 99))
@example(Decimal("1.1"), 10)
def test_both_ends_of_a_share_in_qti_earn_the_mark(answer: Decimal, share: int) -> None:
    written = QTI.format(answer=f"{answer:f}", tolerance=share, mode="relative")
    taken = qti.read(written.encode(), "a", Place("1.1"))
    far = abs(answer) * share / 100
    assert earned(taken, answer + far) and earned(taken, answer - far)


@given(DECIMALS, SMALL)
@example(Decimal("1.1"), Decimal("0.1"))
@example(Decimal(10_000_000), Decimal(0))
@example(Decimal("1234567.125"), Decimal(0))
def test_grading_takes_decimals_as_they_are_written(answer: Decimal, tolerance: Decimal) -> None:
    values = {"id": "a", "stem": "How many?", "outcome": "1.1", "level": "apply", "type": "numeric"}
    values |= {"feedback": "Yes.", "otherwise": "No."}
    item = ITEM.validate_python(values | {"answer": float(answer), "tolerance": float(tolerance)})
    for number in (answer, answer + tolerance, answer - tolerance):
        assert mark(item, (f"{number:f}",)).is_full
    beyond = tolerance + Decimal("0.0000000001")
    for number in (answer + beyond, answer - beyond):
        assert not mark(item, (f"{number:f}",)).is_full
    assert mark(item, right_response(item)).is_full


@pytest.mark.parametrize("written", ["1e400", "nan", "inf", "1_000", "1e30", "٣", "1e-30"])
def test_a_number_that_nobody_can_type_is_left(written: str) -> None:
    in_moodle = MOODLE.format(answer=written, tolerance=0)
    for source, read in ((f"How many? {{#{written}}}", gift.read), (in_moodle, moodle_xml.read)):
        taken = read(source.encode(), "a", Place("1.1"))
        assert not taken.items and "number" in taken.left[0].reason
