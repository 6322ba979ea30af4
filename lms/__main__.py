"""`python -m lms` does the same as the command `lms`."""

from lms.cli import main

main(prog_name="lms")
