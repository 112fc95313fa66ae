"""Make census/data from the official downloads: `python -m census.build_extract FOLDER`.

FOLDER is searched with everything below it. Read are the Nomis bulk files
`census2021-tsNNN-LEVEL.csv` (early releases suffix "; measures: Value", later ones do not) with
their metadata notes `tsNNN-2021-V.txt`; three tables that lie there in long form (ethnic group,
disability, sexual orientation); the lookups of authorities to counties and regions; and the
England and Wales counts of every cell, against which each leaf is checked.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from census.errors import ExtractError
from census.extract import DATA, pack
from census.tables import TABLES, Table

LEVELS = ("ltla", "utla", "rgn", "ctry")
LONG_FORMS = {
    "TS021": ("ethnicity21_ltla21.csv", "ethnic_group", "value"),
    "TS038": ("*_disability_21.csv", "disability_level", "n"),
    "TS077": ("*_sexual_orientation_21.csv", "sexual_orientation", "n"),
}
TOLERANCE = 0.001
"""Leaves added up over authorities may differ by this share (or 500) from the national count:
each table and level is perturbed separately."""

Rows = dict[str, dict[str, int]]


def clean(label: str, prefix: str) -> str:
    """Return a column's label without the table's prefix, early suffixes and uneven spaces.

    >>> clean("Sex: All persons; measures: Value", "Sex")
    'All persons'
    >>> clean("Economic activity status: Economically inactive:Retired", "Economic activity status")
    'Economically inactive: Retired'
    """
    label = label.removesuffix("; measures: Value").strip()
    label = label.removeprefix(f"{prefix}:").strip()
    return re.sub(r"\s*:\s*", ": ", " ".join(label.split()))


def one_file(folder: Path, name: str) -> Path:
    """Return the first file of that name (or pattern) below the folder, in path order."""
    found = sorted(folder.rglob(name))
    if not found:
        raise ExtractError(f"{name} is nowhere below the folder.")
    return found[0]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header, whatever mark it begins with."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_bulk(path: Path, table: Table) -> Rows:
    """Read a Nomis bulk file: area code to label to count, the table's columns only."""
    rows: Rows = {}
    for row in read_rows(path):
        cells = {clean(label, table.prefix): count for label, count in row.items()}
        missing = [label for label in table.columns if label not in cells]
        if missing:
            raise ExtractError(f"{path.name} has no column {missing[0]!r}.")
        rows[row["geography code"]] = {label: int(cells[label]) for label in table.columns}
    return rows


def read_long(folder: Path, table: Table) -> Rows:
    """Read a table that lies in long form: one row an area and label."""
    pattern, label_column, count_column = LONG_FORMS[table.id]
    rows: Rows = {}
    for path in sorted(folder.rglob(pattern)):
        for row in read_rows(path):
            label = clean(row[label_column], "").replace(" (number)", "")
            if label in table.leaves:
                area = rows.setdefault(row["ltla21_code"], {})
                area[label] = round(float(row[count_column]))
    for area in rows.values():
        area[table.total] = sum(area[leaf] for leaf in table.leaves)
    return rows


def release(folder: Path, table: Table) -> str | None:
    """Return the day the metadata note of a bulk file gives as issued, if it lies there."""
    for path in sorted(folder.rglob(f"{table.id.lower()}-2021-*.txt")):
        found = re.search(r"^Issued: (\d{4}-\d\d-\d\d)", path.read_text("utf-8"), re.MULTILINE)
        if found:
            return found[1]
    return None


def national_counts(folder: Path) -> dict[str, dict[str, int]]:
    """Return the England and Wales count of each cell: table to label to count."""
    counts: dict[str, dict[str, int]] = {}
    for row in read_rows(one_file(folder, "TS_Cell_Metadata.csv")):
        table = TABLES.get(row["Table_ID"].upper())
        if table and row["EW_Count"] != "NA":
            label = clean(row["Cell_Label"], table.prefix)
            counts.setdefault(table.id, {})[label] = round(float(row["EW_Count"]))
    return counts


