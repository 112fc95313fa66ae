"""The values that census hands out: areas, sources and distributions, all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

AreaType = Literal[
    "local authority",
    "county",
    "region",
    "country",
    "several",
    "ward",
    "constituency",
    "MSOA",
    "LSOA",
    "Northern Ireland district",
]
Status = Literal["official", "approximate", "own file"]
Origin = Literal["kept", "live", "kept and live", "own file"]
"""Kept with the app, read from the census service, both (several places), or a user's own."""

CENSUS_DATE = "2021-03-21"
LICENCE = "Open Government Licence v3.0"
OLDEST_SINGLE_YEAR = 89
"""TS009 counts single years of age up to here; the next cell is everyone older."""


class Area(BaseModel):
    """A place the census gives figures for.

    `within` names the larger places it lies in, smallest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    type: AreaType
    within: tuple[str, ...] = ()

    @property
    def region(self) -> str | None:
        """The region (or Wales) a smaller place lies in; None for regions and larger places.

        >>> Area(code="E07000106", name="Canterbury", type="local authority",
        ...      within=("Kent", "South East", "England", "England and Wales")).region
        'South East'
        """
        if self.type in ("region", "country", "several") or len(self.within) < 2:
            return None
        wales = self.within[-2] == "Wales"
        return "Wales" if wales else self.within[-3] if len(self.within) > 2 else None


class Source(BaseModel):
    """Where a figure comes from; travels with every figure.

    `census_date` and `release` are ISO dates; `release` is None where the official file gives
    none, `census_date` is None for a user's own file. `fetched` is when the oldest of the live
    figures was read from the service, an ISO date and time in UTC; None where none is live.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    title: str
    base: str
    census_date: str | None
    release: str | None
    areas: tuple[str, ...]
    status: Status
    licence: str | None
    origin: Origin = "kept"
    fetched: str | None = None


@dataclass(frozen=True)
class Ages:
    """The ages a round is open to, both ends included; no highest age means no limit."""

    lowest: int = 16
    highest: int | None = None

    def words(self) -> str:
        """Say the range as a base.

        >>> Ages(16).words(), Ages(18, 60).words(), Ages(0).words()
        ('people aged 16 and over', 'people aged 18 to 60', 'all ages')
        """
        if self.highest is not None:
            return f"people aged {self.lowest} to {self.highest}"
        return f"people aged {self.lowest} and over" if self.lowest else "all ages"


@dataclass(frozen=True)
class GroupCount:
    """A group and how many people (or households) the census counted in it.

    `broad` is the larger group it belongs to, where the topic has a broader grouping;
    `parts` are the groups it was merged from, where there are several.
    """

    name: str
    people: int
    broad: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """People per group in a place, with where the figures come from.

    `not_answered` is left out of `groups`. `leaning` says which way a base that is not the
    round's pulls the shares, or is empty; `notes` are further sentences for the reader.
    `known_error` is the most people a group added up from output areas was measured to be out
    by; None where figures are official, or approximate for another reason.
    """

    topic: str
    title: str
    groups: tuple[GroupCount, ...]
    source: Source
    not_answered: int = 0
    is_ordered: bool = False
    leaning: str = ""
    notes: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    known_error: int | None = None

    @property
    def total(self) -> int:
        """People in all groups; those who did not answer are not counted."""
        return sum(group.people for group in self.groups)


@dataclass(frozen=True)
class JointCell:
    """How many people belong to a group of each topic at once."""

    groups: tuple[str, ...]
    people: int


@dataclass(frozen=True)
class JointDistribution:
    """People per combination of groups of two to four topics in a place.

    `groups` lists the groups of each topic in print order; `cells` has every combination once,
    in that order, the last topic running fastest. `is_pattern` says that other people were
    counted than the round is about, so only how the groups combine can be used, not how many.
    `parts` has, for a topic whose groups are not the ones of its own table, the groups of that
    table each takes in.
    """

    topics: tuple[str, ...]
    titles: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    cells: tuple[JointCell, ...]
    source: Source
    is_pattern: bool = False
    notes: tuple[str, ...] = ()
    parts: tuple[Mapping[str, tuple[str, ...]], ...] = ()

    @property
    def total(self) -> int:
        """People in all cells."""
        return sum(cell.people for cell in self.cells)
