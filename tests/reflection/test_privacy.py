"""What someone writes is for them alone: at rest, in what is sent outside, in logs, and against a moved ciphertext."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.accounts.models import Person, Role
from lms.db import db, writing
from lms.outbox.models import Statement
from lms.reflection.models import Entry, EntryVersion
from tests.reflection.conftest import SCRIPT, Author, address

SECRET = "marmalade-on-the-ward"


def everything(app: Flask, folder: Path) -> bytes:
    """All that the database holds, as bytes."""
    url = app.config["CARES"].database
    if url.startswith("sqlite"):
        return b"".join(path.read_bytes() for path in folder.glob("cares.db*"))
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in tables]  # type: ignore[arg-type]
    return "\n".join(text for table in rows for (text,) in table).encode()


def test_words_are_nowhere_in_the_database_nor_in_the_logs(
    app: Flask, author: Author, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    author.write("unheard", SECRET, f"{SECRET} again")
    author.write("moves", SECRET, kind="recall", compare="written")
    author.autosave("unheard", author.form("unheard") | {"box-0": f"{SECRET} once more"})
    author.autosave("unheard", author.form("unheard") | {"box-0": SECRET * 1000})  # refused
    for path in ("/reflections", "/reflections/workbook.pdf"):
        assert author.browser.get(path).status_code == 200
    assert SECRET not in capsys.readouterr().out
    held = everything(app, tmp_path)
    assert b"notice" in held.lower()
    assert SECRET.encode() not in held
    assert SECRET.encode().hex().encode() not in held
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_a_failure_tells_no_words(app: Flask, author: Author, capsys: pytest.CaptureFixture[str]) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    form = author.form("unheard") | {"box-0": SECRET}
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE entry_version RENAME TO lost")
    try:
        assert author.send("unheard", "reflection", form).status_code >= 500
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE lost RENAME TO entry_version")
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err


def test_it_is_told_once_that_something_was_written(app: Flask, author: Author) -> None:
    for texts in (("", ""), (SECRET, ""), (f"{SECRET} and more", ""), ("", ""), ("Anew", "")):
        author.write("unheard", *texts)
    author.write("opener", SECRET, kind="practice", compare="written")
    with app.app_context():
        bodies = db.session.scalars(select(Statement.body)).all()
    about = [body for body in bodies if "unheard" in body]
    assert len(about) == 1
    assert not any(SECRET in body for body in bodies)
    assert not any("opener" in body for body in bodies)


def test_nobody_else_reads_it_whatever_their_role(
    author: Author,
    stranger: Author,
    person,
    sign_in,
    app: Flask,  # type: ignore[no-untyped-def]
) -> None:
    author.write("unheard", SECRET)
    entry = re.search(r"/reflections/([0-9a-f-]{36})", author.browser.get("/reflections").text)[1]  # type: ignore[index]
    boss = sign_in(app.test_client(), person("Chief", roles=list(Role)))
    for browser in (boss, stranger.browser):
        paths = ("/", "/reflections", "/reflections/workbook.pdf", f"/reflections/{entry}", "/account")
        for path in (*paths, "/modules/look/pages/write"):
            answer = browser.get(path)
            assert SECRET.encode() not in answer.data
    for path in ("/reflections", f"/reflections/{entry}", "/reflections/workbook.pdf"):
        assert author.browser.get(path).headers["Cache-Control"] == "no-store"


def test_a_ciphertext_moved_to_another_row_does_not_open(app: Flask, author: Author, stranger: Author) -> None:
    author.write("unheard", SECRET)
    author.write("thanks", "Something else")
    stranger.write("unheard", "Mine")
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        found = session.scalars(select(EntryVersion).order_by(EntryVersion.id)).all()
        taken = found[0].ciphertext
        for other in found[1:]:
            session.execute(update(EntryVersion).filter_by(id=other.id).values(ciphertext=taken))
        # Another number in its own row is another place, too.
        session.execute(update(EntryVersion).filter_by(id=found[0].id).values(number=7))
        session.execute(update(Entry).filter_by(id=found[0].entry_id).values(version=7))
    for someone in (author, stranger):
        page = someone.browser.get("/reflections")
        assert page.status_code == 200
        assert SECRET not in page.text
        assert "cannot be opened at the moment" in page.text
        assert "cannot be opened at the moment" in someone.page("unheard")
        assert someone.browser.get("/reflections/workbook.pdf").status_code == 200
    # What does not open is not overwritten either.
    answer = author.browser.submit(address("unheard"), {"box-0": "New", "version": "7"}, headers=SCRIPT)
    assert answer.status_code == 503


def test_a_destroyed_key_destroys_the_words(app: Flask, author: Author) -> None:
    author.write("unheard", SECRET)
    with app.app_context(), db.sessionmaker() as own, writing(own) as session:
        session.execute(update(Person).filter_by(id=author.person.id).values(data_key=None))
    assert SECRET not in author.browser.get("/reflections").text
    assert "cannot be opened" in author.page("unheard")
