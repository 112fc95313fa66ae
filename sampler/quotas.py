"""All characteristics at once: the integer program, its check, and the plan of quotas.

PuLP states the program and HiGHS solves it; before anyone sees the answer it is compared, in
exact fractions, with the apportionment that a greedy gives. Where a rule joins characteristics,
or the closest numbers of each have no seats, the program over seats takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from census.model import Area
from sampler import conflicts
from sampler.apportion import Shares, free, last_place
from sampler.brief import ANY, Brief, Rounding
from sampler.broad import broad_members, broad_shares, only
from sampler.closest_quotas import Asked, seated, shares_of
from sampler.errors import SolverError
from sampler.limits import Question
from sampler.mix import Mix, MixCharacteristic, MixGroup
from sampler.model import CloseCall, Plan, PlannedCharacteristic, Quota
from sampler.pairs import LeftOut
from sampler.rounding import apportion, cost, cost_of, minus
from sampler.seats.seat_problem import Forbidden
from sampler.seats.seat_tables import Seat
from sampler.solver import Program
from sampler.why import Cause, cause_of, why, why_minimum
from sampler.words import about, count, decimal, listed, people

CLOSE_CALL = Fraction(1, 20)
"""Remainders this near (in people) are called close."""
WINDOW = 2
"""How far from the greedy's number the program may look for a cheaper one: costs are convex."""
LARGEST_COST = 2**40
GROUP_NOUNS = {"ethnic_group": "ethnic group", "age": "age group"}
MOST_NAMED = 4


@dataclass(frozen=True)
class Block:
    """One apportionment of the program: shares, and how many people they add up to."""

    shares: Shares
    people: int
    rounding: Rounding = "closest"


