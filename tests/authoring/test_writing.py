"""A trainer writes a module in the browser: from an outline to what learners see."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Person, Role
from lms.authoring import queries
from lms.authoring.files.page_text import pieces
from lms.authoring.models import DraftVisit
from lms.content.bundle import Bundle, from_folder, from_zip
from lms.content.library import library
from lms.content.service import import_bundle
from lms.db import db, writing
from tests.conftest import ready_url

__all__ = ["ready_url"]  # both databases
MODULE = "notice-and-listen"
ROOT = Path(__file__).parents[2]
BASE = f"/authoring/{MODULE}"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MakePerson = Callable[..., Person]
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def files() -> Bundle:
    return from_folder(ROOT)


@pytest.fixture
def course(app: Flask, session: Session, files: Bundle) -> Iterator[None]:
    """The shipped module, published."""
    wanted = Bundle({**files.of_module(MODULE).files, **files.of_programme().files})
    with writing(session):
        import_bundle(session, wanted, at=NOW)
    library.forget()
    yield
    library.forget()


@pytest.fixture
def trainer(app: Flask, course: None, person: MakePerson, sign_in: SignIn) -> FlaskClient:
    return sign_in(app.test_client(), person("Ida Holm", roles=[Role.TRAINER], site="north"))


@pytest.fixture
def draft(trainer: FlaskClient) -> FlaskClient:
    assert trainer.submit(f"{BASE}/draft").status_code == 303
    return trainer


def once(app: Flask) -> None:
    """Many pages, none of which comes near what differs between databases."""
    if not app.config["CARES"].database.startswith("sqlite"):
        pytest.skip("once is enough: nothing in it depends on the database")


def text(app: Flask, path: str) -> str:
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found
        return queries.text(db.session, found, path) or ""


def version(page: TestResponse, place: int) -> str:
    """The mark of a block as its form has it."""
    section = page.text.split(f'id="block-{place}"')[1]
    found = re.search(r'name="version" value="([0-9a-f]+)"', section)
    assert found
    return found[1]


PAGE = f"{BASE}/pages/attend"
FILE = f"courses/{MODULE}/listening/attend.md"


def test_a_draft_is_begun_and_learners_see_nothing_of_it(app: Flask, trainer: FlaskClient) -> None:
    assert MODULE in trainer.get("/authoring").text
    assert "Nobody is writing this module" in trainer.get(BASE).text
    assert trainer.submit(f"{BASE}/draft").status_code == 303
    assert trainer.submit(f"{BASE}/draft").status_code == 303, "twice: the same one"
    assert "Listening people can feel" in trainer.get(BASE).text
    change(trainer, 1, source="Something else altogether.")
    assert "Something else altogether" not in trainer.get(f"/modules/{MODULE}/pages/who-cares").text


def change(browser: FlaskClient, place: int, expect: int = 303, mark: str | None = None, **fields: str) -> TestResponse:
    """Send the form of a block."""
    marked = mark or version(browser.get(PAGE), place)
    answer = browser.submit(f"{PAGE}/blocks/{place}", {"version": marked, "do": "save", **fields})
    assert answer.status_code == expect
    return answer


def test_every_page_can_be_written_and_what_is_saved_unchanged_is_unchanged(
    app: Flask, draft: FlaskClient, files: Bundle
) -> None:
    once(app)
    module = files.of_module(MODULE)
    for path in sorted(module.files):
        page_id, folder = Path(path).stem, Path(path).parent.name
        if path.endswith(".md") and folder not in ("tools", MODULE):
            assert draft.get(f"{BASE}/pages/{page_id}").status_code == 200, path
    page = draft.get(PAGE)
    for place, piece in enumerate(pieces(text(app, FILE))):
        form = form_of(page.text, place)
        assert draft.submit(f"{PAGE}/blocks/{place}", form).status_code == 303, piece.kind
    with app.app_context():
        found = queries.open_draft(db.session, MODULE)
        assert found
        assert queries.bundle(db.session, found).files == module.files
        assert found.version == 1, "nothing was saved, because nothing was changed"


def form_of(html: str, place: int) -> dict[str, str]:
    """What a browser would send of a block's form."""
    form = html.split(f'id="block-{place}"')[1].split("</form>", maxsplit=1)[0]
    return fields_in(form) | {"do": "save"}


