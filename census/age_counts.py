"""People by age and sex: from single years where they are published, else from five-year bands.

Authorities and larger places have TS009 (sex by single year); wards and constituencies have
TS007 (single year); MSOAs and LSOAs have five-year bands (TS007A) and a cut at 16 (TS007B).
"""

from __future__ import annotations

from collections.abc import Sequence

from census.bands import Band, band_name
from census.cells import SMALL, Tally
from census.errors import BadBands
from census.model import OLDEST_SINGLE_YEAR, Area
from census.tables import TABLES, age_label

FIVE_YEARS_TO = 85
CUT_AT = 16
FROM_CUT = 3
"""TS007B's groups from 16 on begin with this one."""


def age_tables(area: Area) -> tuple[str, ...]:
    """Return the tables that count ages in a place."""
    if area.type not in SMALL:
        return ("TS009",)
    return ("TS007",) if area.type in ("ward", "constituency") else ("TS007A", "TS007B")


def count(tally: Tally, areas: Sequence[Area], band: Band, sexes: Sequence[str] = ()) -> int:
    """Return the people of an age band in the areas; of some sexes, where TS009 is published.

    Raises `BadBands` where the census has no such band for a place, and as `Tally.sum`.
    """
    return sum(_count(tally, area, band, sexes or ("Female", "Male")) for area in areas)


def _count(tally: Tally, area: Area, band: Band, sexes: Sequence[str]) -> int:
    low, high = band
    tables = age_tables(area)
    if tables == ("TS009",):
        last = OLDEST_SINGLE_YEAR + 1 if high is None else high
        labels = [f"{sex}; Age: {age_label(age)}" for sex in sexes for age in range(low, last + 1)]
        return sum(tally.sum("TS009", [area], labels))
    if tables == ("TS007",):
        ages = TABLES["TS007"].leaves
        return sum(tally.sum("TS007", [area], ages[low : None if high is None else high + 1]))
    beyond = 0 if high is None else _from(tally, area, high + 1, band)
    return max(0, _from(tally, area, low, band) - beyond)


def _from(tally: Tally, area: Area, age: int, band: Band) -> int:
    """Return the people of an age and over, from five-year bands and the cut at 16."""
    if age % 5 == 0 and age <= FIVE_YEARS_TO:
        return sum(tally.sum("TS007A", [area], TABLES["TS007A"].leaves[age // 5 :]))
    if age == CUT_AT:
        return sum(tally.sum("TS007B", [area], TABLES["TS007B"].leaves[FROM_CUT:]))
    raise BadBands(
        f"The age band {band_name(band)} cannot be made for {area.name}: for an {area.type} the "
        "census counts ages in steps of five years, and from 16. Let bands begin at 16, 20, 25 "
        f"and so on up to {FIVE_YEARS_TO}, or choose a ward or the whole authority."
    )
