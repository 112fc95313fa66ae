"""What to change so that a plan exists: the least changes, at least two ways where there are two.

Every limit may give by whole people, at a cost of one a person; the people wanted may change at
three a person. The cheapest answer is taken, its rules are forbidden to change together again,
and the program is solved once more (elastic programs: Chinneck, Feasibility and Infeasibility in
Optimization, 2008). A rule marked must-have gives nothing.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import repeat
from typing import Any

from sampler.brief import Brief
from sampler.brief_values import MOST_PEOPLE
from sampler.limits import Limit, Piece, Question, share_counted
from sampler.seats.seat_problem import Pattern
from sampler.seats.seat_tables import SeatTables, Ties
from sampler.solver import Program
from sampler.words import listed, people

PER_PERSON_WANTED = 3
"""What a person more or fewer in the round costs, beside one for a limit that moves by one."""
MOST = 4
MOST_TRIES = 8
WANTED = "people_wanted"
ONE = 10.0**6
"""A unit of cost; what is below it settles ties: fewer rules first, then the later ones.

A little of its own on every cost leaves one cheapest answer, whatever way the solver goes.
"""
MOST_PLACES = 18
Value = int | Decimal | tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class Change:
    """One rule that gives: its words, its field in the brief, and the value before and after.

    None stands for a rule taken out.
    """

    rule: str
    field: str
    before: Value
    after: Value

    def words(self) -> str:
        """Say the change as what will happen."""
        if self.field == WANTED and isinstance(self.after, int):
            return f"speak to {people(self.after)}"
        if not self.after:
            return f"remove '{self.rule}'"
        is_lower = _number(self.after) < _number(self.before)
        after = f"{self.after:%}" if isinstance(self.after, Decimal) else f"{self.after}"
        return f"{'lower' if is_lower else 'raise'} '{self.rule}' to {after}"


def plain(value: Value) -> Any:
    """Return a value of a change as JSON has it.

    >>> plain(Decimal("0.25")), plain((("Age", "Old"), ("Sex", "Female")))
    (0.25, {'Age': 'Old', 'Sex': 'Female'})
    """
    if isinstance(value, tuple):
        return dict(value)
    return float(value) if isinstance(value, Decimal) else value


def _number(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


@dataclass(frozen=True)
class Repair:
    """Changes that put a brief right together, and by how many people limits move."""

    changes: tuple[Change, ...]
    cost: int

    def words(self) -> str:
        """Say the changes in one sentence without its full stop.

        >>> Repair((Change("10 people", "people_wanted", 10, 12),), 6).words()
        'Speak to 12 people'
        """
        said = listed([change.words() for change in self.changes])
        return f"{said[0].upper()}{said[1:]}"


def find(
    question: Question, works: Callable[[Brief], bool], *, most: int = MOST
) -> tuple[Repair, ...]:
    """Return repairs of a brief that has no plan, the cheapest first.

    Each changes other rules than those before it; where all change the same ones, further
    repairs change them by other numbers. `works` plans a brief; a repair that fails it is left
    away.

    Raises `SolverError` where the solver breaks.
    """
    found: list[Repair] = []
    elastic = _Elastic(question)
    first = moves = elastic.solve()
    while moves and len(found) < most:
        found += _checked(question, moves, works)
        elastic.not_together(moves)
        moves = elastic.solve()
    again, moves = _Elastic(question), first
    for _ in range(MOST_TRIES):
        if not moves or len(found) > 1:
            break
        again.other_numbers(moves)
        moves = again.solve()
        if moves:
            found += [one for one in _checked(question, moves, works) if one not in found]
    return tuple(sorted(found, key=lambda repair: repair.cost))


def apply(brief: Brief, repair: Repair) -> Brief:
    """Return the brief with the changes of a repair made and everything checked again."""
    values: dict[str, Any] = brief.model_dump()
    gone: dict[str, list[int]] = {"rule": [], "leave_out": []}
    parts = [dict(part) for part in values["characteristic"]]
    rules = [dict(rule) for rule in values["rule"]]
    for change in repair.changes:
        if found := re.fullmatch(r"characteristic\[(\d+)\]\.(\w+?)\.(.*)", change.field, re.S):
            part, name, group = parts[int(found[1])], found[2], found[3]
            kept = dict(part[name])
            kept[group] = change.after
            is_only = brief.characteristic[int(found[1])].is_minimums_only
            if name != "maximum" and not change.after and not is_only:
                del kept[group]
            part[name] = kept
        elif found := re.fullmatch(r"rule\[(\d+)\]\.(\w+)", change.field):
            rules[int(found[1])][found[2]] = change.after
            if not change.after and found[2] == "at_least":
                gone["rule"].append(int(found[1]))
        elif found := re.fullmatch(r"leave_out\[(\d+)\]\.pair", change.field):
            gone["leave_out"].append(int(found[1]))
        else:
            values[change.field] = change.after
    values["characteristic"] = parts
    values["rule"] = [rule for i, rule in enumerate(rules) if i not in gone["rule"]]
    values["leave_out"] = [
        pair for i, pair in enumerate(values["leave_out"]) if i not in gone["leave_out"]
    ]
    return brief.changed(**values)


@dataclass(frozen=True)
class _Move:
    """By how many people the limit at this place moves; past the last limit the people wanted."""

    at: int
    people: int


@dataclass
class _Slack:
    """The variables of one limit: by how many people it gives, and whether it does."""

    gives: list[tuple[int, float]]
    switch: int
    most: int


@dataclass
class _Elastic:
    """The program in which every limit may give."""

    question: Question
    program: Program = field(default_factory=Program)
    slacks: dict[int, _Slack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        question, program = self.question, self.program
        limits, wanted = question.limits, question.mix.people_wanted
        asked = sum(piece.least for limit in limits for piece in limit.pieces)
        self.most = min(MOST_PEOPLE, 4 * wanted + asked + 100)
        low, high = (wanted, wanted) if question.split else (1, self.most)
        number = program.variable(max(low, len(question.fixed)), high)
        room = question.room(())
        groups: dict[tuple[int, int], int] = {}
        for column, bounds in enumerate(room.bounds):
            for g, (least, highest) in enumerate(bounds):
                groups[column, g] = program.variable(least, self._top(column, g, highest))
            here = [(groups[column, g], 1.0) for g in range(len(bounds))]
            program.row([*here, (number, -1.0)], 0, 0)
        more = (None,) if question.split else ()
        patterns = tuple(
            Pattern((*piece.where, *more), 0, self.most)
            for limit in limits
            for piece in limit.pieces
            if len(piece.columns) > 1
        )
        ties = Ties(tuple(map(len, room.bounds)), question.ground, patterns, room.fixed)
        tables: dict[int, SeatTables] = {}
        for tree in ties.trees():
            made = SeatTables.add_to(program, ties, tree, groups, self.most, repeat(0.0))
            tables |= dict.fromkeys(tree.columns, made)

        def matching(piece: Piece) -> list[tuple[int, float]]:
            if len(piece.columns) > 1:
                found = tables[piece.columns[0]].matching((*piece.where, *more))
                return [(v, 1.0) for v in found]
            column = piece.columns[0]
            return [(groups[column, g], 1.0) for g in sorted(piece.where[column] or ())]

        for at, limit in enumerate(limits):
            if limit.kind == "floor":
                self._floor(at, limit, matching)
                continue
            for piece in limit.pieces:
                self._limit(at, limit, piece, matching(piece), number)
        up, down = program.variable(0, self.most), program.variable(0, self.most)
        program.row([(number, 1.0), (up, -1.0), (down, 1.0)], wanted, wanted)
        self._slack(len(limits), [(up, 1.0), (down, 1.0)], self.most, PER_PERSON_WANTED)

    def solve(self) -> list[_Move] | None:
        """Return the cheapest moves, in the brief's order; None where nothing helps."""
        values = self.program.solve()
        if values is None:
            return None
        moves = []
        for at, slack in sorted(self.slacks.items()):
            number = round(sum(weight * values[v] for v, weight in slack.gives))
            if at == len(self.question.limits):
                number = round(values[slack.gives[0][0]] - values[slack.gives[1][0]])
            if number:
                moves.append(_Move(at, number))
        return moves

    def not_together(self, moves: Sequence[_Move]) -> None:
        """Forbid that all these limits give at once."""
        switches = [(self.slacks[move.at].switch, 1.0) for move in moves]
        self.program.row(switches, None, len(moves) - 1)

    def other_numbers(self, moves: Sequence[_Move]) -> None:
        """Ask for an answer in which some limit gives less than in these moves."""
        fewer = []
        for move in moves:
            slack, number = self.slacks[move.at], abs(move.people)
            switch = self.program.variable(0, 1)
            fewer.append((switch, 1.0))
            self.program.row(
                [*slack.gives, (switch, float(slack.most))], None, slack.most + number - 1
            )
        self.program.row(fewer, 1, None)

    def _top(self, column: int, group: int, highest: int) -> int:
        """Return the most a group can get however many take part."""
        parts = self.question.mix.characteristics
        if column >= len(parts):
            return highest
        part = parts[column]
        is_free = part.basis == "minimums" or bool(part.groups[group].share)
        return self.most if is_free else highest

    def _slack(self, at: int, gives: list[tuple[int, float]], most: int, cost: float = 1) -> None:
        """Give a limit its switch and its cost, or more to give where it has both."""
        program, count = self.program, len(self.question.limits) + 1
        if at not in self.slacks:
            later = 10 * (count - at + random.Random(at).random())
            switch = program.variable(0, 1, cost=ONE / 100 + later)
            self.slacks[at] = _Slack([], switch, 0)
        slack = self.slacks[at]
        for variable, weight in gives:
            slack.most += most * round(weight)
            program.costs[variable] = ONE * weight * cost + random.Random(variable).random()
            program.row([(variable, 1.0), (slack.switch, -float(most))], None, 0)
        slack.gives += gives

    def _limit(
        self, at: int, limit: Limit, piece: Piece, here: list[tuple[int, float]], number: int
    ) -> None:
        """State a limit with what it may give."""
        program = self.program
        gives: list[tuple[int, float]] = []
        if not limit.must_have:
            most = self.most if piece.most is not None else max(piece.least, 1)
            most = self.most if limit.kind == "minimum_share" else most
            gives = [(program.variable(0, most), 1.0)]
            self._slack(at, gives, most)
        if piece.most is not None:
            program.row([*here, *((v, -1.0) for v, _ in gives)], None, piece.most)
        elif limit.kind == "minimum_share" and limit.share is not None:
            program.row([*here, *gives, (number, -float(limit.share))], 0, None)
        else:
            # A group without people gets what its minimum asks, never more.
            is_empty = piece.single is not None and self._top(*piece.single, 0) == 0
            highest = piece.least if is_empty and not self.question.fixed else None
            program.row([*here, *gives], piece.least, highest)

    def _floor(
        self,
        at: int,
        limit: Limit,
        matching: Callable[[Piece], list[tuple[int, float]]],
    ) -> None:
        """State a floor, which gives up its smallest groups first."""
        levels: dict[Fraction, list[Piece]] = {}
        for piece in limit.pieces:
            levels.setdefault(_share_of(self.question, piece), []).append(piece)
        before: int | None = None
        for share in sorted(levels):
            gives = self.program.variable(0, 1)
            if before is not None:
                self.program.row([(before, 1.0), (gives, -1.0)], 0, None)
            before = gives
            self._slack(at, [(gives, float(len(levels[share])))], 1)
            for piece in levels[share]:
                self.program.row([*matching(piece), (gives, 1.0)], 1, None)