def fields_in(form: str) -> dict[str, str]:
    found = {}
    for name, body in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(body)
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or " checked" in tag):
            earlier = found.get(name[1])
            # Ticks of one name after the empty box before them are lines of one list.
            found[name[1]] = unescape(value[1]) if earlier is None else f"{earlier}\n{unescape(value[1])}"
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = unescape(chosen[1]) if chosen else ""
    return {name: value for name, value in found.items() if name != "csrf_token"}


def test_a_block_is_changed_added_moved_and_taken_away(app: Flask, draft: FlaskClient) -> None:
    before = [piece.text for piece in pieces(text(app, FILE))]
    change(draft, 1, source="New words.\r\n\r\nIn two paragraphs.")
    assert [piece.text for piece in pieces(text(app, FILE))] == [
        before[0],
        "New words.\n\nIn two paragraphs.",
        *before[2:],
    ]
    change(draft, 2, type="story", title="Another title", text="A story.")
    assert ":::{callout}\ntype: story\ntitle: Another title\n---\nA story.\n:::" in text(app, FILE)
    assert draft.submit(f"{PAGE}/blocks", {"place": "1", "kind": "reflection"}).status_code == 303
    assert ":::{reflection} attend-reflection\nminutes: 3\n---\nWrite here.\n:::" in text(app, FILE)
    change(draft, 1, do="block down")
    assert pieces(text(app, FILE))[2].kind == "reflection"
    change(draft, 2, do="remove block")
    assert "reflection" not in text(app, FILE)
    change(draft, 0, title="To attend", words="400", outcomes="1.4")
    assert text(app, FILE).startswith('---\ntitle: "To attend"\nwords: 400\noutcomes: ["1.4"]\n---\n')


def test_two_people_on_one_page_see_each_other_and_lose_nothing(
    app: Flask, draft: FlaskClient, person: MakePerson, sign_in: SignIn
) -> None:
    other = sign_in(app.test_client(), person("Tom Reed", roles=[Role.TRAINER], site="north"))
    mark = version(other.get(PAGE), 1)
    page = draft.get(PAGE)
    assert "Tom Reed is writing in" in page.text
    last = version(page, 3)
    change(draft, 1, source="What Ida wrote.")
    answer = change(other, 1, expect=409, mark=mark, source="What Tom wrote.")
    assert "Ida Holm has changed this block meanwhile" in answer.text
    assert "What Ida wrote." in answer.text
    assert "What Tom wrote." in answer.text
    assert "What Ida wrote." in text(app, FILE)
    change(other, 3, mark=last, source="Tom's other block.")
    assert {"What Ida wrote.", "Tom's other block."} <= {piece.text for piece in pieces(text(app, FILE))}
    change(draft, 1, do="remove block")
    mark = version(other.get(PAGE), 2)
    draft.submit(f"{PAGE}/blocks", {"place": "1", "kind": "prose"})
    change(other, 2, mark=mark, source="It has moved by one.")
    assert pieces(text(app, FILE))[3].text == "It has moved by one."


def test_a_block_that_was_changed_and_moved_is_the_one_that_is_shown(app: Flask, draft: FlaskClient) -> None:
    mark = version(draft.get(PAGE), 2)
    change(draft, 2, type="story", title="Ida's title", text="Ida's words.")
    draft.submit(f"{PAGE}/blocks", {"place": "1", "kind": "reflection"})
    before = [piece.text for piece in pieces(text(app, FILE))]
    answer = change(draft, 2, expect=409, mark=mark, type="note", title="Tom's title", text="Tom's words.")
    assert "Ida&#39;s words." in answer.text
    form = answer.text.split('<form method="post" action="' + f"{PAGE}/blocks/")[1]
    place, kept = int(form[0]), fields_in(form.split("</form>")[0])
    assert kept.pop("version") != mark
    change(draft, place, mark=version(draft.get(PAGE), place), **kept)
    after = [piece.text for piece in pieces(text(app, FILE))]
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        (before[3], ":::{callout}\ntype: note\ntitle: Tom's title\n---\nTom's words.\n:::")
    ]


