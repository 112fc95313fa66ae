"""The closest quotas for which seats exist: quotas alone first, the program only where they fail.

Where broad totals are kept the broad groups come first, in one program with everything else, and
then, with all that given, the groups within each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sampler.across import Across
from sampler.apportion import Shares
from sampler.brief import Rounding
from sampler.broad import broad_members, broad_shares, exact_targets, only
from sampler.mix import Mix, MixCharacteristic
from sampler.quota_program import Block, closest
from sampler.seats.cliques import Tree
from sampler.seats.seat_problem import Forbidden
from sampler.seats.seat_program import Room, part_has_room, parts, state
from sampler.seats.seat_tables import Seat


@dataclass(frozen=True)
class Asked:
    """Everything quotas must meet beside the shares of the mix.

    `split` is how many people each part of a round takes, a column after those of the mix.
    """

    across: tuple[Across, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    fixed: tuple[Seat, ...] = ()
    split: tuple[int, ...] = ()
    rounding: Rounding = "closest"

    def counted(self, column: int, groups: int) -> list[int]:
        """Return how many people counted already are known to have each group."""
        answers = [seat[column] for seat in self.fixed]
        return [answers.count(group) for group in range(groups)]


def closest_quotas(
    mix: Mix,
    rules: Sequence[Across] = (),
    forbidden: Sequence[Forbidden] = (),
    fixed: Sequence[Seat] = (),
    rounding: Rounding = "closest",
) -> list[list[int]] | None:
    """Return the closest quotas of every characteristic for which seats exist; None without any.

    Raises `SolverError` where the solver breaks.
    """
    asked = Asked(tuple(rules), tuple(forbidden), tuple(fixed), (), rounding)
    room = room_of(mix, asked)
    if not all(room.holds_alone(column) for column in range(len(room.bounds))):
        return None
    return seated(mix, asked, alone(mix, asked))


def shares_of(part: MixCharacteristic, asked: Asked, column: int) -> Shares:
    """Return the shares of a characteristic; people counted already are a minimum."""
    shares = part.shares()
    counted = asked.counted(column, len(part.groups))
    return replace(shares, minimum=tuple(map(max, shares.minimum, counted)))


def room_of(mix: Mix, asked: Asked) -> Room:
    """Return what the numbers of every group have to fit."""
    wanted = mix.people_wanted
    bounds = []
    for column, part in enumerate(mix.characteristics):
        shares = shares_of(part, asked, column)
        ceilings = [
            wanted if part.basis == "minimums" else shares.ceiling(i, wanted)
            for i in range(len(part.groups))
        ]
        limits = [wanted if most is None else most for most in shares.maximum]
        bounds.append(tuple(zip(shares.minimum, map(min, ceilings, limits), strict=True)))
    if asked.split:
        bounds.append(tuple((number, number) for number in asked.split))
    rules = tuple(rule.pattern(wanted, len(bounds)) for rule in asked.across)
    more = (None,) * (len(bounds) - len(mix.characteristics))
    fixed = tuple((*seat[: len(mix.characteristics)], *more) for seat in asked.fixed)
    return Room(wanted, tuple(bounds), asked.forbidden, rules, fixed)


def alone(mix: Mix, asked: Asked) -> list[list[int]]:
    """Return the closest numbers of every characteristic for itself; bounds must leave room."""
    wanted = mix.people_wanted
    found = []
    for column, part in enumerate(mix.characteristics):
        shares = shares_of(part, asked, column)
        if part.basis == "minimums":
            named = list(shares.minimum[:-1])
            found.append([*named, wanted - sum(named)])
        else:
            found.append(exact_targets(part, wanted, asked.rounding, shares))
    return found


def seated(mix: Mix, asked: Asked, targets: Sequence[Sequence[int]]) -> list[list[int]] | None:
    """Return the closest quotas with seats; `targets` are the closest without, kept if they can be.

    None where no seats exist.
    """
    room = room_of(mix, asked)
    found = [list(column) for column in targets]
    given = room.with_numbers([*found, *([asked.split] if asked.split else [])])
    ties = parts(given)
    for columns, tree in parts(room):
        if all(part_has_room(given, here, smaller) for here, smaller in ties if here[0] in columns):
            continue
        numbers = _program(mix, asked, room, columns, tree)
        if numbers is None:
            return None
        for column, here in zip(columns, numbers, strict=True):
            if column < len(found):
                found[column] = here
    return found


def _program(
    mix: Mix, asked: Asked, room: Room, columns: Sequence[int], tree: Tree | None
) -> list[list[int]] | None:
    """Return the closest numbers of columns that are tied together."""
    blocks = [
        _block(mix.characteristics[column], asked, column, mix.people_wanted)
        for column in columns
        if column < len(mix.characteristics)
    ]
    stated = state(room, columns, tree)
    numbers = closest(stated, blocks)
    if numbers is None:
        return None
    within: list[Block] = []
    found = {column: [0] * len(room.bounds[column]) for column in columns}
    for block, here in zip(blocks, numbers, strict=True):
        for members, number in zip(block.members, here, strict=True):
            terms = [(stated.groups[block.column, g], 1.0) for g in members]
            stated.program.row(terms, number, number)
            found[block.column][members[0]] = number
            part = mix.characteristics[block.column]
            if part.keep_broad:
                inside = only(shares_of(part, asked, block.column), members)
                one_each = tuple((g,) for g in members)
                within.append(Block(block.column, one_each, inside, number, asked.rounding))
    if within:
        inside_numbers = closest(stated, within)
        if inside_numbers is None:
            return None
        for block, here in zip(within, inside_numbers, strict=True):
            for (g,), number in zip(block.members, here, strict=True):
                found[block.column][g] = number
    return [found[column] for column in columns]


def _block(part: MixCharacteristic, asked: Asked, column: int, wanted: int) -> Block:
    shares = shares_of(part, asked, column)
    members: tuple[tuple[int, ...], ...] = tuple((i,) for i in range(len(part.groups)))
    if part.basis == "minimums":
        return Block(column, members, shares, wanted, None)
    if part.keep_broad:
        members = tuple(tuple(inside) for inside in broad_members(part).values())
        shares = broad_shares(part, wanted, shares)
    return Block(column, members, shares, wanted, asked.rounding)
