"""The closest quotas for which seats exist: exact costs first, then the rule for ties.

The program has every group's number and, for each entry that has shares, a convex cost made of
lines through whole numbers: exact near the numbers looked at, too low elsewhere. An answer where
its cost is exact is the cheapest; else lines are added there and it is solved again (Kelley,
1960). So nothing far away is left out, and costs stand in the objective, never in a rule.

The solver only finds. An answer stands once another solve, which asks for anything else, finds
nothing as cheap in exact fractions; where it does, the targets that are largest in the order of
the tie rule are looked for one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sampler.apportion import Shares
from sampler.brief import Rounding
from sampler.rounding import NOTHING, Cost, apportion, cost_of, minus, plus
from sampler.seats.seat_program import Stated
from sampler.solver import Program

SCALE = 10**6
"""A unit of cost (a square of a person, for the closest) in what the solver is told."""
NEAR = 2
FAR = (8, 32, 128, 512, 2048, 8192, 32768)
Place = tuple[int, int]
Numbers = list[list[int]]


@dataclass(frozen=True)
class Block:
    """Shares that add up to so many people, and the groups behind each entry.

    Without a rounding there are minimums and no shares: each person above a minimum costs, and
    the last entry takes everyone else.
    """

    column: int
    members: tuple[tuple[int, ...], ...]
    shares: Shares
    people: int
    rounding: Rounding | None

    def alone(self) -> list[int]:
        """Return the closest whole numbers where nothing else stands in the way."""
        if self.rounding is not None:
            return apportion(self.shares, self.people, self.rounding)
        named = list(self.shares.minimum[:-1])
        return [*named, self.people - sum(named)]

    def limits(self, i: int) -> tuple[int, int]:
        """Return the least and the most an entry can get."""
        most = self.shares.maximum[i]
        if self.rounding is None:
            return self.shares.minimum[i], self.people if most is None else most
        return self.shares.minimum[i], self.shares.ceiling(i, self.people)

    def cost(self, i: int, number: int) -> Cost:
        """Return what so many people of an entry cost."""
        if self.rounding is None:
            above = number - self.shares.minimum[i]
            return (0, Fraction(above * above)) if i < len(self.members) - 1 else NOTHING
        total = sum(self.shares.weights) or 1
        return cost_of(self.rounding, Fraction(self.people * self.shares.weights[i], total), number)

    def whole_cost(self, numbers: Sequence[int]) -> Cost:
        """Return what the numbers of all entries cost."""
        found = NOTHING
        for i, number in enumerate(numbers):
            found = plus(found, self.cost(i, number))
        return found

    def order(self) -> list[int]:
        """Return the entries as ties read them: the larger first, then as listed."""
        return sorted(range(len(self.members)), key=lambda i: (-self.shares.sizes[i], i))

    def cheapest_from(self, i: int, least: int, given: Mapping[int, int]) -> Cost | None:
        """Return the least cost with so many of one entry at least; None where there is no room."""
        if self.rounding is None:
            return NOTHING
        shares = self.shares
        low = [given.get(k, shares.minimum[k]) for k in range(len(self.members))]
        high = [given.get(k, self.limits(k)[1]) for k in range(len(self.members))]
        low[i] = max(low[i], least)
        raised = replace(shares, minimum=tuple(low), maximum=tuple(high))
        if not raised.can_hold(self.people):
            return None
        return self.whole_cost(apportion(raised, self.people, self.rounding))


def closest(stated: Stated, blocks: Sequence[Block]) -> Numbers | None:
    """Return the closest numbers of each block that the program allows; None where there are none.

    Among equal costs the numbers are lexicographically largest: block by block, in each the
    larger entry first, then the one listed first.

    Raises `SolverError` where the solver breaks.
    """
    search = _Search(stated, blocks)
    best = search.cheapest({}, {}, None)
    if best is None:
        return None
    while True:
        other = search.cheapest({}, {}, best)
        if other is None or search.cost(other) > search.cost(best):
            return best
        if search.cost(other) == search.cost(best):
            return _largest(search, best)
        best = other


def _largest(search: _Search, best: Numbers) -> Numbers:
    """Return the lexicographically largest of the numbers that cost as little as the best."""
    given: dict[Place, int] = {}
    order = [(b, i) for b, block in enumerate(search.blocks) for i in block.order()]
    while len(given) < len(order):
        b, i = order[len(given)]
        more = best[b][i] + 1
        found = None
        if search.could_cost(b, i, more, given) <= search.cost(best):
            found = search.cheapest(given, {(b, i): more}, None)
        if found is not None and search.cost(found) <= search.cost(best):
            if search.cost(found) < search.cost(best):
                given = {}
            best = found
            continue
        given[b, i] = best[b][i]
    return best


class _Search:
    """The program of some blocks, with the lines of their costs as they are found to be needed."""

    def __init__(self, stated: Stated, blocks: Sequence[Block]) -> None:
        self.stated, self.blocks = stated, blocks
        self.alone = [block.alone() for block in blocks]
        self.apart = [
            block.whole_cost(numbers) for block, numbers in zip(blocks, self.alone, strict=True)
        ]
        ideals = [
            Fraction(block.people * weight, sum(block.shares.weights) or 1)
            for block in blocks
            for weight in block.shares.weights
        ]
        self.first_weight = 4 * sum((ideal * ideal for ideal in ideals), Fraction(1))
        self.flat = [
            {len(block.members) - 1} if block.rounding is None else set() for block in blocks
        ]
        self.points: dict[Place, set[int]] = {}
        self.levels: list[Fraction] = []
        for b, block in enumerate(blocks):
            steps = []
            for i, number in enumerate(self.alone[b]):
                low, high = block.limits(i)
                ends = [
                    low,
                    high - 1,
                    *(number + far for far in FAR),
                    *(number - far for far in FAR),
                ]
                near = range(number - NEAR, number + NEAR)
                self.points[b, i] = {v for v in (*near, *ends) if low <= v < high}
                if low < number:
                    steps.append(self._step(b, i, number - 1))
            self.levels.append(max(steps, default=Fraction(0)))

    def cost(self, numbers: Numbers) -> Cost:
        """Return what numbers cost altogether, exactly."""
        found = NOTHING
        for block, here in zip(self.blocks, numbers, strict=True):
            found = plus(found, block.whole_cost(here))
        return found

    def could_cost(self, b: int, i: int, least: int, given: Mapping[Place, int]) -> Cost:
        """Return less than, or as much as, any numbers cost with so many of one entry at least."""
        if least > self.blocks[b].limits(i)[1]:
            return (1, Fraction(0))
        here = {k: number for (block, k), number in given.items() if block == b}
        found = self.blocks[b].cheapest_from(i, least, here)
        if found is None:
            return (1, Fraction(0))
        for other, cost in enumerate(self.apart):
            if other != b:
                found = plus(found, cost)
        return found

    def cheapest(
        self, given: Mapping[Place, int], least: Mapping[Place, int], other_than: Numbers | None
    ) -> Numbers | None:
        """Return the cheapest numbers with some given or raised, or that differ from these."""
        while True:
            program = self.stated.program.copy()
            for b, block in enumerate(self.blocks):
                for i in range(len(block.members)):
                    self._add_costs(program, b, i)
                    low = given.get((b, i), least.get((b, i)))
                    if low is not None:
                        program.row(self._terms(b, i), low, given.get((b, i)))
            if other_than is not None:
                self._differ(program, other_than)
            values = program.solve()
            if values is None:
                return None
            found = [
                [
                    round(sum(values[v] for v, _ in self._terms(b, i)))
                    for i in range(len(block.members))
                ]
                for b, block in enumerate(self.blocks)
            ]
            if not self._look_closer(found):
                return found

    def _terms(self, b: int, i: int) -> list[tuple[int, float]]:
        block = self.blocks[b]
        return [(self.stated.groups[block.column, g], 1.0) for g in block.members[i]]

    def _worth(self, cost: Cost) -> Fraction:
        return self.first_weight * cost[0] + cost[1]

    def _step(self, b: int, i: int, number: int) -> Fraction:
        """Return what one more person of an entry costs."""
        block = self.blocks[b]
        return self._worth(minus(block.cost(i, number + 1), block.cost(i, number)))

    def _add_costs(self, program: Program, b: int, i: int) -> None:
        """Add the steepest of the lines at every number, as pieces that fill one after the other.

        The line at a whole number runs through the costs of it and of the next.
        """
        low, high = self.blocks[b].limits(i)
        points = sorted(self.points[b, i])
        if low >= high or i in self.flat[b]:
            return
        lines = [
            (step, self._worth(self.blocks[b].cost(i, v)) - step * v)
            for v in points
            for step in [self._step(b, i, v)]
        ]
        pieces = []
        start = Fraction(low)
        for here, (step, base) in enumerate(lines):
            end = Fraction(high)
            if here + 1 < len(lines):
                next_step, next_base = lines[here + 1]
                end = (base - next_base) / (next_step - step)
            slope = float((step - self.levels[b]) * SCALE)
            pieces.append(program.variable(0, float(end - start), cost=slope, whole=False))
            start = end
        program.row([*self._terms(b, i), *((v, -1.0) for v in pieces)], low, low)

    def _differ(self, program: Program, numbers: Numbers) -> None:
        """Ask for other numbers: some entry has more, as every block's people are given."""
        more = []
        for b, block in enumerate(self.blocks):
            for i, number in enumerate(numbers[b]):
                low, high = block.limits(i)
                if number < high:
                    switch = program.variable(0, 1)
                    more.append((switch, 1.0))
                    program.row([*self._terms(b, i), (switch, float(low - number - 1))], low, None)
        program.row(more, 1, None)

    def _look_closer(self, numbers: Numbers) -> bool:
        """Add lines where the costs of these numbers are not exact yet; say whether any were."""
        added = False
        for b, block in enumerate(self.blocks):
            for i, number in enumerate(numbers[b]):
                points = self.points[b, i]
                low, high = block.limits(i)
                if low < high and i not in self.flat[b] and not points & {number - 1, number}:
                    points |= {v for v in range(number - NEAR, number + NEAR) if low <= v < high}
                    added = True
        return added