def test_a_block_that_was_taken_away_is_not_taken_for_the_next(app: Flask, draft: FlaskClient) -> None:
    mark = version(draft.get(PAGE), 2)
    change(draft, 2, do="remove block")
    before = text(app, FILE)
    answer = change(draft, 2, expect=409, mark=mark, type="note", title="Mine", text="My words.")
    assert "The block was taken away." in answer.text
    assert "My words." in answer.text
    assert "Keep mine" not in answer.text
    assert text(app, FILE) == before


def test_a_script_is_told_what_the_other_one_wrote(app: Flask, draft: FlaskClient) -> None:
    asks = {"Accept": "application/json", "X-Requested-With": "fetch"}
    mark = version(draft.get(PAGE), 2)
    change(draft, 2, type="story", title="Ida's title", text="Ida's words.")
    mine = {"version": mark, "type": "note", "title": "Mine", "text": "My words."}
    stale = draft.submit(f"{PAGE}/blocks/2", mine, headers=asks)
    assert (stale.status_code, stale.json["is_form"]) == (409, True)
    assert stale.json["fields"] == {"id": "", "type": "story", "title": "Ida's title", "text": "Ida's words."}
    address = f"{BASE}/item/missing-verb-empathise"
    form = fields_in(draft.get(address).text)
    draft.submit(address, {**form, "stem": "Ida's question?"})
    stale = draft.submit(address, {**form, "stem": "My question?"}, headers=asks)
    assert (stale.status_code, stale.json["fields"]["stem"]) == (409, "Ida's question?")
    assert stale.json["fields"]["options.1.key"] == "yes"


def test_who_writes_a_scene_is_not_in_the_way_of_who_writes_the_story(app: Flask, draft: FlaskClient) -> None:
    story = f"{BASE}/scenario/cold-trolley"
    form = fields_in(draft.get(story).text)
    scene = next(iter(re.findall(rf'href="({BASE}/scene/[^"]+)"', draft.get(story).text)))
    draft.submit(scene, {**fields_in(draft.get(scene).text), "title": "Another title"})
    assert draft.submit(story, {**form, "title": "The trolley"}).status_code == 303
    written = text(app, f"courses/{MODULE}/scenarios/cold-trolley.yaml")
    assert "title: The trolley\n" in written
    assert "title: Another title\n" in written


def test_nobody_is_remembered_to_have_been_there(app: Flask, draft: FlaskClient) -> None:
    draft.get(PAGE)
    assert visits(app) == 1
    draft.submit(f"{BASE}/throw-away", {"sure": "yes"})
    assert visits(app) == 0


def visits(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(DraftVisit)) or 0


def test_a_script_saves_as_one_writes(app: Flask, draft: FlaskClient) -> None:
    mark = version(draft.get(PAGE), 1)
    asks = {"Accept": "application/json", "X-Requested-With": "fetch"}
    saved = draft.submit(f"{PAGE}/blocks/1", {"version": mark, "source": "As I wri"}, headers=asks)
    assert (saved.status_code, saved.json["version"] != mark) == (200, True)
    again = draft.submit(f"{PAGE}/blocks/1", {"version": saved.json["version"], "source": "As I write."}, headers=asks)
    assert again.status_code == 200
    stale = draft.submit(f"{PAGE}/blocks/1", {"version": mark, "source": "Of another tab."}, headers=asks)
    assert (stale.status_code, stale.json["fields"]) == (409, {"source": "As I write."})
    assert "As I write." in text(app, FILE)


def test_what_is_wrong_is_kept_and_said_at_its_place(draft: FlaskClient) -> None:
    change(draft, 2, type="story", title="A title", text="")
    page = draft.get(PAGE).text
    assert "takes 1 to 1 texts" in page.split('id="block-2"')[1].split("</section>")[0]
    assert "takes 1 to 1 texts" in draft.get(f"{BASE}/publish").text
    assert draft.submit(f"{BASE}/publish", {"version": "2"}).status_code == 422
    assert draft.get(f"{BASE}/preview/attend").status_code == 200


