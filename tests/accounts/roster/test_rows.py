"""Reading a CSV file of people: every problem is told with its line, and nothing makes it stumble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Role
from lms.accounts.roster.rows import Row, read

HEADER = "email,name,site,role\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read("people.csv", text.encode())[1]]


@pytest.mark.parametrize("lead_in", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_good_file_is_read(lead_in: bytes, end: str) -> None:
    text = f'email,name,site,role{end} Zoe@Example.org ,"Ng, Zoë",north,Site-Lead{end}{end}'
    assert read("people.csv", lead_in + text.encode()) == (
        [Row(2, "zoe@example.org", "Ng, Zoë", "north", Role.SITE_LEAD, "")],
        [],
    )


def test_semicolons_are_understood() -> None:
    rows, found = read("people.csv", b"role;email;name;site\n;a@example.org;A;\n")
    assert ([row.email for row in rows], found) == (["a@example.org"], [])


def test_every_problem_is_told_at_once() -> None:
    text = HEADER + (
        "a@example.org,A,north,\n"
        "not an address,B,north,\n"
        "c@example.org,,north,boss\n"
        "d@example.org,D\n"
        '"multi\nline@example.org",E,,\n'
        "a@example.org,Another A,south,\n"
        "g@example.org,G,,site lead\n"
        "h@example.org,H,no such code!,\n"
    )
    assert problems(text) == [
        "people.csv:3: 'not an address' is not an e-mail address; it should look like name@example.org",
        "people.csv:4: there is no name; add it",
        "people.csv:4: 'boss' is not a role; use trainer, site lead, programme lead, admin, "
        "or leave it empty for a learner",
        "people.csv:5: 2 cells, but the header has 4; put quotation marks around a cell with a comma in it, "
        "or add what is missing",
        "people.csv:6: 'multi line@example.org' is not an e-mail address; it should look like name@example.org",
        "people.csv:8: a@example.org is 'Another A' here and 'A' in line 2; give one person one name",
        "people.csv:9: a site lead needs a site; add its code",
        "people.csv:10: 'no such code!' cannot be the code of a site; use letters, digits, point, dash or underscore",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "people.csv:1: there is no header; begin with a line email,name,site,role"),
        (b"email,name,site\n", "people.csv:1: the column role is missing; the header is email,name,site,role"),
        (
            b"email,name,site,role,password\n",
            "people.csv:1: 'password' is not a column of ours; remove it; ours are email, name, site, role, site_name",
        ),
        (b"email,name,site,role,role\n", "people.csv:1: the column role is there twice; remove one of them"),
        (b"email,name,site,role\nx,J\xe9r\xf4me,,\n", 'people.csv:2: this is not UTF-8; save the file as "CSV UTF-8"'),
        ("email,name,site,role\n".encode("utf-16"), 'people.csv:1: this is not UTF-8; save the file as "CSV UTF-8"'),
    ],
)
def test_a_bad_file_is_told(content: bytes, told: str) -> None:
    rows, found = read("people.csv", content)
    assert (rows, [str(problem) for problem in found]) == ([], [told])


@given(st.binary(max_size=300) | st.text(alphabet='ab@.,;"\n\r\0é', max_size=200).map(lambda t: (HEADER + t).encode()))
def test_whatever_comes_is_read_or_told(content: bytes) -> None:
    rows, found = read("people.csv", content)
    assert all(row.email and row.name for row in rows)
    assert all(problem.line >= 1 and problem.what and problem.remedy for problem in found)


def test_a_role_for_the_whole_organisation_stands_beside_the_site() -> None:
    rows, _ = read("people.csv", (HEADER + "a@example.org,A,north,admin\nb@example.org,B,north,trainer\n").encode())
    assert rows[0].places == [("north", None), ("", Role.ADMIN)]
    assert rows[1].places == [("north", Role.TRAINER)]


def test_a_header_without_end_is_told_at_once() -> None:
    header = ",".join(["email", "name", "site", "role", *(f"column-{number}" for number in range(100_000))])
    _, problems = read("people.csv", header.encode())
    assert len(problems) == 100_000
