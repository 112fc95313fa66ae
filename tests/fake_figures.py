"""What the pretend census service knows: places, tables, and figures. MUCH OF IT IS MADE UP.

Figures of local authorities, counties, regions and countries, and of small places kept with the
app, are those of the extract. THE FIGURES OF ALL OTHER WARDS, MSOAs, LSOAs AND CONSTITUENCIES ARE
INVENTED: their authority's figures, scaled to a plausible size and tilted a little by code. They
say nothing about the real place. The one exception is the ethnic groups (TS021) of MSOA
E02002330, Leeds 001, which are the recorded ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from zlib import crc32

from census import cells, extract
from census.build_online import RM134_DIMENSIONS, RM134_NUMBER
from census.errors import CensusError
from census.joint_tables import JOINT_TABLES
from census.model import Area
from census.nomis import DATASETS, KNOWN
from census.table import Table, age_label, band_labels
from census.tables import TABLES

RECORDED = (0, 12, 33, 18, 10, 13, 16, 0, 30, 7, 26, 18, 6608, 76, 0, 0, 104, 4, 11)
"""Ethnic groups of Leeds 001 as a public client recorded them, in the order of TS021's leaves."""
RECORDED_AREA = "E02002330"
PEOPLE = {
    "ward": (6_000, 20_000),
    "MSOA": (6_000, 11_000),
    "LSOA": (1_200, 2_400),
    "constituency": (90_000, 110_000),
}
"""How many people an invented place has."""
TYPES = {
    150: "2021 output areas",
    151: "2021 super output areas - lower layer",
    152: "2021 super output areas - middle layer",
    153: "2022 wards",
    154: "local authorities: district / unitary (as of April 2022)",
    155: "local authorities: county / unitary (as of April 2022)",
    172: "parliamentary constituencies 2024",
    480: "regions",
    499: "countries",
}
SMALL_PLACES = """
E02002330 Leeds 001|E02002331 Leeds 002|E02001827 Birmingham 001|E02001828 Birmingham 002
E02001874 Birmingham 048|E02001878 Birmingham 052|E02001958 Coventry 001|E02005010 Canterbury 001
W02000367 Cardiff 001|E01011698 Leeds 001A|E01011699 Leeds 001B|E01009484 Birmingham 048D
E01009192 Birmingham 052B|E14001092 Birmingham Edgbaston|E14001096 Birmingham Ladywood
E14001098 Birmingham Perry Barr|E14001100 Birmingham Yardley
"""
NUMBERS = DATASETS | {"RM134": RM134_NUMBER}
"""The dataset of each table. RM134 is given for the three authorities kept with the app only."""
CONCEPTS = {table: known[1] for table, known in KNOWN.items()} | {"RM134": RM134_DIMENSIONS}
TS021_NUMBERS = (12, 13, 10, 11, 14, 16, 15, 17, 8, 7, 6, 9, 1, 2, 3, 4, 5, 18, 19)
"""Nomis numbers of the ethnic groups, in our order of leaves."""


@dataclass(frozen=True)
class Place:
    """A place as the service lists it, with the authority its invented figures come from."""

    code: str
    name: str
    type: int
    number: int
    authority: str


@dataclass(frozen=True)
class Category:
    """A category of a dimension: its number at Nomis, its label and its ONS code."""

    number: int
    label: str
    code: str


@cache
def places() -> dict[str, Place]:
    """Return every place the service knows, by code."""
    from census import places as known

    wards = known.wards()
    repeated = Counter(area.name for area in wards.values())
    by_name = {area.name: area.code for area in extract.every_area()}
    found = [
        (code, f"{area.name} ({area.within[0]})" if repeated[area.name] > 1 else area.name, 153)
        for code, area in wards.items()
    ]
    authorities = {code: by_name[area.within[0]] for code, area in wards.items()}
    for line in re.split(r"[|\n]", SMALL_PLACES.strip()):
        code, name = line.split(" ", 1)
        authorities[code] = by_name[name.split(" ")[0]]
        found.append((code, name, {"01": 151, "02": 152, "14": 172}[code[1:3]]))
    types = {"local authority": 154, "county": 155, "region": 480, "country": 499, "several": 499}
    for area in extract.every_area():
        if area.type in types:
            found.append((area.code, area.name, types[area.type]))
    return {
        code: Place(
            code,
            name,
            type_,
            637536440 if code == RECORDED_AREA else 600_000_000 + crc32(code.encode()) % 90_000_000,
            authorities.get(code, code),
        )
        for code, name, type_ in found
    }


