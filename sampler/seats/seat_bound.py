"""How close seats can come at best: no seats, however chosen, are nearer than this.

Each pair of characteristics alone is a transportation program whose cost |n - ideal| is a line
through every two neighbouring whole numbers, so its best is a whole table, and the best of all
pairs added up cannot be beaten. The solver only supplies the multipliers: with any multipliers
whatever the sum worked out here from whole numbers is a lower limit (weak duality), so nothing
rests on the solver's tolerances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sampler.errors import NoSeats
from sampler.seats.seat_highs import Columns, solve
from sampler.seats.seat_problem import UNIT, PairTarget, SeatProblem


@dataclass(frozen=True)
class Cell:
    """How many seats two groups may share, and the ideal, in units."""

    ideal: int
    least: int
    most: int

    def off(self, people: int) -> int:
        """Return how far a number of seats is from the ideal, in units."""
        return abs(people * UNIT - self.ideal)

    def lines(self) -> list[tuple[int, int]]:
        """Return what one person more costs and for how many, from the least on."""
        floor, rest = divmod(self.ideal, UNIT)
        spans = (
            (0, floor, -UNIT),
            (floor, floor + 1, UNIT - 2 * rest),
            (floor + 1, self.most, UNIT),
        )
        found = []
        for start, end, cost in spans:
            width = min(end, self.most) - max(start, self.least)
            if width > 0:
                found.append((cost, width))
        return found

    def cheapest(self, worth: int) -> int:
        """Return the lowest cost when every person is worth so much."""
        low = self.off(self.least) - worth * self.least
        return low + sum(min(0, cost - worth) * width for cost, width in self.lines())

    def within(self, worth: int, slack: int) -> Cell:
        """Return the cell with only the numbers that cost at most so much more than the lowest."""
        most = self.cheapest(worth) + slack
        kept = [n for n in range(self.least, self.most + 1) if self.off(n) - worth * n <= most]
        return Cell(self.ideal, kept[0], kept[-1])


@dataclass(frozen=True)
class PairBound:
    """The least deviation of a pair, in units, and what one person more is worth in each cell."""

    lowest: int
    cells: tuple[tuple[Cell, ...], ...]
    worths: tuple[tuple[int, ...], ...]

    def within(self, slack: int) -> list[list[Cell]]:
        """Return the cells as they must be in seats no further from the limit than `slack`.

        A cell that costs more than its cheapest number takes all seats that much from the limit.
        """
        return [
            [cell.within(worth, slack) for cell, worth in zip(row, worths, strict=True)]
            for row, worths in zip(self.cells, self.worths, strict=True)
        ]


@dataclass(frozen=True)
class _Block:
    """At least and at most so many seats over some cells of a pair."""

    cells: frozenset[tuple[int, int]]
    least: int
    most: int


def cells_of(problem: SeatProblem, index: int) -> list[list[Cell]]:
    """Return the cells of a pair: what quotas, forbidden pairs and fixed people leave of each."""
    target = problem.targets[index]
    rows, columns = problem.quotas[target.first], problem.quotas[target.second]
    at = {target.first: 0, target.second: 1}
    closed = [
        tuple(group for _, group in sorted(zip((one.first, one.second), one.groups, strict=True)))
        for one in problem.forbidden
        if one.first in at and one.second in at
    ]
    held = [(person[target.first], person[target.second]) for person in problem.fixed]
    return [
        [
            Cell(
                ideal,
                held.count((i, j)),
                held.count((i, j)) if (i, j) in closed else min(row, column),
            )
            for j, (ideal, column) in enumerate(zip(ideals, columns, strict=True))
        ]
        for i, (ideals, row) in enumerate(zip(problem.ideals[index], rows, strict=True))
    ]


def pair_bound(problem: SeatProblem, index: int) -> PairBound:
    """Return the least deviation of one pair alone; raises `NoSeats` where it has no seats."""
    target = problem.targets[index]
    cells = cells_of(problem, index)
    if any(cell.least > cell.most for row in cells for cell in row):
        raise NoSeats
    quotas = problem.quotas[target.first], problem.quotas[target.second]
    blocks = _blocks(problem, target)
    program = Columns()
    sums = [[program.row(float(people), float(people)) for people in quota] for quota in quotas]
    extra = [program.row(float(block.least), float(block.most)) for block in blocks]
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            inside = [r for r, block in zip(extra, blocks, strict=True) if (i, j) in block.cells]
            rows = [sums[0][i], sums[1][j], *inside]
            if cell.least:
                for r in rows:
                    program.least[r] -= cell.least
                    program.most[r] -= cell.least
            for cost, width in cell.lines():
                program.column(rows, cost=cost / UNIT, highest=float(width))
    answer = solve(program)
    if answer.is_empty:
        raise NoSeats
    worth = [round(value * UNIT) for value in answer.multipliers] or [0] * len(program.least)
    return _limit(cells, quotas, blocks, worth)


def _limit(
    cells: Sequence[Sequence[Cell]],
    quotas: tuple[Sequence[int], Sequence[int]],
    blocks: Sequence[_Block],
    worth: Sequence[int],
) -> PairBound:
    """Return the lower limit that multipliers give, in whole numbers."""
    rows, columns = quotas
    extra = worth[len(rows) + len(columns) :]
    total = sum(w * people for w, people in zip(worth, (*rows, *columns), strict=False))
    for w, block in zip(extra, blocks, strict=True):
        total += w * (block.least if w > 0 else block.most)
    values = []
    for i, row in enumerate(cells):
        line = [worth[i] + worth[len(rows) + j] for j in range(len(row))]
        for w, block in zip(extra, blocks, strict=True):
            line = [value + w * ((i, j) in block.cells) for j, value in enumerate(line)]
        total += sum(cell.cheapest(value) for cell, value in zip(row, line, strict=True))
        values.append(tuple(line))
    return PairBound(total, tuple(map(tuple, cells)), tuple(values))


def _blocks(problem: SeatProblem, target: PairTarget) -> list[_Block]:
    """Return what the rules say about a pair's cells.

    A rule about these two says how many seats lie in a block of cells. Of a rule about more, the
    least still holds: everyone who matches it lies in the block.
    """
    sizes = len(problem.quotas[target.first]), len(problem.quotas[target.second])
    found = []
    for rule in problem.rules:
        asked = {c for c, groups in enumerate(rule.where) if groups is not None}
        if not asked & {target.first, target.second}:
            continue
        rows, columns = (
            range(size) if (groups := rule.where[c]) is None else sorted(groups)
            for c, size in zip((target.first, target.second), sizes, strict=True)
        )
        exact = asked <= {target.first, target.second}
        found.append(
            _Block(
                frozenset((i, j) for i in rows for j in columns),
                rule.least,
                rule.most if exact else problem.people,
            )
        )
    return found


def bounds(problem: SeatProblem) -> tuple[int, int, dict[int, PairBound]]:
    """Return the lower limits in units, of what counts first and of the rest, and each pair's.

    Raises `NoSeats` where a pair alone already has none.
    """
    each = {index: pair_bound(problem, index) for index in range(len(problem.targets))}
    first = sum(
        found.lowest
        for index, found in each.items()
        if problem.counts_first(problem.targets[index])
    )
    return first, sum(found.lowest for found in each.values()) - first, each
