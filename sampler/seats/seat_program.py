"""Whether seats exist, and some that do: the program over merged profiles.

QUOTAS.md, section 1: quotas are the closest for which seats exist. Seats themselves are planned
elsewhere; what is found here is exact and says nothing of how well the seats fit the place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, repeat

from sampler.seats.cliques import Tree
from sampler.seats.seat_problem import Forbidden, Pattern, SeatProblem
from sampler.seats.seat_tables import Seat, SeatTables, Ties, columns_of
from sampler.solver import Program

Bounds = tuple[tuple[tuple[int, int], ...], ...]
"""The least and the most people of each group of each column."""
MOST_SUBSETS = 12
"""Up to so many classes every subset of them is tried in place of a program."""


@dataclass(frozen=True)
class Room:
    """What numbers and seats have to fit: bounds, pairs left out, rules and people counted.

    A person counted keeps the answers that are known, even two that are left out together.
    """

    people: int
    bounds: Bounds
    forbidden: tuple[Forbidden, ...] = ()
    rules: tuple[Pattern, ...] = ()
    fixed: tuple[Seat, ...] = ()

    def ties(self) -> Ties:
        """Return what the program over seats must know; pairs nobody could have are left away."""
        relevant = tuple(
            one
            for one in self.forbidden
            if all(
                self.bounds[column][group][1] > 0
                for column, group in zip((one.first, one.second), one.groups, strict=True)
            )
        )
        return Ties(tuple(map(len, self.bounds)), relevant, self.rules, self.fixed)

    def holds_alone(self, column: int) -> bool:
        """Say whether the bounds of one column leave room for exactly so many people."""
        bounds = self.bounds[column]
        return all(low <= high for low, high in bounds) and sum(
            low for low, _ in bounds
        ) <= self.people <= sum(high for _, high in bounds)

    def over_one(self, column: int) -> list[tuple[frozenset[int], int, int]]:
        """Return the rules over groups of this column alone."""
        return [
            (groups, rule.least, rule.most)
            for rule in self.rules
            if columns_of(rule) == (column,) and (groups := rule.where[column]) is not None
        ]

    def with_numbers(self, numbers: Sequence[Sequence[int]]) -> Room:
        """Return the room where every group has exactly so many people."""
        bounds = tuple(tuple((number, number) for number in column) for column in numbers)
        return Room(self.people, bounds, self.forbidden, self.rules, self.fixed)


@dataclass
class Stated:
    """A program over some columns: the variable of each group, and the seats of a tree."""

    program: Program
    groups: Mapping[tuple[int, int], int]
    tables: SeatTables | None


def state(
    room: Room,
    columns: Sequence[int],
    tree: Tree | None,
    *,
    costs: Iterator[float] | None = None,
) -> Stated:
    """State the numbers of these columns, and the seats of the tree that ties them together."""
    program = Program()
    groups = {
        (column, g): program.variable(low, high)
        for column in columns
        for g, (low, high) in enumerate(room.bounds[column])
    }
    for column in columns:
        here = [groups[column, g] for g in range(len(room.bounds[column]))]
        program.row([(v, 1.0) for v in here], room.people, room.people)
        for inside, least, most in room.over_one(column):
            program.row([(groups[column, g], 1.0) for g in sorted(inside)], least, most)
    tables = None
    if tree is not None:
        ties = room.ties()
        tables = SeatTables.add_to(program, ties, tree, groups, room.people, costs or repeat(0.0))
        for rule in joining(room.rules, tree):
            program.row([(v, 1.0) for v in tables.matching(rule.where)], rule.least, rule.most)
    return Stated(program, groups, tables)


def joining(rules: Sequence[Pattern], tree: Tree) -> list[Pattern]:
    """Return the rules over several columns of a tree."""
    return [
        rule
        for rule in rules
        if len(columns := columns_of(rule)) > 1 and columns[0] in tree.columns
    ]


def parts(room: Room) -> list[tuple[tuple[int, ...], Tree | None]]:
    """Return the columns that can be looked at on their own, those tied together with a tree."""
    found: list[tuple[tuple[int, ...], Tree | None]] = [
        (tree.columns, tree) for tree in room.ties().trees()
    ]
    tied = {column for columns, _ in found for column in columns}
    alone = [c for c in range(len(room.bounds)) if c not in tied]
    return sorted([*found, *(((c,), None) for c in alone)], key=lambda part: part[0])


def has_room(room: Room) -> bool:
    """Say whether numbers and seats exist that fit; plain sums first."""
    if len(room.fixed) > room.people:
        return False
    if not all(room.holds_alone(column) for column in range(len(room.bounds))):
        return False
    return all(part_has_room(room, columns, tree) for columns, tree in parts(room))


def part_has_room(room: Room, columns: Sequence[int], tree: Tree | None) -> bool:
    """Say whether numbers and seats exist for columns that can be looked at on their own."""
    if all(low == high for column in columns for low, high in room.bounds[column]):
        for column in columns:
            for groups, least, most in room.over_one(column):
                if not least <= sum(room.bounds[column][g][0] for g in sorted(groups)) <= most:
                    return False
        if tree is None:
            return all(room.holds_alone(column) for column in columns)
        if (quick := _by_sums(room, tree)) is not None:
            return quick
    elif tree is None and not any(room.over_one(column) for column in columns):
        return all(room.holds_alone(column) for column in columns)
    return state(room, columns, tree).program.solve() is not None


def _by_sums(room: Room, tree: Tree) -> bool | None:
    """Say without a solver whether seats exist for given numbers; None where sums cannot tell.

    With pairs left out alone, pieces of two columns and nobody counted, seats exist where for
    every set of classes those they may meet are as many: Hall's theorem.
    """
    if room.fixed or joining(room.rules, tree) or any(len(one) > 2 for one in tree.cliques):
        return None
    ties = room.ties()
    classes = ties.classes()
    numbers = []
    for c, column in enumerate(room.bounds):
        sums = [0] * (max(classes[c]) + 1)
        for g, (number, _) in enumerate(column):
            sums[classes[c][g]] += number
        numbers.append(sums)
    for a, b in tree.cliques:
        clashes = {
            (classes[a][i], classes[b][j])
            for one in ties.forbidden
            if (one.first, one.second) in ((a, b), (b, a))
            for i, j in [one.groups if one.first == a else one.groups[::-1]]
        }
        left = [k for k, number in enumerate(numbers[a]) if number]
        if len(left) > MOST_SUBSETS:
            return None
        for size in range(1, len(left) + 1):
            for some in combinations(left, size):
                room_for = sum(
                    number
                    for k, number in enumerate(numbers[b])
                    if any((i, k) not in clashes for i in some)
                )
                if sum(numbers[a][i] for i in some) > room_for:
                    return False
    return True


def some_seats(problem: SeatProblem) -> tuple[tuple[int, ...], ...] | None:
    """Return seats with exactly these quotas; None where none exist.

    People counted come first, in their order with what is not known filled in, then the others.
    Every combination has a cost of its own, so that one answer is the cheapest whatever way the
    solver goes about it.
    """
    bounds = tuple(tuple((n, n) for n in column) for column in problem.quotas)
    room = Room(problem.people, bounds, problem.forbidden, problem.rules, problem.fixed)
    free = problem.people - len(problem.fixed)
    left = [list(column) for column in problem.quotas]
    for person in problem.fixed:
        for column, group in enumerate(person):
            if group is not None:
                left[column][group] -= 1
    if free < 0 or any(number < 0 for column in left for number in column):
        return None
    if not all(room.holds_alone(column) for column in range(len(bounds))):
        return None
    classes = room.ties().classes()
    kinds: list[dict[int, int]] = [{} for _ in range(problem.people)]
    random_ = random.Random(1)
    costs = iter(lambda: float(random_.randrange(1, 2**20)), None)
    for columns, tree in parts(room):
        stated = state(room, columns, tree, costs=costs)
        values = stated.program.solve()
        if values is None:
            return None
        if stated.tables is None:
            continue
        layers = stated.tables.seats(values)
        nobody = (None,) * len(columns)
        for number in range(problem.people):
            is_counted = number < len(problem.fixed)
            known = stated.tables.known(problem.fixed[number]) if is_counted else nobody
            kinds[number].update(layers[known].pop(0))
    seats: list[list[int]] = [[] for _ in range(problem.people)]
    for column, numbers in enumerate(left):
        pools: dict[int | None, list[int]] = {}
        for group, number in enumerate(numbers):
            pools.setdefault(classes[column][group], []).extend([group] * number)
        anyone = sorted(group for pool in pools.values() for group in pool)
        for at, kind in enumerate(kinds):
            known_group = problem.fixed[at][column] if at < len(problem.fixed) else None
            if known_group is not None:
                seats[at].append(known_group)
            else:
                pool = pools[kind[column]] if column in kind else anyone
                seats[at].append(pool.pop(0))
    counted = len(problem.fixed)
    return tuple(map(tuple, [*seats[:counted], *sorted(seats[counted:])]))
