"""Two-way census tables laid over the groups of a mix, which may be finer or coarser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal

from census.model import OLDEST_SINGLE_YEAR, JointDistribution
from census.spelling import did_you_mean, key
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.mix import Mix, MixCharacteristic
from sampler.pairs import parts_of
from sampler.unlikely import AGE, ages_in
from sampler.words import percent

TableOrigin = Literal["live", "extract", "by hand"]
MOST_OFF = Fraction(1, 20)
"""By how much a row or column of a table by hand may miss the share of its group."""
_Atom = str | int


@dataclass(frozen=True)
class PairTable:
    """People per pair of groups of two characteristics, as far as a census table tells.

    `first` and `second` are places in the mix. `rows` and `columns` say for each group of the mix
    in which row and column of `cells` it lies: several in one where the table is coarser than the
    mix, None where the table has nobody of it. A "pattern" counts other people than the round is
    about, and `said` is what it counts; of a "census" table `said` is the table. `origin` says
    whether the table was read live, is kept with the app, or was given by hand.
    """

    first: int
    second: int
    cells: tuple[tuple[int, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    kind: Literal["census", "pattern"]
    said: str
    origin: TableOrigin = "extract"

    def turned(self) -> PairTable:
        """Return the table with rows and columns changed over."""
        return PairTable(
            self.second,
            self.first,
            tuple(zip(*self.cells, strict=True)),
            self.columns,
            self.rows,
            self.kind,
            self.said,
            self.origin,
        )


def table_from(
    mix: Mix, first: int, second: int, distribution: JointDistribution
) -> PairTable | None:
    """Return a joint distribution as a table of two characteristics of the mix.

    Groups are matched by name; a group merged by hand takes the sum of its parts; where the
    table's group is a broad one, a longer span of ages or one with parts of its own, the groups of
    the mix within it share its row. Further topics of the distribution are added up. None where a
    topic is not there, or where a group lies in none of the table's or only partly in one.
    """
    topics = [mix.characteristics[i].topic for i in (first, second)]
    if any(topic not in distribution.topics for topic in topics):
        return None
    axes = [distribution.topics.index(str(topic)) for topic in topics]
    rows, columns = (
        _placed(
            mix.characteristics[i],
            distribution.groups[axis],
            distribution.parts[axis] if distribution.parts else {},
        )
        for i, axis in zip((first, second), axes, strict=True)
    )
    if rows is None or columns is None:
        return None
    cells = [[0] * columns.number for _ in range(rows.number)]
    for cell in distribution.cells:
        row = rows.of_table[cell.groups[axes[0]]]
        column = columns.of_table[cell.groups[axes[1]]]
        if row is not None and column is not None:
            cells[row][column] += cell.people
    return PairTable(
        first,
        second,
        tuple(map(tuple, cells)),
        rows.of_mix,
        columns.of_mix,
        "pattern" if distribution.is_pattern else "census",
        distribution.source.base if distribution.is_pattern else distribution.source.table,
        "extract" if distribution.source.origin == "kept" else "live",
    )


def by_hand(mix: Mix, brief: Brief) -> list[PairTable]:
    """Return the joint tables of a brief, each checked against the shares of the mix.

    Raises `BriefError` where a table names no two characteristics of the mix, has not one row and
    column a group, or adds up to other shares than the mix wants.
    """
    found = []
    for number, asked in enumerate(brief.joint):
        where = f"joint[{number}]"
        first, second = (_characteristic(mix, name, f"{where}.of") for name in asked.of)
        parts = mix.characteristics[first], mix.characteristics[second]
        table = [[Fraction(share) for share in row] for row in asked.shares]
        if (len(table), len(table[0])) != tuple(len(part.groups) for part in parts):
            raise BriefError.at(
                f"{where}.shares",
                f"needs {len(parts[0].groups)} rows of {len(parts[1].groups)} shares: one row a "
                f"group of {parts[0].name}, one column a group of {parts[1].name}.",
            )
        sums = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
        for part, totals in zip(parts, sums, strict=True):
            for group, total in zip(part.groups, totals, strict=True):
                if abs(total - (group.share or 0)) > MOST_OFF:
                    raise BriefError.at(
                        f"{where}.shares",
                        f"{group.name} adds up to {percent(Fraction(total))} and its share is "
                        f"{percent(group.share or Fraction(0))}. They may differ by 5 points.",
                    )
        scale = lcm(*(share.denominator for row in table for share in row))
        found.append(
            PairTable(
                first,
                second,
                tuple(tuple(int(share * scale) for share in row) for row in table),
                tuple(range(len(table))),
                tuple(range(len(table[0]))),
                "census",
                "your own table",
                "by hand",
            )
        )
    return found


def _characteristic(mix: Mix, name: str, where: str) -> int:
    """Return the place of a characteristic with shares."""
    with_shares = [part for part in mix.characteristics if part.basis != "minimums"]
    for i, part in enumerate(mix.characteristics):
        if part in with_shares and key(name) in (key(part.name), key(part.topic or "")):
            return i
    names = [part.name for part in with_shares]
    hint = did_you_mean(name, names)
    raise BriefError.at(where, f"There is no characteristic with shares called {name!r}.{hint}")


@dataclass(frozen=True)
class _Placed:
    """Where the groups of a mix and those of a table lie in rows (or columns) both can share."""

    number: int
    of_mix: tuple[int | None, ...]
    of_table: Mapping[str, int | None]


def _placed(
    part: MixCharacteristic, names: Sequence[str], takes_in: Mapping[str, Sequence[str]]
) -> _Placed | None:
    """Put groups that overlap into one row, as few together as will do."""
    is_age = part.topic == AGE
    atoms = [_ages(group.name) if is_age else () for group in part.groups]
    atoms = [
        found or tuple(map(key, parts_of(group)))
        for found, group in zip(atoms, part.groups, strict=True)
    ]
    owner = {atom: i for i, group in enumerate(atoms) for atom in group}
    together = list(range(len(part.groups)))
    taken: dict[_Atom, str] = {}
    first_group: dict[str, int | None] = {}
    for name in names:
        ages = _ages(name) if is_age else ()
        held: tuple[_Atom, ...] = ages or tuple(map(key, takes_in.get(name, ())))
        held = held or _by_name(part, atoms, name, owner)
        here = [atom for atom in held if atom in owner]
        if (here and len(here) < len(held)) or any(atom in taken for atom in here):
            return None
        taken |= dict.fromkeys(here, name)
        first_group[name] = owner[here[0]] if here else None
        for atom in here:
            old, new = together[owner[atom]], together[owner[here[0]]]
            together = [new if one == old else one for one in together]
    row_of: dict[int, int] = {}
    of_mix: list[int | None] = []
    for i, group in enumerate(part.groups):
        covered = [atom in taken for atom in atoms[i]]
        if all(covered):
            of_mix.append(row_of.setdefault(together[i], len(row_of)))
        elif any(covered) or group.share:
            return None
        else:
            of_mix.append(None)
    of_table = {
        name: None if at is None else row_of[together[at]] for name, at in first_group.items()
    }
    return _Placed(len(row_of), tuple(of_mix), of_table)


def _ages(band: str) -> tuple[_Atom, ...]:
    """Return the single years of a band; the last stands for everyone older."""
    ages = ages_in(band)
    if ages is None:
        return ()
    low, high = ages
    oldest = OLDEST_SINGLE_YEAR + 1
    return tuple(range(min(low, oldest), min(oldest if high is None else high, oldest) + 1))


def _by_name(
    part: MixCharacteristic,
    atoms: Sequence[tuple[_Atom, ...]],
    name: str,
    owner: Mapping[_Atom, int],
) -> tuple[_Atom, ...]:
    """Return what a table's group holds: a group or part of that name, or a broad group."""
    if key(name) in owner:
        return (key(name),)
    for called in ([g.broad or "" for g in part.groups], [g.name for g in part.groups]):
        inside = [atoms[i] for i, one in enumerate(called) if key(one) == key(name)]
        if inside:
            return tuple(atom for group in inside for atom in group)
    return ()
