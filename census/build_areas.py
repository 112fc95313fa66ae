"""The places of the extract, from the official lookups: for `build_extract`.

Constituencies are made of whole wards. A ward goes to the one where most of its people live,
counted through output areas and the best fit of small areas to wards. Small areas do not follow
ward edges, so a few of a ward's people seem to live across an edge; it is called split where the
share is larger. That the others are whole is checked against the published counts of wards.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from census.errors import ExtractError

NORTHERN_IRELAND = "N92000002"
BIRMINGHAM = "E08000025"
SPLIT_FROM = 0.15
"""A ward is split where at least this share of its people live in another constituency. Three of
the 69 are between 0.18 and 0.42; the others are at 0.11 or less, and the constituencies made of
those only have as many people as their wards, within 20."""
INSIDE_FROM = 0.99
"""A constituency is on offer where at least this share of its people live in our wards. It is 1
for nine, and 0.8 for Birmingham Hodge Hill and Solihull North."""
WHOLE_WITHIN = 0.001
"""A constituency without a split ward has its wards' people, within this share."""
CONSTITUENCIES = {
    "E14001092": ("Birmingham Edgbaston", "Edgbaston"),
    "E14001093": ("Birmingham Erdington", "Erdington"),
    "E14001094": ("Birmingham Hall Green and Moseley", "Moseley"),
    "E14001096": ("Birmingham Ladywood", "Ladywood"),
    "E14001097": ("Birmingham Northfield", "Northfield (Birmingham)"),
    "E14001098": ("Birmingham Perry Barr", "Perry Barr"),
    "E14001099": ("Birmingham Selly Oak", "Bournbrook & Selly Park"),
    "E14001100": ("Birmingham Yardley", "South Yardley"),
    "E14001535": ("Sutton Coldfield", "Sutton Trinity"),
}
"""Names of the 2024 constituencies, each with a ward that only it can hold: the official lookup
at hand has codes only."""
ORDER = (
    "local authority",
    "county",
    "region",
    "country",
    "several",
    "constituency",
    "ward",
    "Northern Ireland district",
)
"""How areas are listed: of two with one name the first is meant."""

Place = dict[str, Any]


