"""The three ways to round shares to whole people, as what each further person of a group costs.

| rule | the j-th person costs (t is the ideal) | without bounds equals |
| closest | 2j - 1 - 2t | largest remainder (Hamilton) |
| webster | (2j - 1) / t | Sainte-Lague |
| equal_proportions | -t^2 / (j (j - 1)), the first of every group before all | Huntington-Hill |

Costs rise with j, so a greedy is exact: Balinski and Young, Fair Representation (1982).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from sampler.apportion import Shares, closest
from sampler.brief import Rounding

ROUNDINGS: tuple[Rounding, ...] = ("closest", "webster", "equal_proportions")
Cost = tuple[int, Fraction]
"""Groups heard (negative: more is better; equal proportions only), then the cost of the rest."""
NOTHING: Cost = (0, Fraction(0))


def apportion(shares: Shares, people: int, rounding: Rounding = "closest") -> list[int]:
    """Share out people under one rounding rule, within the bounds, exactly.

    On a tie the larger group wins, then the one listed first. Bounds must leave room
    (`Shares.can_hold`).

    >>> from sampler.apportion import free
    >>> apportion(free([53, 24, 23]), 4, "webster")
    [2, 1, 1]
    """
    if rounding == "closest":
        return closest(shares, people)
    every = range(len(shares.weights))
    highest = [shares.ceiling(i, people) for i in every]
    plan = [
        max(shares.minimum[i], min(highest[i], _start(shares, people, i, rounding))) for i in every
    ]

    def rank(i: int, j: int) -> tuple[int, Fraction]:
        """Place the j-th person of a group: the lowest comes first."""
        weight = shares.weights[i]
        if not weight:  # more than its minimum it never gets
            return (2, Fraction(j))
        if rounding == "webster":
            return (1, Fraction(2 * j - 1, weight))
        return (0, Fraction(-weight)) if j == 1 else (1, Fraction(-weight * weight, j * (j - 1)))

    spare = people - sum(plan)
    if spare > 0:
        heap = [(rank(i, plan[i] + 1), -shares.sizes[i], i) for i in every if plan[i] < highest[i]]
        heapq.heapify(heap)
        for _ in range(spare):
            _, size, i = heapq.heappop(heap)
            plan[i] += 1
            if plan[i] < highest[i]:
                heapq.heappush(heap, (rank(i, plan[i] + 1), size, i))
    elif spare < 0:

        def last(i: int) -> tuple[tuple[int, Fraction], int, int]:
            first, second = rank(i, plan[i])
            return (-first, -second), shares.sizes[i], -i

        taken = [last(i) for i in every if plan[i] > shares.minimum[i]]
        heapq.heapify(taken)
        for _ in range(-spare):
            i = -heapq.heappop(taken)[2]
            plan[i] -= 1
            if plan[i] > shares.minimum[i]:
                heapq.heappush(taken, last(i))
    return plan


def _start(shares: Shares, people: int, i: int, rounding: Rounding) -> int:
    """Return how many of a group's people cost no more than the last would with exact ideals."""
    total = sum(shares.weights) or 1
    ideal = people * shares.weights[i]  # times the total
    if not ideal:
        return 0
    if rounding == "webster":
        return (2 * ideal + total) // (2 * total)
    return (isqrt(4 * ideal * ideal + total * total) // total + 1) // 2


def cost_of(rounding: Rounding, ideal: Fraction, number: int) -> Cost:
    """Return what so many people of a group cost; a group without people costs nothing.

    >>> cost_of("closest", Fraction(3, 2), 2), cost_of("equal_proportions", Fraction(2), 4)
    ((0, Fraction(-2, 1)), (-1, Fraction(-7, 1)))
    """
    if rounding == "closest":
        return 0, number * number - 2 * ideal * number
    if not number or not ideal:
        return NOTHING
    if rounding == "webster":
        return 0, Fraction(number * number) / ideal
    return -1, ideal * ideal * (Fraction(1, number) - 2)


def plus(one: Cost, other: Cost) -> Cost:
    """Add two costs."""
    return one[0] + other[0], one[1] + other[1]


def minus(one: Cost, other: Cost) -> Cost:
    """Take one cost from another."""
    return one[0] - other[0], one[1] - other[1]


def cost(shares: Shares, people: int, plan: Sequence[int], rounding: Rounding) -> Cost:
    """Return what whole numbers cost altogether, exactly."""
    total = sum(shares.weights) or 1
    found = NOTHING
    for number, weight in zip(plan, shares.weights, strict=True):
        found = plus(found, cost_of(rounding, Fraction(people * weight, total), number))
    return found
