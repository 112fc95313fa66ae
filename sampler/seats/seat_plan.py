"""A round's seats: as close as known pairs allow, and a figure for how close that is."""

from __future__ import annotations

from collections.abc import Callable

from sampler.seats import seat_exact
from sampler.seats.seat_bound import PairBound, bounds
from sampler.seats.seat_problem import UNIT, SeatPlan, SeatProblem
from sampler.seats.seat_search import RUNS, Clock, Search, budget

QUICK_RUNS = 2
"""Runs before a program over the profiles is asked: most small rounds are done by then."""


def plan_seats(problem: SeatProblem, progress: Callable[[float], bool] | None = None) -> SeatPlan:
    """Return seats that meet the quotas and come as close to the targets as is found.

    Pairs that count first (known ones, where there are any) are matched first, the others only
    break ties. `progress` is told how far the work is, from 0 to 1, and returns False to stop it:
    the plan is then what was found so far, and says `stopped`.

    >>> from sampler.seats.seat_problem import PairTarget
    >>> even = PairTarget(0, 1, ((0.25, 0.25), (0.25, 0.25)), known=True)
    >>> plan_seats(SeatProblem(((2, 2), (2, 2)), 4, (even,))).seats
    ((0, 0), (0, 1), (1, 0), (1, 1))

    Raises `NoSeats` where no seats have these quotas.
    """
    lowest, lowest_rest, each = bounds(problem)
    clock = Clock(budget(problem), problem.seconds, progress)
    search = Search(problem, (lowest, lowest_rest), clock)
    for number in range(len(RUNS)):
        if number == QUICK_RUNS and search.goes_on:
            found = seat_exact.at_limit(problem, each, seconds=clock.left())
            if clock.spend(0) and found is not None:
                search.take(found)
        search.run(number)
    if search.goes_on:
        lowest = max(lowest, _closest(problem, each, search))
    search.break_ties()
    search.settle()
    if progress is not None:
        progress(1.0)
    return _plan(problem, search, lowest)


def _closest(problem: SeatProblem, each: dict[int, PairBound], search: Search) -> int:
    """Take the closest seats there are, for a small problem; return the lower limit found."""
    known, clock = search.best.seats, search.clock
    exact = seat_exact.closest(problem, each, known, seconds=clock.left())
    if exact is None or not clock.spend(0):
        return 0
    if exact.seats is None:
        return exact.lowest
    search.take(exact.seats)
    return search.best.off[0]


def _plan(problem: SeatProblem, search: Search, lowest: int) -> SeatPlan:
    first, rest = search.best.off
    seats = tuple(sorted(search.best.seats))
    if broken := problem.problems(seats):
        raise AssertionError("; ".join(broken))
    return SeatPlan(
        seats=seats,
        deviation=(first + rest) / UNIT,
        deviation_known=first / UNIT if problem.of == "known" else 0.0,
        bound=lowest / UNIT,
        gap=(first - lowest) / first if first else 0.0,
        of=problem.of,
        proven=first - lowest <= 1,
        stopped=search.clock.stopped,
    )
