"""Rules 10 to 12: options give nothing away by their length or place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lms.content.checker.chi_square import chance_of_chi_square
from lms.content.checker.report import Result, Rule, Verdict, at_most, within, worst
from lms.content.checker.subject import PlacedItem, Subject, options_of
from lms.content.schema import SingleItem, SituationalItem

OPTION_LENGTH = Rule(10, "Option length", "longest at most 1.35 times the shortest", "over 1.6 times")
KEY_LONGEST = Rule(11, "Key longest", "in at most 35% of single and situational items", "over 45%")
KEY_POSITION = Rule(
    12, "Key position", "each 15 to 35% (4 options), p over .05, run at most 3", "over 45%", signal=True
)


def option_length(subject: Subject) -> Result:
    """Visible characters of the longest option against the shortest, in items where options are picked."""
    verdicts: list[Verdict] = []
    findings = []
    largest = 1.0
    for placed in subject.choice_items:
        ratio = _length_ratio(placed)
        largest = max(largest, ratio)
        verdicts.append(at_most(ratio, 1.35, 1.6))
        if ratio > 1.35:
            what = f"item {placed.item.id}: the longest option is {ratio:.2f} times the shortest ({_lengths(placed)})"
            findings.append(subject.in_bank((*placed.path, "options"), what, "bring options to one length"))
    return OPTION_LENGTH.result(f"at most {largest:.2f}, {len(findings)} items over 1.35", worst(verdicts), findings)


def _lengths(placed: PlacedItem) -> str:
    return ", ".join(f"{option.id} {len(option.text.plain)}" for option in options_of(placed.item))


def _length_ratio(placed: PlacedItem) -> float:
    lengths = [len(option.text.plain) for option in options_of(placed.item)]
    return round(max(lengths) / max(1, min(lengths)), 4)


def key_longest(subject: Subject) -> Result:
    """Share of single and situational items whose key is the longest option; of equals each counts its part."""
    keyed = list(_keyed(subject))
    if not keyed:
        return KEY_LONGEST.result("no items", "warn")
    shares = [_longest_share(placed) for placed, _ in keyed]
    share = sum(shares) / len(keyed)
    findings = []
    if share > 0.35:
        what = "the key is the longest option"
        findings = [
            subject.in_bank((*placed.path, "options", key), f"item {placed.item.id}: {what}", "lengthen another option")
            for (placed, key), part in zip(keyed, shares, strict=True)
            if part == 1
        ]
    return KEY_LONGEST.result(f"{share:.0%} of {len(keyed)}", at_most(round(share, 4), 0.35, 0.45), findings)


def _longest_share(placed: PlacedItem) -> float:
    lengths = [len(option.text.plain) for option in options_of(placed.item)]
    key = lengths[_key(placed)]
    return 1 / lengths.count(key) if key == max(lengths) else 0.0


def _keyed(subject: Subject) -> Iterator[tuple[PlacedItem, int]]:
    """Items with one best option, and its place."""
    for placed in subject.items:
        if isinstance(placed.item, SingleItem | SituationalItem):
            yield placed, _key(placed)


def _key(placed: PlacedItem) -> int:
    item = placed.item
    if isinstance(item, SituationalItem):
        return next(place for place, option in enumerate(item.options) if option.marks == 2)
    if isinstance(item, SingleItem):
        return next(place for place, option in enumerate(item.options) if option.key)
    raise TypeError(f"a {item.type} item has no single key")


def key_position(subject: Subject) -> Result:
    """Place of the key in the stored order, before the shuffle, apart for items with 3 and with 4 options.

    With four options each place should hold 15 to 35% (a quarter and ten points either way), and so a third and ten
    points either way with three; `over 45%` is 1.8 times the even share. Sets of fewer than eight items are not judged.
    """
    keyed = list(_keyed(subject))
    if not keyed:
        return KEY_POSITION.result("no items", "warn")
    verdicts: list[Verdict] = []
    told = []
    for size, places in _by_size(keyed):
        if len(places) < 8:
            continue
        shares, chance = _shares(places, size), _chance(places, size)
        verdicts += [_place_verdict(share, size) for share in shares]
        verdicts.append("pass" if chance > 0.05 else "warn")
        told.append(f"{size} options {'/'.join(f'{share:.0%}' for share in shares)} (p {chance:.2f})")
    run, last = _longest_run(keyed)
    findings = []
    if run > 3:
        verdicts.append("warn")
        what = f"{run} items in a row have their key in the same place, up to {last.item.id}"
        findings.append(subject.in_bank(last.path, what, "move a key"))
    if worst(verdicts) != "pass" and told:
        findings.append(subject.in_bank(("items",), f"places of keys: {'; '.join(told)}", "spread the keys evenly"))
    return KEY_POSITION.result("; ".join([*told, f"longest run {run}"]), worst(verdicts), findings)


def _by_size(keyed: Iterable[tuple[PlacedItem, int]]) -> Iterator[tuple[int, list[int]]]:
    sizes: dict[int, list[int]] = {}
    for placed, key in keyed:
        sizes.setdefault(len(options_of(placed.item)), []).append(key)
    yield from sorted(sizes.items())


def _shares(places: Sequence[int], size: int) -> list[float]:
    counts = Counter(places)
    return [counts[place] / len(places) for place in range(size)]


def _chance(places: Sequence[int], size: int) -> float:
    counts, even = Counter(places), len(places) / size
    return chance_of_chi_square(sum((counts[place] - even) ** 2 / even for place in range(size)), size - 1)


def _place_verdict(share: float, size: int) -> Verdict:
    even = 1 / size
    return within(round(share, 4), (round(even - 0.10, 4), round(even + 0.10, 4)), (0.0, round(1.8 * even, 4)))


def _longest_run(keyed: Sequence[tuple[PlacedItem, int]]) -> tuple[int, PlacedItem]:
    """How many neighbours in the file share a place, and the last of them; graded items and checks do not mix."""
    groups = [list(group) for _, group in groupby(keyed, key=lambda entry: (entry[0].graded, entry[1]))]
    longest = max(groups, key=len)
    return len(longest), longest[-1][0]
