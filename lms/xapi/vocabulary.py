"""The terms that statements use, each from the registry that defines it."""

from __future__ import annotations

from typing import NamedTuple

from lms.outbox import likeness

_ADL = "http://adlnet.gov/expapi"
_CMI5 = "https://w3id.org/xapi/cmi5"
_TINCAN = "http://id.tincanapi.com"


class Verb(NamedTuple):
    """What was done: the IRI that defines it, and the English word for it."""

    id: str
    display: str


ANSWERED = Verb(f"{_ADL}/verbs/answered", "answered")
ATTEMPTED = Verb(f"{_ADL}/verbs/attempted", "attempted")
COMPLETED = Verb(f"{_ADL}/verbs/completed", "completed")
EXPERIENCED = Verb(f"{_ADL}/verbs/experienced", "experienced")
FAILED = Verb(f"{_ADL}/verbs/failed", "failed")
INITIALIZED = Verb(f"{_ADL}/verbs/initialized", "initialized")
INTERACTED = Verb(f"{_ADL}/verbs/interacted", "interacted")
LAUNCHED = Verb(f"{_ADL}/verbs/launched", "launched")
PASSED = Verb(f"{_ADL}/verbs/passed", "passed")
PROGRESSED = Verb(f"{_ADL}/verbs/progressed", "progressed")
REGISTERED = Verb(f"{_ADL}/verbs/registered", "registered")
SCORED = Verb(f"{_ADL}/verbs/scored", "scored")
TERMINATED = Verb(f"{_ADL}/verbs/terminated", "terminated")
VOIDED = Verb(likeness.VOIDED, "voided")
SATISFIED = Verb("https://w3id.org/xapi/adl/verbs/satisfied", "satisfied")

VERBS = {verb.display: verb.id for verb in list(globals().values()) if isinstance(verb, Verb)}
"""Every verb that statements use: its word and its address."""

COURSE = f"{_CMI5}/activitytype/course"
SECTION = f"{_TINCAN}/activitytype/section"
PAGE = "https://w3id.org/xapi/acrossx/activities/page"
QUIZ = f"{_ADL}/activities/assessment"
ITEM = f"{_ADL}/activities/cmi.interaction"
SIMULATION = f"{_ADL}/activities/simulation"
CHECKLIST = f"{_TINCAN}/activitytype/checklist"
TASK = "http://activitystrea.ms/schema/1.0/task"
SURVEY = f"{_TINCAN}/activitytype/survey"

CMI5_CATEGORY = f"{_CMI5}/context/categories/cmi5"
MOVEON_CATEGORY = f"{_CMI5}/context/categories/moveon"

SESSION_ID = f"{_CMI5}/context/extensions/sessionid"
LAUNCH_MODE = f"{_CMI5}/context/extensions/launchmode"
LAUNCH_URL = f"{_CMI5}/context/extensions/launchurl"
MOVE_ON = f"{_CMI5}/context/extensions/moveon"
MASTERY_SCORE = f"{_CMI5}/context/extensions/masteryscore"
ATTEMPT_ID = f"{_TINCAN}/extension/attempt-id"
PROGRESS = f"{_CMI5}/result/extensions/progress"
