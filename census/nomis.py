"""Asks Nomis for the figures of a table, and for places and tables by name.

The categories of an answer are known by their labels and ONS codes. The numbers Nomis gives
them differ from table to table, and sub-totals stand among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlencode

from census import extract
from census.client import Body, Client
from census.errors import BadAnswer, CensusError, NotPublished, ServiceError, UnknownArea
from census.model import Area, AreaType
from census.nomis_read import (
    GSS,
    VALUE,
    Cell,
    Dataset,
    EmptyAnswer,
    MissingColumns,
    Page,
    read_areas,
    read_datasets,
    read_page,
    read_types,
)
from census.spelling import and_places, key
from census.table import Table

Progress = Callable[[int, int], None]
"""Told how many questions of how many are answered."""
Rows = dict[str, dict[str, int]]

KNOWN: dict[str, tuple[str, tuple[str, ...], int]] = {
    "TS001": ("NM_2021_1", ("c2021_restype_3",), 3),
    "TS003": ("NM_2023_1", ("c2021_hhcomp_15",), 22),
    "TS004": ("NM_2024_1", ("c2021_cob_12",), 15),
    "TS007": ("NM_2027_1", ("c2021_age_102",), 113),
    "TS007A": ("NM_2020_1", ("c2021_age_19",), 19),
    "TS007B": ("NM_2018_1", ("c2021_age_12a",), 12),
    "TS008": ("NM_2028_1", ("c_sex",), 3),
    "TS009": ("NM_2029_1", ("c_sex", "c2021_age_92"), 309),
    "TS021": ("NM_2041_1", ("c2021_eth_20",), 25),
    "TS029": ("NM_2048_1", ("c2021_engprf_6",), 7),
    "TS030": ("NM_2049_1", ("c2021_religion_10",), 10),
    "TS037": ("NM_2055_1", ("c2021_health_6",), 6),
    "TS038": ("NM_2056_1", ("c2021_disability_5",), 7),
    "TS039": ("NM_2057_1", ("c2021_carer_7",), 9),
    "TS045": ("NM_2063_1", ("c2021_cars_5",), 5),
    "TS054": ("NM_2072_1", ("c2021_tenure_9",), 15),
    "TS062": ("NM_2079_1", ("c2021_nssec_10",), 10),
    "TS066": ("NM_2083_1", ("c2021_eastat_20",), 31),
    "TS067": ("NM_2084_1", ("c2021_hiqual_8",), 8),
    "TS077": ("NM_2060_1", ("c2021_sexor_6",), 6),
}
"""Each table's number at Nomis, its dimensions, and its cells an area with sub-totals."""

DATASETS = {table: known[0] for table, known in KNOWN.items()}
AREA_TYPES: dict[AreaType, int] = {
    "ward": 153,
    "MSOA": 152,
    "LSOA": 151,
    "constituency": 172,
    "local authority": 154,
    "county": 155,
    "region": 480,
    "country": 499,
}
_Place = tuple[str, tuple[str, ...], tuple[str, ...]]
"""An area, and a category's names and codes."""
_BY_NUMBER = {str(number): kind for kind, number in AREA_TYPES.items()}
PLACES = DATASETS["TS021"]
"""The table whose list of places is searched; it is published for every type."""

ROW_LIMIT = 25_000
"""Rows of one answer to a guest; more are cut off without a word."""
ADDRESS_LIMIT = 2_040
ADDRESS_REST = 300
"""Characters of an address kept free for the service's own name, the page asked for and a key."""
MOST_PAGES = 400
SHOWN_CODES = 5
TWO_FIGURES = "gives two figures for the same group of people"
NOISE_PEOPLE = 60
"""How far leaves may be from their total: every cell is perturbed by itself."""


def rows(
    client: Client,
    table: Table,
    codes: Sequence[str],
    *,
    all_of: AreaType | None = None,
    progress: Progress | None = None,
) -> Rows:
    """Return the cells of a table for each area code: its total and every leaf, by our labels.

    `all_of` asks for every place of that type in one question instead of naming the codes; for
    all local authorities that is done anyway.

    Raises `ServiceError`; an answer that lacks one cell of one area is never used.
    """
    asked = list(dict.fromkeys(code.strip().upper() for code in codes))
    for code in asked:
        if not GSS.fullmatch(code):
            raise UnknownArea(code)
    if not asked:
        return {}
    if table.number not in KNOWN:
        raise NotPublished(f"{table.title} (table {table.number}) cannot be asked of Nomis here.")
    dataset, dimensions, size = KNOWN[table.number]
    all_of = all_of or _whole_type(asked)
    if all_of and size * len(asked) <= ROW_LIMIT:
        questions = [f"TYPE{AREA_TYPES[all_of]}"]
    else:
        questions = [",".join(some) for some in _batches(asked, size)]
    found: list[Cell] = []
    for done, geography in enumerate(questions, 1):
        # A body without a row says that none of these codes is known; `_checked` names them.
        with suppress(EmptyAnswer):
            found += cells(client, dataset, dimensions, geography)
        if progress:
            progress(done, len(questions))
    wanted = set(asked)
    mine = [cell for cell in found if cell.area in wanted]
    return _checked(table, asked, matched(table, len(dimensions), mine))


