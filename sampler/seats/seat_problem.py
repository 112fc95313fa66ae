"""What seats are asked for and what was found: plain values, whole numbers where they are compared.

Deviations are compared as whole multiples of 1e-9 of a person, so that no machine and no version
of a library orders two plans otherwise than another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

UNIT = 10**9
"""A person, in the whole numbers deviations are compared in."""

Seats = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PairTarget:
    """The share each pair of groups of two characteristics should have; first < second."""

    first: int
    second: int
    shares: tuple[tuple[float, ...], ...]
    known: bool


@dataclass(frozen=True)
class Forbidden:
    """Two groups, of different characteristics, that no seat may hold together.

    People already counted keep both where both are known of them.
    """

    first: int
    second: int
    groups: tuple[int, int]


@dataclass(frozen=True)
class Pattern:
    """At least and at most so many seats with one of the groups of each characteristic.

    None stands for any group.
    """

    where: tuple[frozenset[int] | None, ...]
    least: int
    most: int

    def holds(self, seat: Sequence[int]) -> bool:
        """Say whether a seat matches the pattern."""
        return all(
            groups is None or group in groups
            for group, groups in zip(seat, self.where, strict=True)
        )


@dataclass(frozen=True)
class SeatProblem:
    """Quotas for every characteristic, how pairs should combine, and what must hold.

    `fixed` are people already counted, None for an unknown answer: a seat is theirs.
    """

    quotas: tuple[tuple[int, ...], ...]
    people: int
    targets: tuple[PairTarget, ...]
    forbidden: tuple[Forbidden, ...] = ()
    rules: tuple[Pattern, ...] = ()
    fixed: tuple[tuple[int | None, ...], ...] = ()
    seed: int = 1
    effort: int = 1
    seconds: float = 10.0

    def __post_init__(self) -> None:
        for quota in self.quotas:
            if sum(quota) != self.people or min(quota, default=0) < 0:
                raise ValueError("The quotas of every characteristic must add up to the people.")
        for pattern in (*(rule.where for rule in self.rules), *self.fixed):
            if len(pattern) != len(self.quotas):
                raise ValueError("Rules and fixed people need an entry for every characteristic.")
        for target in self.targets:
            rows, columns = len(self.quotas[target.first]), len(self.quotas[target.second])
            if [len(row) for row in target.shares] != [columns] * rows:
                raise ValueError("The shares of a pair need a row and a column for every group.")
            if not all(0 <= share < math.inf for row in target.shares for share in row):
                raise ValueError("Shares must be numbers, none below zero.")

    @property
    def of(self) -> Literal["known", "all"]:
        """Which pairs count first: the known ones where there are any, else all."""
        return "known" if any(target.known for target in self.targets) else "all"

    def counts_first(self, target: PairTarget) -> bool:
        """Say whether a pair counts first; the others only break ties."""
        return target.known or self.of == "all"

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The number of each characteristic's first group, groups numbered across all of them."""
        return tuple(accumulate((len(quota) for quota in self.quotas), initial=0))

    @cached_property
    def ideals(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """People times share for each cell of each target, in units."""
        return tuple(
            tuple(tuple(round(self.people * UNIT * share) for share in row) for row in one.shares)
            for one in self.targets
        )

    def excepted(self, one: Forbidden) -> int:
        """Return how many people counted hold a forbidden pair all the same."""
        return sum((person[one.first], person[one.second]) == one.groups for person in self.fixed)

    def deviations(self, seats: Sequence[Sequence[int]]) -> tuple[int, int]:
        """Return how far seats are from the targets, in units: what counts first, and the rest."""
        totals = [0, 0]
        for target, ideal in zip(self.targets, self.ideals, strict=True):
            counts = [[0] * len(row) for row in ideal]
            for seat in seats:
                counts[seat[target.first]][seat[target.second]] += UNIT
            totals[not self.counts_first(target)] += sum(
                abs(count - wanted)
                for row, ideals in zip(counts, ideal, strict=True)
                for count, wanted in zip(row, ideals, strict=True)
            )
        return totals[0], totals[1]

    def problems(self, seats: Sequence[Sequence[int]]) -> list[str]:
        """Return what seats break, in words for a developer; plain sums, none trusted."""
        found = []
        for index, quota in enumerate(self.quotas):
            held = [sum(seat[index] == group for seat in seats) for group in range(len(quota))]
            if held != list(quota):
                found.append(f"characteristic {index} has {held}, not {list(quota)}")
        for one in self.forbidden:
            used = sum((seat[one.first], seat[one.second]) == one.groups for seat in seats)
            if used > self.excepted(one):
                found.append(f"{one} is used")
        for rule in self.rules:
            matching = sum(map(rule.holds, seats))
            if not rule.least <= matching <= rule.most:
                found.append(f"{rule} has {matching}")
        if seated(seats, self.fixed) is None:
            found.append("somebody counted has no seat")
        return found


@dataclass(frozen=True)
class SeatPlan:
    """Seats, sorted, and how close they come: `bound`, `gap` and `proven` are about `of`."""

    seats: Seats
    deviation: float
    deviation_known: float
    bound: float
    gap: float
    of: Literal["known", "all"]
    proven: bool
    stopped: bool


def seated(
    seats: Sequence[Sequence[int]], people: Sequence[Sequence[int | None]]
) -> list[int] | None:
    """Return a seat for each person, no seat twice and no answer changed; None if none exists.

    >>> seated([(0, 1), (0, 0)], [(0, None), (None, 1)])
    [1, 0]
    """
    taken: dict[int, int] = {}

    def fits(person: int, seat: int) -> bool:
        answers = zip(people[person], seats[seat], strict=True)
        return all(answer is None or answer == group for answer, group in answers)

    def find(person: int) -> bool:
        """Find a seat along a shortest chain of people who move on (Kuhn, 1955)."""
        before: dict[int, int | None] = {}
        queue: list[tuple[int, int | None]] = [(person, None)]
        for asking, through in queue:
            for seat in range(len(seats)):
                if seat in before or not fits(asking, seat):
                    continue
                before[seat] = through
                if seat in taken:
                    queue.append((taken[seat], seat))
                    continue
                while True:
                    previous = before[seat]
                    taken[seat] = person if previous is None else taken[previous]
                    if previous is None:
                        return True
                    seat = previous
        return False

    if not all(find(person) for person in range(len(people))):
        return None
    at = {person: seat for seat, person in taken.items()}
    return [at[person] for person in range(len(people))]
