"""Small problems solved over every profile there is: seats at the limit, or the closest there are.

Two programs. Seats *at* the limit of `seat_bound` keep every cell within the few whole numbers
that are cheapest there, mostly one, so a program without any cost decides in hundredths of a
second. Where none are, the program with costs finds the closest; it takes seconds soon, hence the
limits on profiles and nodes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from sampler.seats.seat_bound import Cell, PairBound
from sampler.seats.seat_highs import Columns, solve
from sampler.seats.seat_problem import UNIT, PairTarget, SeatProblem, Seats

PROFILES_AT_LIMIT = 4_000
NODES_AT_LIMIT = 50
PROFILES = 1_000
NODES = 100
UNKNOWN_COLUMNS = 20_000
"""More columns than this for people counted with unknown answers are not tried."""
SLACK = 1_000
"""Units the solver may be off by: a millionth of a person, as numbers are printed."""


def profiles(problem: SeatProblem, most: int) -> list[tuple[int, ...]] | None:
    """Return every profile a seat can have, in order; None where there are too many to list."""
    live = [[group for group, people in enumerate(quota) if people] for quota in problem.quotas]
    if prod(map(len, live)) > most * 4:
        return None
    closed = [(one.first, one.second, *one.groups) for one in problem.forbidden]
    found = [
        seat
        for seat in product(*live)
        if not any(seat[a] == g and seat[b] == h for a, b, g, h in closed)
    ]
    return found if len(found) <= most else None


@dataclass
class _Program:
    """One column a profile, first; `held` are the seats of people whose every answer is known."""

    columns: Columns
    profiles: list[tuple[int, ...]]
    held: list[tuple[int, ...]]

    def seats(self, values: Sequence[float]) -> Seats:
        """Return the seats that values stand for."""
        more = zip(self.profiles, values, strict=False)
        return tuple(sorted([*self.held, *(seat for seat, n in more for _ in range(round(n)))]))

    def values(self, seats: Seats) -> dict[int, float]:
        """Return the values that stand for seats known already."""
        left = Counter(seats)
        left.subtract(self.held)
        return {number: float(left[seat]) for number, seat in enumerate(self.profiles)}


def at_limit(
    problem: SeatProblem, each: Mapping[int, PairBound], *, seconds: float
) -> Seats | None:
    """Return seats that meet the lower limit of what counts first, where some are found."""
    listed = profiles(problem, PROFILES_AT_LIMIT)
    program = _stated(problem, listed, _cells(problem, each, 0), False) if listed else None
    if program is None:
        return None
    answer = solve(program.columns, nodes=NODES_AT_LIMIT * problem.effort, seconds=seconds)
    return program.seats(answer.values) if answer.is_done else None


@dataclass(frozen=True)
class Closest:
    """A lower limit in units of what counts first, and the closest seats where they were found."""

    lowest: int
    seats: Seats | None


def closest(
    problem: SeatProblem, each: Mapping[int, PairBound], known: Seats, *, seconds: float
) -> Closest | None:
    """Return the closest seats of a small problem, given good ones; None where it is too large."""
    limit = sum(each[index].lowest for index, _ in _first(problem))
    cells = _cells(problem, each, problem.deviations(known)[0] - limit)
    listed = profiles(problem, PROFILES * problem.effort)
    program = _stated(problem, listed, cells, True) if listed else None
    if program is None:
        return None
    columns = program.columns
    loose = replace(columns, whole=[False] * len(columns.whole))
    relaxed = solve(loose, seconds=seconds)
    if not relaxed.is_done:
        return None
    # The lines of a cell start at its least, which costs the same whatever is done.
    stands = sum(cell.off(cell.least) for table in cells for row in table for cell in row)
    lowest = stands + math.floor(relaxed.lowest * UNIT) - SLACK
    start = program.values(known)
    answer = solve(columns, nodes=NODES * problem.effort, start=start, seconds=seconds)
    return Closest(lowest, program.seats(answer.values) if answer.is_done else None)


def _first(problem: SeatProblem) -> list[tuple[int, PairTarget]]:
    return [(i, one) for i, one in enumerate(problem.targets) if problem.counts_first(one)]


def _cells(
    problem: SeatProblem, each: Mapping[int, PairBound], slack: int
) -> list[list[list[Cell]]]:
    return [each[index].within(slack) for index, _ in _first(problem)]


def _stated(
    problem: SeatProblem,
    listed: list[tuple[int, ...]],
    tables: list[list[list[Cell]]],
    costs: bool,
) -> _Program | None:
    """State the program: every cell keeps to its numbers, and costs what it is off if it is to."""
    held = [tuple(g for g in person if g is not None) for person in problem.fixed]
    held = [seat for seat in held if len(seat) == len(problem.quotas)]
    unknown = Counter(person for person in problem.fixed if None in person)
    if any((one[f.first], one[f.second]) == f.groups for f in problem.forbidden for one in unknown):
        return None  # their seats are no profiles
    if len(unknown) * len(listed) > UNKNOWN_COLUMNS:
        return None
    columns = Columns()
    cells: dict[tuple[int, int, int, int], int] = {}
    lines = []
    for (_, target), table in zip(_first(problem), tables, strict=True):
        at = target.first, target.second
        stand = Counter((seat[at[0]], seat[at[1]]) for seat in held)
        for i, row in enumerate(table):
            for j, cell in enumerate(row):
                low, high = cell.least - stand[i, j], cell.most - stand[i, j]
                made = columns.row(float(low), float(low if costs else high))
                cells[*at, i, j] = made
                lines += [(made, *line) for line in cell.lines()] if costs else []
    margins: dict[tuple[int, int], int] = {}
    for c, quota in enumerate(problem.quotas):
        for group, people in enumerate(quota):
            left = float(people - sum(seat[c] == group for seat in held))
            margins[c, group] = columns.row(left, left)
    ruled = []
    for rule in problem.rules:
        stands = sum(map(rule.holds, held))
        ruled.append(columns.row(float(rule.least - stands), float(rule.most - stands)))
    used = [columns.row(0.0, float(problem.people)) for _ in listed] if unknown else []
    for number, seat in enumerate(listed):
        adds = [row for (a, b, g, h), row in cells.items() if seat[a] == g and seat[b] == h]
        adds += [margins[c, group] for c, group in enumerate(seat)]
        adds += [row for row, rule in zip(ruled, problem.rules, strict=True) if rule.holds(seat)]
        adds += used[number : number + 1]
        most = min(problem.quotas[c][group] for c, group in enumerate(seat))
        columns.column(adds, highest=float(most), whole=True)
    for made, cost, width in lines:
        columns.column((), takes=(made,), cost=cost / UNIT, highest=float(width))
    for person, count in unknown.items():
        asks = columns.row(float(count), float(count))
        for seat, is_used in zip(listed, used, strict=True):
            if all(answer in (None, group) for answer, group in zip(person, seat, strict=True)):
                columns.column((asks,), takes=(is_used,))
    return _Program(columns, listed, held)
