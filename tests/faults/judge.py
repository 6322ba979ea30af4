"""Holds the ledger against the database, and the database against the Learning Record Store."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.commitment.models import Commitment
from lms.commitment.queries import plans_on_page
from lms.content import blocks
from lms.content.library import library
from lms.content.module import Module
from lms.enrolment.models import Registration
from lms.outbox.models import Statement
from lms.progress import completion
from lms.progress.models import PageProgress, Visit
from lms.quiz.models import CheckAnswer, QuizAttempt, QuizResponse
from lms.quiz.queries import sitting
from lms.quiz.showing import to_form
from lms.reflection.models import Entry
from lms.reflection.prompts import Kind as WritingKind
from lms.reflection.queries import own_writing
from lms.xapi import vocabulary as v
from tests.faults.ledger import Answered, Checked, Deed, Ledger, Opened, Planned, Submitted, Wrote

Json = dict[str, Any]


class Kind(StrEnum):
    """What may be wrong."""

    LOST = "acknowledged, and not in the database"
    HALF = "in the database, and never told"
    UNTRUE = "told, and not in the database"
    MISSING = "not at the store"
    DOUBLED = "twice at the store"
    UNKNOWN = "at the store, and not ours"
    ORDER = "at the store in another order"
    SURPRISE = "an answer that nobody should see"


class Finding(NamedTuple):
    """Something that is wrong."""

    kind: Kind
    what: str


class Fact(NamedTuple):
    """What a statement says, without the id by which it says so."""

    registration: UUID
    verb: str
    about: str
    """The end of the object's address."""
    detail: str = ""
    """The attempt, visit or percentage, where the same may be said of several."""


@dataclass(frozen=True)
class Told:
    """A statement: its id, and what it says."""

    id: str
    fact: Fact


def findings(session: Session, ledger: Ledger, store: Sequence[Json]) -> list[Finding]:
    """All that is wrong; `store` holds the statements of the Learning Record Store in the order of their storing."""
    outbox = [read(json.loads(body)) for body in session.scalars(select(Statement.body).order_by(Statement.id))]
    return [
        *(Finding(Kind.SURPRISE, surprise) for surprise in ledger.surprises),
        *_lost(session, ledger.deeds),
        *_untold(session, outbox),
        *compared(outbox, [read(one) for one in store]),
    ]


def read(statement: Json) -> Told:
    """What a statement says."""
    context = statement["context"]
    extensions = context.get("extensions", {}) | statement.get("result", {}).get("extensions", {})
    verb = statement["verb"]["id"].rpartition("/")[2]
    names = {
        "launched": v.SESSION_ID,
        "initialized": v.SESSION_ID,
        "terminated": v.SESSION_ID,
        "progressed": v.PROGRESS,
    }
    detail = extensions.get(names.get(verb, v.ATTEMPT_ID), "")
    about = "/".join(statement["object"]["id"].split("/xapi/activities/")[1].split("/")[1:])
    return Told(statement["id"], Fact(UUID(context["registration"]), verb, about, str(detail)))


def compared(outbox: Sequence[Told], store: Sequence[Told]) -> Iterator[Finding]:
    """The store beside the outbox: nothing missing, doubled, strange or out of order in its registration."""
    ours, theirs = {one.id for one in outbox}, {one.id for one in store}
    yield from (Finding(Kind.MISSING, str(one)) for one in outbox if one.id not in theirs)
    yield from (Finding(Kind.UNKNOWN, str(one)) for one in store if one.id not in ours)
    said, told = Counter(one.fact for one in outbox), Counter(one.fact for one in store)
    yield from (Finding(Kind.DOUBLED, str(fact)) for fact, times in told.items() if times > max(said[fact], 1))
    expected, found = _by_registration(outbox), _by_registration(store)
    for registration, ids in expected.items():
        arrived = [id_ for id_ in found.get(registration, ()) if id_ in ours]
        if arrived != [id_ for id_ in ids if id_ in theirs]:
            yield Finding(Kind.ORDER, f"registration {registration}")


