"""What a topic is: one census characteristic, its base, its groups and how it leans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from census.errors import UnknownGrouping
from census.spelling import key, or_list
from census.tables import TABLES

Kind = Literal[
    "all ages",
    "aged 3 and over",
    "aged 5 and over",
    "households",
    "adults",
    "by age",
    "living alone",
    "area",
]

DETAILED, BROAD = "detailed", "broad"

BASE_WORDS = {
    "all ages": "all ages",
    "aged 3 and over": "people aged 3 and over",
    "aged 5 and over": "people aged 5 and over",
    "households": "households, not people",
    "adults": "people aged 16 and over",
    "by age": "people aged 16 and over",
    "living alone": "people aged 16 and over who live in a household",
    "area": "people aged 16 and over",
}


@dataclass(frozen=True)
class Leaf:
    """One leaf of a table under the short name we print, with the broad group it belongs to."""

    name: str
    label: str
    broad: str | None = None


@dataclass(frozen=True)
class Topic:
    """One census characteristic a round can be planned by.

    `leaning` tells which way the base pulls the shares in a round of adults. `finer` is the same
    characteristic read from another table with more groups, where that one is only approximate.
    """

    id: str
    title: str
    table: str
    kind: Kind
    leaves: tuple[Leaf, ...]
    not_answered: str | None = None
    is_ordered: bool = False
    leaning: str = ""
    finer: Topic | None = None

    @property
    def groupings(self) -> dict[str, tuple[str, ...]]:
        """Groupings on offer, the ready one first, each with its groups in print order.

        The ready one is the finest, but for a topic with a `finer` table.
        """
        detailed = tuple(leaf.name for leaf in self.leaves)
        if self.finer:
            return {"groups": detailed, DETAILED: self.finer.groupings[DETAILED]}
        if any(leaf.broad for leaf in self.leaves):
            broad = tuple(dict.fromkeys(str(leaf.broad) for leaf in self.leaves))
            return {DETAILED: detailed, BROAD: broad}
        return {"bands" if self.id == "age" else "groups": detailed}

    @property
    def base(self) -> str:
        """What the table counts, in plain words, for a round of people of 16 and over."""
        return BASE_WORDS[self.kind]

    def read_as(self, grouping: str) -> Topic:
        """Return the topic whose table has this grouping: itself, or the finer one."""
        return self.finer if self.finer and grouping == DETAILED else self

    def grouping(self, name: str | None) -> str:
        """Return the grouping asked for under its own name; None gives the ready one.

        Raises `UnknownGrouping`.
        """
        offered = self.groupings
        if name is None:
            return next(iter(offered))
        for one in offered:
            if key(one) == key(name):
                return one
        raise UnknownGrouping(
            f"{self.title} has no grouping {name!r}. It can be {or_list(list(offered))}."
        )


def leaves(table: str, *names: str | tuple[str, str]) -> tuple[Leaf, ...]:
    """Return the leaves of a table under short names, or pairs of a name and its broad group."""
    labels = TABLES[table].leaves
    short = [name if isinstance(name, tuple) else (name, None) for name in names]
    return tuple(
        Leaf(name, label, broad)
        for (name, broad), label in zip(short, labels[: len(short)], strict=True)
    )
