"""All characteristics at once: the integer program, its check, and why each number is what it is.

PuLP states the program and HiGHS solves it; before anyone sees the answer it is compared, in
exact whole numbers, with the apportionment that a greedy gives. Where no rule joins
characteristics the two must cost the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import pulp

from census.model import Area
from sampler import conflicts, solver
from sampler.apportion import Shares, closest, cost, free, last_place
from sampler.brief import ANY, Brief
from sampler.broad import broad_members, broad_shares, only
from sampler.errors import SolverError
from sampler.mix import Mix, MixCharacteristic, MixGroup
from sampler.model import CloseCall, Plan, PlannedCharacteristic, Quota
from sampler.words import about, count, decimal, listed, people, percent

CLOSE_CALL = Fraction(1, 20)
"""Remainders this near (in people) are called close."""
EXACT_IN_FLOAT = 2**53
GROUP_NOUNS = {"ethnic_group": "ethnic group", "age": "age group"}
MOST_NAMED = 4
BISECTIONS = 40
"""Enough to place a window within a millionth of a person in a round of 100,000."""


@dataclass(frozen=True)
class Block:
    """One apportionment of the program: shares, and how many people they add up to."""

    shares: Shares
    people: int


def plan(brief: Brief, areas: Sequence[Area], mix: Mix) -> Plan:
    """Return the quotas of a mix, closest to its shares, within every minimum and maximum.

    Raises `NoPlan` where the rules leave no whole numbers.
    """
    conflicts.check(mix)
    targets = _targets(mix)
    planned = tuple(
        _planned(part, mix.people_wanted, targets[part.index]) for part in mix.characteristics
    )
    after = [note for part in planned for note in _afterwords(part, mix)]
    return Plan(
        title=brief.title,
        people_wanted=brief.people_wanted,
        lowest_age=brief.starts_at,
        highest_age=brief.highest_age,
        areas=tuple(areas),
        characteristics=planned,
        notes=tuple(dict.fromkeys([*mix.notes, *mix.warnings, *after])),
    )


def _targets(mix: Mix) -> dict[int, list[int]]:
    """Return the targets of each characteristic by its index.

    Everything that follows shares is one program. Where broad totals are kept, that program
    shares out the broad groups, and a second one the groups within each. Minimums without
    shares need only a sum.
    """
    wanted = mix.people_wanted
    followed = [part for part in mix.characteristics if part.basis != "minimums"]
    blocks = [
        Block(broad_shares(part, wanted) if part.keep_broad else part.shares(), wanted)
        for part in followed
    ]
    targets = dict(zip((part.index for part in followed), solve_blocks(blocks), strict=True))
    within = [
        (part, members, Block(only(part.shares(), members), total))
        for part in followed
        if part.keep_broad
        for members, total in zip(broad_members(part).values(), targets[part.index], strict=True)
    ]
    for part in followed:
        if part.keep_broad:
            targets[part.index] = [0] * len(part.groups)
    solved = solve_blocks([block for _, _, block in within])
    for (part, members, _), numbers in zip(within, solved, strict=True):
        for i, number in zip(members, numbers, strict=True):
            targets[part.index][i] = number
    for part in mix.characteristics:
        if part.basis == "minimums":
            named = [group.minimum for group in part.groups[:-1]]
            targets[part.index] = [*named, wanted - sum(named)]
    return targets


def solve_blocks(blocks: Sequence[Block]) -> list[list[int]]:
    """Return the closest whole numbers for every block, found by one integer program.

    The j-th person of a group costs (2j - 1) - 2 x ideal, which rises with j, so the sum of the
    costs of the people taken is the square distance. Only people near the ideal get a variable;
    the window widens while an answer touches its edge for another reason than a bound. Costs
    are whole numbers (times the sum of the weights). Among equal costs the answer is the one
    `closest` gives: the larger group first, then the one listed first.

    Raises `SolverError` where the answer fails its check.
    """
    width = 1
    while blocks:
        found, touched = _solve_windows(blocks, width)
        if found is not None and not touched:
            return [_checked(block, plan) for block, plan in zip(blocks, found, strict=True)]
        if width > 2 * max(block.people for block in blocks):
            raise SolverError("The solver found no whole numbers where there are some.")
        width *= 4
    return []


def _solve_windows(blocks: Sequence[Block], width: int) -> tuple[list[list[int]] | None, bool]:
    """State and solve the program with windows of so many people around each ideal."""
    problem = pulp.LpProblem("quotas", pulp.LpMinimize)
    costs: list[Any] = []
    groups: list[list[tuple[int, int, int, int, list[Any]]]] = []
    for b, block in enumerate(blocks):
        shares, total = block.shares, sum(block.shares.weights) or 1
        shift = _shift(block)
        level = round(shift * total)  # the same for every unit, whose number is fixed
        scale = max(1, total * (2 * width + 3) // EXACT_IN_FLOAT)
        members = []
        for g, weight in enumerate(shares.weights):
            least, most = shares.minimum[g], shares.ceiling(g, block.people)
            ideal = block.people * weight
            near = max(least, min(most, floor(ideal / total + shift)))
            low, high = max(least, near - width), min(most, near + 1 + width)
            units = [
                problem.add_variable(f"unit_{b}_{g}_{j}", 0, 1, pulp.LpInteger)
                for j in range(low + 1, high + 1)
            ]
            costs.extend(
                ((2 * j - 1) * total - 2 * (ideal + level)) // scale * unit
                for j, unit in enumerate(units, low + 1)
            )
            members.append((low, high, least, most, units))
        start = sum(low for low, *_ in members)
        every = [unit for *_, units in members for unit in units]
        if not every and start != block.people:
            return None, True
        if every:
            problem += pulp.lpSum(every) == block.people - start, f"total_{b}"
        groups.append(members)
    problem += pulp.lpSum(costs)
    if any(units for members in groups for *_, units in members):
        outcome = solver.solve(problem)
        if outcome.kind != "optimal":
            return None, True
    found, touched = [], False
    for members in groups:
        numbers = []
        for low, high, least, most, units in members:
            number = low + sum(round(unit.value()) for unit in units)
            touched |= (number == low > least) or (number == high < most)
            numbers.append(number)
        found.append(numbers)
    return found, touched


def _shift(block: Block) -> float:
    """Return how far the bounds push every group that is free to move from its ideal, in people.

    The same for all of them: the multiplier of the total in the program without whole numbers.
    It only places the windows, so a float will do.
    """
    shares, total = block.shares, sum(block.shares.weights) or 1
    every = range(len(shares.weights))
    ideals = [block.people * weight / total for weight in shares.weights]
    ceilings = [shares.ceiling(i, block.people) for i in every]
    if all(shares.minimum[i] <= ideals[i] <= ceilings[i] for i in every):
        return 0.0
    low, high = -float(block.people), float(block.people)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        moved = (max(shares.minimum[i], min(ceilings[i], ideals[i] + middle)) for i in every)
        if sum(moved) < block.people:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _checked(block: Block, found: Sequence[int]) -> list[int]:
    """Check the solver's answer with plain sums; return the equally close one the ties choose."""
    shares = block.shares
    exact = closest(shares, block.people)
    for numbers in (found, exact):
        if sum(numbers) != block.people or any(
            not shares.minimum[i] <= number <= shares.ceiling(i, block.people)
            for i, number in enumerate(numbers)
        ):
            raise SolverError("The quotas found do not add up. Nothing was saved.")
    total = sum(shares.weights)
    if total < EXACT_IN_FLOAT // 8 and cost(shares, block.people, found) != cost(
        shares, block.people, exact
    ):
        raise SolverError("The quotas found fail the exact check. Nothing was saved.")
    return exact


