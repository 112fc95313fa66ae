"""Seats on a board where two of them swap a group, compiled: `seat_moves.wat` run by wasmtime.

NumPy over all pairs of seats makes one swap in 35 to 90 microseconds and ended 6 % above the bound
on thirty seats and eight characteristics after 10,000 of them; one swap at a time, compiled, tries
30 million a second and ends near 3 %. WebAssembly and not Numba because its compiler takes 7 ms
where Numba's takes 2.5 s (a page would pay it), its wheels serve every Python there is at a seventh
of the size, and its whole numbers are the same on every machine; the price is 400 lines of its
text form, which `tests/seat_moves_in_python.py` repeats in Python.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import wasmtime

from sampler.seats.seat_problem import UNIT, SeatProblem, Seats

PENALTY = 2**42
"""What a seat with a forbidden pair costs, or a person off a rule: more than any swap gains."""
NOISE = 1024
PAGE = 65536
RULES_IN_A_WORD = 64


@dataclass(frozen=True)
class Costs:
    """What the board weighs: the ideal and the cost of a person for every two groups.

    Groups are numbered across characteristics; a unit of 0 leaves a pair uncounted. `first` says
    which other characteristics count first for each, the rest only break ties.
    """

    ideals: tuple[tuple[int, ...], ...]
    units: tuple[tuple[int, ...], ...]
    first: tuple[frozenset[int], ...]
    broken: int


def costs(problem: SeatProblem) -> Costs:
    """Return what makes one list of seats better than another."""
    size, starts = problem.starts[-1], problem.starts
    ideals = [[0] * size for _ in range(size)]
    units = [[0] * size for _ in range(size)]
    first: list[set[int]] = [set() for _ in problem.quotas]
    for target, wanted in zip(problem.targets, problem.ideals, strict=True):
        if problem.counts_first(target):
            first[target.first].add(target.second)
            first[target.second].add(target.first)
        for i, row in enumerate(wanted, starts[target.first]):
            for j, ideal in enumerate(row, starts[target.second]):
                ideals[i][j] = ideals[j][i] = ideal
                units[i][j] = units[j][i] = UNIT
    _forbid(problem, ideals, units, PENALTY)
    return Costs(
        tuple(map(tuple, ideals)), tuple(map(tuple, units)), tuple(map(frozenset, first)), PENALTY
    )


def breaches(problem: SeatProblem) -> Costs:
    """Return costs that count only forbidden pairs and people off a rule, one unit each."""
    size = problem.starts[-1]
    ideals = [[0] * size for _ in range(size)]
    units = [[0] * size for _ in range(size)]
    _forbid(problem, ideals, units, UNIT)
    every = frozenset(range(len(problem.quotas)))
    first = tuple(every - {index} for index in range(len(problem.quotas)))
    return Costs(tuple(map(tuple, ideals)), tuple(map(tuple, units)), first, UNIT)


def _forbid(
    problem: SeatProblem, ideals: list[list[int]], units: list[list[int]], unit: int
) -> None:
    for one in problem.forbidden:
        i = problem.starts[one.first] + one.groups[0]
        j = problem.starts[one.second] + one.groups[1]
        ideals[i][j] = ideals[j][i] = unit * problem.excepted(one)
        units[i][j] = units[j][i] = unit


@cache
def noise() -> tuple[int, ...]:
    """Return an exponential distribution in 1,024 equally likely steps, in 1/65536."""
    return tuple(round(-65536 * math.log((i + 0.5) / NOISE)) for i in range(NOISE))


@cache
def _module() -> tuple[wasmtime.Engine, wasmtime.Module]:
    """Compile the moves, once a process."""
    engine = wasmtime.Engine()
    text = Path(__file__).with_name("seat_moves.wat").read_text("utf-8")
    return engine, wasmtime.Module(engine, text)


class Board:
    """Seats that swap groups; what stands in `free` may move, everything else stays.

    `first` and `then` are how far the seats are, in units, at the start; the board adds changes.
    """

    def __init__(
        self,
        problem: SeatProblem,
        weighed: Costs,
        seats: Sequence[Sequence[int]],
        at: tuple[int, int],
        *,
        seed: int,
    ) -> None:
        self._problem, self._width = problem, len(problem.quotas)
        engine, module = _module()
        self._store = wasmtime.Store(engine)
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        sections = _sections(problem, weighed, seats)
        self.movable = sections.movable
        places, size = [], PAGE
        for section in sections.written:
            places.append(size)
            size += -(-len(section) // 16) * 16
        memory = self._memory
        memory.grow(self._store, -(-size // PAGE) - 1)
        for place, section in zip(places, sections.written, strict=True):
            memory.write(self._store, section, place)
        self._seats, self._best = places[:2]
        self._call(
            "set_up",
            problem.people,
            self._width,
            problem.starts[-1],
            len(self.movable),
            sections.words,
            *places,
            weighed.broken,
        )
        self._set("random", _scrambled(seed))
        self._set("first", at[0])
        self._set("then", at[1])
        self._call("keep")

    @property
    def _memory(self) -> Any:
        return self._exports["memory"]

    def _call(self, name: str, *values: int) -> Any:
        function: Any = self._exports[name]
        return function(self._store, *values)

    def _get(self, name: str) -> int:
        place: Any = self._exports[name]
        return int(place.value(self._store))

    def _set(self, name: str, value: int) -> None:
        place: Any = self._exports[name]
        place.set_value(self._store, value)

    @property
    def standing(self) -> tuple[int, int]:
        """How far the seats on the board are: what counts first, and what breaks ties."""
        return self._get("first"), self._get("then")

    @property
    def best(self) -> tuple[int, int]:
        """How far the best seats seen are."""
        return self._get("best_first"), self._get("best_then")

    def seats(self, *, best: bool) -> Seats:
        """Return the seats on the board, or the best seen; a fixed person's seat keeps its row."""
        place = self._best if best else self._seats
        count = self._problem.people * self._width
        read = self._memory.read(self._store, place, place + 4 * count)
        groups = struct.unpack(f"<{count}i", bytes(read))
        starts = self._problem.starts
        return tuple(
            tuple(groups[row * self._width + c] - starts[c] for c in range(self._width))
            for row in range(self._problem.people)
        )

    def anneal(self, moves: int, temperature: int, weight: int) -> None:
        """Try random swaps at a temperature; weight 0 lets what counts first never grow."""
        if self.movable and moves > 0:
            self._call("anneal", moves, temperature, weight)

    def settle(self, passes: int) -> None:
        """Make every swap that costs less, or nothing and sorts earlier, until none is left."""
        for _ in range(passes):
            if not sum(int(self._call("settle", index)) for index in self.movable):
                break