def _by_registration(statements: Sequence[Told]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for one in statements:
        found[one.fact.registration].append(one.id)
    return found


def _lost(session: Session, deeds: Sequence[Deed]) -> Iterator[Finding]:
    """Every acknowledged deed must be there; of texts and answers, the last one."""
    seen = _Seen(session)
    for deed in {subject(deed): deed for deed in deeds}.values():
        if not seen.has(deed):
            yield Finding(Kind.LOST, str(deed))


def subject(deed: Deed) -> tuple[object, ...]:
    """Deeds about the same thing: a later one takes the place of an earlier one."""
    if isinstance(deed, Wrote):
        return (Wrote, deed.learner, deed.block)
    if isinstance(deed, Planned):
        return (Planned, deed.learner)
    if isinstance(deed, Answered):
        return (Answered, deed.attempt, deed.place)
    return (deed,)


class _Seen:
    """What the database knows, asked deed by deed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        rows = session.execute(select(Registration, Person).join(Person, Person.id == Registration.person_id))
        self._taken = {person.uuid: registration for registration, person in rows}
        pages = session.execute(select(PageProgress.registration_id, PageProgress.page_id))
        self._pages = {(one, page) for one, page in pages}
        self._tokens = Counter(session.scalars(select(CheckAnswer.token)))

    def has(self, deed: Deed) -> bool:
        """Whether it happened, once."""
        registration = self._taken.get(deed.learner)
        if registration is None:
            return False
        match deed:
            case Opened():
                return (registration.id, deed.page) in self._pages
            case Checked():
                return self._tokens[deed.token] == 1
            case Wrote():
                found = own_writing(self._session, registration.person_id, registration.module_id, [deed.block])
                return deed.text.strip() in [
                    text.strip() for text in found[deed.block, WritingKind.REFLECTION].words.texts
                ]
            case Planned():
                return self._plan(registration) == (deed.when, deed.will)
            case Answered():
                return self._answer(deed)
            case Submitted():
                return self._attempt(deed.attempt).submitted_at is not None

    def _plan(self, registration: Registration) -> tuple[str, str] | None:
        module = library.module(self._session, registration.module_id)
        found = [block for _, block in module.blocks() if isinstance(block, blocks.Commitment)] if module else []
        states = plans_on_page(self._session, registration, found)
        return next(((state.plan.when, state.plan.will) for state in states.values()), None)

    def _answer(self, deed: Answered) -> bool:
        question = sitting(self._session, self._attempt(deed.attempt)).at(deed.place)
        assert question
        kept = to_form(question.item, question.presented, question.response)
        return {name: tuple(values) for name, values in kept.items()} == dict(deed.fields)

    def _attempt(self, attempt: UUID) -> QuizAttempt:
        return self._session.scalars(select(QuizAttempt).filter_by(uuid=attempt)).one()


def _untold(session: Session, outbox: Sequence[Told]) -> Iterator[Finding]:
    """Deed and statement are one: neither may be there without the other."""
    told, due = Counter(one.fact for one in outbox), Counter(_due(session))
    yield from (Finding(Kind.HALF, str(fact)) for fact in (due - told).elements())
    yield from (Finding(Kind.UNTRUE, str(fact)) for fact in (told - due).elements())


def _due(session: Session) -> Iterator[Fact]:
    """What the rows of the database ask to be told."""
    for registration in session.scalars(select(Registration)):
        module = library.module(session, registration.module_id)
        assert module
        yield Fact(registration.uuid, "registered", module.id)
        yield from _of_visits(session, registration, module)
        yield from _of_pages(session, registration, module)
        yield from _of_work(session, registration, module)
        yield from _of_quiz(session, registration, module)


def _of_visits(session: Session, registration: Registration, module: Module) -> Iterator[Fact]:
    for visit in session.scalars(select(Visit).filter_by(registration_id=registration.id)):
        for verb in ("launched", "initialized", *(["terminated"] if visit.ended_at else [])):
            yield Fact(registration.uuid, verb, module.id, str(visit.uuid))


def _of_pages(session: Session, registration: Registration, module: Module) -> Iterator[Fact]:
    opened = set(session.scalars(select(PageProgress.page_id).filter_by(registration_id=registration.id)))
    for page in opened:
        yield Fact(registration.uuid, "experienced", f"{module.id}/pages/{page}")
    for section in module.sections:
        if completion.is_finished(section, opened):
            yield Fact(registration.uuid, "experienced", f"{module.id}/sections/{section.id}")
    # They are opened in their order here.
    percents = {
        completion.percent(module, [page.id for page in module.pages[:count]]) for count in range(len(opened) + 1)
    }
    for percent in percents - {0}:
        yield Fact(registration.uuid, "progressed", module.id, str(percent))


def _of_work(session: Session, registration: Registration, module: Module) -> Iterator[Fact]:
    for item in session.scalars(select(CheckAnswer.item_id).filter_by(registration_id=registration.id)):
        yield Fact(registration.uuid, "answered", f"{module.id}/items/{item}")
    mine = select(Entry).filter_by(person_id=registration.person_id, kind=WritingKind.REFLECTION)
    for entry in session.scalars(mine.where(Entry.told_at.is_not(None))):
        yield Fact(registration.uuid, "answered", f"{module.id}/prompts/{entry.block_id}")
    for plan in session.scalars(select(Commitment).filter_by(registration_id=registration.id)):
        yield Fact(registration.uuid, "completed", f"{module.id}/commitments/{plan.block_id}")


def _of_quiz(session: Session, registration: Registration, module: Module) -> Iterator[Fact]:
    query = select(QuizAttempt).filter_by(registration_id=registration.id).where(QuizAttempt.submitted_at.is_not(None))
    for attempt in session.scalars(query):
        for kept in session.scalars(select(QuizResponse).filter_by(attempt_id=attempt.id)):
            yield Fact(registration.uuid, "answered", f"{module.id}/items/{kept.item_id}", str(attempt.uuid))
        for verb in ("attempted", "scored"):
            yield Fact(registration.uuid, verb, f"{module.id}/quiz", str(attempt.uuid))
        yield Fact(registration.uuid, "passed" if attempt.passed else "failed", module.id)
    if registration.completed_at:
        yield Fact(registration.uuid, "completed", module.id)
