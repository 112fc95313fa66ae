"""A table of whole numbers with given row and column totals, as near to proportion as can be.

Controlled rounding of a two-way table: Cox, A constructive procedure for unbiased controlled
rounding (1987). It is a transportation problem, solved by cheapest augmenting paths.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sampler.rake import rake

UNIT = 10**6
"""Parts of a person that ideals are kept in where they had to be raked."""
NEAR = 100
"""Raked ideals this near to a whole number of people, in those parts, are taken as whole."""


def closest_table(
    rows: Sequence[int],
    columns: Sequence[int],
    allowed: Sequence[Sequence[bool]] | None = None,
) -> list[list[int]]:
    """Return whole numbers that add up to every row and every column.

    The ideal of a cell is row x column / all; every cell is its ideal rounded up or down. Where
    cells are not allowed the ideals are raked around them, and such a cell is used only as far
    as the totals cannot be met without it. Among equals the cells listed first come first. The
    rows and the columns must have the same sum.

    >>> closest_table([4, 2], [3, 3])
    [[2, 2], [1, 1]]
    >>> closest_table([4, 2], [3, 3], [[True, True], [False, True]])
    [[3, 1], [0, 2]]
    """
    people = sum(rows)
    if people != sum(columns) or min((*rows, *columns), default=0) < 0:
        raise ValueError("The rows and the columns must add up to the same number of people.")
    is_open = [[allowed is None or bool(allowed[i][j]) for j in _to(columns)] for i in _to(rows)]
    if all(map(all, is_open)):
        unit = max(people, 1)
        ideals = [[row * column for column in columns] for row in rows]
    else:
        unit = UNIT
        raked = rake([[float(cell) for cell in row] for row in is_open], rows, columns)
        ideals = [[_whole_if_near(cell) for cell in row] for row in raked.cells]
    step = unit * (len(rows) + len(columns) + 2)
    far = step * (people.bit_length() + 2) * (len(rows) + len(columns) + 2)
    cells = [
        [
            _Cell(*divmod(ideal, unit), unit, step, 0 if may else far)
            for ideal, may in zip(here, may_be, strict=True)
        ]
        for here, may_be in zip(ideals, is_open, strict=True)
    ]
    _start_at_floors(cells, rows, columns)
    left = [
        total - sum(cell.people for cell in row) for total, row in zip(rows, cells, strict=True)
    ]
    room = [total - sum(row[j].people for row in cells) for j, total in enumerate(columns)]
    while any(left):
        path = _cheapest(cells, left, room)
        amount = min(left[path[0][0]], room[path[-1][1]])
        amount = min(amount, *(cells[i][j].room(up=up) for i, j, up in path))
        for i, j, up in path:
            cells[i][j].people += amount if up else -amount
        left[path[0][0]] -= amount
        room[path[-1][1]] -= amount
    return [[cell.people for cell in row] for row in cells]


def _to(some: Sequence[int]) -> range:
    return range(len(some))


def _whole_if_near(cell: float) -> int:
    parts = round(cell * UNIT)
    nearest = (parts + UNIT // 2) // UNIT * UNIT
    return nearest if abs(parts - nearest) <= NEAR else parts


@dataclass
class _Cell:
    """One cell: people so far, and what one more or one fewer costs.

    Up to `floor` each is worth `step` or more, the one person between floor and ceiling a little
    more or less than nothing, and beyond that each costs `step` or more; further off in doubling
    stretches, so that a large surplus is spread out. Costs rise throughout.
    """

    floor: int
    part: int
    unit: int
    step: int
    extra: int
    people: int = 0

    @property
    def ceiling(self) -> int:
        return self.floor + (self.part > 0)

    def cost(self, *, up: bool) -> int:
        """Return the cost of one more person, or what the last one cost."""
        at = self.people + up  # the number of the person who comes or goes
        if at <= self.floor:
            return self.extra - self.step * (self.floor - at + 1).bit_length()
        if at <= self.ceiling:
            return self.extra + self.unit - 2 * self.part
        return self.extra + self.step * (at - self.ceiling).bit_length()

    def room(self, *, up: bool) -> int:
        """Return how many more, or fewer, cost the same each."""
        at = self.people + up
        if self.floor < at <= self.ceiling:
            return 1
        off = self.floor - at + 1 if at <= self.floor else at - self.ceiling
        begins, ends = 1 << (off.bit_length() - 1), 1 << off.bit_length()
        towards = up == (at <= self.floor)
        same = off - begins + 1 if towards else ends - off
        return same if up else min(same, self.people)


def _start_at_floors(
    cells: Sequence[Sequence[_Cell]], rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Put every ideal rounded down, where no total is passed: nothing there is cheaper."""
    fits = all(
        sum(cell.floor for cell in row) <= total for total, row in zip(rows, cells, strict=True)
    ) and all(sum(row[j].floor for row in cells) <= total for j, total in enumerate(columns))
    if fits:
        for row in cells:
            for cell in row:
                cell.people = cell.floor


def _cheapest(
    cells: Sequence[Sequence[_Cell]], left: Sequence[int], room: Sequence[int]
) -> list[tuple[int, int, bool]]:
    """Return the cheapest way from a row with people left to a column with room.

    Steps are cells with whether they gain; Bellman and Ford, from a queue.
    """
    rows, columns = range(len(left)), range(len(room))
    cost: dict[tuple[bool, int], int] = {(True, i): 0 for i in rows if left[i]}
    came: dict[tuple[bool, int], tuple[bool, int]] = {}
    queue = deque(cost)
    waiting = set(queue)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        is_row, at = node
        for other in columns if is_row else rows:
            cell = cells[at][other] if is_row else cells[other][at]
            if not is_row and not cell.people:
                continue
            price = cost[node] + (cell.cost(up=True) if is_row else -cell.cost(up=False))
            to = (not is_row, other)
            if to not in cost or price < cost[to]:
                cost[to], came[to] = price, node
                if to not in waiting:
                    waiting.add(to)
                    queue.append(to)
    node = min(((False, j) for j in columns if room[j]), key=lambda one: (cost[one], one[1]))
    path: list[tuple[int, int, bool]] = []
    while node in came:
        before = came[node]
        path.append((before[1], node[1], True) if before[0] else (node[1], before[1], False))
        node = before
    return path[::-1]