def _planned(part: MixCharacteristic, wanted: int, target: Sequence[int]) -> PlannedCharacteristic:
    quotas = []
    if part.basis == "minimums":
        for group, number in zip(part.groups, target, strict=True):
            quotas.append(_minimum_quota(group, number, wanted))
        close = None
    else:
        shares = part.shares()
        usual = closest(free(shares.weights, shares.sizes), wanted)
        close = _close_call(part, wanted, target, usual)
        for i, (group, number) in enumerate(zip(part.groups, target, strict=True)):
            quotas.append(_quota(part, group, number, usual[i], wanted, shares.ceiling(i, wanted)))
    return PlannedCharacteristic(
        name=part.name,
        topic=part.topic,
        basis=part.basis,
        must_have=part.must_have,
        is_ordered=part.is_ordered,
        voices=part.voices,
        keep_broad=part.keep_broad,
        source=part.source,
        quotas=tuple(quotas),
        not_answered=part.not_answered,
        leaning=part.leaning,
        close_call=close,
    )


def _minimum_quota(group: MixGroup, target: int, wanted: int) -> Quota:
    """A group with a minimum and no share: more than the minimum is welcome."""
    is_any = group.name == ANY and group.rule is None
    return Quota(
        group=group.name,
        people=None,
        population_share=None,
        share=None,
        ideal=None,
        minimum=group.minimum,
        target=target,
        maximum=None,
        low=0 if is_any else target,
        high=wanted,
        why=(
            f"The other {people(target)}, from any group."
            if is_any
            else f"At least {target}, as you set: {group.rule.rule}."
            if group.rule
            else "No minimum is set."
        ),
        tag="" if is_any else f"at least {target}",
    )


def _quota(
    part: MixCharacteristic, group: MixGroup, target: int, usual: int, wanted: int, most: int
) -> Quota:
    share = group.share or Fraction(0)
    low, high = target, target
    if not part.must_have:
        low, high = max(group.minimum, target - 1, 0), min(most, target + 1)
    tags = []
    if group.minimum and group.maximum == group.minimum:
        tags.append(f"exactly {group.minimum}")
    else:
        if group.minimum:
            tags.append(f"at least {group.minimum}")
        if group.maximum is not None:
            tags.append(f"at most {group.maximum}")
    return Quota(
        group=group.name,
        people=group.people,
        population_share=group.population_share,
        share=share,
        ideal=share * wanted,
        minimum=group.minimum,
        target=target,
        maximum=group.maximum,
        low=min(low, target),
        high=max(high, target),
        why=why(part, group, target, usual, wanted),
        broad=group.broad,
        parts=group.parts,
        tag=", ".join(tags),
    )


