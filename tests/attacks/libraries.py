"""Ask whether the locked libraries have known holes: `python -m tests.attacks.libraries`.

Where nobody who knows can be reached it says so, loudly, and lets pass, since no network is no hole; with
LMS_TEST_AUDIT=required it fails then too. A known hole, or a library that could not be asked about, always fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
ADVISORIES = {"pypi": "https://pypi.org/pypi/pip/25.0/json", "osv": "https://api.osv.dev/v1/vulns/PYSEC-2018-28"}
"""What pip-audit can ask, and an address by which to see whether it is there and knows of holes."""
_MARKS = {"pypi": "vulnerabilities", "osv": "affected"}


def main() -> int:
    """0: none known, or nobody there; else 1."""
    known_by = next((name for name in ADVISORIES if answers(name)), None)
    if known_by is None:
        sys.stdout.write(
            f"NOT AUDITED: no advisory service can be reached from here ({', '.join(ADVISORIES.values())}).\n"
            "Nothing is known of holes in the libraries. Run `make audit` where the network is.\n"
        )
        return 1 if os.environ.get("LMS_TEST_AUDIT") == "required" else 0
    return max(audit(known_by, lock) for lock in LOCKS)


def answers(name: str) -> bool:
    """Whether the service is there; a mirror without advisories is none."""
    try:
        return _MARKS[name] in httpx.get(ADVISORIES[name], timeout=10, follow_redirects=True).json()
    except (httpx.HTTPError, ValueError):
        return False


def audit(service: str, lock: str) -> int:
    """What pip-audit says of all that a lock file names."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip"]
    return subprocess.run([*command, "--vulnerability-service", service, "-r", ROOT / lock], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
