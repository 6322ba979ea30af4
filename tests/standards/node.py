"""Programs of others that run on Node, installed by npm for the time of the tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

COMMAND = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]


def install(packages: Path, folder: Path) -> Path:
    """Install what the `package.json` in one folder names into another; without Node or network, skip the test."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    shutil.copy(packages / "package.json", folder)
    try:
        installed = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{packages.name} could not be installed in two minutes")
    if installed.returncode:
        pytest.skip(f"{packages.name} could not be installed: {installed.stderr.strip()[-200:]}")
    return folder
