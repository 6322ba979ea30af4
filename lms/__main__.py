"""The command `lms`, and `python -m lms`, which does the same."""

from __future__ import annotations

import gc


def main() -> None:
    """Read all that the commands need, and carry out the one that was given."""
    gc.disable()  # nothing that is read now is thrown away again: to look for it takes a sixth of the time
    from lms.cli import main as commands  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    commands(prog_name="lms")


if __name__ == "__main__":
    main()
