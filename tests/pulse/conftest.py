"""Ada, in the sample programme."""

from tests.player.conftest import ada, learner  # noqa: F401
