"""Rules across characteristics, and over several groups of one: from a brief to the mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from census.spelling import did_you_mean, key
from sampler.brief import Brief
from sampler.brief_across import RuleBrief
from sampler.errors import BriefError, Rule
from sampler.mix import Mix, MixCharacteristic
from sampler.seats.seat_problem import Pattern
from sampler.words import group_words, listed


@dataclass(frozen=True)
class Across:
    """At least, or at most, so many people with one of the groups of each characteristic.

    `where` has an entry for each characteristic of the mix; None stands for any group.
    """

    where: tuple[frozenset[int] | None, ...]
    at_least: int | None
    at_most: int | None
    rule: Rule
    must_have: bool

    def pattern(self, people: int, columns: int) -> Pattern:
        """Return the rule over so many columns, those after the mix's with any group."""
        more = (None,) * (columns - len(self.where))
        most = people if self.at_most is None else self.at_most
        return Pattern((*self.where, *more), self.at_least or 0, most)


def resolve(brief: Brief, mix: Mix) -> tuple[Across, ...]:
    """Return the rules of a brief with the groups of the mix they are about.

    A broad group's name stands for every group within it.

    Raises `BriefError` for characteristics and groups the mix does not have.
    """
    found, problems = [], []
    for number, asked in enumerate(brief.rule):
        where: list[frozenset[int] | None] = [None] * len(mix.characteristics)
        named: dict[int, str] = {}
        for name, groups in asked.where.items():
            field = f"rule[{number}].where.{name}"
            try:
                at = _characteristic(mix, name)
                part = mix.characteristics[at]
                if where[at] is not None:
                    raise ValueError(f"names {part.name} twice.")
                every = [_groups(part, group) for group in groups]
            except ValueError as error:
                problems.append((field, str(error)))
                continue
            where[at] = frozenset(g for _, inside in every for g in inside)
            named[at] = _said(part, [words for words, _ in every])
        words = f"{_number(asked)} {', '.join(named.values())}"
        found.append(
            Across(
                tuple(where),
                asked.at_least,
                asked.at_most,
                Rule(words, f"rule[{number}]"),
                asked.must_have,
            )
        )
    if problems:
        raise BriefError(problems)
    return tuple(found)


def unresolved_words(asked: RuleBrief) -> str:
    """Say a rule as the brief has it, without the mix.

    >>> unresolved_words(RuleBrief(at_most=1, where={"Age": ("16-34", "35-54"), "Sex": "Male"}))
    'at most 1 16-34 or 35-54, Male'
    """
    return f"{_number(asked)} {', '.join(listed(g, 'or') for g in asked.where.values())}"


def _number(asked: RuleBrief) -> str:
    if asked.at_least is not None:
        return f"at least {asked.at_least}"
    return f"at most {asked.at_most}"


def _characteristic(mix: Mix, asked: str) -> int:
    for wanted in ([part.name for part in mix.characteristics], _topics(mix)):
        for i, name in enumerate(wanted):
            if name and key(asked) == key(name):
                return i
    names = [part.name for part in mix.characteristics]
    raise ValueError(f"There is no characteristic called {asked!r}.{did_you_mean(asked, names)}")


def _topics(mix: Mix) -> list[str]:
    return [part.topic or "" for part in mix.characteristics]


def _groups(part: MixCharacteristic, asked: str) -> tuple[str, list[int]]:
    """Return how a group, or a broad one, is called and the groups it stands for."""
    wanted = key(asked)
    for i, group in enumerate(part.groups):
        if key(group.name) == wanted:
            return group_words(group.name, part.topic), [i]
    inside = [i for i, group in enumerate(part.groups) if key(group.broad or "") == wanted]
    if inside:
        return f"from any {part.groups[inside[0]].broad} group", inside
    for group in part.groups:
        if wanted in map(key, group.parts):
            raise ValueError(
                f"{asked!r} is part of the group {group.name!r} here. Name that group."
            )
    names = [group.name for group in part.groups]
    raise ValueError(f"There is no group called {asked!r}.{did_you_mean(asked, names)}")


def _said(part: MixCharacteristic, groups: Sequence[str]) -> str:
    """Say groups of one characteristic so that a reader knows what they are groups of."""
    words = listed(list(dict.fromkeys(groups)), "or")
    if part.topic == "sex":
        return words.lower()
    if part.topic == "age":
        return f"aged {words}"
    return words if part.topic else f"{part.name}: {words}"