def check_national(
    table: Table, rows: Rows, authorities: Iterable[str], ew: Mapping[str, int]
) -> None:
    """Refuse a table whose leaves, added up over the authorities, miss the national counts."""
    listed = list(authorities)
    if missing := [code for code in listed if code not in rows]:
        raise ExtractError(f"{table.id} lacks {len(missing)} authorities, {missing[0]} among them.")
    for leaf in table.leaves:
        found = sum(rows[code][leaf] for code in listed)
        wanted = ew[leaf]
        if abs(found - wanted) > max(500, wanted * TOLERANCE):
            raise ExtractError(f"{table.id} {leaf!r}: {found:,} added up, {wanted:,} published.")


def areas_of(folder: Path) -> list[dict[str, object]]:
    """Return every area: code, name, type, and the codes of the places it lies in."""
    places: dict[str, dict[str, object]] = {}

    def add(code: str, name: str, kind: str, parents: list[str]) -> None:
        places.setdefault(code, {"code": code, "name": name, "type": kind, "parents": parents})

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
    order = ["local authority", "county", "region", "country", "several"]
    return sorted(places.values(), key=lambda a: (order.index(str(a["type"])), str(a["code"])))


def build(folder: Path, out: Path, say: Callable[[str], None] = print) -> None:
    """Write the extract for every table of `TABLES` into `out`.

    Raises `ExtractError` where a file or column is missing or does not add up; nothing has been
    written by then.
    """
    areas = areas_of(folder)
    authorities = [str(a["code"]) for a in areas if a["type"] == "local authority"]
    known = {str(a["code"]) for a in areas}
    ew = national_counts(folder)
    packed: dict[str, bytes] = {}
    lines = []
    for table in TABLES.values():
        if table.id in LONG_FORMS:
            rows = read_long(folder, table)
            levels = ["ltla"]
        else:
            rows, levels = {}, []
            for level in LEVELS:
                paths = sorted(folder.rglob(f"census2021-{table.id.lower()}-{level}.csv"))
                for path in paths[:1]:
                    levels.append(level)
                    for code, cells in read_bulk(path, table).items():
                        if code in known:
                            rows.setdefault(code, cells)
        check_national(table, rows, authorities, ew[table.id])
        order = [str(a["code"]) for a in areas if str(a["code"]) in rows]
        counts = [[rows[code][label] for label in table.columns] for code in order]
        issued = release(folder, table)
        packed[table.id] = pack(table.columns, order, counts, issued)
        lines.append(
            f"| {table.id} | {table.title} | {', '.join(levels)} | {len(order)} | {issued or ''} |"
        )
        say(f"{table.id}: {len(order)} areas, {len(packed[table.id]):,} bytes")
    out.mkdir(parents=True, exist_ok=True)
    for table_id, body in packed.items():
        (out / f"{table_id.lower()}.bin").write_bytes(body)
    rows_of_areas = ",\n".join(json.dumps(a, ensure_ascii=False) for a in areas)
    (out / "areas.json").write_text(f"[\n{rows_of_areas}\n]\n", "utf-8")
    (out / "SOURCES.md").write_text(SOURCES.format(tables="\n".join(lines)), "utf-8")


SOURCES = """# Where these figures come from

Census 2021 for England and Wales, Census Day 21 March 2021. Source: Office for National
Statistics, licensed under the Open Government Licence v3.0
(https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/).

Made by `python -m census.build_extract FOLDER` from the bulk files that Nomis publishes. Ethnic
group, disability and sexual orientation were read from the same official figures in long form.
Every leaf was checked against the published count for England and Wales. `ltla` are the 331
local authorities of 2022, `utla` the upper tier, `rgn` the regions with Wales, `ctry` the
countries; where a level is not listed its figures are added up from the local authorities, and
can differ by a few people from a published total, because each table is perturbed separately.
The issue date is the one in the table's own metadata note, left blank where there was none.

| table | title | levels kept as published | areas | issued |
| --- | --- | --- | --- | --- |
{tables}
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Build the census extract kept with the app.")
    parser.add_argument("folder", type=Path, help="where the official downloads lie")
    parser.add_argument("--out", type=Path, default=DATA, help="where the extract goes")
    asked = parser.parse_args(arguments)
    try:
        build(asked.folder, asked.out, lambda line: print(line, file=sys.stderr))
    except ExtractError as error:
        print(f"The extract was not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
