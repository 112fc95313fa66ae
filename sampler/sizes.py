"""What other numbers of people would bring: when each group gets a seat, how many are enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sampler.broad import exact_targets
from sampler.mix import MixCharacteristic

LARGEST_ROUND_TRIED = 1_000
"""Past this many people a first seat is no use to somebody planning interviews."""
CHART_FROM, CHART_TO = 4, 60


@dataclass(frozen=True)
class FirstSeat:
    """The least number of people with which a group gets a seat; None past the largest tried."""

    group: str
    share: Fraction
    people: int | None


def first_seats(part: MixCharacteristic, wanted: int) -> list[FirstSeat]:
    """Return when each group without a seat gets one, under the rules in force.

    With rules the sizes change, so each size is worked out as a plan of its own. Groups in the
    order they get a seat, then by share.
    """
    found = _first_sizes(part, wanted)
    seats = [
        FirstSeat(part.groups[i].name, part.groups[i].share or Fraction(0), size)
        for i, size in found.items()
    ]
    return sorted(seats, key=lambda s: (s.people or LARGEST_ROUND_TRIED + 1, -s.share))


@lru_cache(maxsize=256)
def _first_sizes(part: MixCharacteristic, wanted: int) -> dict[int, int | None]:
    """Return for each group with no seat the first size that gives it one."""
    shares = part.shares()
    found: dict[int, int] = {}
    empty = {
        i
        for i, number in enumerate(exact_targets(part, wanted))
        if number == 0 and shares.weights[i] and shares.maximum[i] != 0
    }
    for size in range(wanted + 1, LARGEST_ROUND_TRIED + 1):
        if len(found) == len(empty):
            break
        if not shares.can_hold(size):
            continue
        plan = exact_targets(part, size)
        for i in empty - found.keys():
            if plan[i]:
                found[i] = size
    return {i: found.get(i) for i in sorted(empty)}


def groups_heard(
    part: MixCharacteristic, sizes: Iterable[int] = range(CHART_FROM, CHART_TO + 1)
) -> dict[int, int]:
    """Return for each number of people how many groups get at least one seat."""
    shares = part.shares()
    return {
        size: sum(number > 0 for number in exact_targets(part, size))
        for size in sizes
        if shares.can_hold(size)
    }


def chance_missed(people: int) -> tuple[int, int]:
    """Return a group size "1 in k" and in how many of 100 rounds chance alone would miss it.

    k is one less than the people, so the group could be expected to be there.

    >>> chance_missed(10)
    (9, 31)
    """
    k = max(2, people - 1)
    missed = Fraction(k - 1, k) ** people if people <= 1_000 else Fraction(3679, 10_000)
    return k, round(missed * 100)
