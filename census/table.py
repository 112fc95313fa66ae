"""What an official table is: its cells that add up to everyone, and where it is published."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Level = Literal["LSOA", "MSOA", "ward", "local authority"]
"""The lowest level a table is published for, of those on offer here."""
ONS = "Office for National Statistics"
NISRA = "NISRA, Census 2021 Northern Ireland"


@dataclass(frozen=True)
class Table:
    """An official Census 2021 table: its cells that add up to everyone, under official labels.

    `codes` are the ONS category codes of the leaves, in their order, where they are known for
    certain. `status` is that of the figures kept of local authorities: "approximate" where they
    were added up from output areas. A table not `kept` is read from the census service only.
    `base` says in plain words who is counted, where no topic says it.
    """

    id: str
    title: str
    prefix: str
    total: str
    leaves: tuple[str, ...]
    lowest: Level = "LSOA"
    codes: tuple[str, ...] | None = None
    status: Literal["official", "approximate"] = "official"
    kept: bool = True
    publisher: str = ONS
    base: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The cells kept: the table's own total, then its leaves."""
        return (self.total, *self.leaves)

    @property
    def number(self) -> str:
        """The official name of the table, which two of ours can share: TS038-4 is TS038."""
        return self.id.removesuffix("-4")

    @property
    def file_name(self) -> str:
        """The name of its file in the extract."""
        return f"{self.id.lower().replace(' ', '-')}.bin"


def below(parent: str, *children: str) -> tuple[str, ...]:
    """Return the labels of the children of a label.

    >>> below("White", "Irish", "Roma")
    ('White: Irish', 'White: Roma')
    """
    return tuple(f"{parent}: {child}" for child in children)


def age_label(age: int, oldest: int = 90) -> str:
    """Return the label of a single year of age; the oldest stands for itself and over.

    TS009 counts to 90, TS007 to 100.

    >>> age_label(0), age_label(1), age_label(45), age_label(90)
    ('Aged under 1 year', 'Aged 1 year', 'Aged 45 years', 'Aged 90 years and over')
    >>> age_label(90, oldest=100)
    'Aged 90 years'
    """
    if age == 0:
        return "Aged under 1 year"
    if age == oldest:
        return f"Aged {oldest} years and over"
    return f"Aged {age} year{'s' if age > 1 else ''}"


def band_labels(*starts: int) -> tuple[str, ...]:
    """Return the labels of age bands from 0 on that begin at these ages; the last is open.

    >>> band_labels(5, 10, 85)
    ('Aged 4 years and under', 'Aged 5 to 9 years', 'Aged 10 to 84 years', 'Aged 85 years and over')
    """
    return (
        f"Aged {starts[0] - 1} years and under",
        *(f"Aged {low} to {high - 1} years" for low, high in pairwise(starts)),
        f"Aged {starts[-1]} years and over",
    )
