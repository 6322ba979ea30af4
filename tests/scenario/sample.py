"""A story of three decisions in which the first choice leads to another second scene."""

from __future__ import annotations

from lms.content.bundle import Bundle
from tests.player import sample

MODULE, STORY = sample.MODULE, "the-lift"
PAGE = f"/modules/{MODULE}/pages/turn"
ANCHOR = f"block-scenario-{STORY}"

TEXT = """
id: the-lift
title: The lift
role: You are a porter's manager.
setting: It is eight o'clock.
fiction: This story is made up.
cast:
  - {name: Ben, role: porter, erred: true}
  - {name: You, role: manager}
meters:
  - {id: heard, title: Heard, start: 5, low: Ben feels alone., high: Ben feels heard.}
  - {id: beds, title: Beds, start: 9, low: Beds wait., high: Beds move.}
first: at-the-lift
scenes:
  - id: at-the-lift
    decision: 1
    title: At the lift
    text: Ben sighs.
    choices:
      - {id: pass, text: You walk on., effects: {heard: -4}, verdict: poor, consequence: He looks after you.,
         why: No time was given., next: later}
      - {id: ask, text: You ask how he is., effects: {heard: 2, beds: 3}, verdict: best, consequence: He stops.,
         why: This is an open question., next: now}
  - id: now
    decision: 2
    title: By the window
    text: Ben says that he is tired.
    choices:
      - {id: wait, text: You wait., effects: {heard: 2}, verdict: best, consequence: He goes on talking.,
         why: Waiting makes room., next: after}
      - {id: cheer, text: You cheer him up., effects: {heard: -1}, verdict: fair, consequence: He smiles a little.,
         why: It ends the talk., next: after}
  - id: later
    decision: 2
    title: In the canteen
    text: Ben does not look up.
    choices:
      - {id: sit, text: You sit down with him., effects: {heard: 3}, verdict: best, consequence: He makes room.,
         why: A poor start can be mended., next: after}
      - {id: eat, text: You eat elsewhere., effects: {heard: -4}, verdict: poor, consequence: He leaves early.,
         why: Nothing was mended., next: after}
  - id: after
    decision: 3
    title: At the door
    text: His break is over.
    choices:
      - {id: thank, text: You thank him., effects: {heard: 1}, verdict: fair, consequence: He nods.,
         why: Thanks alone change little., next: end}
      - {id: agree, text: You agree a time., effects: {heard: 1, beds: -1}, verdict: best,
         consequence: He writes it down., why: You said when you would come back., next: end}
endings:
  - {id: heard, title: Ben was heard, at_least: {heard: 8}, text: Ben rings you on Friday.}
  - {id: polite, title: Polite, at_least: {heard: 4}, text: Ben says good morning.}
  - {id: gone, title: Ben is gone, text: Ben has left.}
debrief: Asking takes a minute.
replay: What would you say this time?
"""


def bundle(story: str = TEXT) -> Bundle:
    """The sample programme with this story."""
    files = dict(sample.bundle().files)
    files[f"courses/{MODULE}/scenarios/{STORY}.yaml"] = story.encode()
    return Bundle(files)
