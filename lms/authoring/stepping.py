"""What a button of a form asks for: `add options`, `up scenes.0.choices.1`."""

from __future__ import annotations

from lms.authoring.files.typed import Step

_STEPS: tuple[Step, ...] = ("add", "remove", "up", "down")


def step_of(word: str) -> tuple[Step, list[str | int]] | None:
    """The step and the path that it concerns; None for a button that only saves."""
    name, _, path = word.partition(" ")
    step = next((one for one in _STEPS if one == name), None)
    if step is None or not path:
        return None
    return step, [int(part) if part.isascii() and part.isdigit() else part for part in path.split(".")]