@dataclass(frozen=True)
class _Sections:
    written: tuple[bytes, ...]
    movable: tuple[int, ...]
    words: int


def _sections(problem: SeatProblem, weighed: Costs, seats: Sequence[Sequence[int]]) -> _Sections:
    """Return what the compiled moves read, in the order seat_moves.wat lists it."""
    width, size, starts = len(problem.quotas), problem.starts[-1], problem.starts
    placed = [starts[c] + group for seat in seats for c, group in enumerate(seat)]
    counts = [[0] * size for _ in range(size)]
    for row in range(0, len(placed), width):
        for one in placed[row : row + width]:
            for other in placed[row : row + width]:
                counts[one][other] += 1
    cells = []
    for people, ideals, units in zip(counts, weighed.ideals, weighed.units, strict=True):
        for count, ideal, unit in zip(people, ideals, units, strict=True):
            over = count * unit - ideal
            up, down = 2 * over + unit, unit - 2 * over
            cells += [max(-unit, min(unit, up)), max(-unit, min(unit, down)), over, unit]
    free = []
    movable = []
    for c in range(width):
        people = [
            row
            for row in range(problem.people)
            if row >= len(problem.fixed) or problem.fixed[row][c] is None
        ]
        if len({seats[row][c] for row in people}) > 1:
            movable.append(c)
        free += [len(people), *people, *[0] * (problem.people - len(people))]
    others = []
    for c in range(width):
        first = [x for x in range(width) if x != c and x in weighed.first[c]]
        rest = [x for x in range(width) if x != c and x not in weighed.first[c]]
        others += [len(first), *first, *rest]
    words = -(-len(problem.rules) // RULES_IN_A_WORD)
    within = [0] * (words * size)
    rules = []
    for r, rule in enumerate(problem.rules):
        word, bit = divmod(r, RULES_IN_A_WORD)
        for c, groups in enumerate(rule.where):
            for group in range(starts[c], starts[c + 1]):
                if groups is None or group - starts[c] in groups:
                    within[word * size + group] |= 1 << bit
        rules += [sum(map(rule.holds, seats)), rule.least, rule.most]
    written = (
        struct.pack(f"<{len(placed)}i", *placed),
        struct.pack(f"<{len(placed)}i", *placed),
        struct.pack(f"<{len(cells)}q", *cells),
        struct.pack(f"<{len(movable)}i", *movable),
        struct.pack(f"<{len(free)}i", *free),
        struct.pack(f"<{len(others)}i", *others),
        struct.pack(f"<{NOISE}i", *noise()),
        struct.pack(f"<{len(within)}Q", *within),
        struct.pack(f"<{len(rules)}q", *rules),
    )
    return _Sections(written, tuple(movable), words)


def _scrambled(seed: int) -> int:
    """Return a start for the random numbers, never 0: seeds beside each other differ all over.

    SplitMix64: Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014).
    """
    mask = 2**64 - 1
    mixed = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & mask
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
    mixed ^= mixed >> 31
    return (mixed or 1) - (2**64 if mixed >= 2**63 else 0)