def why(part: MixCharacteristic, group: MixGroup, target: int, usual: int, wanted: int) -> str:
    """Say in words how a target came about; `usual` is the target without rules."""
    share = group.share or Fraction(0)
    ideal = share * wanted
    raised = ""
    if group.is_boosted and group.population_share is not None:
        raised = f" (raised on purpose from {percent(group.population_share)})"
    elif part.voices != "population" and group.population_share is not None:
        kind = "more even" if part.voices == "more_even" else "the same for each group"
        raised = f" ({kind}; {percent(group.population_share)} as counted)"
    elif group.population_share is not None and share != group.population_share:
        raised = f" (from {percent(group.population_share)}, because another share is raised)"
    sum_ = f"{percent(share)}{raised} of {wanted:,} is {decimal(ideal, 2)}. "
    left = ideal - int(ideal)
    if group.rule and target == group.minimum and target > usual:
        rule = "your rule" if group.rule.field != "at_least_one_above" else group.rule.rule
        return f"{sum_}Raised to {target} by {rule}."
    if group.maximum is not None and target == group.maximum and target < usual:
        return f"{sum_}Held at {target} by your rule."
    if part.keep_broad and target != usual:
        broad = group.broad or group.name
        return f"{sum_}{target} because the total of {broad} is shared out first."
    if target < usual:
        return f"{sum_}Lowered to {target} to make room for your rules."
    if target > usual:
        return f"{sum_}Raised to {target}: your rules freed places in other groups."
    if left == 0 and target == ideal:
        return f"{sum_}A whole number already."
    if target > ideal:
        return (
            f"{sum_}Rounded up to {target}: what was left over, {decimal(left, 2)}, is among the "
            "largest and there were places still free."
        )
    return (
        f"{sum_}Rounded down to {target}: other groups had more left over than {decimal(left, 2)}."
    )


def _close_call(
    part: MixCharacteristic, wanted: int, target: Sequence[int], usual: Sequence[int]
) -> CloseCall | None:
    """Return who nearly had the last place; where broad totals are kept, within each of them.

    A group that lost its usual place to a rule is not offered it back.
    """
    shares = part.shares()
    blocks = [list(range(len(part.groups)))]
    if part.keep_broad:
        blocks = list(broad_members(part).values())
    calls = []
    for members in blocks:
        inside = only(shares, members)
        here = [target[i] for i in members]
        total = wanted if len(blocks) == 1 else sum(here)
        last = last_place(inside, total, here) if total else None
        if last is not None and here[last.loser] >= usual[members[last.loser]]:
            margin = Fraction(last.margin, sum(inside.weights) or 1)
            calls.append((margin, members[last.winner], members[last.loser]))
    if not calls or min(calls)[0] > CLOSE_CALL:
        return None
    margin, winner, loser = min(calls)
    return CloseCall(
        winner=part.groups[winner].name,
        loser=part.groups[loser].name,
        margin=margin,
        loser_target=target[loser],
    )


def group_noun(part: MixCharacteristic | PlannedCharacteristic) -> str:
    """Return what a group of this characteristic is called: "ethnic group", "tenure group"."""
    name = part.name.lower() if part.topic else part.name
    return GROUP_NOUNS.get(part.topic or "", f"{name} group")


def left_out(part: PlannedCharacteristic) -> list[Quota]:
    """Return the groups with people and no seat, the largest first."""
    empty = [q for q in part.quotas if q.target == 0 and q.share and q.maximum != 0]
    return sorted(empty, key=lambda q: (-(q.people or 0), -(q.share or Fraction(0))))


def close_call_words(part: PlannedCharacteristic) -> str:
    """Say who has the last place and who missed it; empty where it is not close."""
    call = part.close_call
    if call is None:
        return ""
    missed = (
        "ties with it: the larger group, or else the one listed first, has the place"
        if call.margin == 0
        else f"missed it by {decimal(call.margin, 2)} of a person"
        if call.margin >= Fraction(1, 200)
        else "missed it by less than 0.01 of a person"
    )
    return f"{call.winner} has the last place, {call.loser} {missed}."


def _afterwords(part: PlannedCharacteristic, mix: Mix) -> list[str]:
    notes = []
    empty = left_out(part)
    if empty:
        unit = (
            "households" if part.source and part.source.base.startswith("households") else "people"
        )
        named = [
            q.group if q.people is None else f"{q.group} ({about(q.people)} {unit})"
            for q in empty[:MOST_NAMED]
        ]
        if len(empty) > MOST_NAMED:
            named.append(f"{len(empty) - MOST_NAMED} more")
        notes.append(
            f"{count(len(empty), group_noun(part))} {'gets' if len(empty) == 1 else 'get'} no seat "
            f"with {people(mix.people_wanted)}: {listed(named)}."
        )
    if part.close_call:
        notes.append(f"{part.name}, a close call: {close_call_words(part)}")
    return notes
