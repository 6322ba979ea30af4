"""Why a text cannot stand in a page as it was typed."""

from __future__ import annotations


class UnfitError(ValueError):
    """Nothing is saved of it; the message says what to do, in words for trainers."""


EMPTY = "The box is empty. The text that was here stays until you write another, or press “Take away”."
MERGED = "This would become one text with the text beside it. Take this block away, and write the words there instead."
NO_PROMPT = "Write what is asked before the model answer: without it the model answer would stand in its place."
