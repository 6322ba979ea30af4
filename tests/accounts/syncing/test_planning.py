"""What a full list would change: everyone is told of once, and a list that was carried out changes nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Role
from lms.accounts.organisation.managing import counts_as_manager
from lms.accounts.organisation.tree import ancestors, descendants, in_loops
from lms.accounts.syncing.lists import Lists, read
from lms.accounts.syncing.planning import Kind, Known, KnownGroup, KnownSite, Organisation, Place, Plan, plan

SITES = {code: KnownSite(code.title()) for code in ("north", "south")}
GROUPS = {"ward": KnownGroup("Ward managers", True), "porters": KnownGroup("Porters", False)}
HEADER = "email,name,staff_number,site,job_group,line_manager,manager"


def listed(*lines: str) -> Lists:
    return read({"people.csv": "\n".join([HEADER, *lines]).encode()})


def carried_out(made: Plan, here: Organisation) -> Organisation:
    """What is here after the plan, as the database would have it."""
    people = {one.id: one for one in here.people}
    ids = {step.email: len(people) + place for place, step in enumerate(made.of(Kind.JOINS), start=1)}
    for step in made.steps:
        if step.kind in (Kind.KEPT_IN, Kind.KEPT_OUT):
            continue
        id_ = step.person.id if step.person else ids[step.email]
        leaves, after = step.kind is Kind.LEAVES, step.after
        if after and isinstance(after.line_manager, str):
            after = Place(after.site, after.job_group, ids[after.line_manager], after.is_manager)
        number = (step.row.staff_number if step.row else "") or (step.person.staff_number if step.person else None)
        people[id_] = Known(
            id_, step.email, step.name, number or None, not leaves, True, leaves, place=None if leaves else after
        )
    return Organisation(list(people.values()), dict(here.sites) | dict(made.sites), here.job_groups)


@st.composite
def lists_of_people(draw: st.DrawFn) -> Lists:
    """Some of eight people, each led by one before, with numbers, groups and sites that differ from list to list."""
    lines = []
    chosen = draw(st.lists(st.integers(0, 7), min_size=1, unique=True))
    for place, who in enumerate(sorted(chosen)):
        leader = draw(st.sampled_from([*sorted(chosen)[:place], None]))
        cells = [
            f"p{who}@example.org",
            draw(st.sampled_from(["Ada", "Max"])),
            draw(st.sampled_from(["", str(who)])),
            draw(st.sampled_from(sorted(SITES))),
            draw(st.sampled_from(["", *sorted(GROUPS)])),
            "" if leader is None else f"p{leader}@example.org",
            draw(st.sampled_from(["", "yes", "no"])),
        ]
        lines.append(",".join(cells))
    return listed(*lines)


@given(st.lists(lists_of_people(), min_size=1, max_size=4))
def test_everyone_is_told_of_once_and_a_second_time_changes_nothing(several: list[Lists]) -> None:
    here = Organisation((Known(1, "hand@example.org", "By hand"),), SITES, GROUPS)
    for lists in several:
        made = plan(lists, here)
        assert made.problems == ()
        assert lists.people is not None
        named = {row.email for row in lists.people}
        assert len(made.steps) - len(made.of(Kind.LEAVES)) + made.unchanged == len(named)
        here_before = {one.email for one in here.people if one.is_from_roster and one.is_active}
        assert {step.email for step in made.of(Kind.LEAVES)} == here_before - named
        assert len({step.email for step in made.steps}) == len(made.steps)
        here = carried_out(made, here)
        again = plan(lists, here)
        assert (again.is_empty, again.steps, again.unchanged) == (True, (), len(named))
        assert {one.email for one in here.people if one.is_from_roster and one.is_active} == named


def test_a_new_name_and_address_are_known_by_the_number() -> None:
    here = Organisation(
        [
            Known(1, "a@example.org", "Ada", "17", is_from_roster=True, place=Place("north", "ward", None, True)),
            Known(2, "b@example.org", "Bo", "18", is_from_roster=True, place=Place("north")),
            Known(
                3, "c@example.org", "Cy", "19", is_from_roster=True, roles=((Role.TRAINER, ""),), place=Place("north")
            ),
        ],
        SITES,
        GROUPS,
    )
    made = plan(listed("b@example.org,Ada Bell,17,south,ward,,", "a@example.org,Bo,18,north,,17,"), here)
    assert made.problems == ()
    ada, bo, cy = made.steps
    assert (ada.kind, ada.what) == (Kind.MOVES, ("name", "e-mail address", "site"))
    assert (bo.kind, bo.what) == (Kind.CHANGES, ("e-mail address", "line manager"))
    assert bo.after == Place("north", "", 1, False)
    assert (cy.kind, made.needs_admin) == (Kind.LEAVES, True)
    assert not made.loses_many(10), "one person may always leave"


def test_a_hand_is_stronger_than_a_list() -> None:
    here = Organisation(
        [
            Known(1, "a@example.org", "Ada", is_active=False, is_from_roster=True),
            Known(2, "b@example.org", "Bo", is_active=False, is_from_roster=True, has_left=True),
            Known(3, "c@example.org", "Cy", is_from_roster=True, roles=((Role.ADMIN, ""),)),
        ],
        SITES,
    )
    made = plan(listed("a@example.org,Ada,,north,,,", "b@example.org,Bo,,north,,,"), here)
    assert [step.kind for step in made.steps] == [Kind.KEPT_OUT, Kind.RETURNS, Kind.KEPT_IN]


def test_a_file_that_was_cut_off_is_noticed() -> None:
    people = [Known(n, f"p{n}@example.org", "P", is_from_roster=True, place=Place("north")) for n in range(20)]
    made = plan(listed("p0@example.org,P,,north,,,"), Organisation(people, SITES))
    assert made.objections(94) == [
        "19 of 20 people (95 %) would leave, but only 94 % may at once; is the list whole? If so, allow it once"
    ]
    assert made.objections(95) == []


def test_every_problem_of_every_file_is_told_at_once() -> None:
    files = {
        "people.csv": f"{HEADER}\n"
        "a@example.org,A,1,north,,2,\n"
        "b@example.org,B,2,east,none,1,perhaps\n"
        "c@example.org,C,3,east,none,1,\n"
        "d@example.org,D,4,north,,nobody@example.org,\n"
        "e@example.org,E,4,,,e@example.org,\n"
        "f@example.org,F,9,north,,6,\n"
        "g@example.org,G,6,north,,9,\n",
        "sites.csv": "code,name,parent,kind\nnorth,North,wing,\nwing,Wing,north,building\nwest,West,away,\n",
        "job_groups.csv": "code,name,counts_as_manager\nx y,X,\n",
    }
    here = Organisation([Known(1, "f@example.org", "F", "8")], SITES)
    told = [str(problem) for problem in plan(read({k: v.encode() for k, v in files.items()}), here).problems]
    assert [line.partition(";")[0] for line in told] == [
        "job_groups.csv:2: 'x y' cannot be the code of a job group",
        "people.csv:2: nobody in the list or here has '2'",
        "people.csv:3: 'perhaps' is neither yes nor no",
        "people.csv:4: there is no job group 'none'",
        "people.csv:4: there is no site 'east'",
        "people.csv:5: nobody in the list or here has 'nobody@example.org'",
        "people.csv:6: the staff number 4 is in line 5 too",
        "people.csv:6: there is no site",
        "people.csv:7: f@example.org has the staff number 8 here, not 9",
        "people.csv:7: f@example.org would be above themselves",
        "people.csv:8: g@example.org would be above themselves",
        "sites.csv:2: there is no site 'wing'",
        "sites.csv:3: 'building' is not a kind of place",
        "sites.csv:4: there is no site 'away'",
    ]
    loop = read({"sites.csv": b"code,name,parent\nnorth,North,south\nsouth,South,north\n"})
    assert [problem.line for problem in plan(loop, here).problems] == [2, 3]
    assert [problem.what for problem in plan(read({"people.csv": f"{HEADER}\n".encode()}), here).problems] == [
        "there is nobody in it"
    ]


@given(st.dictionaries(st.integers(0, 9), st.none() | st.integers(0, 9)))
def test_above_and_below_agree(parents: dict[int, int | None]) -> None:
    for key in parents:
        above = ancestors(parents, key)
        assert all(key in descendants(parents, [one]) for one in above)
        assert (key in in_loops(parents)) == any(parents.get(one) == key for one in [key, *above])


@pytest.mark.parametrize(
    ("stated", "group", "leads", "counts"),
    [
        (True, False, False, True),
        (False, True, True, False),
        (None, True, False, True),
        (None, False, True, False),
        (None, None, True, True),
        (None, None, False, False),
    ],
)
def test_who_counts_as_a_manager(stated: bool | None, group: bool | None, leads: bool, counts: bool) -> None:
    assert counts_as_manager(stated, group, leads) is counts
