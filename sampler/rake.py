"""Raking: a two-way table moved to other row and column totals, and why it cannot always be.

Iterative proportional fitting: Deming and Stephan (1940). Where no table meets both totals the
rounds end by swinging between two: Gietl and Reffel, Accumulation points of the iterative
proportional fitting procedure (2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LIMIT = 1_000
"""Rounds of rows and columns; tables without zeros take fewer than ten."""
TOLERANCE = 1e-9
STALLED = 1e-6
"""Where ten rounds bring the miss down by less than this part of itself, no table meets both."""
ROUNDS_WATCHED = 10
SMALLEST = 1e-290
"""A row or column that adds up to less is empty: dividing by it would overflow."""

Cells = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Raked:
    """A raked table; `off` is the largest miss of a row or column total, in their own unit."""

    cells: tuple[tuple[float, ...], ...]
    iterations: int
    off: float


def rake(
    cells: Cells,
    rows: Sequence[float],
    columns: Sequence[float],
    *,
    limit: int = LIMIT,
    tolerance: float = TOLERANCE,
) -> Raked:
    """Return the table with the pattern of `cells` and the totals asked for.

    Zero cells stay zero. Where no such table exists the two nearest, one that meets the rows and
    one that meets the columns, are halved between, and `off` says by how much both are missed.

    >>> raked = rake([[1, 1], [1, 1]], [30, 70], [40, 60])
    >>> [[round(cell) for cell in row] for row in raked.cells], raked.iterations
    ([[12, 18], [28, 42]], 1)
    """
    table = [[float(cell) for cell in row] for row in cells]
    before = table
    misses: list[float] = []
    iterations = 0
    while iterations < limit:
        iterations += 1
        before = _scaled(table, [sum(row) for row in table], rows)
        sums = [sum(column) for column in zip(*before, strict=True)]
        if _miss(sums, columns) <= tolerance:
            return _done(before, rows, columns, iterations)
        table = _columns_scaled(before, sums, columns)
        sums = [sum(row) for row in table]
        # All misses added up never grow from round to round; the largest one can.
        misses.append(sum(abs(s - w) for s, w in zip(sums, rows, strict=True)))
        if _miss(sums, rows) <= tolerance:
            return _done(table, rows, columns, iterations)
        watched = misses[-1 - ROUNDS_WATCHED :]
        if len(watched) > ROUNDS_WATCHED and watched[-1] > watched[0] * (1 - STALLED):
            break
    between = [
        [(a + b) / 2 for a, b in zip(one, other, strict=True)]
        for one, other in zip(before, table, strict=True)
    ]
    return _done(between, rows, columns, iterations)


def _scaled(
    table: list[list[float]], sums: Sequence[float], wanted: Sequence[float]
) -> list[list[float]]:
    factors = _factors(sums, wanted)
    return [[c * factor for c in row] for row, factor in zip(table, factors, strict=True)]


def _columns_scaled(
    table: list[list[float]], sums: Sequence[float], wanted: Sequence[float]
) -> list[list[float]]:
    factors = _factors(sums, wanted)
    return [[c * factor for c, factor in zip(row, factors, strict=True)] for row in table]


def _factors(sums: Sequence[float], wanted: Sequence[float]) -> list[float]:
    return [w / s if s > SMALLEST else 0.0 for s, w in zip(sums, wanted, strict=True)]


def _miss(sums: Sequence[float], wanted: Sequence[float]) -> float:
    return max((abs(s - w) for s, w in zip(sums, wanted, strict=True)), default=0.0)


def _done(
    table: list[list[float]], rows: Sequence[float], columns: Sequence[float], iterations: int
) -> Raked:
    off = max(
        _miss([sum(row) for row in table], rows),
        _miss([sum(column) for column in zip(*table, strict=True)], columns),
    )
    return Raked(tuple(map(tuple, table)), iterations, off)


@dataclass(frozen=True)
class Squeeze:
    """Rows that can only go to these columns, though the columns are wanted less than the rows."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    short: float


def squeeze(
    cells: Cells, rows: Sequence[float], columns: Sequence[float], *, tolerance: float = TOLERANCE
) -> Squeeze | None:
    """Return why no table with these zero cells meets both totals; None where one does.

    The largest flow from rows to columns through the cells above zero; where it falls short the
    rows that still hold something, and all that they could push out, are the cause (the least
    cut: Ford and Fulkerson, 1956).

    >>> squeeze([[1, 0], [1, 1]], [0.6, 0.4], [0.5, 0.5]).columns
    (0,)
    """
    left, room = list(rows), list(columns)
    flow = [[0.0] * len(room) for _ in left]
    while True:
        came_from, reached, to = _search(cells, left, flow, room, tolerance)
        if to is None:
            break
        path = [to]
        while (step := came_from[path[-1]]) is not None:
            path.append(step)
        path.reverse()
        start, end = path[0][1], path[-1][1]
        amount = min(left[start], room[end])
        for one, other in pairwise(path):
            if one[0] == "column":
                amount = min(amount, flow[other[1]][one[1]])
        for one, other in pairwise(path):
            if one[0] == "row":
                flow[one[1]][other[1]] += amount
            else:
                flow[other[1]][one[1]] -= amount
        left[start] -= amount
        room[end] -= amount
    if not reached:
        return None
    held = tuple(sorted(i for kind, i in reached if kind == "row"))
    open_to = tuple(sorted(i for kind, i in reached if kind == "column"))
    return Squeeze(held, open_to, sum(rows[i] for i in held) - sum(columns[j] for j in open_to))


_Node = tuple[str, int]


def _search(
    cells: Cells,
    left: Sequence[float],
    flow: Sequence[Sequence[float]],
    room: Sequence[float],
    tolerance: float,
) -> tuple[dict[_Node, _Node | None], list[_Node], _Node | None]:
    """Return the steps of a breadth-first search from rows not yet used up, and where it ended."""
    reached: list[_Node] = [("row", i) for i, rest in enumerate(left) if rest > tolerance]
    came_from: dict[_Node, _Node | None] = dict.fromkeys(reached)
    for node in reached:
        kind, i = node
        if kind == "row":
            onward = [("column", j) for j, cell in enumerate(cells[i]) if cell > 0]
        else:
            if room[i] > tolerance:
                return came_from, reached, node
            onward = [("row", r) for r in range(len(flow)) if flow[r][i] > 0]
        for step in onward:
            if step not in came_from:
                came_from[step] = node
                reached.append(step)
    return came_from, reached, None
