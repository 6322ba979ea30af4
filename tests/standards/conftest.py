"""The judges of statements."""

from tests.standards.judges import learning_locker, ralph  # noqa: F401