def test_the_outline(app: Flask, draft: FlaskClient) -> None:
    module = f"courses/{MODULE}/module.yaml"
    outline = lambda **form: draft.submit(f"{BASE}/outline", form)  # noqa: E731
    assert outline(do="add section", title="A new section").status_code == 303
    assert "  - id: a-new-section\n    title: A new section\n    minutes: 10\n    pages: [first-page]\n" in text(
        app, module
    )
    assert outline(do="add page", section="a-new-section", title="What: a page").status_code == 303
    assert "pages: [first-page, what-a-page]" in text(app, module)
    assert draft.get(f"{BASE}/pages/what-a-page").status_code == 200
    outline(do="page up", page="what-a-page")
    assert "pages: [what-a-page, first-page]" in text(app, module)
    outline(do="section up", section="a-new-section")
    outline(do="rename section", section="a-new-section", title="Renamed", minutes="12.5")
    assert "title: Renamed\n    minutes: 12.5" in text(app, module)
    outline(do="page up", page="what-a-page")
    assert draft.get(f"{BASE}/pages/what-a-page").status_code == 200, "now in the section before"
    outline(do="remove page", page="first-page")
    assert "title: Renamed\n    minutes: 12.5\n    pages: []\n" in text(app, module), "its title and its plan stay"
    outline(do="remove section", section="a-new-section")
    assert "a-new-section" not in text(app, module)
    for nonsense in ({"do": "page up", "page": "nowhere"}, {"do": "add page", "section": "no", "title": "x"}, {}):
        assert outline(**nonsense).status_code == 303


def test_a_question(app: Flask, draft: FlaskClient) -> None:
    bank = f"quizzes/{MODULE}.yaml"
    before = text(app, bank)
    assert "A reception manager puts the four behaviours" in draft.get(f"{BASE}/questions").text
    address = f"{BASE}/item/missing-verb-empathise"
    form = fields_in(draft.get(address).text)
    assert draft.submit(address, form).status_code == 303
    assert text(app, bank) == before
    draft.submit(address, {**form, "do": "add options"})
    form = fields_in(draft.get(address).text)
    assert form["options.3.id"] == "d"
    form |= {"options.3.text": "Enquire", "options.3.feedback": "No.", "stem": "Which verb?\r\n\r\nSay it."}
    draft.submit(address, {**form, "do": "up options.3"})
    after = text(app, bank)
    assert "      Which verb?\n\n      Say it.\n" in after
    assert after.index("text: Enquire") < after.index("text: Encourage")
    assert len(after.splitlines()) - len(before.splitlines()) == 5
    stale = draft.submit(address, {**form, "version": "0" * 16})
    assert (stale.status_code, "has changed this meanwhile" in stale.text) == (409, True)


@pytest.mark.parametrize("type_", ["single", "multiple", "situational", "ordering", "matching", "numeric"])
def test_a_new_check_of_each_type_is_whole(app: Flask, draft: FlaskClient, type_: str) -> None:
    once(app)
    made = draft.submit(f"{BASE}/new", {"kind": "check", "type": type_, "title": "My own check"})
    assert made.location.endswith("/check/my-own-check")
    form = fields_in(draft.get(made.location).text)
    assert draft.submit(made.location, form).status_code == 303
    page = draft.get(f"{BASE}/publish").text
    assert "This has to be mended" not in page, page[page.index("This has") :][:900]
    assert draft.submit(f"{BASE}/check/my-own-check/remove").status_code == 303
    assert "my-own-check" not in text(app, f"quizzes/{MODULE}.yaml")


def test_a_story(app: Flask, draft: FlaskClient) -> None:
    made = draft.submit(f"{BASE}/new", {"kind": "scenario", "title": "The late bed"})
    assert made.location.endswith("/scenario/the-late-bed")
    assert "It begins" in draft.get(made.location).text
    scene = draft.submit(f"{BASE}/new", {"kind": "scene", "scenario": "the-late-bed", "title": "Later"})
    form = fields_in(draft.get(scene.location).text)
    form |= {"text": "It is late.", "choices.0.effects": "trust: -1", "choices.0.next": "begin"}
    assert draft.submit(scene.location, {**form, "do": "add choices"}).status_code == 303
    story = text(app, f"courses/{MODULE}/scenarios/the-late-bed.yaml")
    assert "text: It is late." in story
    assert "trust: -1" in story
    assert "- id: c\n" in story
    first = f"{BASE}/scene/the-late-bed:begin"
    assert draft.submit(first, {**fields_in(draft.get(first).text), "choices.1.next": "later"}).status_code == 303
    assert draft.submit(made.location, fields_in(draft.get(made.location).text)).status_code == 303


