"""What a full list would change: values in, values out."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lms.accounts.models import Role, SiteKind
from lms.accounts.organisation.managing import counts_as_manager
from lms.accounts.organisation.tree import in_loops
from lms.accounts.syncing.lists import JOB_GROUPS, PEOPLE, SITES, JobGroupRow, Lists, PersonRow, SiteRow
from lms.content.problems import Problem
from lms.ui.counting import people as how_many

Key = int | str
"""A person: the number here, or the address in the list where they are new."""


class Kind(StrEnum):
    """What becomes of a person."""

    JOINS = "joins"
    RETURNS = "returns"
    MOVES = "moves"
    CHANGES = "changes"
    LEAVES = "leaves"
    KEPT_OUT = "kept out"
    """On the list, but a hand disabled them: no list lets them in."""
    KEPT_IN = "kept in"
    """No longer on the list, but an admin: only a hand shuts an admin out."""


@dataclass(frozen=True)
class Place:
    """Where someone works as what; sites and job groups by their codes."""

    site: str
    job_group: str = ""
    line_manager: Key | None = None
    is_manager: bool = False


@dataclass(frozen=True)
class Known:
    """A person as they are here."""

    id: int
    email: str
    name: str
    staff_number: str | None = None
    is_active: bool = True
    is_from_roster: bool = False
    has_left: bool = False
    roles: tuple[tuple[Role, str], ...] = ()
    """What they may do beside learning, with the code of the site; empty: for all sites."""
    place: Place | None = None

    @property
    def is_admin(self) -> bool:
        """Whether only a hand shuts them out."""
        return any(role is Role.ADMIN for role, _ in self.roles)


@dataclass(frozen=True)
class KnownSite:
    """A place as it is here."""

    name: str
    parent: str = ""
    kind: SiteKind = SiteKind.SITE


@dataclass(frozen=True)
class KnownGroup:
    """A job group as it is here."""

    name: str
    counts_as_manager: bool = False


@dataclass(frozen=True)
class Organisation:
    """All that is here before the list comes."""

    people: Collection[Known] = ()
    sites: Mapping[str, KnownSite] = field(default_factory=dict)
    job_groups: Mapping[str, KnownGroup] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What becomes of one person."""

    kind: Kind
    person: Known | None
    """None: they are new."""
    row: PersonRow | None
    """None: the list does not name them."""
    after: Place | None = None
    what: tuple[str, ...] = ()
    """What is different, in words: "name", "line manager"."""

    @property
    def before(self) -> Place | None:
        """Where they worked so far."""
        return self.person.place if self.person else None

    @property
    def name(self) -> str:
        """As the list has it, else as it was here."""
        return self.row.name if self.row else self.person.name if self.person else ""

    @property
    def email(self) -> str:
        """As the list has it, else as it was here."""
        return self.row.email if self.row else self.person.email if self.person else ""

    @property
    def needs_admin(self) -> bool:
        """Whoever can change an address can come in with it, and who has a role can do more than a learner."""
        if self.person is None or self.kind in (Kind.KEPT_IN, Kind.KEPT_OUT):
            return False
        lets_a_role = bool(self.person.roles) and self.kind in (Kind.LEAVES, Kind.RETURNS)
        return "e-mail address" in self.what or lets_a_role or self.is_doubtful

    @property
    def is_doubtful(self) -> bool:
        """Whether someone new may have got the address of someone who has left, and would come into their account.

        No staff number says that it is the same person, and the name is another one.
        """
        if self.kind is not Kind.RETURNS or self.person is None or self.row is None:
            return False
        is_known = bool(self.row.staff_number) and self.row.staff_number == self.person.staff_number
        return not is_known and _spoken(self.row.name) != _spoken(self.person.name)

    @property
    def keeps(self) -> tuple[tuple[Role, str], ...]:
        """Roles that someone keeps who leaves, comes back, or works elsewhere than where the role is."""
        if self.person is None or self.kind in (Kind.KEPT_IN, Kind.KEPT_OUT):
            return ()
        if self.kind in (Kind.LEAVES, Kind.RETURNS):
            return self.person.roles
        moves = self.after is not None and "site" in self.what
        return tuple(one for one in self.person.roles if moves and self.after and one[1] != self.after.site)


