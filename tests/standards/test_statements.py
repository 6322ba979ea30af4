"""Our statements before two independent judges: Learning Locker's validator and Ralph's models."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lms import events
from lms.xapi.statements import statements, voided
from tests.xapi.happenings import BY_EVENT
from tests.xapi.test_statements import ATTEMPT, COMMON, URL

HERE = Path(__file__).parent / "statements"


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    """Statements of every kind of event, several of each."""
    made = [voided(URL, ATTEMPT, COMMON["at"])]
    for strategy in BY_EVENT.values():

        @settings(max_examples=25, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def collect(event: events.Event) -> None:
            made.extend(statements(URL, event))

        collect()
    return made


@pytest.fixture(scope="module")
def spoilt(corpus: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with a fault in each: judges that accept these prove nothing."""
    return [
        {**corpus[1], "verb": {"id": "passed", "display": {"en": "passed"}}},
        {**corpus[1], "actor": {"objectType": "Agent"}},
        {**corpus[1], "context": {**corpus[1]["context"], "registration": "r"}},
        {**corpus[1], "result": {"success": "false"}},
    ]


@pytest.fixture(scope="session")
def learning_locker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Learning Locker's validator, which runs on Node."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("learning-locker")
    shutil.copy(HERE / "package.json", folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    try:
        installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the validator could not be installed in two minutes")
    if installed.returncode:
        pytest.skip(f"the validator could not be installed: {installed.stderr.strip()[-200:]}")
    return folder


def test_learning_locker_accepts_them(
    learning_locker: Path, corpus: list[dict[str, Any]], spoilt: list[dict[str, Any]]
) -> None:
    faults = _judged_by_node(learning_locker, corpus + spoilt)
    assert [fault for fault in faults[: len(corpus)] if fault] == []
    assert all(faults[len(corpus) :])


def test_ralph_accepts_them(corpus: list[dict[str, Any]], spoilt: list[dict[str, Any]]) -> None:
    models = pytest.importorskip("ralph.models.xapi.base.statements")
    for statement in corpus:
        models.BaseXapiStatement.model_validate_json(json.dumps(statement))
    for statement in spoilt:
        with pytest.raises(ValueError, match="validation error"):
            models.BaseXapiStatement.model_validate_json(json.dumps(statement))


def _judged_by_node(folder: Path, statements_: list[dict[str, Any]]) -> list[Any]:
    command = ["node", str(HERE / "judge.js"), str(folder)]
    judged = subprocess.run(
        command, input=json.dumps(statements_), capture_output=True, text=True, check=True, timeout=60
    )
    faults: list[Any] = json.loads(judged.stdout)
    return faults
