"""An installation as it runs: secrets, files, what gets out of private writing, and guessing across restarts."""

from __future__ import annotations

import io
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lms import config
from lms.app import create_app
from tests import plain_http
from tests.attacks.forms import Form, Page
from tests.operate.installation import Installation, password_in, sign_in, wait_until

SECRET = "Unheard-of-words-0815"
"""What Ada types into every private box."""
PASSWORD = "four trolleys by noon"
NEVER_PRIVATE = {"comment"}
"""A box that says so: what is typed there is read by others, without a name."""


def entered(running: Installation, email: str, password: str) -> httpx.Client:
    """A browser in which somebody is signed in."""
    browser = plain_http.client(base_url=running.url, timeout=60, follow_redirects=True)
    assert sign_in(browser, email, password).status_code == 200
    return browser


def by_link(running: Installation, *words: str) -> httpx.Client:
    """A browser of somebody new, or of somebody who has lost the password."""
    said, failed = running.command("people", *words).communicate()
    link = re.search(r"/password/\S+", said)
    assert link, failed
    browser = plain_http.client(base_url=running.url, timeout=60, follow_redirects=True)
    form = Page(browser.get(link[0]).text).forms[-1]
    assert browser.post(link[0], data={**form.hidden, "new_password": PASSWORD}).status_code == 200
    return browser


@pytest.fixture(scope="module")
def ada(running: Installation) -> httpx.Client:
    """A learner who has written the secret into every private box of the module."""
    words = ("add", "--email", "ada@example.org", "--name", "Ada Bell", "--password-link")
    browser = by_link(running, *words)
    outline = Page(browser.get("/modules/notice-and-listen").text)
    sent = 0
    for link in dict.fromkeys(link.partition("#")[0] for link in outline.links if "/pages/" in link):
        for form in Page(browser.get(link).text).forms:
            if form.method == "post" and form.texts and not NEVER_PRIVATE & {*form.texts}:
                answer = browser.post(form.action, data=filled(form))
                assert answer.status_code in (200, 422), form.action
                sent += answer.status_code == 200
    assert sent > 10
    return browser


def filled(form: Form) -> dict[str, list[str]]:
    """The secret in every box, but for a day and a number."""
    return {name: values for name, values in form.filled(SECRET).items() if name != "compare"}


@pytest.fixture(scope="module")
def admin(running: Installation) -> httpx.Client:
    """Who may do everything that pages offer."""
    browser = entered(running, "admin@example.org", password_in(running.said))
    account = Page(browser.get("/account").text)
    form = next(form for form in account.forms if "new_password" in form.texts)
    typed = {"current_password": password_in(running.said), "new_password": PASSWORD}
    assert browser.post("/account/password", data={**form.hidden, **typed}).status_code == 200
    return browser


def test_what_is_written_in_private_is_in_no_file_but_sealed(running: Installation, ada: httpx.Client) -> None:
    """Databases, their journals, mails, logs at DEBUG, the Learning Record Store, backups without their keys."""
    assert SECRET in ada.get("/reflections").text
    with plain_http.client(base_url=running.url, cookies=ada.cookies, timeout=60) as another:
        provoke_errors(another)
    wait_until(lambda: told(running) > 10)
    ended = running.command("backup", str(running.folder / "copy.tar"))
    ended.communicate()
    assert ended.returncode == 0
    files = [path for path in running.folder.rglob("*") if path.is_file()]
    assert {"cares.db", "lrs.db", "web.log", "relay.log", "lrs.log", "copy.tar"} <= {path.name for path in files}
    for path in files:
        assert SECRET.encode() not in contents(path), path


def contents(path: Path) -> bytes:
    """Of a file, and of what is packed in it."""
    whole = path.read_bytes()
    if path.suffix == ".tar":
        with tarfile.open(path) as archive:
            whole += b"".join(archive.extractfile(one).read() for one in archive if one.isfile())  # type: ignore[union-attr]
    return whole


def told(running: Installation) -> int:
    """Statements that have reached the Learning Record Store."""
    with sqlite3.connect(running.instance / "lrs.db", timeout=10) as database:
        return int(database.execute("SELECT count(*) FROM statement").fetchone()[0])