def _share_of(question: Question, piece: Piece) -> Fraction:
    """Return the share counted of the one group a piece of a floor is about."""
    column, group = piece.single or (0, 0)
    return share_counted(question.mix.characteristics[column], group)


def _checked(
    question: Question, moves: Sequence[_Move], works: Callable[[Brief], bool]
) -> list[Repair]:
    """Return the repair of some moves if it can be written down and works."""
    cost = 0
    changes = []
    wanted = question.mix.people_wanted
    after = wanted + sum(m.people for m in moves if m.at == len(question.limits))
    for move in moves:
        if move.at == len(question.limits):
            cost += PER_PERSON_WANTED * abs(move.people)
            changes.append(Change(f"{people(wanted)} wanted", WANTED, wanted, after))
        else:
            cost += move.people
            changes.append(_change(question, question.limits[move.at], move.people, after))
    repair = Repair(tuple(changes), cost)
    return [repair] if works(apply(question.brief, repair)) else []


def _change(question: Question, limit: Limit, moved: int, wanted: int) -> Change:
    words, where, piece = limit.rule.rule, limit.rule.field, limit.pieces[0]
    if limit.kind == "left_out":
        number = int(where.removeprefix("leave_out[").removesuffix("].pair"))
        return Change(words, where, tuple(question.brief.leave_out[number].pair.items()), None)
    if limit.kind == "floor":
        above = question.brief.at_least_one_above
        return Change(words, where, above, _raised_floor(question, limit, moved))
    if limit.kind == "minimum_share":
        before = Decimal(str(_at(question.brief, where)))
        share = limit.share or Fraction(0)
        return Change(words, where, before, _lowered_share(share, wanted, moved))
    if limit.kind == "rule":
        where = f"{where}.{'at_least' if piece.most is None else 'at_most'}"
    if piece.most is None:
        return Change(words, where, piece.least, piece.least - moved)
    return Change(words, where, piece.most, piece.most + moved)


def _at(brief: Brief, where: str) -> Any:
    """Return the minimum share at a field."""
    index, _, rest = where.removeprefix("characteristic[").partition("].")
    values: Mapping[str, Decimal] = brief.characteristic[int(index)].minimum_share
    return values[rest.removeprefix("minimum_share.")]


def _lowered_share(share: Fraction, wanted: int, moved: int) -> Decimal:
    """Return a short share that asks for so many people fewer."""
    least = math.ceil(share * wanted) - moved
    for places in range(2, MOST_PLACES):
        units = least * 10**places // wanted
        if math.ceil(Fraction(units * wanted, 10**places)) == least:
            return Decimal(units).scaleb(-places).normalize() if units else Decimal(0)
    return Decimal(0)


def _raised_floor(question: Question, limit: Limit, moved: int) -> Decimal | None:
    """Return a short share above which so many groups fewer lie; None where none is left."""
    shares = sorted(_share_of(question, piece) for piece in limit.pieces)
    if moved >= len(shares):
        return None
    low, high = shares[moved - 1], shares[moved]
    for places in range(2, MOST_PLACES):
        units = math.ceil(low * 10**places)
        if low <= Fraction(units, 10**places) < high:
            return Decimal(units).scaleb(-places)
    return None