def plan(
    brief: Brief,
    areas: Sequence[Area],
    mix: Mix,
    left_out: Sequence[LeftOut] = (),
    fixed: Sequence[Seat] = (),
    *,
    split: Sequence[int] = (),
    reach: Sequence[Forbidden] = (),
) -> Plan:
    """Return the quotas of a mix, the closest to its shares for which seats exist.

    `left_out` are the pairs nobody is to have; `fixed` the people already counted, an entry a
    characteristic, None where an answer is not known. A round split up has the people of each
    part, and as `reach` pairs with the parts, a column after those of the mix.

    Raises `NoPlan` where the rules leave no whole numbers, and `SolverError`.
    """
    question = Question(brief, mix, tuple(left_out), tuple(fixed), tuple(split), tuple(reach))
    asked = question.asked()
    if not question.sums_hold():
        raise conflicts.no_plan(question)
    alone = _targets(mix, asked)
    targets = seated(mix, asked, alone)
    if targets is None:
        raise conflicts.no_plan(question)
    planned = tuple(
        _planned(mix, asked, column, targets[column], alone[column])
        for column in range(len(mix.characteristics))
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


def _targets(mix: Mix, asked: Asked) -> list[list[int]]:
    """Return the closest numbers of each characteristic for itself.

    Everything that follows shares is one program. Where broad totals are kept, that program
    shares out the broad groups, and a second one the groups within each. Minimums without
    shares need only a sum.
    """
    wanted = mix.people_wanted
    shares = [shares_of(part, asked, column) for column, part in enumerate(mix.characteristics)]
    followed = [c for c, part in enumerate(mix.characteristics) if part.basis != "minimums"]
    blocks = []
    for column in followed:
        part, here = mix.characteristics[column], shares[column]
        here = broad_shares(part, wanted, here) if part.keep_broad else here
        blocks.append(Block(here, wanted, asked.rounding))
    first = dict(zip(followed, solve_blocks(blocks), strict=True))
    within = [
        (column, members, Block(only(shares[column], members), total, asked.rounding))
        for column in followed
        if mix.characteristics[column].keep_broad
        for members, total in zip(
            broad_members(mix.characteristics[column]).values(), first[column], strict=True
        )
    ]
    targets = []
    for column, part in enumerate(mix.characteristics):
        if part.basis == "minimums":
            named = list(shares[column].minimum[:-1])
            targets.append([*named, wanted - sum(named)])
        else:
            targets.append([0] * len(part.groups) if part.keep_broad else first[column])
    solved = solve_blocks([block for _, _, block in within])
    for (column, members, _), numbers in zip(within, solved, strict=True):
        for i, number in zip(members, numbers, strict=True):
            targets[column][i] = number
    return targets


def solve_blocks(blocks: Sequence[Block]) -> list[list[int]]:
    """Return the closest whole numbers for every block: a greedy's, and one program's.

    Each further person of a group costs more than the one before, so the sum of the costs of
    the people taken is what is to be least, and nothing cheaper can be far from the greedy's
    numbers unless something cheaper is near them. Among equal costs the answer is the greedy's:
    the larger group first, then the one listed first.

    Raises `SolverError` where the two do not agree.
    """
    if not blocks:
        return []
    exact = [apportion(block.shares, block.people, block.rounding) for block in blocks]
    program = Program()
    units: list[list[tuple[int, list[int]]]] = []
    scales = []
    for block, numbers in zip(blocks, exact, strict=True):
        costs, scale = _costs(block, numbers)
        scales.append(scale)
        groups = []
        for low, here in costs:
            groups.append((low, [program.variable(0, 1, cost=price) for price in here]))
        every = [(unit, 1.0) for _, here in groups for unit in here]
        left = block.people - sum(low for low, _ in groups)
        program.row(every, left, left)
        units.append(groups)
    values = program.solve()
    if values is None:
        raise SolverError("The solver found no whole numbers where there are some.")
    for block, numbers, groups, scale in zip(blocks, exact, units, scales, strict=True):
        found = [low + sum(round(values[unit]) for unit in here) for low, here in groups]
        _check(block, numbers, found, scale)
    return exact


def _costs(block: Block, numbers: Sequence[int]) -> tuple[list[tuple[int, list[float]]], Fraction]:
    """Return for each group where its window begins and what each person in it costs.

    Costs are whole numbers, counted from that of the last person taken: the scale comes with
    them. They are exact where they fit.
    """
    shares, total = block.shares, sum(block.shares.weights) or 1
    steps: list[tuple[int, list[tuple[int, Fraction]]]] = []
    for i, number in enumerate(numbers):
        ideal = Fraction(block.people * shares.weights[i], total)
        low = max(shares.minimum[i], number - WINDOW)
        high = min(shares.ceiling(i, block.people), number + WINDOW)
        prices = [cost_of(block.rounding, ideal, n) for n in range(low, high + 1)]
        steps.append((low, [minus(b, a) for a, b in pairwise(prices)]))
    every = [step for _, here in steps for _, step in here]
    first = 1 + 4 * sum(map(abs, every), Fraction(0))
    worth = [(low, [first * heard + step for heard, step in here]) for low, here in steps]
    taken = [
        here[number - low - 1]
        for number, (low, here) in zip(numbers, worth, strict=True)
        if number > low
    ]
    level = max(taken, default=Fraction(0))
    largest = max((abs(step - level) for _, here in worth for step in here), default=Fraction(1))
    scale = Fraction(total)
    if block.rounding != "closest" or largest * scale > LARGEST_COST:
        scale = LARGEST_COST / (largest or Fraction(1))
    return [
        (low, [float(round((step - level) * scale)) for step in here]) for low, here in worth
    ], scale


def _check(block: Block, exact: Sequence[int], found: Sequence[int], scale: Fraction) -> None:
    """Compare the greedy's numbers with the solver's, in plain sums and exact fractions."""
    shares = block.shares
    for numbers in (found, exact):
        if sum(numbers) != block.people or any(
            not shares.minimum[i] <= number <= shares.ceiling(i, block.people)
            for i, number in enumerate(numbers)
        ):
            raise SolverError("The quotas found do not add up. Nothing was saved.")
    if list(found) == list(exact):
        return
    one, other = (cost(shares, block.people, numbers, block.rounding) for numbers in (exact, found))
    heard, more = minus(other, one)
    if heard or not 0 <= more * scale <= 2 * len(exact) * WINDOW:
        raise SolverError("The quotas found fail the exact check. Nothing was saved.")


def _planned(
    mix: Mix, asked: Asked, column: int, target: Sequence[int], alone: Sequence[int]
) -> PlannedCharacteristic:
    part, wanted = mix.characteristics[column], mix.people_wanted
    shares = shares_of(part, asked, column)
    counted = asked.counted(column, len(part.groups))
    usual: Sequence[int] = alone
    if part.basis != "minimums":
        usual = apportion(free(shares.weights, shares.sizes), wanted, asked.rounding)
    quotas = []
    for i, group in enumerate(part.groups):
        cause = Cause(
            target[i],
            usual[i],
            alone[i],
            counted[i],
            asked.rounding,
            cause_of(asked, column) if target[i] != alone[i] else "",
        )
        if part.basis == "minimums":
            quotas.append(_minimum_quota(group, cause, wanted))
        else:
            quotas.append(_quota(part, group, cause, wanted, shares.ceiling(i, wanted)))
    close = None
    if part.basis != "minimums" and asked.rounding == "closest" and target == alone:
        close = _close_call(part, shares, wanted, target, usual)
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
        from_gaps=part.from_gaps,
        close_call=close,
    )


def _minimum_quota(group: MixGroup, cause: Cause, wanted: int) -> Quota:
    """A group with a minimum and no share: more than the minimum is welcome."""
    is_any = group.name == ANY and group.rule is None
    return Quota(
        group=group.name,
        people=None,
        population_share=None,
        share=None,
        ideal=None,
        minimum=group.minimum,
        target=cause.target,
        maximum=None,
        low=0 if is_any else cause.target,
        high=wanted,
        why=why_minimum(group, cause, is_any=is_any),
        tag="" if is_any else f"at least {cause.target}",
    )


def _quota(part: MixCharacteristic, group: MixGroup, cause: Cause, wanted: int, most: int) -> Quota:
    share, target = group.share or Fraction(0), cause.target
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
        why=why(part, group, cause, wanted),
        broad=group.broad,
        parts=group.parts,
        tag=", ".join(tags),
    )


def _close_call(
    part: MixCharacteristic,
    shares: Shares,
    wanted: int,
    target: Sequence[int],
    usual: Sequence[int],
) -> CloseCall | None:
    """Return who nearly had the last place; where broad totals are kept, within each of them.

    A group that lost its usual place to a rule is not offered it back.
    """
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
