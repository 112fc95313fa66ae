"""sampler/seat_moves.wat once more, in Python: the same swaps from the same seed, and slow.

Slow and plain: every weight is a sum over cells counted anew, nothing is kept up to date.
"""

from sampler.seats.seat_board import NOISE, Costs, _scrambled, noise
from sampler.seats.seat_problem import SeatProblem

MASK = 2**64 - 1


class SlowBoard:
    """The same as `sampler.seats.seat_board.Board`, without anything compiled."""

    def __init__(self, problem: SeatProblem, weighed: Costs, seats, at, *, seed: int) -> None:
        self.problem, self.weighed = problem, weighed
        self.rows = [list(seat) for seat in seats]
        self.random = _scrambled(seed) & MASK
        self.standing = self.best = at
        self.kept = [list(row) for row in self.rows]
        width = len(problem.quotas)
        self.free = [
            [
                row
                for row in range(problem.people)
                if row >= len(problem.fixed) or problem.fixed[row][c] is None
            ]
            for c in range(width)
        ]
        self.movable = [
            c for c in range(width) if len({self.rows[row][c] for row in self.free[c]}) > 1
        ]

    def seats(self, *, best: bool):
        return tuple(map(tuple, self.kept if best else self.rows))

    def off(self) -> tuple[int, int]:
        """Return what the seats cost: what counts first, and what only breaks ties."""
        starts, totals = self.problem.starts, [0, 0]
        for a in range(len(starts) - 1):
            for b in range(a):
                for u in range(starts[a], starts[a + 1]):
                    for v in range(starts[b], starts[b + 1]):
                        n = sum((r[a], r[b]) == (u - starts[a], v - starts[b]) for r in self.rows)
                        unit, ideal = self.weighed.units[u][v], self.weighed.ideals[u][v]
                        cost = abs(n * unit - ideal)
                        totals[b not in self.weighed.first[a]] += cost
        for rule in self.problem.rules:
            n = sum(map(rule.holds, self.rows))
            totals[0] += self.weighed.broken * max(0, rule.least - n, n - rule.most)
        return totals[0], totals[1]

    def swap(self, a: int, b: int, c: int) -> None:
        self.rows[a][c], self.rows[b][c] = self.rows[b][c], self.rows[a][c]

    def weigh(self, a: int, b: int, c: int) -> tuple[int, int]:
        before = self.off()
        self.swap(a, b, c)
        after = self.off()
        self.swap(a, b, c)
        first, then = after[0] - before[0], after[1] - before[1]
        return first + then * (then > self.weighed.broken // 2), then

    def make(self, a: int, b: int, c: int, change: tuple[int, int]) -> None:
        self.swap(a, b, c)
        self.standing = (self.standing[0] + change[0], self.standing[1] + change[1])
        if self.standing < self.best:
            self.best, self.kept = self.standing, [list(row) for row in self.rows]

    def anneal(self, moves: int, temperature: int, weight: int) -> None:
        for _ in range(moves):
            self.random ^= (self.random << 13) & MASK
            self.random ^= self.random >> 7
            self.random ^= (self.random << 17) & MASK
            r = self.random * 0x2545F4914F6CDD1D & MASK
            c = self.movable[(r & 0xFFFF) * len(self.movable) >> 16]
            free = self.free[c]
            a = free[(r >> 40) * len(free) >> 24]
            b = free[((r >> 16) & 0xFFFFFF) * len(free) >> 24]
            if self.rows[a][c] == self.rows[b][c]:
                continue
            change = self.weigh(a, b, c)
            limit = temperature * noise()[(self.random >> 9) % NOISE] >> 16
            if weight:
                is_made = change[0] * weight + change[1] <= limit
            else:
                is_made = change[0] < 0 or (change[0] == 0 and change[1] <= limit)
            if is_made:
                self.make(a, b, c, change)

    def settle(self, passes: int) -> None:
        for _ in range(passes):
            before = [list(row) for row in self.rows]
            for c in self.movable:
                for i, a in enumerate(self.free[c]):
                    for b in self.free[c][i + 1 :]:
                        if self.rows[a][c] == self.rows[b][c]:
                            continue
                        change = self.weigh(a, b, c)
                        now = sorted(map(tuple, self.rows))
                        self.swap(a, b, c)
                        is_earlier = sorted(map(tuple, self.rows)) < now
                        self.swap(a, b, c)
                        if change < (0, 0) or (change == (0, 0) and is_earlier):
                            self.make(a, b, c, change)
            if self.rows == before:
                break
