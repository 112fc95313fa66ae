"""Adds up cells of tables over areas, and notes where each figure came from."""

from __future__ import annotations

from collections.abc import Sequence

from census import extract, held
from census.errors import NotHeld, NotPublished
from census.model import Area, AreaType, Origin
from census.ni_topics import is_northern_irish
from census.table import NISRA
from census.tables import TABLES

SMALL: tuple[AreaType, ...] = ("ward", "constituency", "MSOA", "LSOA")
"""Places smaller than a local authority, or across several."""
PUBLISHED: dict[str, tuple[AreaType, ...]] = {
    "LSOA": SMALL,
    "ward": ("ward", "constituency"),
    "MSOA": ("MSOA",),
    "local authority": (),
}
"""The small places a table is published for, by its lowest level."""


LARGEST_ERROR = 135
"""People by which a cell of an authority added up from output areas was out at most, when five
tables published at both levels were compared; half of the cells were out by 9 or fewer."""


def is_published(table_id: str, area: Area) -> bool:
    """Say whether the census publishes a table for such a place."""
    return area.type not in SMALL or area.type in PUBLISHED[TABLES[table_id].lowest]


def kept_codes(table_id: str, area: Area) -> tuple[str, ...]:
    """Return the areas whose kept rows make up this one: itself, its members, or none at all."""
    if not TABLES[table_id].kept:
        return ()
    figures = extract.table(table_id)
    if figures.has(area.code):
        return (area.code,)
    members = extract.gazetteer().members.get(area.code, ())
    return members if members and all(figures.has(code) for code in members) else ()


def is_official(table_id: str, area: Area) -> bool:
    """Say whether figures held of this place are official, kept with the app or read live."""
    if held.shelf().row(table_id, area.code):
        return True
    codes = kept_codes(table_id, area)
    if not codes or area.type == "constituency":
        return False
    figures = extract.table(table_id)
    return not any(figures.is_approximate(code) for code in codes)


def is_held(table_id: str, area: Area) -> bool:
    """Say whether figures of this place are held at all, live or kept."""
    return bool(held.shelf().row(table_id, area.code) or kept_codes(table_id, area))


class Tally:
    """Sums for one distribution. What was read live goes before what is kept with the app.

    `added` names the areas added up from smaller ones, `approximate` those whose figures are no
    published total, `fetched` when live figures were read. `known_error` is the most people a
    cell of the sum was measured to be out by, where authorities were added up from output areas.
    """

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.added: list[str] = []
        self.approximate: list[str] = []
        self.fetched: list[str] = []
        self.uses_kept = False
        self.known_error = 0

    def sum(self, table_id: str, areas: Sequence[Area], labels: Sequence[str]) -> list[int]:
        """Return the count of each label over the areas.

        Raises `NotPublished` and `NotHeld`, with the area and the table.
        """
        if table_id not in self.tables:
            self.tables.append(table_id)
        counts = [0] * len(labels)
        for area in areas:
            for i, count in enumerate(self._cells(table_id, area, labels)):
                counts[i] += count
        return counts

    def total(self, table_id: str, areas: Sequence[Area]) -> int:
        """Return the table's own total over the areas."""
        return self.sum(table_id, areas, [TABLES[table_id].total])[0]

    def _cells(self, table_id: str, area: Area, labels: Sequence[str]) -> list[int]:
        if row := held.shelf().row(table_id, area.code):
            self.fetched.append(row.fetched)
            return [row.cells[label] for label in labels]
        if is_northern_irish(area) and TABLES[table_id].publisher != NISRA:
            raise NotPublished(
                f"{area.name} is in Northern Ireland, which table {table_id} "
                f"({TABLES[table_id].title.lower()}) does not count."
            )
        if not is_published(table_id, area):
            raise NotPublished(
                f"The census does not publish {TABLES[table_id].title.lower()} for "
                f"{plural(area.type)} such as {area.name} (table {table_id}). "
                f"{_instead(table_id, area)}"
            )
        codes = kept_codes(table_id, area)
        if not codes:
            raise NotHeld(
                f"{TABLES[table_id].title} of {area.name} (table {table_id}) is not kept with this "
                "app, and has not been read from the census service yet. Read it while online"
                f"{_or_larger(area)}."
            )
        self.uses_kept = True
        figures = extract.table(table_id)
        if codes != (area.code,) and area.name not in self.added:
            self.added.append(area.name)
        members = extract.gazetteer().members
        rough = sum(len(members[code]) for code in codes if figures.is_approximate(code))
        if (rough or area.type == "constituency") and area.name not in self.approximate:
            self.approximate.append(area.name)
            self.known_error += rough * LARGEST_ERROR
        return [sum(figures.count(code, label) for code in codes) for label in labels]

    @property
    def origin(self) -> Origin:
        """Where the figures summed so far came from."""
        if self.fetched:
            return "kept and live" if self.uses_kept else "live"
        return "kept"


def plural(kind: AreaType) -> str:
    """Return the word for several places of a type.

    >>> plural("ward"), plural("local authority"), plural("constituency"), plural("MSOA")
    ('wards', 'local authorities', 'constituencies', 'MSOAs')
    """
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def _or_larger(area: Area) -> str:
    """Name the authority of a small place, whose figures are kept with the app."""
    is_inside = area.within and area.type in SMALL
    return f", or choose the whole of {area.within[0]}" if is_inside else ""


def _instead(table_id: str, area: Area) -> str:
    lowest = TABLES[table_id].lowest
    around = f" ({area.within[0]})" if area.within else ""
    if lowest == "MSOA" and area.type != "MSOA":
        return f"Choose an MSOA, or the whole authority{around}."
    if lowest == "ward":
        return f"Choose a ward, or the whole authority{around}."
    return f"Choose the whole authority{around}."
