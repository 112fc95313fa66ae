"""Whether the known error of approximate figures could change a whole number of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from sampler.apportion import EVEN_SCALE
from sampler.mix import MixCharacteristic, MixGroup

FLOOR = "at_least_one_above"


def could_change(
    part: MixCharacteristic,
    targets: Sequence[int],
    people: int,
    error: int,
    *,
    above: Fraction | None = None,
) -> bool:
    """Say whether other whole numbers could be the closest, were each cell out by up to `error`.

    The quotas stand as long as no one person can move from a group to another at a gain, whatever
    the true counts within their ranges. `above` is the share over which every group gets a person.
    Ranges are taken group by group, so "yes" can be said where it is "no", never the other way
    round.
    """
    if part.basis != "census":
        return False
    if part.keep_broad or part.from_gaps:
        return True
    groups = [_Range.of(group, part.voices, error) for group in part.groups]
    free = [i for i, group in enumerate(part.groups) if not group.is_boosted]
    if not any(groups[i].low for i in free or range(len(groups))):
        return True
    fixed = sum((g.share or Fraction(0) for g in part.groups if g.is_boosted), Fraction(0))
    left = people * (1 - fixed)
    least, most, can_give, can_take = [], [], [], []
    for i, (group, counts) in enumerate(zip(part.groups, groups, strict=True)):
        others = [groups[j] for j in range(len(groups)) if j != i]
        floor = _floor(group, counts, others, above)
        if floor == "may begin" and targets[i] == 0:
            return True
        minimum = 0 if floor == "may end" else group.minimum
        share = group.share or Fraction(0)
        if group.is_boosted:
            least.append(people * share)
            most.append(people * share)
        else:
            rest = [groups[j] for j in free if j != i]
            least.append(left * _part(counts.low, sum(one.high for one in rest)))
            most.append(left * _part(counts.high, sum(one.low for one in rest)))
        can_give.append(targets[i] > minimum)
        may_count = bool(share) if group.is_boosted else counts.high > 0
        limit = people if group.maximum is None else group.maximum
        can_take.append(may_count and targets[i] < limit)
        may_be_nobody = not share if group.is_boosted else not counts.low
        if may_be_nobody and targets[i] > minimum:
            return True
    for i, giver in enumerate(groups):
        for j, taker in enumerate(groups):
            if i == j or not can_give[i] or not can_take[j]:
                continue
            gain = (targets[i] - least[i]) - (targets[j] - most[j]) - 1
            is_larger = giver.fewest > taker.most
            if gain > 0 or (gain == 0 and not is_larger):
                return True
    return False


@dataclass(frozen=True)
class _Range:
    """What may truly be counted in a group, and what it then weighs."""

    fewest: int
    most: int
    low: int
    high: int

    @classmethod
    def of(cls, group: MixGroup, voices: str, error: int) -> _Range:
        counted, out = group.people or 0, error * max(1, len(group.parts))
        fewest, most = max(0, counted - out), counted + out
        return cls(fewest, most, _weight(fewest, voices), _weight(most, voices))


def _weight(counted: int, voices: str) -> int:
    if voices == "equal":
        return 1 if counted else 0
    return isqrt(counted * EVEN_SCALE) if voices == "more_even" else counted


def _part(own: int, others: int) -> Fraction:
    return Fraction(own, own + others) if own + others else Fraction(0)


def _floor(
    group: MixGroup, counts: _Range, others: Sequence[_Range], above: Fraction | None
) -> str:
    """Say whether the rule of one person a group above a share may begin or end to hold."""
    if above is None or (group.rule is not None and group.rule.field != FLOOR):
        return ""
    lowest = _part(counts.fewest, sum(one.most for one in others))
    highest = _part(counts.most, sum(one.fewest for one in others))
    if not lowest <= above < highest:
        return ""
    return "may end" if group.rule else "may begin"
