"""What a person's record is made of, part by part, in words that they understand."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """One part of a record."""

    title: str
    meaning: str


SECTIONS = {
    "account": Section("Your account", "Name, address and since when. The password is kept only as a hash."),
    "places": Section("Where you work", "Sites, and roles beside learning."),
    "placements": Section("Where you worked", "Sites, job groups and line managers, from when to when."),
    "sign_ins": Section("Where you are signed in", "Browsers, and when they were used last."),
    "password_links": Section("Links to set a password", "Those that still work."),
    "erasure_requests": Section("Erasure", "Whether you asked to be erased."),
    "registrations": Section("Modules", "Which modules you take, how far you are, and how long you worked."),
    "opened_early": Section("Opened early", "Modules that a lead opened to you before their turn."),
    "assignments": Section("What was asked of you", "What you should complete, why, by when, and when you had."),
    "exemptions": Section("Exemptions", "What you need not complete, and why."),
    "reminders": Section("Reminders", "Mails that told you, or your line manager, what is due."),
    "pages": Section("Pages", "Pages that you opened, and the seconds on each."),
    "where_you_stopped": Section("Where you stopped", "The paragraph to take you back to."),
    "visits": Section("Visits", "When you were there."),
    "quiz_attempts": Section("Quizzes", "Your quizzes, with every answer, and what was marked again."),
    "check_answers": Section("Checks", "Your answers to questions inside pages."),
    "certificates": Section("Certificates", "What you completed, as it stands on your certificates."),
    "sessions": Section("Sessions", "Sessions that you asked for a place in, and whether you were there."),
    "shared_reflections": Section(
        "What you share", "That a facilitator can read a copy of a reflection of yours now, and since when."
    ),
    "calendar_addresses": Section("Your calendar's address", "Whether your sessions can be read at a secret address."),
    "writing": Section("What you wrote", "Reflections, recalls and practice, with all earlier versions."),
    "plans": Section("Plans", "Your if-then plans, and what you said of them when you looked back."),
    "exercises": Section("Exercises", "What you ticked off."),
    "self_assessments": Section("How you saw yourself", "Your ratings in self-assessments."),
    "team_pulses": Section("Team pulses", "Which pulses of your team you opened, and what you were told of them."),
    "stories": Section("Stories", "The stories that you played, choice by choice."),
    "exports": Section("Files that you asked for", "Reports that were made for you as files, for a day."),
    "statements": Section(
        "Statements", "What was told to the Learning Record Store, word for word, but for the keys to questions."
    ),
    "audit": Section("Who did what", "What others did to your record, and you to others'."),
}
COMMENTS = "Comments on modules bear no name: nobody can say which are yours, so they are not in here."
