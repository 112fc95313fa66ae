"""Reads what Nomis answers: figures as CSV, places and tables as SDMX-JSON.

Nomis can say almost anything with status 200: nothing at all, a web page, an error in JSON. A
reader returns what it understood whole, or raises `BadAnswer`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from census import extract
from census.client import Body
from census.errors import BadAnswer, UnknownArea
from census.model import Area, AreaType

GSS = re.compile(r"[A-Z][0-9]{8}")
VALUE = "20100"
"""The measure that is a count; 20301 is a percentage."""
NOT_DIMENSIONS = {"DATE", "GEOGRAPHY", "MEASURES", "OBS_STATUS", "OBS_CONF"}
NEEDED = ("GEOGRAPHY_CODE", "OBS_VALUE", "OBS_STATUS", "RECORD_COUNT")
MOST_ROWS = 5_000_000
WEB_PAGE_HINT = (
    "Usually its limit on requests was reached (wait a few minutes), or NOMIS_API_KEY is set to a "
    "key that is not right."
)
_KINDS: dict[str, AreaType] = {
    "05": "ward",
    "02": "MSOA",
    "01": "LSOA",
    "14": "constituency",
    "06": "local authority",
    "07": "local authority",
    "08": "local authority",
    "09": "local authority",
    "10": "county",
    "11": "county",
    "12": "region",
    "92": "country",
}
_KINDS_OF_WALES: dict[str, AreaType] = {"07": "constituency"}


class EmptyAnswer(BadAnswer):
    """Status 200 and not one row."""

    def __init__(self) -> None:
        super().__init__("has nothing under these codes")


class MissingColumns(BadAnswer):
    """A table of figures without the columns that make sense of it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"sent figures without the column {names[0]}")


@dataclass(frozen=True)
class Cell:
    """One figure: of which area, its category in each dimension, None where it is missing."""

    area: str
    names: tuple[str, ...]
    codes: tuple[str, ...]
    people: int | None


@dataclass(frozen=True)
class Page:
    """The figures of one answer, how many rows it had, and how many the whole question has."""

    cells: tuple[Cell, ...]
    rows: int
    count: int


@dataclass(frozen=True)
class Dataset:
    """A table in the catalogue of Nomis."""

    id: str
    name: str
    dimensions: tuple[str, ...]


def _text(body: Body) -> str:
    """Return the text of a body that is neither empty nor a web page."""
    text = body.text()
    start = text.lstrip()[:1]
    if not start:
        raise EmptyAnswer
    if start == "<" or "html" in body.type:
        raise BadAnswer("sent a web page instead of figures", WEB_PAGE_HINT)
    return text


def _json(text: str) -> Any:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer("sent an answer that makes no sense") from None
    if isinstance(said, dict) and "error" in said:
        words = said["error"]
        # No digits: the service could repeat the question, and the key with it.
        is_plain = isinstance(words, str) and re.fullmatch(r"[A-Za-z ,.'-]{3,80}", words)
        raise BadAnswer(f"refused the question{f' (“{words}”)' if is_plain else ''}")
    return said


def whole_number(text: str) -> int:
    """Return a count however it is written: bare, quoted, or with a decimal nought.

    >>> whole_number("6608"), whole_number(" 6608.0 ")
    (6608, 6608)

    Raises `BadAnswer`.
    """
    if not (found := re.fullmatch(r"\s*([0-9]{1,9})(?:\.0+)?\s*", text)):
        raise BadAnswer("sent a figure that is no whole number")
    return int(found[1])


def read_page(body: Body, dimensions: int = 1) -> Page:
    """Return the figures of a CSV answer of a table with so many dimensions."""
    text = _text(body)
    if text.lstrip().startswith(("{", "[")):
        _json(text)
    if "csv" not in body.type:
        raise BadAnswer("sent something other than a table of figures")
    lines = _lines(text)
    header = [name.strip().upper() for name in next(lines, [])]
    if not header or not re.fullmatch(r"[A-Z][A-Z0-9_]*", header[0]):
        raise BadAnswer("sent something other than a table of figures")
    named = [
        name[: -len("_NAME")]
        for name in header
        if name.endswith("_NAME") and name[: -len("_NAME")] not in NOT_DIMENSIONS
    ]
    missing = [name for name in NEEDED if name not in header]
    if missing or len(named) != dimensions:
        raise MissingColumns(missing or ["for the names of the groups"])
    if len(set(header)) != len(header):
        raise BadAnswer("sent figures with a column twice")
    at = {name: i for i, name in enumerate(header)}
    cells: list[Cell] = []
    rows, counts = 0, set()
    for line in lines:
        if not line:
            continue
        if len(line) != len(header):
            raise BadAnswer("sent a row of figures that is too short or too long")
        rows += 1
        counts.add(whole_number(line[at["RECORD_COUNT"]]))
        if "MEASURES" not in at or line[at["MEASURES"]].strip().removesuffix(".0") == VALUE:
            cells.append(_cell(line, at, named))
    if len(counts) > 1 or any(not rows <= count <= MOST_ROWS for count in counts):
        raise BadAnswer("does not say how many rows it has")
    return Page(tuple(cells), rows, counts.pop() if counts else 0)