@dataclass(frozen=True)
class Plan:
    """Everything that a list would change, or what is to be mended before it can."""

    steps: tuple[Step, ...] = ()
    unchanged: int = 0
    on_roster: int = 0
    """How many people of earlier lists are let in so far."""
    sites: Mapping[str, KnownSite] = field(default_factory=dict)
    """Those that are new or different, as they will be."""
    job_groups: Mapping[str, KnownGroup] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    """What is done all the same, and is likely to be a mistake; in sentences."""

    def of(self, kind: Kind) -> list[Step]:
        """The steps of one kind."""
        return [step for step in self.steps if step.kind is kind]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        done = {Kind.KEPT_IN, Kind.KEPT_OUT}
        return not (self.sites or self.job_groups or any(step.kind not in done for step in self.steps))

    @property
    def needs_admin(self) -> bool:
        """Whether a programme lead alone may not apply it."""
        return any(step.needs_admin for step in self.steps)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind; `unchanged` are on the list and as they were."""
        kinds = Counter(step.kind for step in self.steps)
        people = {kind.value: kinds[kind] for kind in Kind}
        return people | {"unchanged": self.unchanged, "sites": len(self.sites), "job groups": len(self.job_groups)}

    def share_leaving(self) -> float:
        """Share of the people of earlier lists who would leave, 0 to 1."""
        return len(self.of(Kind.LEAVES)) / self.on_roster if self.on_roster else 0.0

    def loses_many(self, percent: int) -> bool:
        """Whether more would leave than a file that was cut off could be told from; one person always may."""
        return len(self.of(Kind.LEAVES)) > 1 and self.share_leaving() * 100 > percent

    @property
    def doubtful(self) -> list[Step]:
        """Those who would come back into an account that may be somebody else's."""
        return [step for step in self.steps if step.is_doubtful]

    def objections(self, percent: int, are_the_same: bool = False) -> list[str]:
        """Why it is not carried out, in sentences; `percent` is the share of people who may leave at once.

        `are_the_same`: someone has made sure that whoever comes back under another name is the same person.
        """
        if self.problems:
            return [str(problem) for problem in self.problems]
        found = [] if are_the_same else [_doubt(step) for step in self.doubtful]
        if self.loses_many(percent):
            leaving, share = len(self.of(Kind.LEAVES)), round(self.share_leaving() * 100)
            found.append(
                f"{leaving} of {self.on_roster} people ({share} %) would leave, but only {percent} % may at once; "
                "is the list whole? If so, allow it once"
            )
        return found

    @property
    def digest(self) -> str:
        """The same for the same changes."""
        whole = hashlib.sha256()
        for part in (*self.steps, *sorted(self.sites.items()), *sorted(self.job_groups.items())):
            whole.update(f"{part!r}\n".encode())
        return whole.hexdigest()


def plan(lists: Lists, here: Organisation) -> Plan:
    """What the lists would change in what is here; every problem at once."""
    problems = list(lists.problems)
    sites = _sites(lists, here, problems)
    groups = _job_groups(lists, here)
    people = _People(lists, here, sites, groups, problems) if lists.people is not None else None
    steps = people.steps() if people else []
    if problems:
        return Plan(problems=tuple(sorted(set(problems))))
    return Plan(
        steps=tuple(sorted(steps, key=lambda step: (step.name.casefold(), step.email))),
        unchanged=people.unchanged if people else 0,
        on_roster=sum(one.is_from_roster and one.is_active for one in here.people),
        sites={code: site for code, site in sites.items() if here.sites.get(code) != site},
        job_groups={code: group for code, group in groups.items() if here.job_groups.get(code) != group},
        warnings=tuple(people.warnings()) if people else (),
    )


def _sites(lists: Lists, here: Organisation, problems: list[Problem]) -> dict[str, KnownSite]:
    """All places as they will be."""
    sites = dict(here.sites)
    for row in lists.sites:
        sites[row.code] = _site(row, sites.get(row.code), lists)
    for person in lists.people or ():
        if person.site and person.site_name and person.site not in sites:
            sites[person.site] = KnownSite(person.site_name)
    for row in lists.sites:
        if row.parent and row.parent not in sites:
            remedy = "give it a line of its own, or mend the code"
            problems.append(Problem(SITES, row.line, f"there is no site {row.parent!r}", remedy))
    looped = in_loops({code: site.parent or None for code, site in sites.items()})
    for row in lists.sites:
        if row.code in looped:
            what = f"the site {row.code!r} would be a part of itself"
            problems.append(Problem(SITES, row.line, what, "follow the parents, and mend the one that leads back"))
    return sites


