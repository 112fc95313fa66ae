"""How the characteristics of a mix combine: for every two of them, a share of each pair of groups.

A census table gives the pattern where there is one, else the two are taken as unrelated; pairs
left out are zero before the pattern is raked to the shares the mix wants, so a boost is no
deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from sampler.mix import Mix, MixCharacteristic
from sampler.pair_tables import PairTable, TableOrigin
from sampler.pairs import LeftOut
from sampler.rake import rake, squeeze
from sampler.words import count, group_words, listed, percent

Kind = Literal["known", "pattern", "assumed"]
CONVERGED = 1e-5
"""A share missed by less is met: one person in a hundred thousand."""
WORTH_SAYING = 5e-4
"""Shares missed by more are said, with the reason: one person in two thousand."""
NOBODY_OF_OTHERS = 0.5
"""What an empty cell of a pattern counts as: nobody among other people rules out nothing."""
MANY = 3
"""More groups, pairs or unknown combinations than this are counted, not named."""

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class PairShares:
    """The share of the round each pair of groups of two characteristics should have.

    `off` is the largest miss of a share of the mix; `is_split` says that the table was coarser
    than the mix, and its cells were divided in proportion; `problem` says why shares are missed.
    """

    first: int
    second: int
    kind: Kind
    shares: Matrix
    is_split: bool
    iterations: int
    off: float
    converged: bool
    words: str
    said: str = ""
    problem: str = ""
    origin: TableOrigin | None = None

    @property
    def source(self) -> str:
        """Where the pattern is from: "live", "extract", "by hand", "pattern" or "assumed"."""
        return str(self.origin) if self.kind == "known" else self.kind


@dataclass(frozen=True)
class Joint:
    """All pairs of characteristics that have shares, and every pair of groups left out."""

    pairs: tuple[PairShares, ...]
    left_out: tuple[LeftOut, ...]

    def shares(self, first: int, second: int) -> Matrix:
        """Return the shares of two characteristics, the first one's groups as rows."""
        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair.shares
            if (pair.second, pair.first) == (first, second):
                return tuple(zip(*pair.shares, strict=True))
        raise KeyError((first, second))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is known and what is assumed, in one sentence a pair and few for what is not."""
        known = [pair.words for pair in self.pairs if pair.kind != "assumed"]
        assumed = [pair.words for pair in self.pairs if pair.kind == "assumed"]
        if len(assumed) > MANY:
            other = "other " if known else ""
            assumed = [
                f"We do not know how the {other}{len(assumed)} pairs of characteristics combine "
                "here, so those combinations are suggestions."
            ]
        return (*known, *assumed, *(pair.problem for pair in self.pairs if pair.problem))


def combine(mix: Mix, tables: Sequence[PairTable], left_out: Sequence[LeftOut]) -> Joint:
    """Return the shares of every pair of characteristics that both have shares.

    Of several tables for one pair the first is used. Empty cells of a census table are left out
    as well, and come back in `left_out`.
    """
    at_hand = {}
    for table in reversed(tables):
        turned = table if table.first < table.second else table.turned()
        at_hand[turned.first, turned.second] = turned
    with_shares = [i for i, part in enumerate(mix.characteristics) if part.basis != "minimums"]
    pairs = []
    every = list(left_out)
    for at in combinations(with_shares, 2):
        here = [one for one in left_out if one.characteristics == at]
        here += _empty(mix, at, at_hand.get(at), here)
        pairs.append(_pair(mix, at, at_hand.get(at), here))
        every += [one for one in here if one.kind == "census"]
    return Joint(tuple(pairs), tuple(every))


def _empty(
    mix: Mix, at: tuple[int, int], table: PairTable | None, known: Sequence[LeftOut]
) -> list[LeftOut]:
    """Return the pairs of groups nobody was counted in, where each group has somebody."""
    if table is None or table.kind != "census":
        return []
    people_in_row = [sum(row) for row in table.cells]
    people_in_column = [sum(column) for column in zip(*table.cells, strict=True)]
    said = [one.groups for one in known]
    found = []
    for i, row in enumerate(table.rows):
        for j, column in enumerate(table.columns):
            if row is None or column is None or table.cells[row][column] or (i, j) in said:
                continue
            if people_in_row[row] and people_in_column[column]:
                names = [
                    _group(mix.characteristics[k], group)
                    for k, group in zip(at, (i, j), strict=True)
                ]
                reason = (
                    f"Your own table has nobody who is both {names[0]} and {names[1]}."
                    if table.origin == "by hand"
                    else f"The census counted nobody here who is both {names[0]} and {names[1]}."
                )
                found.append(LeftOut(at, (i, j), reason, "census"))
    return found


def _pair(
    mix: Mix, at: tuple[int, int], table: PairTable | None, left_out: Sequence[LeftOut]
) -> PairShares:
    parts = [mix.characteristics[i] for i in at]
    rows, columns = ([float(group.share or 0) for group in part.groups] for part in parts)
    seed = _seed(rows, columns, table)
    for one in left_out:
        seed[one.groups[0]][one.groups[1]] = 0.0
    raked = rake(seed, rows, columns)
    kind: Kind = "assumed"
    is_split = False
    if table is not None:
        kind = "known" if table.kind == "census" else "pattern"
        is_split = any(_shared(*axis) for axis in ((table.rows, rows), (table.columns, columns)))
    problem = ""
    if raked.off > WORTH_SAYING:
        problem = _problem(mix, at, seed, (rows, columns), left_out)
    return PairShares(
        *at,
        kind,
        raked.cells,
        is_split,
        raked.iterations,
        raked.off,
        raked.off <= CONVERGED,
        _words(parts, kind, is_split, table.said if table else ""),
        table.said if table else "",
        problem,
        table.origin if table else None,
    )


def _seed(
    rows: Sequence[float], columns: Sequence[float], table: PairTable | None
) -> list[list[float]]:
    """Return the pattern before raking; only ratios between cells matter.

    Groups in one row of the table divide it by their shares; a group the table lacks is taken to
    be like everyone in it.
    """
    if table is None:
        return [[row * column for column in columns] for row in rows]
    empty = NOBODY_OF_OTHERS if table.kind == "pattern" else 0.0
    cells = [[float(cell) or empty for cell in row] for row in table.cells]
    in_row = [sum(row) for row in cells]
    in_column = [sum(column) for column in zip(*cells, strict=True)]

    def people(row: int | None, column: int | None) -> float:
        if row is None:
            return sum(in_row) if column is None else in_column[column]
        return in_row[row] if column is None else cells[row][column]

    return [
        [
            people(at_row, at_column) * row * column
            for at_column, column in zip(table.columns, columns, strict=True)
        ]
        for at_row, row in zip(table.rows, rows, strict=True)
    ]


def _shared(places: Sequence[int | None], shares: Sequence[float]) -> bool:
    """Say whether two groups that are wanted lie in one row of a table, or in none."""
    taken = [place for place, share in zip(places, shares, strict=True) if share]
    return None in taken or len(dict.fromkeys(taken)) < len(taken)


def _problem(
    mix: Mix,
    at: tuple[int, int],
    seed: Sequence[Sequence[float]],
    wanted: tuple[list[float], list[float]],
    left_out: Sequence[LeftOut],
) -> str:
    """Say which groups cannot be placed because of which pairs, and what can be changed."""
    parts = [mix.characteristics[i] for i in at]
    tight = squeeze(seed, *wanted)
    if tight is None:
        names = listed([_name(part) for part in parts])
        return f"The shares of {names} can only just be met beside the pairs left out."
    # The same cause can be read from either side; the one with fewer groups to name is plainer.
    sides = [(0, tight.rows, tight.columns), (1, *_other_side(tight.rows, tight.columns, wanted))]
    side, held, open_to = min(sides, key=lambda one: len(one[1]) + len(one[2]))
    part, other = parts[side], parts[1 - side]
    room = f"can go with no group of {_name(other)}"
    if open_to:
        which = "which is" if len(open_to) == 1 else "which are"
        room = f"can only go with {_few(_groups(other, open_to), 'group')}, {which} "
        room += percent(_total(other, open_to))
    blocking = [
        pair
        for pair in left_out
        if pair.groups[side] in held and pair.groups[1 - side] not in open_to
    ]
    named = [
        " with ".join(_group(*one) for one in zip(parts, pair.groups, strict=True))
        + (f" ({pair.switch})" if pair.switch else "")
        for pair in blocking
    ]
    change = "Change a share."
    if any(pair.kind in ("unlikely", "yours") for pair in blocking):
        change = "Keep one of these pairs or change a share."
    counted = [one for one in parts if one.source and one.source.base.startswith("households")]
    if len(counted) == 1:
        name = counted[0].name
        change = f"{name} counts households, not people, so its shares may not fit. {change}"
    return (
        f"{_few(_groups(part, held), 'group')} {'is' if len(held) == 1 else 'are'} "
        f"{percent(_total(part, held))} of the mix and {room}. "
        f"Left out: {_few(named, 'pair')}. {change}"
    )


def _other_side(
    rows: Sequence[int], columns: Sequence[int], wanted: tuple[list[float], list[float]]
) -> tuple[list[int], list[int]]:
    """Return the columns that only the other rows can go with, and those rows."""
    held = [j for j, share in enumerate(wanted[1]) if j not in columns and share]
    return held, [i for i, share in enumerate(wanted[0]) if i not in rows and share]


def _total(part: MixCharacteristic, groups: Sequence[int]) -> Fraction:
    return sum((part.groups[i].share or Fraction(0) for i in groups), Fraction(0))


def _group(part: MixCharacteristic, group: int) -> str:
    return group_words(part.groups[group].name, part.topic)


def _groups(part: MixCharacteristic, groups: Sequence[int]) -> list[str]:
    return [_group(part, i) for i in groups]


def _few(names: Sequence[str], noun: str) -> str:
    """Name the first few, and say how many more there are."""
    more = len(names) - MANY
    if more < 2:
        return listed(names)
    return f"{', '.join(names[:MANY])} and {count(more, f'more {noun}')}"


def _name(part: MixCharacteristic) -> str:
    """Return a characteristic's name as running text has it: "age", and "NHS staff" as it is."""
    lowers = part.topic and part.name[1:2].islower()
    return part.name[:1].lower() + part.name[1:] if lowers else part.name


def _words(parts: Sequence[MixCharacteristic], kind: Kind, is_split: bool, said: str) -> str:
    names = listed([_name(part) for part in parts])
    if kind == "assumed":
        return f"We do not know how {names} combine here, so those combinations are suggestions."
    split = (
        " The census has larger groups than this mix; each is divided in proportion."
        if is_split
        else ""
    )
    if kind == "known":
        return f"We know how {names} combine here.{split}"
    return (
        f"We know how {names} combine here for {said} only, so we use the pattern and not the "
        f"numbers.{split}"
    )
