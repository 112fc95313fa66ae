"""Make census/data from the official downloads: `python -m census.build_extract FOLDER`.

With `--online` instead of FOLDER the figures come from the census service (see `build_online`).

FOLDER is searched with everything below it. Read are the Nomis bulk files
`census2021-tsNNN-LEVEL.csv` (early releases suffix "; measures: Value", later ones do not) with
their metadata notes `tsNNN-2021-V.txt`; tables that lie there in long form; sums of output areas
`derived-tsNNN-LEVEL-from-oa.csv` for what has no official file; Northern Ireland's tables; RM134;
the lookups of places (see `build_areas`); and the England and Wales counts of every cell, against
which each leaf is checked.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from census.build_areas import Place, areas_of, one_file, read_rows, wards_by_authority
from census.build_sources import sources
from census.errors import ExtractError
from census.extract import DATA, pack
from census.places import WARDS, pack_wards
from census.spelling import even
from census.table import NISRA, Table
from census.tables import TABLES

LEVELS = ("ltla", "utla", "rgn", "ctry", "ward")
ENGLAND_AND_WALES = "K04000001"


@dataclass(frozen=True)
class LongForm:
    """A table that lies in long form: its files, its columns, and our labels for theirs."""

    pattern: str
    area: str
    label: str
    count: str
    labels: Mapping[str, str] = field(default_factory=dict)


_NI_CARE = "count_5_and_over_"
LONG_FORMS = {
    "TS021": LongForm("ethnicity21_ltla21.csv", "ltla21_code", "ethnic_group", "value"),
    "TS038": LongForm("*_disability_21.csv", "ltla21_code", "disability_level", "n"),
    "TS077": LongForm("*_sexual_orientation_21.csv", "ltla21_code", "sexual_orientation", "n"),
    "NI ethnic group": LongForm(
        "ethnicity21_ltla21_ni.csv", "ltla21_code", "ethnic_group", "value"
    ),
    "NI religion": LongForm("religion21_lgd21_ni.csv", "lgd21_code", "religion", "count"),
    "NI disability": LongForm("disability21_lgd21_ni.csv", "lgd21_code", "disability", "count"),
    "NI sexual orientation": LongForm(
        "sexualorientation21_lgd21_ni.csv",
        "lgd21_code",
        "sexual_orientation",
        "count",
        dict.fromkeys(("Prefer not to say", "Not stated"), "Prefer not to say, or not stated"),
    ),
    "NI unpaid care": LongForm(
        "ni_unpaid_care_21.csv",
        "ltla21_code",
        "variable",
        "value",
        {
            f"{_NI_CARE}0_hours": "Provides no unpaid care",
            f"{_NI_CARE}1to19_hours": "Provides 1 to 19 hours unpaid care a week",
            f"{_NI_CARE}20to34_hours": "Provides 20 to 34 hours unpaid care a week",
            f"{_NI_CARE}35to49_hours": "Provides 35 to 49 hours unpaid care a week",
            f"{_NI_CARE}50plus_hours": "Provides 50 or more hours unpaid care a week",
            "total_5_and_over": "Total",
        },
    ),
    "RM134": LongForm("rm134-*.csv", "geography code", "cell", "observation"),
}
TOLERANCE = 0.001
"""Leaves added up over authorities may differ by this share (or `LEAST` people) from the national
count: each table and level is perturbed separately."""
LEAST = 500

Rows = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Kept:
    """The figures of one table to keep: area code to label to count.

    `approximate` are the areas whose figures were added up from output areas; `levels` and
    `sums` say which levels of areas are as published and which were added up.
    """

    rows: Rows
    approximate: frozenset[str] = frozenset()
    levels: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    issued: str | None = None


def clean(label: str, prefix: str) -> str:
    """Return a column's label without the table's prefix, early suffixes and uneven spaces.

    >>> clean("Sex: All persons; measures: Value", "Sex")
    'All persons'
    >>> clean("Economic activity status: Economically inactive:Retired", "Economic activity status")
    'Economically inactive: Retired'
    """
    label = label.strip().removesuffix("; measures: Value").strip()
    return even(label.removeprefix(f"{prefix}:"))


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
    """Read a table that lies in long form: one row an area and label.

    Raises `ExtractError` where an area lacks a cell.
    """
    form = LONG_FORMS[table.id]
    rows: Rows = {}
    for path in sorted(folder.rglob(form.pattern)):
        for row in read_rows(path):
            if table.id == "RM134":
                row["cell"] = f"{row['ethnic group of HRP']}; {row['tenure']}"
            label = clean(row[form.label], "").replace(" (number)", "")
            label = form.labels.get(label, label)
            if label in table.columns:
                area = rows.setdefault(row[form.area], {})
                area[label] = area.get(label, 0) + round(float(row[form.count]))
    for code, area in rows.items():
        if missing := [leaf for leaf in table.leaves if leaf not in area]:
            raise ExtractError(f"{table.id} has no {missing[0]!r} for {code}.")
        area.setdefault(table.total, sum(area[leaf] for leaf in table.leaves))
    return rows


def read_ni_sex(folder: Path) -> Rows:
    """Read women and men of all ages by district of Northern Ireland."""
    return {
        row["ltla21_code"]: {
            "Total": int(row["total_population"]),
            "Female": int(row["total_female_population"]),
            "Male": int(row["total_male_population"]),
        }
        for row in read_rows(one_file(folder, "age_gender_ltla21_ni.csv"))
    }


def release(folder: Path, table: Table) -> str | None:
    """Return the day the metadata note of a bulk file gives as issued, if it lies there."""
    for path in sorted(folder.rglob(f"{table.number.lower()}-2021-*.txt")):
        found = re.search(r"^Issued: (\d{4}-\d\d-\d\d)", path.read_text("utf-8"), re.MULTILINE)
        if found:
            return found[1]
    return None


def national_counts(folder: Path) -> Rows:
    """Return the England and Wales count of each leaf and of the total: table to label to count."""
    counts: Rows = {}
    for row in read_rows(one_file(folder, "TS_Cell_Metadata.csv")):
        for table in TABLES.values():
            if table.number.lower() == row["Table_ID"] and row["EW_Count"] != "NA":
                cells = counts.setdefault(table.id, {})
                # The first cell of a table is its total, under another label in some files.
                label = clean(row["Cell_Label"], table.prefix) if cells else table.total
                cells[label] = round(float(row["EW_Count"]))
    return {
        table_id: {label: cells[label] for label in TABLES[table_id].columns}
        for table_id, cells in counts.items()
    }


def check_national(
    table: Table, kept: Kept, authorities: Iterable[str], ew: Mapping[str, int]
) -> None:
    """Refuse a table whose leaves, added up over the authorities, miss the national counts."""
    listed = list(authorities)
    if missing := [code for code in listed if code not in kept.rows]:
        raise ExtractError(f"{table.id} lacks {len(missing)} authorities, {missing[0]} among them.")
    for leaf in table.leaves:
        found = sum(kept.rows[code][leaf] for code in listed)
        wanted = ew[leaf]
        if abs(found - wanted) > max(LEAST, wanted * TOLERANCE):
            raise ExtractError(f"{table.id} {leaf!r}: {found:,} added up, {wanted:,} published.")


def read_table(folder: Path, table: Table, known: frozenset[str]) -> Kept:
    """Return what to keep of a table for the known areas; official figures go before sums."""
    rows: Rows = {}
    levels, sums = [], []
    if table.id == "NI sex":
        rows, levels = read_ni_sex(folder), ["district"]
    elif table.id in LONG_FORMS:
        rows = read_long(folder, table)
        levels = ["district" if table.publisher == NISRA else "ltla"]
    number = table.number.lower()
    for level in LEVELS:
        for path in sorted(folder.rglob(f"census2021-{number}-{level}*.csv"))[:1]:
            levels.append(level)
            for code, cells in read_bulk(path, table).items():
                rows.setdefault(code, cells)
    official = set(rows)
    for level in LEVELS if table.status == "approximate" else ():
        for path in sorted(folder.rglob(f"derived-{number}-{level}-from-oa.csv"))[:1]:
            sums.append(level)
            for code, cells in read_bulk(path, table).items():
                rows.setdefault(code, cells)
    return Kept(
        {code: cells for code, cells in rows.items() if code in known},
        frozenset(known & (set(rows) - official)),
        tuple(levels),
        tuple(sums),
        release(folder, table),
    )


def read_tables(folder: Path, areas: Sequence[Place]) -> dict[str, Kept]:
    """Return what to keep of every table, each leaf checked against the national count.

    Raises `ExtractError` where a file or column is missing or does not add up.
    """
    authorities = [a["code"] for a in areas if a["type"] == "local authority"]
    known = frozenset(a["code"] for a in areas)
    national = national_counts(folder)
    tables: dict[str, Kept] = {}
    for table in TABLES.values():
        if not table.kept:
            continue
        kept = read_table(folder, table, known)
        if not kept.rows:
            raise ExtractError(f"{table.id} is nowhere below the folder.")
        if table.id in national:
            check_national(table, kept, authorities, national[table.id])
            kept.rows.setdefault(ENGLAND_AND_WALES, national[table.id])
        tables[table.id] = kept
    return tables


def write(
    tables: Mapping[str, Kept],
    areas: Sequence[Place],
    wards: Mapping[str, list[list[str]]],
    out: Path,
    say: Callable[[str], None] = print,
) -> None:
    """Write the extract into a folder: the tables, wherever they were read, and the places."""
    packed: dict[str, bytes] = {}
    for table_id, kept in tables.items():
        table = TABLES[table_id]
        order = [a["code"] for a in areas if a["code"] in kept.rows]
        counts = [[kept.rows[code][label] for label in table.columns] for code in order]
        body = pack(table.columns, order, counts, kept.issued, kept.approximate)
        packed[table.file_name] = body
        say(f"{table_id}: {len(order)} areas, {len(body):,} bytes")
    packed[WARDS] = pack_wards(dict(wards))
    rows = ",\n".join(json.dumps(a, ensure_ascii=False) for a in areas)
    packed["areas.json"] = f"[\n{rows}\n]\n".encode()
    packed["SOURCES.md"] = sources(
        [
            (TABLES[name], kept.levels, kept.sums, len(kept.rows), kept.issued)
            for name, kept in tables.items()
        ]
    ).encode()
    out.mkdir(parents=True, exist_ok=True)
    for name, body in packed.items():
        (out / name).write_bytes(body)


def build(folder: Path, out: Path, say: Callable[[str], None] = print) -> None:
    """Write the extract for every table of `TABLES` that is kept into `out`.

    Raises `ExtractError` where a file or column is missing or does not add up; nothing has been
    written by then.
    """
    areas = areas_of(folder)
    write(read_tables(folder, areas), areas, wards_by_authority(folder), out, say)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Build the census extract kept with the app.")
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, help="where the official downloads lie"
    )
    parser.add_argument(
        "--online", action="store_true", help="read the figures from the census service instead"
    )
    parser.add_argument("--out", type=Path, default=DATA, help="where the extract goes")
    asked = parser.parse_args(arguments)
    if asked.online == (asked.folder is not None):
        parser.error("give either the FOLDER of official downloads or --online, one of the two.")

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        if asked.online:
            from census import build_online

            build_online.build(asked.out, say)
        else:
            build(asked.folder, asked.out, say)
    except ExtractError as error:
        print(f"The extract was not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
