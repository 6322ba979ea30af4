"""Two independent judges of statements: Learning Locker's validator and Ralph's models."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.standards.node import install

HERE = Path(__file__).parent / "statements"
Statements = list[dict[str, Any]]
Judge = Callable[[Statements], list[Any]]
"""Says of each statement what is wrong with it; something empty for nothing."""


@pytest.fixture(scope="session")
def learning_locker(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Learning Locker's validator, which runs on Node."""
    folder = install(HERE, tmp_path_factory.mktemp("learning-locker"))
    return lambda statements: _judged_by_node(folder, statements)


@pytest.fixture(scope="session")
def ralph() -> Judge:
    """Ralph's models."""
    models = pytest.importorskip("ralph.models.xapi.base.statements")

    def judge(statement: dict[str, Any]) -> str:
        try:
            models.BaseXapiStatement.model_validate_json(json.dumps(statement))
        except ValueError as error:
            return str(error)
        return ""

    return lambda statements: [judge(statement) for statement in statements]


def _judged_by_node(folder: Path, statements: Statements) -> list[Any]:
    command = ["node", str(HERE / "judge.js"), str(folder)]
    judged = subprocess.run(
        command, input=json.dumps(statements), capture_output=True, text=True, check=True, timeout=60
    )
    faults: list[Any] = json.loads(judged.stdout)
    return faults
