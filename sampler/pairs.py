"""The pairs of groups a mix leaves out: impossible, unlikely, or marked by the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from census.spelling import did_you_mean, key
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.mix import Mix, MixCharacteristic, MixGroup
from sampler.unlikely import IMPOSSIBLE, UNLIKELY, PairRule

Why = Literal["impossible", "unlikely", "yours", "census"]
YOURS = "You left this pair out."


@dataclass(frozen=True)
class LeftOut:
    """Two groups nobody is to have together, by their places in the mix, and why.

    `switch` is the name that keeps an unlikely pair; the others have none.
    """

    characteristics: tuple[int, int]
    groups: tuple[int, int]
    reason: str
    kind: Why
    switch: str | None = None


def left_out(mix: Mix, brief: Brief) -> tuple[LeftOut, ...]:
    """Return every pair of groups left out, each once, in the order of the mix.

    Where several reasons apply, what is impossible comes first, then what is unlikely.

    Raises `BriefError` where a pair of the brief names no group of the mix.
    """
    rules = [*IMPOSSIBLE, *(rule for rule in UNLIKELY if rule.name not in brief.keep_unlikely)]
    found: dict[tuple[tuple[int, int], tuple[int, int]], LeftOut] = {}
    for one in (*_by_rules(mix, rules), *_by_hand(mix, brief)):
        found.setdefault((one.characteristics, one.groups), one)
    return tuple(found[at] for at in sorted(found))


def switches(mix: Mix) -> tuple[PairRule, ...]:
    """Return the unlikely rules that are about a pair of this mix, each name once."""
    named = {one.switch: one for one in _by_rules(mix, UNLIKELY)}
    rules = {rule.name: rule for rule in reversed(UNLIKELY) if rule.name in named}
    return tuple(reversed(rules.values()))


def parts_of(group: MixGroup) -> tuple[str, ...]:
    """Return the groups a group was put together from, or its own name."""
    return group.parts or (group.name,)


def _by_rules(mix: Mix, rules: Sequence[PairRule]) -> Iterator[LeftOut]:
    places = {part.topic: i for i, part in enumerate(mix.characteristics) if part.topic}
    for rule in rules:
        one, other = rule.topics
        if one not in places or other not in places:
            continue
        at = places[one], places[other]
        first, second = (mix.characteristics[i].groups for i in at)
        for i, group in enumerate(first):
            for j, against in enumerate(second):
                if rule.holds(parts_of(group), parts_of(against)):
                    yield _pair(at, (i, j), rule.reason, rule.kind, rule.name)


def _pair(
    characteristics: tuple[int, int],
    groups: tuple[int, int],
    reason: str,
    kind: Why,
    switch: str | None = None,
) -> LeftOut:
    (a, i), (b, j) = sorted(zip(characteristics, groups, strict=True))
    return LeftOut((a, b), (i, j), reason, kind, switch)


def _by_hand(mix: Mix, brief: Brief) -> list[LeftOut]:
    found, problems = [], []
    for number, asked in enumerate(brief.leave_out):
        try:
            (a, first), (b, second) = (_named(mix, *one) for one in asked.pair.items())
            if a == b:
                name = mix.characteristics[a].name
                raise ValueError(f"names {name} twice. It needs two different characteristics.")
            found += [_pair((a, b), (i, j), YOURS, "yours") for i in first for j in second]
        except ValueError as error:
            problems.append((f"leave_out[{number}].pair", str(error)))
    if problems:
        raise BriefError(problems)
    return found


def _named(mix: Mix, characteristic: str, group: str) -> tuple[int, list[int]]:
    """Return the place of a characteristic and of the groups a name stands for.

    The name of a broad group stands for all the groups within it.
    """
    names = [part.name for part in mix.characteristics]
    for i, part in enumerate(mix.characteristics):
        if key(characteristic) in (key(part.name), key(part.topic or "")):
            return i, _groups(part, group)
    raise ValueError(
        f"There is no characteristic called {characteristic!r}."
        f"{did_you_mean(characteristic, names)}"
    )


def _groups(part: MixCharacteristic, asked: str) -> list[int]:
    wanted = key(asked)
    for names in ([g.name for g in part.groups], [g.broad or "" for g in part.groups]):
        if found := [i for i, name in enumerate(names) if key(name) == wanted]:
            return found
    for group in part.groups:
        if wanted in map(key, group.parts):
            raise ValueError(
                f"{asked!r} is part of the group {group.name!r} here. Name that group."
            )
    raise ValueError(
        f"{part.name} has no group called {asked!r}."
        f"{did_you_mean(asked, [group.name for group in part.groups])}"
    )