def test_the_rest_that_has_a_form(app: Flask, draft: FlaskClient) -> None:
    for address in (f"{BASE}/module", f"{BASE}/source/rogers-farson-1957", f"{BASE}/slot/s01", f"{BASE}/sources"):
        answer = draft.get(address)
        if answer.status_code == 404 and "source/" in address:
            continue
        assert answer.status_code == 200, address
    address = f"{BASE}/module"
    draft.submit(address, {**fields_in(draft.get(address).text), "title": "Notice, and listen"})
    assert "title: Notice, and listen\n" in text(app, f"courses/{MODULE}/module.yaml")
    added = draft.submit(f"{BASE}/new", {"kind": "source", "title": "Bell 2020"})
    assert draft.get(added.location).status_code == 200
    for nowhere in ("item/none", "scene/none:none", "scenario/none", "source/none", "check/none"):
        assert draft.get(f"{BASE}/{nowhere}").status_code == 404


def test_a_preview_shows_the_draft_and_leaves_no_trace(app: Flask, draft: FlaskClient) -> None:
    once(app)
    change(draft, 1, source="Words of the draft.")
    page = draft.get(f"{BASE}/preview/attend")
    assert "Words of the draft." in page.text
    assert "Quick check" in page.text
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    for path in (ROOT / "courses" / MODULE).glob("*/*.md"):
        if path.parent.name != "tools":
            assert draft.get(f"{BASE}/preview/{path.stem}").status_code == 200, path.stem
    assert "Words of the draft." not in draft.get(f"/modules/{MODULE}/pages/who-cares").text


def test_publishing_says_what_changes_and_is_undone_with_one_action(app: Flask, draft: FlaskClient) -> None:
    change(draft, 1, source="Words of the next revision.")
    page = draft.get(f"{BASE}/publish").text
    assert "Changed pages: Attend: before anyone speaks." in page
    assert draft.submit(f"{BASE}/publish", {"version": "1"}).status_code == 409, "changed since it was looked at"
    assert draft.submit(f"{BASE}/publish", {"version": "2"}).status_code == 303
    with app.app_context():
        library.forget()
        module = library.module(db.session, MODULE)
        assert module
        found = module.page("attend")
        assert found and "Words of the next revision." in found.blocks[0].html  # type: ignore[attr-defined]
    history = draft.get(f"{BASE}/history").text
    assert "Revision 2" in history
    assert draft.submit(f"{BASE}/history/1/restore").status_code == 303
    with app.app_context():
        library.forget()
        module = library.module(db.session, MODULE)
        assert module
        found = module.page("attend")
        assert found and "Words of the next revision." not in found.blocks[0].html  # type: ignore[attr-defined]


def test_a_draft_can_be_closed(app: Flask, draft: FlaskClient) -> None:
    assert draft.submit(f"{BASE}/throw-away").status_code == 303
    with app.app_context():
        assert queries.open_draft(db.session, MODULE), "not without the tick"
    draft.submit(f"{BASE}/throw-away", {"sure": "yes"})
    assert "Nobody is writing" in draft.get(BASE).text


def test_the_files_come_out_as_they_are(draft: FlaskClient, files: Bundle) -> None:
    got = draft.get(f"{BASE}/module.zip")
    assert from_zip(got.data).files == files.of_module(MODULE).files
    assert io.BytesIO(got.data).read(2) == b"PK"


def test_the_checker_speaks(app: Flask, draft: FlaskClient) -> None:
    once(app)
    page = draft.get(f"{BASE}/findings").text
    assert "Course minutes" in page
    assert "Passes" in page


def test_only_trainers_and_admins_come_in(app: Flask, course: None, person: MakePerson, sign_in: SignIn) -> None:
    for role in (Role.SITE_LEAD, Role.PROGRAMME_LEAD):
        browser = sign_in(app.test_client(), person("Rae Holm", roles=[role], site="north"))
        assert browser.get("/authoring").status_code == 403
        assert browser.submit(f"{BASE}/draft").status_code == 403
