"""What holds beside a plan's quotas: rules across characteristics and pairs left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from census.spelling import key
from sampler.limits import Question
from sampler.model import Plan
from sampler.seats.seat_problem import Forbidden, Pattern
from sampler.seats.seat_tables import columns_of


@dataclass(frozen=True)
class GroundRule:
    """A rule across characteristics over a plan's columns, in the user's words."""

    words: str
    pattern: Pattern

    def touches(self, columns: Sequence[int]) -> bool:
        """Say whether it is about any of these columns."""
        return any(column in columns for column in columns_of(self.pattern))


@dataclass(frozen=True)
class Ground:
    """Rules, the pairs the user left out with their words, and all other pairs left out."""

    rules: tuple[GroundRule, ...] = ()
    yours: tuple[Forbidden, ...] = ()
    yours_words: tuple[str, ...] = ()
    pairs: tuple[Forbidden, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules or self.yours or self.pairs)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The rules without their words."""
        return tuple(rule.pattern for rule in self.rules)

    @cached_property
    def forbidden(self) -> tuple[Forbidden, ...]:
        """Every pair left out."""
        return (*self.pairs, *self.yours)

    def only(self, rules: Sequence[int], yours: Sequence[int]) -> Ground:
        """Return it with some of the user's rules and pairs only."""
        return Ground(
            tuple(self.rules[i] for i in rules),
            tuple(self.yours[i] for i in yours),
            tuple(self.yours_words[i] for i in yours),
            self.pairs,
        )


NOTHING = Ground()
"""No rule across characteristics and no pair left out."""


def ground(plan: Plan, question: Question) -> Ground:
    """Return what a question holds beside the quotas, over the columns of a plan.

    A brief may have changed since its plan was taken: rules and pairs about characteristics or
    groups the plan does not have are left away, and so is how a round is split up.
    """
    at: dict[int, tuple[int, dict[int, int]]] = {}
    places = {key(part.name): i for i, part in enumerate(plan.characteristics)}
    for column, part in enumerate(question.mix.characteristics):
        if (here := places.get(key(part.name))) is not None:
            groups = {key(g): i for i, g in enumerate(plan.characteristics[here].groups)}
            moved = {g: groups.get(key(one.name)) for g, one in enumerate(part.groups)}
            at[column] = here, {g: i for g, i in moved.items() if i is not None}
    rules = []
    for rule in question.across:
        where: list[frozenset[int] | None] = [None] * len(plan.characteristics)
        is_whole = True
        for column, asked in enumerate(rule.where):
            if asked is None:
                continue
            here, known = at.get(column, (0, {}))
            where[here] = frozenset(known[g] for g in sorted(asked) if g in known)
            is_whole &= bool(where[here])
        if is_whole:
            most = plan.people_wanted if rule.at_most is None else rule.at_most
            rules.append(
                GroundRule(rule.rule.rule, Pattern(tuple(where), rule.at_least or 0, most))
            )
    yours, words, pairs = [], [], []
    for one in question.left_out:
        if (moved_pair := _moved(Forbidden(*one.characteristics, one.groups), at)) is None:
            continue
        if one.kind == "yours":
            yours.append(moved_pair)
            groups_ = zip(one.characteristics, one.groups, strict=True)
            names = [question.mix.characteristics[c].groups[g].name for c, g in groups_]
            words.append(f"nobody who is both {' and '.join(names)}")
        else:
            pairs.append(moved_pair)
    return Ground(tuple(rules), tuple(yours), tuple(words), tuple(pairs))


def _moved(pair: Forbidden, at: dict[int, tuple[int, dict[int, int]]]) -> Forbidden | None:
    one, other = at.get(pair.first), at.get(pair.second)
    if one is None or other is None:
        return None
    i, j = one[1].get(pair.groups[0]), other[1].get(pair.groups[1])
    if i is None or j is None:
        return None
    return Forbidden(one[0], other[0], (i, j))