def one_file(folder: Path, name: str) -> Path:
    """Return the first file of that name (or pattern) below the folder, in path order."""
    found = sorted(folder.rglob(name))
    if not found:
        raise ExtractError(f"{name} is nowhere below the folder.")
    return found[0]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header, packed or not, whatever mark it begins with."""
    packed = path.suffix == ".gz"
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if packed
        else path.open(encoding="utf-8-sig", newline="") as file
    ):
        return list(csv.DictReader(file))


def areas_of(folder: Path) -> list[Place]:
    """Return every area: code, name, type, and the codes of the places it lies in.

    A constituency also has its `members` (ward codes), the names of the wards that are `split`,
    and by how many percent its whole wards are `out`.
    """
    places: dict[str, Place] = {}

    def add(code: str, name: str, kind: str, parents: list[str], **more: object) -> None:
        places.setdefault(
            code, {"code": code, "name": name, "type": kind, "parents": parents, **more}
        )

    region = {
        row["ltla21_code"]: (row["region21_code"], row["region21_name"])
        for row in read_rows(one_file(folder, "lookup_ltla21_region21.csv"))
    }
    upper = {
        row["ltla21_code"]: (row["utla21_code"], row["utla21_name"])
        for row in read_rows(one_file(folder, "lookup_ltla21_utla21.csv"))
    }
    names = {
        row["geography code"]: row["geography"]
        for row in read_rows(one_file(folder, "census2021-ts001-ltla.csv"))
    }
    for code in sorted(names):
        country = ["E92000001", "K04000001"] if code[0] == "E" else ["W92000004", "K04000001"]
        above = [region[code][0], *country] if code in region else country
        county = upper[code] if upper[code][0] != code else None
        add(code, names[code], "local authority", [county[0], *above] if county else above)
        if county:
            add(*county, "county", above)
        if code in region:
            add(*region[code], "region", country)
    add("E92000001", "England", "country", ["K04000001"])
    add("W92000004", "Wales", "country", ["K04000001"])
    add("K04000001", "England and Wales", "several", [])
    around = [BIRMINGHAM, *places[BIRMINGHAM]["parents"]]
    wards = read_rows(one_file(folder, "census2021-ts021-ward*.csv"))
    for row in wards:
        add(row["geography code"], row["geography"], "ward", around)
    people = {row["geography code"]: _total(row) for row in wards}
    for found in constituencies(
        folder, people, {w["geography code"]: w["geography"] for w in wards}
    ):
        add(**found, kind="constituency", parents=around)
    for row in read_rows(one_file(folder, "ethnicity21_ltla21_ni.csv")):
        district = row["ltla21_code"]
        add(district, row["ltla21_name"], "Northern Ireland district", [NORTHERN_IRELAND])
    add(NORTHERN_IRELAND, "Northern Ireland", "country", [])
    return sorted(places.values(), key=lambda a: (ORDER.index(str(a["type"])), str(a["code"])))


def _total(row: Mapping[str, str]) -> int:
    return next(int(count) for label, count in row.items() if ": Total" in label)


def constituencies(
    folder: Path, ward_people: Mapping[str, int], ward_names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the constituencies made of these wards: code, name, members, split, out.

    Raises `ExtractError` where one does not hold the ward it is known by, or where one without a
    split ward has not the people of its wards.
    """
    ward_of = {
        row["LSOA21CD"]: row["WD22CD"]
        for row in read_rows(one_file(folder, "LSOA21_WD22_LAD22_EW*.csv"))
    }
    lived: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read_rows(one_file(folder, "oa_crosswalk.csv.gz")):
        if row["lsoa_code"] in ward_of:
            ward, number = ward_of[row["lsoa_code"]], int(row["population"])
            lived[row["constituency_code"]][ward if ward in ward_people else ""] += number
    holder = {ward: max(sorted(lived), key=lambda code: lived[code][ward]) for ward in ward_people}
    found = []
    for code, counts in sorted(lived.items()):
        people = sum(counts.values())
        if people - counts[""] < people * INSIDE_FROM:
            continue
        members = [ward for ward in sorted(ward_people) if holder[ward] == code]
        split = [ward for ward in sorted(ward_people) if _is_split(ward, code, lived)]
        counted = sum(ward_people[ward] for ward in members)
        name, known_by = CONSTITUENCIES.get(code, (code, ""))
        if known_by not in [ward_names[ward] for ward in members]:
            raise ExtractError(f"Constituency {code} is not known by any of its wards.")
        if not split and abs(counted - people) > people * WHOLE_WITHIN:
            raise ExtractError(f"{name} has {people:,} people and its wards have {counted:,}.")
        found.append(
            {
                "code": code,
                "name": name,
                "members": members,
                "split": [ward_names[ward] for ward in split],
                "out": round(100 * (counted - people) / people, 2) or 0.0,
            }
        )
    return found


def _is_split(ward: str, code: str, lived: Mapping[str, Counter[str]]) -> bool:
    """Say whether a constituency has part of a ward that another has part of too."""
    everywhere = [lived[one][ward] for one in lived if lived[one][ward]]
    share = lived[code][ward] / sum(everywhere)
    return share >= SPLIT_FROM and share <= 1 - SPLIT_FROM


def wards_by_authority(folder: Path) -> dict[str, list[list[str]]]:
    """Return the 2022 wards of England and Wales: authority code to pairs of code and name."""
    wards: dict[str, dict[str, str]] = defaultdict(dict)
    for row in read_rows(one_file(folder, "LSOA21_WD22_LAD22_EW*.csv")):
        wards[row["LAD22CD"]][row["WD22CD"]] = row["WD22NM"]
    return {
        authority: [[code, name] for code, name in sorted(inside.items())]
        for authority, inside in sorted(wards.items())
    }