def _site(row: SiteRow, known: KnownSite | None, lists: Lists) -> KnownSite:
    old = known or KnownSite(row.name)
    parent = row.parent if lists.has(SITES, "parent") else old.parent
    return KnownSite(row.name, parent, row.kind or old.kind)


def _job_groups(lists: Lists, here: Organisation) -> dict[str, KnownGroup]:
    """All job groups as they will be."""
    groups = dict(here.job_groups)
    for row in lists.job_groups:
        groups[row.code] = _job_group(row, groups.get(row.code))
    return groups


def _job_group(row: JobGroupRow, known: KnownGroup | None) -> KnownGroup:
    counts = row.counts_as_manager
    return KnownGroup(row.name, (known.counts_as_manager if known else False) if counts is None else counts)


class _People:
    """One pass over the people of a list."""

    def __init__(
        self,
        lists: Lists,
        here: Organisation,
        sites: Mapping[str, KnownSite],
        groups: Mapping[str, KnownGroup],
        problems: list[Problem],
    ) -> None:
        self._lists, self._here, self._sites, self._groups, self._problems = lists, here, sites, groups, problems
        self._rows = lists.people or []
        self.unchanged = 0

    def steps(self) -> list[Step]:
        """What becomes of everyone; whoever is as they were is only counted."""
        self._match()
        self._check_addresses()
        self._lead()
        leading = {leader for leader in self._leaders.values() if leader is not None}
        steps = [self._step(row, known, leading) for row, known in self._matched]
        named = {known.id for _, known in self._matched if known}
        steps += [_gone(known) for known in self._here.people if known.id not in named]
        return [step for step in steps if step]

    def warnings(self) -> Iterable[str]:
        """Line managers who have left: nobody reads what is mailed to them."""
        led = Counter(leader for leader in self._leaders.values() if isinstance(leader, int))
        named = {known.id for _, known in self._matched if known}
        for one in sorted(self._here.people, key=lambda one: (one.name.casefold(), one.email)):
            left = _how_gone(one, one.id in named) if led[one.id] else ""
            if left:
                led_now = how_many(led[one.id])
                yield f"{one.name} ({one.email}) {left} and is the line manager of {led_now}; give them another"

    def _match(self) -> None:
        """Who is meant: by the staff number first, which outlives names and addresses."""
        by_number = {one.staff_number: one for one in self._here.people if one.staff_number}
        by_email = {one.email: one for one in self._here.people}
        found = {row.line: by_number.get(row.staff_number) for row in self._rows if row.staff_number}
        taken = {known.id for known in found.values() if known}
        self._matched: list[tuple[PersonRow, Known | None]] = []
        for row in self._rows:
            known = found.get(row.line)
            same = by_email.get(row.email)
            if known is None and same and same.id not in taken:
                known = same
                if row.staff_number and same.staff_number:
                    self._tell_numbers(row, same)
            self._matched.append((row, known))

    def _check_addresses(self) -> None:
        """Nobody gets an address that belongs to someone whom the list does not name."""
        named = {known.id for _, known in self._matched if known}
        kept = {one.email: one for one in self._here.people if one.id not in named}
        for row, _ in self._matched:
            if row.email in kept:
                what, free = f"{row.email} belongs to someone else here", _freeing(row.email)
                remedy = f"give the person another address, name the other one in the list too, or free it by {free}"
                self._tell(row, what, remedy)

    def _lead(self) -> None:
        """Who leads whom, as it will be."""
        keys: dict[str, Key] = {}
        for one in self._here.people:
            keys.update({one.email: one.id, one.staff_number or one.email: one.id})
        for row, known in self._matched:
            keys.update({row.email: _key(row, known), row.staff_number or row.email: _key(row, known)})
        self._leaders: dict[Key, Key | None] = {}
        for row, known in self._matched:
            self._leaders[_key(row, known)] = self._leader(row, known, keys)
        looped = in_loops(self._leaders)
        for row, known in self._matched:
            if _key(row, known) in looped:
                what = f"{row.email} would be above themselves"
                self._tell(row, what, "follow the line managers, and mend the one that leads back")

    def _leader(self, row: PersonRow, known: Known | None, keys: Mapping[str, Key]) -> Key | None:
        if not self._lists.has(PEOPLE, "line_manager"):
            return known.place.line_manager if known and known.place else None
        wanted = row.line_manager.lower() if "@" in row.line_manager else row.line_manager
        if wanted and wanted not in keys:
            what = f"nobody in the list or here has {row.line_manager!r}"
            self._tell(row, what, "the line manager is named by e-mail address or staff number")
        return keys.get(wanted)

    def _step(self, row: PersonRow, known: Known | None, leading: Collection[Key]) -> Step | None:
        after = self._place(row, known, leading)
        if known is None:
            return Step(Kind.JOINS, None, row, after)
        what = tuple(_differences(row, known, after))
        if not known.is_active:
            return Step(Kind.RETURNS if known.has_left else Kind.KEPT_OUT, known, row, after, what)
        if "site" in what or "job group" in what:
            return Step(Kind.MOVES, known, row, after, what)
        if what:
            return Step(Kind.CHANGES, known, row, after, what)
        self.unchanged += 1
        return None

    def _place(self, row: PersonRow, known: Known | None, leading: Collection[Key]) -> Place:
        old = known.place if known else None
        group = row.job_group if self._lists.has(PEOPLE, "job_group") else old.job_group if old else ""
        if row.site not in self._sites:
            remedy = f"give it a line in {SITES}, or its name in a column site_name"
            self._tell(row, f"there is no site {row.site!r}", remedy)
        if group and group not in self._groups:
            self._tell(row, f"there is no job group {group!r}", f"give it a line in {JOB_GROUPS}")
        counts = self._groups[group].counts_as_manager if group in self._groups else None
        key = _key(row, known)
        return Place(row.site, group, self._leaders[key], counts_as_manager(row.manager, counts, key in leading))

    def _tell_numbers(self, row: PersonRow, known: Known) -> None:
        what = f"{row.email} has the staff number {known.staff_number} here, not {row.staff_number}"
        whose = f"{known.name}, who has left," if known.has_left else known.name
        remedy = f"mend the number; or, if the address of {whose} is somebody else's now, free it by"
        self._tell(row, what, f"{remedy} {_freeing(row.email)}")

    def _tell(self, row: PersonRow, what: str, remedy: str) -> None:
        self._problems.append(Problem(PEOPLE, row.line, what, remedy))


