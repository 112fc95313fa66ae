"""Who could fill a round's places: the seats of a brief, from its quotas and joint shares.

With `figures` and `combining` the outer layer. Seats are worked out once for the same brief, the
same figures held and the same people counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import census
from sampler import across, combining, figures
from sampler.brief import Brief
from sampler.joint import Joint, Matrix
from sampler.model import Plan
from sampler.seats import splits
from sampler.seats.seat_plan import plan_seats
from sampler.seats.seat_problem import Forbidden, PairTarget, SeatPlan, SeatProblem

Progress = Callable[[float], bool]
Seat = tuple[int | None, ...]


@dataclass(frozen=True)
class PairSource:
    """How two characteristics combine: the shares used, and where they are from.

    One with only minimums, and a split, have no shares of their own; their quotas stand in.
    """

    of: tuple[str, str]
    kind: str
    table: str
    shares: Matrix
    has_shares: bool = True


@dataclass(frozen=True)
class Seating:
    """The seats of a round. `names` and `groups` are the columns; a split comes last.

    `by_part` has, for a round split up, the people of each group in each part, by characteristic.
    """

    names: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    quotas: tuple[tuple[int, ...], ...]
    plan: SeatPlan
    pairs: tuple[PairSource, ...]
    by_part: Mapping[str, Mapping[str, Mapping[str, int]]] | None

    def rows(self) -> list[dict[str, str]]:
        """Return each seat as characteristic to group, in order."""
        return [
            {name: groups[g] for name, groups, g in zip(self.names, self.groups, seat, strict=True)}
            for seat in self.plan.seats
        ]

    def counts(self, first: int, second: int) -> list[list[int]]:
        """Return the seats of each pair of groups of two characteristics."""
        table = [[0] * len(self.groups[second]) for _ in self.groups[first]]
        for seat in self.plan.seats:
            table[seat[first]][seat[second]] += 1
        return table

    def shares(self, first: int, second: int) -> Matrix:
        """Return the joint shares used of two characteristics."""
        for pair in self.pairs:
            if pair.of == (self.names[first], self.names[second]):
                return pair.shares
            if pair.of == (self.names[second], self.names[first]):
                return tuple(zip(*pair.shares, strict=True))
        raise KeyError((first, second))


def of(brief: Brief, fixed: Sequence[Seat] = (), progress: Progress | None = None) -> Seating:
    """Return the seats of a brief around the people already counted.

    `progress` is told how far the work is and stops it by returning False; seats cut short are
    not remembered.

    Raises `BriefError`, `NoPlan`, `NoSeats` and a `CensusError`.
    """
    asked = (brief.model_dump_json(), tuple(fixed), census.held.shelf().version)
    if (known := _kept.get(asked)) is not None:
        return known
    found = _worked_out(brief, tuple(fixed), progress)
    if not found.plan.stopped:
        if len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[asked] = found
    return found


MOST_KEPT = 64
_kept: dict[tuple[str, tuple[Seat, ...], int], Seating] = {}


def is_worked_out(brief: Brief, fixed: Sequence[Seat] = ()) -> bool:
    """Say whether the seats are at hand without working."""
    return (brief.model_dump_json(), tuple(fixed), census.held.shelf().version) in _kept


def _worked_out(brief: Brief, fixed: tuple[Seat, ...], progress: Progress | None) -> Seating:
    plan = figures.plan_of(brief)
    mix = figures.mix_of(brief)
    joint = combining.of(brief)
    names = [part.name for part in plan.characteristics]
    groups = [part.groups for part in plan.characteristics]
    quotas = [tuple(quota.target for quota in part.quotas) for part in plan.characteristics]
    forbidden = [Forbidden(*one.characteristics, one.groups) for one in joint.left_out]
    for split in brief.split:
        forbidden += splits.reach(split, mix)
        names.append(split.by)
        groups.append(tuple(split.people))
        quotas.append(tuple(split.people.values()))
        fixed = tuple((*seat, None) for seat in fixed)
    pairs = _pairs(names, quotas, joint, brief.people_wanted)
    problem = SeatProblem(
        quotas=tuple(quotas),
        people=brief.people_wanted,
        targets=tuple(
            PairTarget(a, b, pair.shares, pair.kind != "assumed")
            for (a, b), pair in zip(combinations(range(len(names)), 2), pairs, strict=True)
        ),
        forbidden=tuple(forbidden),
        rules=tuple(
            rule.pattern(brief.people_wanted, len(names)) for rule in across.resolve(brief, mix)
        ),
        fixed=fixed,
        seed=brief.seed,
        effort=brief.effort,
        seconds=brief.seconds,
    )
    seats = plan_seats(problem, progress)
    return Seating(
        tuple(names),
        tuple(groups),
        tuple(quotas),
        seats,
        tuple(pairs),
        _by_part(names, groups, seats) if brief.split else None,
    )


def _pairs(
    names: Sequence[str], quotas: Sequence[Sequence[int]], joint: Joint, people: int
) -> list[PairSource]:
    """Return every pair; where one has no shares the two are taken as unrelated quotas."""
    known = {(pair.first, pair.second): pair for pair in joint.pairs}
    found = []
    for a, b in combinations(range(len(names)), 2):
        if pair := known.get((a, b)):
            found.append(PairSource((names[a], names[b]), pair.source, pair.said, pair.shares))
            continue
        shares = tuple(
            tuple(one * other / people / people for other in quotas[b]) for one in quotas[a]
        )
        found.append(PairSource((names[a], names[b]), "assumed", "", shares, has_shares=False))
    return found


def _by_part(
    names: Sequence[str], groups: Sequence[Sequence[str]], seats: SeatPlan
) -> dict[str, dict[str, dict[str, int]]]:
    """Return the people of each group in each part of a split, which is the last column."""
    parts = groups[-1]
    table = {
        name: {group: dict.fromkeys(parts, 0) for group in inside}
        for name, inside in zip(names[:-1], groups[:-1], strict=True)
    }
    for seat in seats.seats:
        for name, inside, g in zip(names[:-1], groups[:-1], seat[:-1], strict=True):
            table[name][inside[g]][parts[seat[-1]]] += 1
    return table


def fixed_seats(plan: Plan, counted: Sequence[Mapping[str, object]]) -> tuple[Seat, ...]:
    """Return people already counted as seats; an answer that is no group of the plan is free."""
    return tuple(
        tuple(
            next((i for i, g in enumerate(part.groups) if g == one.get(part.name)), None)
            for part in plan.characteristics
        )
        for one in counted
    )


def that_fit(plan: Plan, fixed: Sequence[Seat]) -> tuple[Seat, ...]:
    """Return the people counted, in order, whose groups the quotas still have room for."""
    room = [[quota.target for quota in part.quotas] for part in plan.characteristics]
    kept: list[Seat] = []
    for seat in fixed[: plan.people_wanted]:
        known = [(left, g) for left, g in zip(room, seat, strict=True) if g is not None]
        if all(left[g] for left, g in known):
            for left, g in known:
                left[g] -= 1
            kept.append(seat)
    return tuple(kept)
