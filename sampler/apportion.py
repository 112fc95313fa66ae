"""One characteristic: shares to whole people, in exact whole numbers."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

EVEN_SCALE = 10**12
"""Counts are multiplied by this before the square root, which stays a whole number."""


@dataclass(frozen=True)
class Shares:
    """What one apportionment needs, one entry a group, in the order listed.

    `weights` are whole numbers in proportion to the shares wanted; `sizes` settle ties (larger
    first, then the one listed first); a `maximum` of None is no limit.
    """

    weights: tuple[int, ...]
    sizes: tuple[int, ...]
    minimum: tuple[int, ...]
    maximum: tuple[int | None, ...]

    def ceiling(self, i: int, people: int) -> int:
        """Return the most the group can get; a group without people gets no more than asked."""
        highest = self.maximum[i]
        if self.weights[i] == 0:
            return self.minimum[i]
        return people if highest is None else min(highest, people)

    def can_hold(self, people: int) -> bool:
        """Say whether minimums and maximums leave room for exactly so many people."""
        every = range(len(self.weights))
        return sum(self.minimum) <= people <= sum(self.ceiling(i, people) for i in every) and all(
            self.minimum[i] <= self.ceiling(i, people) for i in every
        )


def free(weights: Sequence[int], sizes: Sequence[int] | None = None) -> Shares:
    """Return shares without minimum or maximum.

    >>> closest(free([30, 70]), 10)
    [3, 7]
    """
    n = len(weights)
    return Shares(tuple(weights), tuple(sizes or weights), (0,) * n, (None,) * n)


def closest(shares: Shares, people: int) -> list[int]:
    """Share out people so that the squares of (whole number - ideal) add to the least.

    Ideal is people x weight / sum of weights. Start from each ideal rounded down, moved into its
    bounds; then add (or take) one person at a time where that costs least. On a tie the larger
    group wins, then the one listed first. Every step is exact. Bounds must leave room
    (`Shares.can_hold`).

    >>> closest(free([40, 35, 25]), 9)
    [4, 3, 2]
    >>> closest(Shares((96, 4), (96, 4), (1, 1), (None, None)), 10)
    [9, 1]

    Without bounds this is largest remainder (Hamilton's method): Balinski and Young, Fair
    Representation (1982). With bounds it is the separable convex program that a greedy solves.
    """
    total = sum(shares.weights) or 1
    every = range(len(shares.weights))
    highest = [shares.ceiling(i, people) for i in every]
    plan = [
        max(shares.minimum[i], min(highest[i], people * shares.weights[i] // total)) for i in every
    ]
    spare = people - sum(plan)
    if spare > 0:
        # How far below its ideal a group is, times the sum of weights: whole numbers.
        heap = [
            (plan[i] * total - people * shares.weights[i], -shares.sizes[i], i)
            for i in every
            if plan[i] < highest[i]
        ]
        heapq.heapify(heap)
        for _ in range(spare):
            behind, size, i = heapq.heappop(heap)
            plan[i] += 1
            if plan[i] < highest[i]:
                heapq.heappush(heap, (behind + total, size, i))
    elif spare < 0:
        heap = [
            (people * shares.weights[i] - plan[i] * total, shares.sizes[i], -i)
            for i in every
            if plan[i] > shares.minimum[i]
        ]
        heapq.heapify(heap)
        for _ in range(-spare):
            ahead, size, negative = heapq.heappop(heap)
            plan[-negative] -= 1
            if plan[-negative] > shares.minimum[-negative]:
                heapq.heappush(heap, (ahead + total, size, negative))
    return plan


def cost(shares: Shares, people: int, plan: Sequence[int]) -> int:
    """Return the squares of (whole number - ideal), added up, times the sum of weights.

    The constant part (the squares of the ideals) is left out, so it can be negative.
    """
    total = sum(shares.weights)
    return sum(
        q * q * total - 2 * q * people * weight
        for q, weight in zip(plan, shares.weights, strict=True)
    )


@dataclass(frozen=True)
class LastPlace:
    """The group that holds the last place, the one that missed it, and by how much.

    `margin` is in people, times the sum of the weights.
    """

    winner: int
    loser: int
    margin: int


def last_place(shares: Shares, people: int, plan: Sequence[int]) -> LastPlace | None:
    """Return who holds the last place and who came next; None where nothing could change."""
    total = sum(shares.weights)
    every = range(len(shares.weights))

    def ahead(i: int) -> int:
        return people * shares.weights[i] - plan[i] * total

    losers = [i for i in every if plan[i] < shares.ceiling(i, people)]
    if not losers:
        return None
    loser = max(losers, key=lambda i: (ahead(i), shares.sizes[i], -i))
    winners = [i for i in every if plan[i] > shares.minimum[i] and i != loser]
    if not winners:
        return None
    winner = min(winners, key=lambda i: (ahead(i), shares.sizes[i], -i))
    return LastPlace(winner, loser, ahead(winner) + total - ahead(loser))


def more_even(sizes: Sequence[int]) -> list[int]:
    """Return weights in proportion to the square roots of the sizes, as whole numbers.

    >>> closest(free(more_even([556608, 355384, 125760, 55402, 51768])), 10)
    [3, 3, 2, 1, 1]

    Bankier's power allocation with power one half (1988).
    """
    return [isqrt(size * EVEN_SCALE) for size in sizes]