def _key(row: PersonRow, known: Known | None) -> Key:
    return known.id if known else row.email


def _gone(known: Known) -> Step | None:
    if not (known.is_from_roster and known.is_active):
        return None
    return Step(Kind.KEPT_IN if known.is_admin else Kind.LEAVES, known, None)


def _how_gone(known: Known, is_named: bool) -> str:
    """In words that someone is let in no longer once the list is carried out; empty if they are."""
    if known.is_active:
        step = None if is_named else _gone(known)
        return "leaves by this list" if step and step.kind is Kind.LEAVES else ""
    if known.has_left:
        return "" if is_named else "has left"
    return "is disabled"


def _freeing(email: str) -> str:
    """The command by which whoever has an address now gets another one, with all that is theirs."""
    return f"`lms people change-address {email} NEW-ADDRESS`"


def _doubt(step: Step) -> str:
    was = step.person.name if step.person else ""
    return (
        f"{step.name} ({step.email}) would come back into the account of {was}, who has left, with all that is in it; "
        f"if it is the same person, allow it once; if not, free the address by {_freeing(step.email)}"
    )


def _spoken(name: str) -> str:
    """A name without what people write now so and now so: case, accents, points and hyphens."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one)).split())


def _differences(row: PersonRow, known: Known, after: Place) -> Iterable[str]:
    before = known.place or Place("")
    pairs = {
        "name": (known.name, row.name),
        "e-mail address": (known.email, row.email),
        "staff number": (known.staff_number or "", row.staff_number or known.staff_number or ""),
        "site": (before.site, after.site),
        "job group": (before.job_group, after.job_group),
        "line manager": (before.line_manager, after.line_manager),
        "counts as a manager": (before.is_manager, after.is_manager),
        "on the list": (known.is_from_roster, True),
    }
    return [what for what, (old, new) in pairs.items() if old != new]