def table_of(dataset: str) -> Table | None:
    """Return the table of a dataset number, in its finest form."""
    for table_id, number in NUMBERS.items():
        if number == dataset.upper() and table_id in TABLES:
            return TABLES.get(f"{table_id}-4", TABLES[table_id])
    return None


def _age_subtotals(leaves: Sequence[str]) -> list[str]:
    return list(band_labels(5, 10, 16, 20, 25, 35, 50, 65, 75, 85)) if len(leaves) > 80 else []


def _ages(label: str) -> tuple[int, int]:
    """Return the ages an age label covers."""
    numbers = [int(n) for n in re.findall(r"[0-9]+", label)]
    if "under 1" in label:
        return 0, 0
    if "and under" in label:
        return 0, numbers[0]
    if "and over" in label:
        return numbers[0], 999
    return numbers[0], numbers[-1]


@cache
def dimensions(table_id: str) -> tuple[tuple[str, str, tuple[Category, ...]], ...]:
    """Return the dimensions of a table: concept, title, and categories in the service's order."""
    table = TABLES[table_id]
    concepts = CONCEPTS[table.number]
    if table_id == "TS009":
        sexes = tuple(
            Category(i, name, f"_{i}" if i else "0")
            for i, name in enumerate(("All persons", "Female", "Male"))
        )
        leaves = [age_label(age) for age in range(91)]
        ages = _with_subtotals(leaves, "Total", _age_subtotals(leaves), range(1, 92), range(1, 92))
        return (concepts[0], "Sex", sexes), (concepts[1], "Age", ages)
    if table_id in JOINT_TABLES:
        titles = ("Ethnic group of HRP", "Tenure of household")
        listed = [
            tuple(Category(i, label, f"_{i}" if i else "0") for i, label in enumerate(labels))
            for labels in (("Total", *of) for of in JOINT_TABLES[table_id].categories)
        ]
        return tuple(zip(concepts, titles, listed, strict=True))
    labels = [label.replace(": ", ":") if table_id == "TS066" else label for label in table.leaves]
    numbers = TS021_NUMBERS if table_id == "TS021" else range(1, len(labels) + 1)
    codes = [code.strip("_") for code in table.codes or map(str, range(1, len(labels) + 1))]
    subtotals = _age_subtotals(labels)
    if not labels[0].startswith("Aged"):
        mark = ":" if table_id == "TS066" else ": "
        heads = [label.split(mark)[:i] for label in labels for i in range(1, label.count(mark) + 1)]
        subtotals = list(dict.fromkeys(mark.join(head) for head in heads))
    categories = _with_subtotals(labels, table.total, subtotals, numbers, codes)
    return ((concepts[0], table.prefix, categories),)


def _with_subtotals(leaves, total, subtotals, numbers, codes) -> tuple[Category, ...]:
    """Return the total and the leaves, each sub-total just before the first leaf inside it."""
    out = [Category(0, total, "0")]
    waiting = dict(enumerate(subtotals, 1001))
    for label, number, code in zip(leaves, numbers, codes, strict=True):
        for place, head in list(waiting.items()):
            if _is_in(label, head):
                out.append(Category(place, head, f"_{place}"))
                del waiting[place]
        out.append(Category(number, label, f"_{code}"))
    return tuple(out)


def _is_in(leaf: str, head: str) -> bool:
    if head.startswith("Aged") and leaf.startswith("Aged"):
        (low, high), (lowest, highest) = _ages(leaf), _ages(head)
        return lowest <= low and high <= highest
    return leaf.replace(": ", ":").startswith(f"{head.replace(': ', ':')}:")


@cache
def recorded() -> dict[str, int]:
    """Return the recorded ethnic groups of Leeds 001, by our labels, and their sum."""
    rows = dict(zip(TABLES["TS021"].leaves, RECORDED, strict=True))
    return rows | {TABLES["TS021"].total: sum(rows.values())}


@cache
def figures(table_id: str, code: str) -> dict[str, int] | None:
    """Return a table's total and leaves for a place, or None where it is not published."""
    table, place = TABLES[table_id], places()[code]
    if (table_id, code) == ("TS021", RECORDED_AREA):
        return recorded()
    if place.type in (151, 152, 153, 172):
        kind = {151: "LSOA", 152: "MSOA", 153: "ward", 172: "constituency"}[place.type]
        if not cells.is_published(table_id, Area(code=code, name="", type=kind)):
            return None
        return _of_extract(table, code) or _invented(table, place, kind)
    return _of_extract(table, code)


