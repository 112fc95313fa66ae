"""Every rule of a brief as a limit on how many people match a pattern, in the brief's order.

A minimum, a maximum, a floor, a rule across characteristics and a pair left out by the user are
the same thing here, so that a conflict between any of them is found in one way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from census.spelling import key
from sampler import across, pairs
from sampler.across import Across
from sampler.brief import Brief
from sampler.closest_quotas import Asked, room_of
from sampler.errors import Rule
from sampler.mix import Mix, MixCharacteristic
from sampler.pairs import LeftOut
from sampler.seats.seat_problem import Forbidden, Pattern
from sampler.seats.seat_program import Room, has_room
from sampler.seats.seat_tables import Seat
from sampler.words import percent_typed

Kind = Literal["minimum", "minimum_share", "maximum", "floor", "rule", "left_out"]
FLOOR = "at_least_one_above"


@dataclass(frozen=True)
class Piece:
    """At least, or at most, so many people who match; a pattern over the mix's columns."""

    where: tuple[frozenset[int] | None, ...]
    least: int = 0
    most: int | None = None

    @property
    def columns(self) -> tuple[int, ...]:
        """Return the columns it is about."""
        return tuple(c for c, groups in enumerate(self.where) if groups is not None)

    @property
    def single(self) -> tuple[int, int] | None:
        """Return the column and the group where it is about one group alone."""
        if len(self.columns) == 1:
            groups = self.where[self.columns[0]]
            if groups is not None and len(groups) == 1:
                return self.columns[0], min(groups)
        return None


@dataclass(frozen=True)
class Limit:
    """One rule: its words and field, and what it says; a floor has a piece for every group."""

    rule: Rule
    kind: Kind
    pieces: tuple[Piece, ...]
    must_have: bool = False
    share: Fraction | None = None
    """The share a minimum is set as, or above which a floor begins."""