def _whole_type(codes: Sequence[str]) -> AreaType | None:
    """Return the type of place the codes name every one of, as far as the extract knows."""
    named = set(codes)
    every = {a.code for a in extract.every_area() if a.type == "local authority"}
    english_or_welsh = {code for code in every if code[0] in "EW"}
    return "local authority" if named == english_or_welsh else None


def _batches(codes: Sequence[str], cells: int) -> list[Sequence[str]]:
    """Return the codes in as few parts as the limits on rows and on the address allow."""
    widest = len("%2C") + max(map(len, codes))
    room = ADDRESS_LIMIT - ADDRESS_REST - len(urlencode(_question(KNOWN["TS009"][1], "")))
    size = max(1, min(ROW_LIMIT // cells, room // widest))
    return [codes[i : i + size] for i in range(0, len(codes), size)]


def _question(dimensions: Sequence[str], geography: str) -> dict[str, str]:
    """Return what is asked. The row count comes last, so that a cut answer cannot pass."""
    columns = [f"{name}_{what}" for name in dimensions for what in ("name", "code")]
    return {
        "date": "latest",
        "geography": geography,
        "measures": VALUE,
        "select": ",".join(["geography_code", *columns, "obs_value", "obs_status", "record_count"]),
        "RecordLimit": str(ROW_LIMIT),
    }


def cells(client: Client, dataset: str, dimensions: Sequence[str], geography: str) -> list[Cell]:
    """Return every cell of a question, page by page until all its rows are in.

    Raises `ServiceError`.
    """
    question = _question(dimensions, geography)

    def page(offset: int) -> Page:
        return client.fetch(
            "nomis",
            f"dataset/{dataset}.data.csv",
            question | {"RecordOffset": str(offset)},
            lambda body: read_page(body, len(dimensions)),
        )

    try:
        first = page(0)
    except (MissingColumns, EmptyAnswer):
        del question["select"]  # a column may be called otherwise than we think
        first = page(0)
    seen: dict[_Place, Cell] = {}
    _add(seen, first)
    got = first.rows
    if not got:
        raise EmptyAnswer
    for _ in range(MOST_PAGES):
        if got == first.count:
            return list(seen.values())
        try:
            more = page(got)
        except EmptyAnswer:
            more = Page((), 0, first.count)
        if not _add(seen, more):
            raise BadAnswer(f"stopped after {got:,} of {first.count:,} rows")
        got += more.rows
        if more.count != first.count or got > first.count:
            raise BadAnswer("does not say how many rows it has")
    raise BadAnswer("sends its figures in pieces that are too small")


def _add(seen: dict[_Place, Cell], page: Page) -> int:
    """Add the cells of a page, and return how many are new."""
    before = len(seen)
    for cell in page.cells:
        if seen.setdefault((cell.area, cell.names, cell.codes), cell) != cell:
            raise BadAnswer(TWO_FIGURES)
    return len(seen) - before


def matched(table: Table, dimensions: int, found: Sequence[Cell]) -> Rows:
    """Return cells by area under our labels; sub-totals and missing figures are left out.

    Raises `BadAnswer` for cells that contradict each other.
    """
    labels = _labels(table, dimensions, list(dict.fromkeys((c.names, c.codes) for c in found)))
    out: Rows = {}
    for cell in found:
        label = labels.get((cell.names, cell.codes))
        if label is None or cell.people is None:
            continue
        row = out.setdefault(cell.area, {})
        if row.setdefault(label, cell.people) != cell.people:
            raise BadAnswer(TWO_FIGURES)
    return out


_Named = tuple[tuple[str, ...], tuple[str, ...]]


def _labels(table: Table, dimensions: int, named: Sequence[_Named]) -> dict[_Named, str]:
    """Return our label of each category of an answer that has one.

    Names come first. An ONS code that points to another leaf than the name is a contradiction;
    a leaf whose name is nowhere is found by its code.
    """
    ours = {_name(_parts(label, dimensions), table): label for label in table.columns}
    codes = table.codes if dimensions == 1 else None
    leaves = dict(zip(map(_code, codes), table.leaves, strict=True)) if codes else {}
    out: dict[_Named, str] = {}
    spare: dict[str, list[_Named]] = {}
    for category in named:
        names, given = category
        label, by_code = ours.get(_name(names, table)), leaves.get(_code(given[0]))
        if label is None:
            by_code = table.total if dimensions == 1 and given[0] == "0" else by_code
            spare.setdefault(by_code or "", []).append(category)
            continue
        if label != table.total and by_code not in (None, label):
            raise BadAnswer(f"mixes up {label!r} and {by_code!r}")
        out[category] = label
    for label in set(table.columns) - set(out.values()):
        found = spare.get(label, [])
        if len(found) == 1:
            out[found[0]] = label
    return out


def _parts(label: str, dimensions: int) -> tuple[str, ...]:
    return tuple(label.split(";")) if dimensions > 1 else (label,)


def _code(text: str) -> str:
    """Return an ONS category number without its underscore.

    >>> _code("_13"), _code("13.0")
    ('13', '13')
    """
    return text.strip().removeprefix("_").removesuffix(".0")


def _name(parts: Sequence[str], table: Table) -> tuple[str, ...]:
    """Return a category's names as they are compared, one a dimension, in any order."""
    return tuple(sorted(_plain(part, table) for part in parts))


def _plain(label: str, table: Table) -> str:
    """Return a label without the ways its writing differs between releases."""
    plain = key(re.sub(r"(?i);?\s*measures\s*:\s*value\s*$", "", label))
    for prefix in (key(table.prefix), key(table.title), "age", "sex"):
        plain = plain.removeprefix(f"{prefix}:")
    whole = ("total", "all usual residents", "all persons", "all households", "all categories")
    return "total" if plain.startswith(whole) else " ".join(re.findall(r"\w+", plain))


def _checked(table: Table, asked: Sequence[str], found: Rows) -> Rows:
    """Return the rows of the areas asked for, whole and adding up, or raise `BadAnswer`."""
    out: Rows = {}
    lacking, nobody = [], []
    for code in asked:
        row = found.get(code, {})
        if any(label not in row for label in table.columns):
            lacking.append(code)
        elif row[table.total] == 0:
            nobody.append(code)
        else:
            out[code] = {label: row[label] for label in table.columns}
    named = f"{table.title} ({table.number})"
    if found and lacking and not out:
        nowhere = [label for label in table.columns if all(label not in r for r in found.values())]
        if nowhere:
            raise BadAnswer(f"sent {named} without {nowhere[0]!r}")
    if lacking:
        raise BadAnswer(
            f"has {'no whole row' if found else 'nothing'} of {named} for "
            f"{and_places(lacking, SHOWN_CODES)}",
            "Such a code may be an old one, or the table is not published for such places.",
        )
    if nobody:
        old = "its code may be an old one" if len(nobody) == 1 else "their codes may be old ones"
        raise BadAnswer(f"gives nobody for {and_places(nobody, SHOWN_CODES)}: {old}")
    for code, row in out.items():
        total, leaves = row[table.total], sum(row[leaf] for leaf in table.leaves)
        if abs(total - leaves) > NOISE_PEOPLE:
            raise BadAnswer(
                f"sent {named} for {code} with groups that do not add up: {leaves:,} against a "
                f"total of {total:,}"
            )
    return out


def _searched(query: str) -> str:
    """Return a query as Nomis takes it: letters, digits and plain marks, a wildcard at each end.

    >>> _searched("Bir*ming%ham"), _searched("St. Mary's")
    ('*Bir ming ham*', "*St. Mary's*")
    """
    plain = " ".join(re.sub(r"[^\w '&().,/-]|_", " ", query).split())[:60].strip()
    if not any(letter.isalnum() for letter in plain):
        raise CensusError("Type part of a place's name, or its code, to search for it.")
    return f"*{plain}*"


def search(client: Client, query: str, kind: AreaType) -> list[Area]:
    """Return the places of a type whose name or code holds the query.

    What a place lies in is given where its name tells it, else left empty.
    Raises `ServiceError`, and `CensusError` for a query without a letter.
    """
    wanted = _searched(query)
    if kind not in AREA_TYPES:
        raise CensusError(f"Nomis cannot be searched for places of the type {kind!r}.")
    return client.fetch(
        "nomis",
        f"dataset/{PLACES}/geography/TYPE{AREA_TYPES[kind]}.def.sdmx.json",
        {"search": wanted},
        lambda body: read_areas(body, kind, _BY_NUMBER),
    )


def area(client: Client, code: str) -> Area:
    """Return the place of a code; raises `UnknownArea`, `ServiceError`."""
    asked = code.strip().upper()
    if not GSS.fullmatch(asked):
        raise UnknownArea(code)

    def read(body: Body) -> list[Area]:
        return read_areas(body, "several", _BY_NUMBER)

    try:
        path = f"dataset/{PLACES}/geography/{asked}.def.sdmx.json"
        places = client.fetch("nomis", path, {}, read)
    except EmptyAnswer:
        places = []
    for place in places:
        if place.code == asked:
            return place
    raise UnknownArea(code)


def datasets(client: Client, query: str) -> list[Dataset]:
    """Return the tables whose id or name holds the query; raises `ServiceError`."""
    return client.fetch(
        "nomis", "dataset/def.sdmx.json", {"search": _searched(query)}, read_datasets
    )


def area_types(client: Client, dataset: str) -> dict[str, str]:
    """Return the types of place a table is given for: number to name; raises `ServiceError`."""
    if not re.fullmatch(r"(?i)NM_[0-9]+_[0-9]+", dataset):
        raise ServiceError(f"has no table numbered {dataset!r}")
    return client.fetch("nomis", f"dataset/{dataset}/geography/TYPE.def.sdmx.json", {}, read_types)
