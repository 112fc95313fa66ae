"""Official tables of two characteristics at once that are kept for some authorities.

RM134 counts household reference persons, one a household, by their ethnic group and the tenure of
the household. It is kept for Birmingham, Coventry and Dudley.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from census.table import Table

ASIAN = "Asian, Asian British or Asian Welsh"
BLACK = "Black, Black British, Black Welsh, Caribbean or African"
MIXED = "Mixed or Multiple ethnic groups"
BRITISH = "White: English, Welsh, Scottish, Northern Irish or British"

RM134_ETHNIC_GROUPS = {
    ASIAN: (ASIAN,),
    BLACK: (BLACK,),
    MIXED: (MIXED,),
    BRITISH: (BRITISH,),
    "White: Irish": ("White: Irish",),
    "White: Gypsy or Irish Traveller, Roma or Other White": (
        "White: Gypsy or Irish Traveller",
        "White: Roma",
        "White: Other White",
    ),
    "Other ethnic group": ("Other ethnic group",),
}
"""RM134's ethnic groups, each with the labels of TS021 it takes in, as they are or below them."""

RM134_TENURES = {
    "Owned: Owns outright": ("Owned: Owns outright",),
    "Owned: Owns with a mortgage or loan or shared ownership": (
        "Owned: Owns with a mortgage or loan",
        "Shared ownership",
    ),
    "Rented: Social rented": ("Social rented",),
    "Rented: Private rented or lives rent free": ("Private rented", "Lives rent free"),
}
"""RM134's tenures, each with the labels of TS054 it takes in, as they are or below them."""


@dataclass(frozen=True)
class JointTable:
    """A table of two topics: the categories of each, with the labels they take in.

    A cell's label is its categories in order, joined by "; ".
    """

    table: Table
    topics: tuple[str, ...]
    categories: tuple[Mapping[str, tuple[str, ...]], ...]

    def category(self, topic: str, label: str) -> str:
        """Return the category of a topic that takes in a leaf of the topic's own table.

        >>> JOINT_TABLES["RM134"].category("tenure", "Social rented: Other social rented")
        'Rented: Social rented'
        """
        return next(
            category
            for category, taken_in in self.categories[self.topics.index(topic)].items()
            if any(label == one or label.startswith(f"{one}: ") for one in taken_in)
        )


RM134 = Table(
    "RM134",
    "Tenure by ethnic group - Household Reference Persons",
    "",
    "Total; Total",
    tuple(f"{group}; {tenure}" for group in RM134_ETHNIC_GROUPS for tenure in RM134_TENURES),
    lowest="local authority",
    base="household reference persons",
)

JOINT_TABLES = {
    RM134.id: JointTable(RM134, ("ethnic_group", "tenure"), (RM134_ETHNIC_GROUPS, RM134_TENURES)),
}