@dataclass(frozen=True)
class Question:
    """A brief with its mix, the pairs left out, the people counted and the parts of a split."""

    brief: Brief
    mix: Mix
    left_out: tuple[LeftOut, ...] = ()
    fixed: tuple[Seat, ...] = ()
    split: tuple[int, ...] = ()
    reach: tuple[Forbidden, ...] = ()

    @cached_property
    def across(self) -> tuple[Across, ...]:
        """The rules across characteristics, with their groups."""
        return across.resolve(self.brief, self.mix)

    @cached_property
    def ground(self) -> tuple[Forbidden, ...]:
        """The pairs nobody is to have that are no rule of the user's."""
        return (
            *(
                Forbidden(*one.characteristics, one.groups)
                for one in self.left_out
                if one.kind != "yours"
            ),
            *self.reach,
        )

    def asked(self) -> Asked:
        """Return what the quotas must meet beside the mix."""
        yours = (
            Forbidden(*one.characteristics, one.groups)
            for one in self.left_out
            if one.kind == "yours"
        )
        return Asked(
            self.across, (*self.ground, *yours), self.fixed, self.split, self.brief.rounding
        )

    def sums_hold(self) -> bool:
        """Say whether every minimum and maximum leaves room, in plain sums."""
        room = room_of(self.mix, self.asked())
        return len(self.fixed) <= room.people and all(
            room.holds_alone(column) for column in range(len(room.bounds))
        )

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Every rule of the user's, in the brief's order: characteristics, floor, rules, pairs."""
        found = [
            limit
            for column, part in enumerate(self.mix.characteristics)
            for limit in self._of_groups(column, part)
        ]
        return (*found, *self._floor(), *self._across(), *self._pairs())

    def room(self, limits: Sequence[Limit], *, ground: Sequence[Forbidden] | None = None) -> Room:
        """Return what numbers have to fit were these the only rules."""
        wanted = self.mix.people_wanted
        sizes = [len(part.groups) for part in self.mix.characteristics]
        least = [Asked((), (), self.fixed).counted(c, size) for c, size in enumerate(sizes)]
        most = [[wanted] * size for size in sizes]
        for column, part in enumerate(self.mix.characteristics):
            for i, group in enumerate(part.groups):
                if part.basis != "minimums" and not group.share:
                    most[column][i] = max(group.minimum, least[column][i])
        forbidden = list(self.ground if ground is None else ground)
        rules: list[Pattern] = []
        more = (None,) if self.split else ()
        for limit in limits:
            for piece in limit.pieces:
                if piece.single is not None:
                    column, i = piece.single
                    least[column][i] = max(least[column][i], piece.least)
                    if piece.most is not None:
                        most[column][i] = min(most[column][i], piece.most)
                elif limit.kind == "left_out":
                    forbidden.append(_as_pair(piece))
                else:
                    highest = wanted if piece.most is None else piece.most
                    rules.append(Pattern((*piece.where, *more), piece.least, highest))
        bounds = [tuple(zip(low, high, strict=True)) for low, high in zip(least, most, strict=True)]
        if self.split:
            bounds.append(tuple((number, number) for number in self.split))
        fixed = tuple((*seat[: len(sizes)], *more) for seat in self.fixed)
        return Room(wanted, tuple(bounds), tuple(forbidden), tuple(rules), fixed)

    def sums(self, limits: Sequence[Limit]) -> bool:
        """Say whether these rules leave room in plain sums of single groups."""
        room = self.room(limits)
        return all(room.holds_alone(column) for column in range(len(room.bounds)))

    def holds(self, limits: Sequence[Limit], *, ground: Sequence[Forbidden] | None = None) -> bool:
        """Say whether there are numbers and seats under these rules."""
        return has_room(self.room(limits, ground=ground))

    def _single(self, column: int, group: int) -> tuple[frozenset[int] | None, ...]:
        columns = range(len(self.mix.characteristics))
        return tuple(frozenset([group]) if c == column else None for c in columns)

    def _of_groups(self, column: int, part: MixCharacteristic) -> Iterator[Limit]:
        asked = self.brief.characteristic[part.index]
        where = f"characteristic[{part.index}]"
        for name, number in asked.minimum.items():
            field = f"{where}.minimum.{name}"
            if number and (i := _place(part, name, field)) is not None:
                rule = Rule(f"at least {number} {part.groups[i].name}", field)
                yield Limit(rule, "minimum", (Piece(self._single(column, i), number),))
        for name, share in asked.minimum_share.items():
            field = f"{where}.minimum_share.{name}"
            number = math.ceil(Fraction(share) * self.mix.people_wanted)
            if number and (i := _place(part, name, field)) is not None:
                typed = percent_typed(Fraction(share))
                rule = Rule(f"at least {typed} ({number}) {part.groups[i].name}", field)
                piece = Piece(self._single(column, i), number)
                yield Limit(rule, "minimum_share", (piece,), share=Fraction(share))
        for name, number in asked.maximum.items():
            field = f"{where}.maximum.{name}"
            if (i := _place(part, name, field)) is not None:
                rule = Rule(f"at most {number} {part.groups[i].name}", field)
                yield Limit(rule, "maximum", (Piece(self._single(column, i), 0, number),))

    def _floor(self) -> Iterator[Limit]:
        if self.brief.at_least_one_above is None:
            return
        above = Fraction(self.brief.at_least_one_above)
        pieces = [
            Piece(self._single(column, i), 1)
            for column, part in enumerate(self.mix.characteristics)
            if part.basis != "minimums"
            for i in range(len(part.groups))
            if share_counted(part, i) > above
        ]
        if pieces:
            named = [rule for part in self.mix.characteristics for _, rule in part.minimums]
            given = [rule for rule in named if rule.field == FLOOR]
            words = f"at least 1 of each group above {percent_typed(above)}"
            rule = given[0] if len(given) == 1 else Rule(words, FLOOR)
            yield Limit(rule, "floor", tuple(pieces), share=above)

    def _across(self) -> Iterator[Limit]:
        for one in self.across:
            piece = Piece(one.where, one.at_least or 0, one.at_most)
            yield Limit(one.rule, "rule", (piece,), one.must_have)

    def _pairs(self) -> Iterator[Limit]:
        kept = {one for one in self.left_out if one.kind == "yours"}
        for number, one in enumerate(self.brief.leave_out):
            alone = self.brief.model_copy(update={"leave_out": (one,)})
            found = [pair for pair in pairs.left_out(self.mix, alone) if pair in kept]
            columns = range(len(self.mix.characteristics))
            pieces = []
            for pair in found:
                groups = dict(zip(pair.characteristics, pair.groups, strict=True))
                where = tuple(frozenset([groups[c]]) if c in groups else None for c in columns)
                pieces.append(Piece(where, 0, 0))
            if pieces:
                words = f"nobody who is both {' and '.join(one.pair.values())}"
                rule = Rule(words, f"leave_out[{number}].pair")
                yield Limit(rule, "left_out", tuple(pieces))


def share_counted(part: MixCharacteristic, i: int) -> Fraction:
    """Return a group's share as counted or typed, before voices and raised shares."""
    return Fraction(part.groups[i].size, sum(group.size for group in part.groups) or 1)


def _place(part: MixCharacteristic, name: str, field: str) -> int | None:
    """Return the place of a group the brief names; None where only an alias tells."""
    for i, group in enumerate(part.groups):
        fields = [rule.field for rule in (group.rule, group.limit) if rule]
        if key(group.name) == key(name) or field in fields:
            return i
    return None


def _as_pair(piece: Piece) -> Forbidden:
    (a, one), (b, other) = (
        (c, min(groups)) for c, groups in enumerate(piece.where) if groups is not None
    )
    return Forbidden(a, b, (one, other))
