"""Whether the known error of approximate figures could change a whole number of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from sampler.apportion import EVEN_SCALE
from sampler.mix import MixCharacteristic


def could_change(part: MixCharacteristic, targets: Sequence[int], people: int, error: int) -> bool:
    """Say whether other whole numbers could be the closest, were each cell out by up to `error`.

    The quotas stand as long as no one person can move from a group to another at a gain, whatever
    the true counts within their ranges. Ranges are taken group by group, so "yes" can be said
    where it is "no", never the other way round.
    """
    if part.basis != "census" or part.voices == "equal":
        return False
    if part.keep_broad:
        return True
    low: list[int] = []
    high: list[int] = []
    for group in part.groups:
        out = error * max(1, len(group.parts))
        counted = group.people or 0
        low.append(_weight(max(0, counted - out), part.voices))
        high.append(_weight(counted + out, part.voices))
    raised = [group.is_boosted for group in part.groups]
    fixed = sum((g.share or Fraction(0) for g in part.groups if g.is_boosted), Fraction(0))
    free = people * (1 - fixed)
    every = range(len(part.groups))

    def ideal(i: int, own: Sequence[int], others: Sequence[int]) -> Fraction:
        if raised[i]:
            return people * (part.groups[i].share or Fraction(0))
        rest = sum(others[j] for j in every if j != i and not raised[j])
        return free * own[i] / (own[i] + rest) if own[i] + rest else Fraction(0)

    least = [ideal(i, low, high) for i in every]
    most = [ideal(i, high, low) for i in every]
    shares = part.shares()
    return any(
        targets[i] > shares.minimum[i]
        and targets[j] < shares.ceiling(j, people)
        and (targets[j] - most[j]) - (targets[i] - least[i]) + 1 <= 0
        for i in every
        for j in every
        if i != j
    )


def _weight(counted: int, voices: str) -> int:
    return isqrt(counted * EVEN_SCALE) if voices == "more_even" else counted