def _of_extract(table: Table, code: str) -> dict[str, int] | None:
    """Return the figures kept with the app, added up over authorities where need be."""
    if table.id in ("TS007", "TS007A", "TS007B") and not table.kept:
        return _from_single_years(table, code)
    try:
        kept = extract.table(table.id)
    except CensusError:
        return None
    members = (code,) if kept.has(code) else extract.gazetteer().members.get(code, ())
    if not members or not all(kept.has(member) for member in members):
        return None
    return {label: sum(kept.count(member, label) for member in members) for label in table.columns}


def _from_single_years(table: Table, code: str) -> dict[str, int] | None:
    """Return bands or years to 100 from TS009; the oldest years are halved from 90 on, made up."""
    single = _of_extract(TABLES["TS009"], code)
    if single is None:
        return None
    years = [
        single[f"Female; Age: {age_label(age)}"] + single[f"Male; Age: {age_label(age)}"]
        for age in range(91)
    ]
    oldest = years.pop()
    for age in range(90, 101):
        years.append(oldest if age == 100 else oldest // 2)
        oldest -= years[-1]
    row = {}
    for label in table.leaves:
        low, high = _ages(label)
        row[label] = sum(years[low : high + 1])
    return {table.total: sum(row.values())} | row


def _invented(table: Table, place: Place, kind: str) -> dict[str, int] | None:
    """Return MADE-UP figures: the authority's, scaled to the place and tilted by its code."""
    whole, everyone = _of_extract(table, place.authority), residents(place.authority)
    if whole is None:
        return None
    low, high = PEOPLE[kind]
    people = low + crc32(place.code.encode()) % (high - low)
    row = {}
    for label in table.leaves:
        tilt = 0.6 + crc32(f"{place.code}{label}".encode()) % 800 / 1000
        row[label] = round(whole[label] * people / everyone * tilt)
    noise = crc32(f"{place.code}{table.id}".encode()) % 7 - 3
    return {table.total: max(1, sum(row.values()) + noise)} | row


def residents(code: str) -> int:
    """Return the residents of an authority."""
    return extract.table("TS001").count(code, TABLES["TS001"].total)


@cache
def values(table_id: str, code: str, four_fit: bool = False) -> tuple[int, ...] | None:
    """Return every cell of a place in the service's order, sub-totals and all.

    With `four_fit` the four groups of disability, approximate as kept, add up to the published two.
    """
    row = figures(table_id, code)
    if row is None:
        return None
    if four_fit and table_id == "TS038-4":
        row = _four_fitted(row, code)
    table, dims = TABLES[table_id], dimensions(table_id)
    if table_id == "TS009":
        return tuple(
            row[table.total] if (sex.number, age.number) == (0, 0) else _by_age(row, sex, age)
            for sex in dims[0][2]
            for age in dims[1][2]
        )
    if table_id in JOINT_TABLES:
        return tuple(
            _of_two(row, table, one, other) for one, other in product(dims[0][2], dims[1][2])
        )
    plain = {label.replace(": ", ":"): n for label, n in row.items() if label != table.total}
    return tuple(
        row[table.total]
        if category.number == 0
        else plain[category.label.replace(": ", ":")]
        if category.number < 1001
        else sum(n for label, n in plain.items() if _is_in(label, category.label))
        for category in dims[0][2]
    )


def _four_fitted(row: dict[str, int], code: str) -> dict[str, int]:
    """Return the four groups of disability, the second of each pair moved to fit TS038."""
    two = _of_extract(TABLES["TS038"], code)
    if two is None:
        return row
    fitted = dict(row)
    for half, people in two.items():
        if inside := [label for label in row if label.startswith(f"{half}:")]:
            fitted[inside[-1]] += people - sum(row[label] for label in inside)
    return fitted | {TABLES["TS038-4"].total: sum(two[half] for half in TABLES["TS038"].leaves)}


def _of_two(row: dict[str, int], table: Table, one: Category, other: Category) -> int:
    """Return a cell of a table of two topics: a leaf, the total, or a sum of leaves."""
    if not one.number and not other.number:
        return row[table.total]
    return sum(
        row[label]
        for label in table.leaves
        for first, second in [label.split("; ")]
        if (not one.number or first == one.label) and (not other.number or second == other.label)
    )


def _by_age(row: dict[str, int], sex: Category, age: Category) -> int:
    sexes = ("Female", "Male") if sex.number == 0 else (sex.label,)
    low, high = (0, 90) if age.number == 0 else _ages(age.label)
    return sum(
        row[f"{name}; Age: {age_label(year)}"]
        for name in sexes
        for year in range(low, min(high, 90) + 1)
    )