def _lines(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error:
        raise BadAnswer("sent a table of figures that is damaged") from None


def _cell(line: Sequence[str], at: dict[str, int], dimensions: Sequence[str]) -> Cell:
    places = [line[at[name]].strip() for name in ("GEOGRAPHY_CODE", "GEOGRAPHY") if name in at]
    area = next((place.upper() for place in places if GSS.fullmatch(place.upper())), None)
    if area is None:
        raise BadAnswer("sent figures without the code of the place")
    value = line[at["OBS_VALUE"]].strip()
    is_missing = not value or line[at["OBS_STATUS"]].strip().upper() != "A"
    return Cell(
        area,
        tuple(line[at[f"{name}_NAME"]].strip() for name in dimensions),
        tuple(
            line[at[f"{name}_CODE"]].strip() if f"{name}_CODE" in at else "" for name in dimensions
        ),
        None if is_missing else whole_number(value),
    )


def _dig(value: Any, *names: str) -> Any:
    """Return what lies under names inside names; None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _items(value: Any) -> list[dict[str, Any]]:
    """Return a list of records; SDMX-JSON writes one alone without its list."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, dict)]


def _structure(body: Body) -> dict[str, Any]:
    structure = _dig(_json(_text(body)), "structure")
    if not isinstance(structure, dict):
        raise BadAnswer("sent an answer that makes no sense")
    return structure


def _codes(body: Body) -> list[dict[str, Any]]:
    lists = _items(_dig(_structure(body), "codelists", "codelist"))
    return [code for listed in lists for code in _items(listed.get("code"))]


def _word(value: Any) -> str:
    """Return a name or number as text; empty for anything else."""
    if isinstance(value, dict):
        value = value.get("value")
    is_word = isinstance(value, str) or (isinstance(value, int) and abs(value) < 1e12)
    return " ".join(str(value).split()) if is_word else ""


def read_areas(body: Body, kind: AreaType, types: dict[str, AreaType]) -> list[Area]:
    """Return the places of a geography answer, in its order.

    The type comes from the code, else from the number of the type (`types`), else it is `kind`.
    """
    codes = _codes(body)
    areas: list[Area] = []
    for code in codes:
        notes = {
            _word(note.get("annotationtitle")): _word(note.get("annotationtext"))
            for note in _items(_dig(code, "annotations", "annotation"))
        }
        name, gss = _word(code.get("description")), notes.get("GeogCode", "").upper()
        if not name or not GSS.fullmatch(gss):
            continue
        told = types.get(notes.get("TypeCode", "").removeprefix("TYPE"))
        areas.append(
            Area(code=gss, name=name, type=_kind(gss) or told or kind, within=_within(name))
        )
    if codes and not areas:
        raise BadAnswer("sent places without their codes")
    return list({area.code: area for area in areas}.values())


def _kind(gss: str) -> AreaType | None:
    if gss[0] == "W" and gss[1:3] in _KINDS_OF_WALES:
        return _KINDS_OF_WALES[gss[1:3]]
    return _KINDS.get(gss[1:3]) if gss[0] in "EW" else None


def _within(name: str) -> tuple[str, ...]:
    """Return the larger places a name tells of: "Aston (Birmingham)", "Leeds 001A"."""
    told = re.fullmatch(r".*\((.+)\)|(.+) [0-9]{3}[A-Z]?", name)
    if not told:
        return ()
    try:
        around = extract.area(told[1] or told[2])
    except UnknownArea:
        return ()
    return (around.name, *around.within) if around.type == "local authority" else ()


def read_datasets(body: Body) -> list[Dataset]:
    """Return the tables of a catalogue answer."""
    families = _items(_dig(_structure(body), "keyfamilies", "keyfamily"))
    found = [
        Dataset(
            _word(family.get("id")),
            _word(family.get("name")),
            tuple(
                _word(dimension.get("conceptref"))
                for dimension in _items(_dig(family, "components", "dimension"))
            ),
        )
        for family in families
    ]
    if any(not dataset.id for dataset in found):
        raise BadAnswer("sent a catalogue without its numbers")
    return found


def read_types(body: Body) -> dict[str, str]:
    """Return the types of place of a table: number to name."""
    found = {_word(code.get("value")): _word(code.get("description")) for code in _codes(body)}
    return {value.upper().removeprefix("TYPE"): name for value, name in found.items() if value}