def provoke_errors(browser: httpx.Client) -> None:
    """Failures and refusals that hold the secret; none says how we are built."""
    token = Page(browser.get("/account").text).forms[-1].hidden["csrf_token"][0]
    path = "/modules/notice-and-listen/writing/reflection"
    tried = [
        browser.post(f"{path}/none", data={"csrf_token": token, "box-0": SECRET}),
        browser.post(f"{path}/mood-leaked", data={"csrf_token": token, "box-0": SECRET + "\0"}),
        browser.post(f"{path}/mood-leaked", data={"csrf_token": token, "box-0": SECRET, "version": "x"}),
        browser.post(f"{path}/mood-leaked", json={"box-0": SECRET}),
        browser.get(f"/none/{SECRET}"),
        browser.get(f"/password/{SECRET}"),
        browser.get("/sign-out", params={"next": SECRET}),
        browser.get("/attempts/none"),
        browser.request("PROPFIND", "/", content=SECRET),
        # The last: who sends too much is answered, and the connection is closed.
        browser.post(f"{path}/mood-leaked", data={"csrf_token": token, "box-0": SECRET * 100_000}),
    ]
    for answer in tried:
        assert 400 <= answer.status_code < 500, answer.url
        for trace in ("Traceback", "site-packages", "werkzeug", "sqlalchemy", "File &#34;", str(Path.home())):
            assert trace not in answer.text, (answer.url, trace)
        assert answer.headers["X-Request-Number"]


def test_no_page_or_file_of_an_admin_shows_it(running: Installation, ada: httpx.Client, admin: httpx.Client) -> None:
    form = next(form for form in Page(admin.get("/audit").text).forms if "person" in form.texts)
    found = admin.post("/audit/person", data={**form.hidden, "person": "ada@example.org"})
    assert found.status_code == 200
    own = next(form for form in Page(admin.get("/account/data").text).forms if "current_password" in form.texts)
    copy = admin.post(own.action, data={**own.hidden, "current_password": PASSWORD})
    with zipfile.ZipFile(io.BytesIO(copy.content)) as archive:
        packed = b"".join(archive.read(name) for name in archive.namelist())
    workbook = admin.get("/reflections/workbook.pdf")
    assert workbook.status_code == 200
    pages = [admin.get(path) for path in ("/", "/audit", "/reflections", "/modules/notice-and-listen")]
    for shown in (found.content, packed, workbook.content, *(page.content for page in pages)):
        assert SECRET.encode() not in shown


def test_the_way_in_is_held_shut_across_workers_and_a_restart(running: Installation, ada: httpx.Client) -> None:
    """Ten tries at an account, whichever process is asked; the owner comes in by a link all the same."""
    guesses = [
        sign_in(plain_http.client(base_url=running.url, timeout=60), "ada@example.org", "guess") for _ in range(14)
    ]
    assert [answer.status_code for answer in guesses] == [422] * 10 + [429] * 4
    running.stop()
    running.start()
    late = sign_in(plain_http.client(base_url=running.url, timeout=60), "ada@example.org", PASSWORD)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    assert ada.get("/account").status_code == 200
    again = by_link(running, "link", "ada@example.org")
    assert again.get("/account").url.path == "/account"
    assert ada.get("/account").url.path == "/sign-in"


def test_two_installations_have_no_secret_in_common(running: Installation, tmp_path: Path) -> None:
    other = tmp_path / "instance"
    create_app(config.load({}, instance=other))
    first, second = secrets_of(running.instance), secrets_of(other)
    assert len(first) >= len(second) >= 2
    assert not first & second
    assert all(path.stat().st_mode & 0o077 == 0 for path in everything(other))


def secrets_of(instance: Path) -> set[bytes]:
    """What the files of keys hold."""
    return {path.read_bytes() for path in (instance / "keys").iterdir()}


def test_every_file_is_its_owners_alone(running: Installation, ada: httpx.Client) -> None:
    for path in everything(running.instance):
        assert path.stat().st_mode & 0o077 == 0, path


def everything(folder: Path) -> Iterator[Path]:
    """The folder and all in it."""
    yield folder
    yield from folder.rglob("*")
