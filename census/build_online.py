"""Make census/data from the live service: `python -m census.build_extract --online`.

Read anew is every table of England and Wales, for the places the extract lists. The service has
none of Northern Ireland's tables, and the list of places is our own: those stay as they are.
Nothing is written until every table is in and checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from census import nomis, places
from census.build_extract import ENGLAND_AND_WALES, LEAST, TOLERANCE, Kept, Rows, check_national
from census.build_sources import Line, sources
from census.cache import now
from census.cells import is_published
from census.client import NOMIS, Client
from census.errors import BadAnswer, CensusError, ExtractError
from census.extract import DATA, Gazetteer, TableFigures, gazetteer, pack
from census.extract import table as kept_table
from census.joint_tables import RM134
from census.model import Area, AreaType
from census.ni_topics import is_northern_irish
from census.table import NISRA, Table
from census.tables import TABLES

RM134_NUMBER = "NM_2234_1"
RM134_DIMENSIONS = ("c2021_eth_8", "c2021_hhtenure_5")
LEVELS: dict[AreaType, str] = {
    "local authority": "ltla",
    "county": "utla",
    "region": "rgn",
    "country": "ctry",
    "several": "ctry",
    "ward": "ward",
}
"""What is read of each type of place, under the name the extract's list of sources has for it."""
AUTHORITIES: AreaType = "local authority"
APART = nomis.NOISE_PEOPLE
"""People by which the groups of an area may miss its total; in official tables they never did."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Read:
    """A table as read now, and as kept before: none where its file was missing or damaged."""

    table: Table
    rows: Rows
    before: TableFigures | None

    @property
    def changed(self) -> tuple[int, int, int]:
        """How many official figures kept before were compared, how many differ, the most people."""
        if self.before is None:
            return 0, 0, 0
        apart = [
            abs(self.rows[code][label] - self.before.count(code, label))
            for code in self.before.rows
            if not self.before.is_approximate(code)
            for label in self.table.columns
        ]
        return len(apart), sum(map(bool, apart)), max(apart, default=0)

    @property
    def issued(self) -> str | None:
        """The day of issue kept before, where the figures are the same."""
        return self.before.issued if self.before and not self.changed[1] else None

    def words(self) -> str:
        """Say in a line what was read and what is new about it."""
        compared, differ, most = self.changed
        said = [f"{self.table.id}: {len(self.rows)} areas read"]
        if differ:
            said.append(
                f"{differ:,} of the {compared:,} official figures kept before differ, by at most "
                f"{most:,}"
            )
        elif compared:
            said.append(f"the {compared:,} official figures kept before are the same")
        if self.before and self.before.approximate:
            said.append(f"{len(self.before.approximate)} areas are official now")
        return ", ".join(said)


def read_rm134(client: Client, geography: str) -> Rows:
    """Return RM134 of the authorities the service gives it for whole, by our labels.

    Raises `ServiceError`.
    """
    cells = nomis.cells(client, RM134_NUMBER, RM134_DIMENSIONS, geography)
    found = nomis.matched(RM134, len(RM134_DIMENSIONS), cells)
    whole = {code: row for code, row in found.items() if len(row) == len(RM134.columns)}
    if not whole:
        raise BadAnswer(f"has no whole row of {RM134.title} ({RM134.id})")
    return whole


def areas_to_read(table: Table, areas: Iterable[Area]) -> list[Area]:
    """Return the places of the extract that the service has figures of a table for."""
    return [
        area
        for area in areas
        if area.type in LEVELS and not is_northern_irish(area) and is_published(table.id, area)
    ]


def read_table(client: Client, table: Table, areas: Sequence[Area]) -> Rows:
    """Return a table's rows for the areas in as few questions as short addresses allow.

    All authorities are asked for by their type where one answer can hold them.
    """
    if table.id == RM134.id:
        known = {area.code for area in areas}
        rows = read_rm134(client, f"TYPE{nomis.AREA_TYPES[AUTHORITIES]}")
        return {code: row for code, row in rows.items() if code in known}
    every = [area.code for area in areas if area.type == AUTHORITIES]
    others = [area.code for area in areas if area.type != AUTHORITIES]
    if len(every) * nomis.KNOWN[table.number][2] > nomis.ROW_LIMIT:
        return nomis.rows(client, table, [*every, *others])
    rows = nomis.rows(client, table, every, all_of=AUTHORITIES)
    return rows | nomis.rows(client, table, others)


def check(read: Read, known: Gazetteer) -> None:
    """Refuse a table that lacks what was kept before, or whose figures do not add up.

    Groups are added up to the total of each area, authorities to every larger area and to the
    national count kept before.
    """
    table, rows, before = read.table, read.rows, read.before
    if before and (lost := [code for code in before.rows if code not in rows]):
        raise ExtractError(
            f"{table.id} lacks {len(lost)} of the areas kept before, {lost[0]} among them."
        )
    for code, row in rows.items():
        leaves = sum(row[leaf] for leaf in table.leaves)
        if abs(leaves - row[table.total]) > APART:
            raise ExtractError(
                f"{table.id} of {code}: its groups add up to {leaves:,}, its total is "
                f"{row[table.total]:,}."
            )
    for code, inside in known.members.items():
        if inside == (code,) or code not in rows or any(member not in rows for member in inside):
            continue
        for label in table.columns:
            found, wanted = sum(rows[member][label] for member in inside), rows[code][label]
            if abs(found - wanted) > max(LEAST, wanted * TOLERANCE):
                raise ExtractError(
                    f"{table.id} {label!r} of {known.areas[code].name}: {found:,} added up, "
                    f"{wanted:,} published."
                )
    if before and before.has(ENGLAND_AND_WALES):
        national = {label: before.count(ENGLAND_AND_WALES, label) for label in table.columns}
        every = [area.code for area in known.areas.values() if area.type == AUTHORITIES]
        check_national(table, Kept(rows), every, national)


def read_tables(client: Client, source: Path, say: Say) -> list[Read]:
    """Return every table the service has, checked; raises `ExtractError` that names the table."""
    known = gazetteer(source)
    found = []
    for table in TABLES.values():
        if not table.kept or table.publisher == NISRA:
            continue
        before = None
        with suppress(ExtractError):
            before = kept_table(table.id, source)
        areas = areas_to_read(table, known.areas.values())
        try:
            read = Read(table, read_table(client, table, areas), before)
        except CensusError as error:
            raise ExtractError(f"Table {table.id}: {error}") from None
        check(read, known)
        say(read.words())
        found.append(read)
    return found


def build(
    out: Path,
    say: Say = print,
    *,
    client: Client | None = None,
    source: Path = DATA,
    today: str | None = None,
) -> None:
    """Write the extract as the service has it into `out`; the rest is copied from `source`.

    Raises `ExtractError`; the files in `out` are then as they were.
    """
    asking = client or Client()
    is_nomis = asking.settings.nomis == NOMIS
    if not is_nomis and out.resolve() == DATA.resolve():
        raise ExtractError(
            "SAMPLER_NOMIS_URL names another address than that of Nomis, so these figures may be "
            "made up. Give another folder with --out."
        )
    known = gazetteer(source)
    copied = [table for table in TABLES.values() if table.kept and table.publisher == NISRA]
    areas_of = {table.id: len(kept_table(table.id, source).rows) for table in copied}
    places.wards(source)
    try:
        read = read_tables(asking, source, say)
    finally:
        asking.close()
    files = {name: (source / name).read_bytes() for name in ("areas.json", places.WARDS)}
    lines: list[Line] = []
    for one in read:
        order = [code for code in known.areas if code in one.rows]
        counts = [[one.rows[code][label] for label in one.table.columns] for code in order]
        files[one.table.file_name] = pack(one.table.columns, order, counts, one.issued)
        types = {known.areas[code].type for code in order}
        levels = list(dict.fromkeys(LEVELS[kind] for kind in LEVELS if kind in types))
        lines.append((one.table, levels, [], len(order), one.issued))
    for table in copied:
        files[table.file_name] = (source / table.file_name).read_bytes()
        issued = kept_table(table.id, source).issued
        lines.append((table, ["district"], [], areas_of[table.id], issued))
    say(f"{len(copied)} tables of Northern Ireland are as kept before: the service has none.")
    day = today or now()[:10]
    where = "Nomis" if is_nomis else "another address than that of Nomis"
    files["SOURCES.md"] = sources(lines, f"{where} on {day}").encode()
    _replace(out, files)
    say(f"{len(files)} files written, after {asking.requests_sent} requests to the service.")


def _replace(out: Path, files: dict[str, bytes]) -> None:
    """Write files beside their places first, so that one that cannot be written changes nothing."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out, prefix=".new-") as new:
            for name, body in files.items():
                (Path(new) / name).write_bytes(body)
            for name in files:
                os.replace(Path(new) / name, out / name)
    except OSError as error:
        raise ExtractError(f"{out} cannot be written ({error.strerror}).") from None
