"""The search for seats: a start that keeps every rule, then annealed swaps, then the earliest list.

Work is counted in swaps tried, so the same problem gives the same seats on any machine; the clock
only stops a search that takes far longer than it should.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isqrt
from random import Random

from sampler.errors import NoSeats
from sampler.seats.seat_board import Board, Costs, breaches, costs
from sampler.seats.seat_problem import UNIT, Pattern, SeatProblem, Seats, seated

Off = tuple[int, int]
"""How far seats are, in units: what counts first, and what only breaks ties."""

SWAPS = 1_250_000
"""Swaps tried by default, times 16 and the root of the people wanted; 30 million take a second."""
LEVELS = 100
AT_ONCE = 250_000
"""Swaps between two looks at the clock: about ten milliseconds."""
RUNS = ((1, 50, 25), (1, 40, 10), (3, 50, 25), (4, 40, 10), (3, 50, 25), (4, 40, 10))
"""Each run's part of the swaps in sixteenths, and where its temperature starts and ends, in
hundredths of a person. Thirty seats end best at 0.25, a hundred and more at 0.1."""
RUNS_A_SEED = 16
"""Numbers set apart for the runs of one seed, so that the runs of two never start alike."""
WEIGHT = 64
"""What counts first beside what breaks ties while both still move; afterwards nothing trades."""
STARTS = 8
START_SWAPS = 200_000
SETTLE_SWAPS = 30_000_000


@dataclass
class Clock:
    """Counts the swaps of a search, says how far it is, and when it has to stop."""

    budget: int
    seconds: float
    progress: Callable[[float], bool] | None = None
    stopped: bool = False
    _done: int = 0
    _started: float = field(default_factory=time.monotonic)

    def spend(self, swaps: int) -> bool:
        """Count swaps; return False where the search has to stop."""
        self._done += swaps
        if not self.stopped:
            said = self.progress is None or self.progress(min(0.95, self._done / self.budget))
            self.stopped = said is False or self.left() <= 0
        return not self.stopped

    def left(self) -> float:
        """Return the seconds until the safety stop."""
        return self.seconds - (time.monotonic() - self._started)


def budget(problem: SeatProblem) -> int:
    """Return how many swaps a problem is worth."""
    return SWAPS * (16 + isqrt(problem.people)) * problem.effort


def start(problem: SeatProblem, attempt: int = 0) -> Seats:
    """Return seats that keep quotas, rules, pairs left out and fixed people.

    Raises `NoSeats` where there are none.
    """
    if len(problem.fixed) > problem.people:
        raise NoSeats
    if not all(_may_hold(problem, rule) for rule in problem.rules):
        raise NoSeats
    if not problem.forbidden and not problem.rules:
        return _dealt(problem, attempt * STARTS)
    for number in range(STARTS):
        seed = attempt * STARTS + number
        seats = _dealt(problem, seed)
        board = Board(problem, breaches(problem), seats, (_broken(problem, seats), 0), seed=seed)
        for level in range(LEVELS):
            if board.best[0] == 0:
                return board.seats(best=True)
            board.anneal(START_SWAPS // LEVELS, UNIT * (LEVELS - level) // (2 * LEVELS), 1)
        if board.best[0] == 0:
            return board.seats(best=True)
    from sampler.seats.seat_program import some_seats

    found = some_seats(problem)
    if found is None:
        raise NoSeats
    return in_rows(problem, found)


def _may_hold(problem: SeatProblem, rule: Pattern) -> bool:
    """Say whether the quotas alone leave room for a rule; one about a single group is settled."""
    asked = [
        sum(quota[group] for group in groups)
        for quota, groups in zip(problem.quotas, rule.where, strict=True)
        if groups is not None
    ]
    most = min(asked, default=problem.people)
    least = max(0, sum(asked) - problem.people * (len(asked) - 1)) if asked else most
    return least <= rule.most and rule.least <= most


def in_rows(problem: SeatProblem, seats: Sequence[Sequence[int]]) -> Seats:
    """Return seats with those of fixed people first, in their order, the others sorted."""
    rows = seated(seats, problem.fixed)
    if rows is None:
        raise NoSeats
    rest = sorted(tuple(seat) for row, seat in enumerate(seats) if row not in rows)
    return (*(tuple(seats[row]) for row in rows), *rest)


def _dealt(problem: SeatProblem, seed: int) -> Seats:
    """Return seats with the quotas dealt out at random, around the fixed people."""
    rng = Random(f"{problem.seed} {seed}")
    columns = []
    for index, quota in enumerate(problem.quotas):
        left = list(quota)
        held: list[int | None] = [person[index] for person in problem.fixed]
        for group in held:
            if group is not None:
                left[group] -= 1
        if min(left) < 0:
            raise NoSeats
        cards = [group for group, people in enumerate(left) for _ in range(people)]
        order = sorted((rng.random(), place) for place in range(len(cards)))
        dealt = iter([cards[place] for _, place in order])
        held += [None] * (problem.people - len(held))
        columns.append([next(dealt) if group is None else group for group in held])
    return tuple(zip(*columns, strict=True))


def _broken(problem: SeatProblem, seats: Seats) -> int:
    """Return in units how many forbidden pairs are used and people off a rule."""
    used = sum(
        sum((seat[one.first], seat[one.second]) == one.groups for seat in seats)
        - problem.excepted(one)
        for one in dict.fromkeys(problem.forbidden)
    )
    off = 0
    for rule in problem.rules:
        matching = sum(map(rule.holds, seats))
        off += max(0, rule.least - matching, matching - rule.most)
    return UNIT * (used + off)


@dataclass(frozen=True)
class Found:
    """Seats, those of fixed people first, and how far they are."""

    off: Off
    seats: Seats

    def is_better_than(self, other: Found) -> bool:
        """Say whether these come first: closer, or as close and sorted earlier."""
        return (self.off, sorted(self.seats)) < (other.off, sorted(other.seats))


class Search:
    """The annealed runs of one problem; `best` is what they found so far."""

    def __init__(self, problem: SeatProblem, goal: Off, clock: Clock) -> None:
        self.problem, self.goal, self.clock = problem, goal, clock
        self._costs: Costs = costs(problem)
        self._mixed = any(not problem.counts_first(target) for target in problem.targets)
        first = start(problem)
        self.best = Found(problem.deviations(first), first)

    @property
    def goes_on(self) -> bool:
        """Whether what counts first may still come closer, and nobody stopped the search."""
        return self.best.off[0] > self.goal[0] and not self.clock.stopped

    def run(self, number: int) -> None:
        """Do one of `RUNS` for what counts first, unless that is as close as it can be."""
        if self.goes_on:
            seats = start(self.problem, number) if number else self.best.seats
            self._anneal(seats, number, WEIGHT if self._mixed else 1)

    def break_ties(self) -> None:
        """Do every run for what only breaks ties, what counts first never growing."""
        for number in range(len(RUNS)):
            if self._mixed and not self.clock.stopped and self.best.off > self.goal:
                self._anneal(self.best.seats, number, 0)

    def take(self, seats: Sequence[Sequence[int]]) -> None:
        """Take seats found elsewhere where they are closer: a solver settles ties as it likes."""
        rows = in_rows(self.problem, seats)
        off = self.problem.deviations(rows)
        if off < self.best.off:
            self.best = Found(off, rows)

    def settle(self) -> None:
        """Make the swaps left that gain anything, or nothing and give an earlier list."""
        seats = in_rows(self.problem, self.best.seats)
        board = Board(self.problem, self._costs, seats, self.best.off, seed=0)
        people = self.problem.people
        weighed = max(1, len(board.movable) * people * people // 2)
        board.settle(SETTLE_SWAPS // weighed)
        self._offer(Found(board.standing, board.seats(best=False)))

    def _anneal(self, seats: Seats, number: int, weight: int) -> None:
        part, hot, cold = RUNS[number]
        swaps = self.clock.budget * part // (32 if self._mixed else 16)
        off = self.problem.deviations(seats)
        seed = RUNS_A_SEED * self.problem.seed + number
        board = Board(self.problem, self._costs, seats, off, seed=seed)
        done = 0
        for level in range(LEVELS):
            heat = hot * (LEVELS - 1) - (hot - cold) * level
            heat = heat * UNIT * (weight or 1) // (100 * (LEVELS - 1))
            until = swaps * (level + 1) // LEVELS
            while done < until and not self.clock.stopped:
                step = min(AT_ONCE, until - done)
                board.anneal(step, heat, weight)
                done += step
                self.clock.spend(step)
            is_first_done = weight > 0 and board.best[0] <= self.goal[0]
            if self.clock.stopped or is_first_done or board.best <= self.goal:
                break
        self._offer(Found(board.best, board.seats(best=True)))

    def _offer(self, found: Found) -> None:
        if found.is_better_than(self.best):
            self.best = found
