"""The topics on offer: which table, on which base, and how its leaves make groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from census.errors import UnknownGrouping, UnknownTopic
from census.model import Status
from census.spelling import did_you_mean, key, or_list
from census.tables import TABLES

Kind = Literal["all ages", "households", "adults", "by age", "living alone", "area"]

DETAILED, BROAD = "detailed", "broad"
BAND_STARTS = (16, 35, 55, 75)
"""Lower ends of the default age bands; the last band is open."""

BASE_WORDS = {
    "all ages": "all ages",
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

    `leaning` tells which way the base pulls the shares in a round of adults.
    """

    id: str
    title: str
    table: str
    kind: Kind
    leaves: tuple[Leaf, ...]
    not_answered: str | None = None
    is_ordered: bool = False
    leaning: str = ""
    status: Status = "official"

    @property
    def groupings(self) -> dict[str, tuple[str, ...]]:
        """Groupings on offer, the finest first, each with its groups in print order."""
        detailed = tuple(leaf.name for leaf in self.leaves)
        if any(leaf.broad for leaf in self.leaves):
            broad = tuple(dict.fromkeys(str(leaf.broad) for leaf in self.leaves))
            return {DETAILED: detailed, BROAD: broad}
        return {"bands" if self.id == "age" else "groups": detailed}

    @property
    def table_title(self) -> str:
        """The official title of the table (the first one, where several are used)."""
        return TABLES[self.table.split(",")[0]].title

    @property
    def base(self) -> str:
        """What the table counts, in plain words, for a round of people of 16 and over."""
        return BASE_WORDS[self.kind]

    def grouping(self, name: str | None) -> str:
        """Return the grouping asked for under its own name; None gives the finest.

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


def _leaves(table: str, *names: str | tuple[str, str]) -> tuple[Leaf, ...]:
    labels = TABLES[table].leaves
    short = [name if isinstance(name, tuple) else (name, None) for name in names]
    return tuple(
        Leaf(name, label, broad)
        for (name, broad), label in zip(short, labels[: len(short)], strict=True)
    )


def _grouped(**broad: str) -> list[tuple[str, str]]:
    return [(name, group) for group, names in broad.items() for name in names.split("; ")]


_ETHNIC = _grouped(
    Asian="Bangladeshi; Chinese; Indian; Pakistani; Other Asian",
    Black="Black African; Black Caribbean; Other Black",
    Mixed="White and Asian; White and Black African; White and Black Caribbean; Other Mixed",
    White="White British; Irish; Gypsy or Irish Traveller; Roma; Other White",
    Other="Arab; Any other ethnic group",
)
_TENURE = [
    ("Owned outright", "Owned"),
    ("Owned with mortgage", "Owned"),
    ("Shared ownership", "Shared ownership"),
    ("Council rented", "Social rented"),
    ("Other social rented", "Social rented"),
    ("Private landlord or agency", "Private rented"),
    ("Other private rented", "Private rented"),
    ("Rent free", "Rent free"),
]
_ACTIVITY = [
    ("Part-time employee", "Employee"),
    ("Full-time employee", "Employee"),
    ("Part-time employer", "Self-employed"),
    ("Full-time employer", "Self-employed"),
    ("Part-time self-employed", "Self-employed"),
    ("Full-time self-employed", "Self-employed"),
    ("Unemployed", "Unemployed"),
    ("Student and part-time employee", "Full-time student"),
    ("Student and full-time employee", "Full-time student"),
    ("Student and part-time employer", "Full-time student"),
    ("Student and full-time employer", "Full-time student"),
    ("Student and part-time self-employed", "Full-time student"),
    ("Student and full-time self-employed", "Full-time student"),
    ("Student and unemployed", "Full-time student"),
    ("Retired", "Retired"),
    ("Student not working", "Full-time student"),
    ("Looking after home or family", "Looking after home or family"),
    ("Long-term sick or disabled", "Long-term sick or disabled"),
    ("Other inactive", "Other inactive"),
]

_HOUSEHOLDS_LEAN = (
    "Households are counted, not people: a person living alone counts as much as a family of "
    "five, so homes with one person weigh too much here."
)

TOPICS: dict[str, Topic] = {
    topic.id: topic
    for topic in (
        Topic(
            "ethnic_group",
            "Ethnic group",
            "TS021",
            "all ages",
            _leaves("TS021", *_ETHNIC),
            leaning=(
                "Children are counted too. Minority and mixed groups are younger, so their shares "
                "are a little too high for a round of adults."
            ),
        ),
        Topic(
            "age",
            "Age",
            "TS009",
            "by age",
            tuple(Leaf(band, "") for band in ("16-34", "35-54", "55-74", "75+")),
            is_ordered=True,
        ),
        Topic("sex", "Sex", "TS009", "by age", (Leaf("Female", "Female"), Leaf("Male", "Male"))),
        Topic(
            "disability",
            "Disability",
            "TS038",
            "all ages",
            _leaves("TS038", "Disabled", "Not disabled"),
            leaning=(
                "Children are counted too. Fewer of them are disabled, so the share of disabled "
                "people is too low for a round of adults."
            ),
        ),
        Topic(
            "tenure",
            "Tenure",
            "TS054",
            "households",
            _leaves("TS054", *_TENURE),
            leaning=_HOUSEHOLDS_LEAN,
        ),
        Topic(
            "cars",
            "Cars or vans",
            "TS045",
            "households",
            _leaves("TS045", "None", "1", "2", "3 or more"),
            is_ordered=True,
            leaning=_HOUSEHOLDS_LEAN,
        ),
        Topic(
            "economic_activity",
            "Economic activity",
            "TS066",
            "adults",
            _leaves("TS066", *_ACTIVITY),
        ),
        Topic(
            "qualification",
            "Highest qualification",
            "TS067",
            "adults",
            _leaves(
                "TS067",
                "No qualifications",
                "Level 1 and entry",
                "Level 2",
                "Apprenticeship",
                "Level 3",
                "Level 4 and above",
                "Other qualifications",
            ),
            is_ordered=True,
        ),
        Topic(
            "ns_sec",
            "Occupation class",
            "TS062",
            "adults",
            _leaves(
                "TS062",
                "Higher managerial",
                "Lower managerial",
                "Intermediate",
                "Small employers",
                "Lower supervisory",
                "Semi-routine",
                "Routine",
                "Never worked",
                "Full-time students",
            ),
            is_ordered=True,
        ),
        Topic(
            "sexual_orientation",
            "Sexual orientation",
            "TS077",
            "adults",
            _leaves(
                "TS077",
                "Straight or heterosexual",
                "Gay or lesbian",
                "Bisexual",
                "Other sexual orientations",
            ),
            not_answered="Not answered",
        ),
        Topic(
            "living_alone",
            "Living alone",
            "TS003, TS009, TS001",
            "living alone",
            (Leaf("Lives alone", ""), Leaf("Lives with others", "")),
            status="approximate",
        ),
    )
}

WHERE_THEY_LIVE = Topic("where_they_live", "Where they live", "TS009", "area", ())
"""At hand when a round has more than one area; its groups are the areas."""


def find(name: str) -> Topic:
    """Return the topic of that id or title, case and spaces forgiven.

    >>> find("Ethnic Group").id
    'ethnic_group'

    Raises `UnknownTopic`, with the nearest spelling.
    """
    every = [*TOPICS.values(), WHERE_THEY_LIVE]
    named = {key(word): topic for topic in every for word in (topic.id, topic.title)}
    if key(name) in named:
        return named[key(name)]
    raise UnknownTopic(f"No topic called {name!r}.{did_you_mean(name, [t.id for t in every])}")
