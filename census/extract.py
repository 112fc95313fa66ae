"""Reads the figures kept with the app: one small file a table, and one of areas.

A table file is one line of JSON (columns, areas, which of them are approximate, issue date, the
body's length and checksum) and a zlib-compressed body: unsigned 32-bit little-endian counts, one
row an area.
"""

from __future__ import annotations

import json
import sys
import unicodedata
import zlib
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from census.errors import ExtractError, OverlappingAreas, UnknownArea
from census.model import Area
from census.spelling import or_list
from census.tables import TABLES

NEAREST = 3
DATA = Path(__file__).parent / "data"
FORMAT = 3
AUTHORITIES = 331
"""Local authorities of England and Wales in 2022."""
OFFICIAL, APPROXIMATE = "o", "a"
NOTABLE_PERCENT = 1.0
"""From here on a constituency's note tells by how much its whole wards miss its people."""


def _little_endian(counts: array[int]) -> array[int]:
    if sys.byteorder == "big":
        counts.byteswap()
    return counts


def pack(
    columns: Sequence[str],
    areas: Sequence[str],
    counts: Sequence[Sequence[int]],
    issued: str | None,
    approximate: Collection[str] = (),
) -> bytes:
    """Return a table file: `counts` has one row an area, one number a column.

    `approximate` are the areas whose figures were added up, not published.
    """
    flat = array("I", [count for row in counts for count in row])
    body = zlib.compress(_little_endian(flat).tobytes(), 9)
    head = {
        "format": FORMAT,
        "columns": list(columns),
        "areas": list(areas),
        "status": "".join(APPROXIMATE if code in approximate else OFFICIAL for code in areas),
        "issued": issued,
        "bytes": len(body),
    }
    head["crc"] = _checksum(head, body)
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + body


def _checksum(head: dict[str, object], body: bytes) -> int:
    """Return the checksum of a table file: everything its first line says, and its body."""
    said = {name: value for name, value in head.items() if name != "crc"}
    return zlib.crc32(json.dumps(said, sort_keys=True).encode() + body)


@dataclass(frozen=True)
class TableFigures:
    """One table as kept: counts by area code and column label."""

    rows: dict[str, int]
    columns: dict[str, int]
    counts: array[int]
    issued: str | None
    approximate: frozenset[str] = frozenset()

    def has(self, code: str) -> bool:
        """Say whether the area's own figures are kept."""
        return code in self.rows

    def is_approximate(self, code: str) -> bool:
        """Say whether the area's own figures were added up from output areas."""
        return code in self.approximate

    def count(self, code: str, label: str) -> int:
        """Return one cell."""
        return self.counts[self.rows[code] * len(self.columns) + self.columns[label]]


@cache
def table(table_id: str, folder: Path = DATA) -> TableFigures:
    """Return a table of the extract, read once a process.

    Raises `ExtractError` if its file is missing or damaged.
    """
    path = folder / TABLES[table_id].file_name
    try:
        line, body = path.read_bytes().split(b"\n", 1)
        head = json.loads(line)
        if (
            head["format"] != FORMAT
            or len(body) != head["bytes"]
            or _checksum(head, body) != head["crc"]
        ):
            raise ValueError
        counts = array("I")
        counts.frombytes(zlib.decompress(body))
        areas, columns, status = head["areas"], head["columns"], head["status"]
        if (
            len(counts) != len(areas) * len(columns)
            or len(status) != len(areas)
            or set(columns) != set(TABLES[table_id].columns)
        ):
            raise ValueError
    except FileNotFoundError:
        raise ExtractError(_damaged(path, "is missing")) from None
    except OSError as error:
        raise ExtractError(_damaged(path, f"cannot be read ({error.strerror})")) from None
    except (ValueError, KeyError, TypeError, zlib.error):
        raise ExtractError(_damaged(path, "is damaged")) from None
    return TableFigures(
        {code: i for i, code in enumerate(areas)},
        {label: i for i, label in enumerate(columns)},
        _little_endian(counts),
        head["issued"],
        frozenset(code for code, how in zip(areas, status, strict=True) if how == APPROXIMATE),
    )


def _damaged(path: Path, what: str) -> str:
    return (
        f"The census figures kept with this app cannot be used: {path.name} {what}. "
        "Install the app again to put it right."
    )


@dataclass(frozen=True)
class Gazetteer:
    """Every area of the extract.

    `members` are the areas whose figures add up to each: itself for an authority, a ward and a
    district, wards for a constituency. `covers` are all the places that lie in an area, itself
    among them. `notes` say what a reader must know of a constituency made of whole wards.
    """

    areas: dict[str, Area]
    members: dict[str, tuple[str, ...]]
    names: dict[str, tuple[str, ...]]
    covers: dict[str, frozenset[str]]
    notes: dict[str, str]


@cache
def gazetteer(folder: Path = DATA) -> Gazetteer:
    """Return the areas of the extract, read once a process; raises `ExtractError`."""
    path = folder / "areas.json"
    try:
        listed = json.loads(path.read_text("utf-8"))
        if sum(row["type"] == "local authority" for row in listed) != AUTHORITIES:
            raise ValueError
        called = {row["code"]: row["name"] for row in listed}
        areas = {
            row["code"]: Area(
                code=row["code"],
                name=row["name"],
                type=row["type"],
                within=tuple(called[code] for code in row["parents"]),
            )
            for row in listed
        }
        grouped = {row["code"]: row for row in listed if row["type"] == "constituency"}
        members: dict[str, list[str]] = {code: [] for code in areas}
        covers: dict[str, set[str]] = {code: {code} for code in areas}
        names: dict[str, list[str]] = {}
        for row in listed:
            code, parents = row["code"], row["parents"]
            if code in grouped:
                members[code] += row["members"]
                covers[code] |= {areas[ward].code for ward in row["members"]}
            elif row["type"] in ("local authority", "Northern Ireland district"):
                for larger in (code, *parents):
                    members[larger].append(code)
            elif row["type"] == "ward":
                members[code].append(code)
            for larger in parents:
                covers[larger].add(code)
            for name in _names(areas[code]):
                names.setdefault(name, []).append(code)
        notes = {code: _note(row, grouped, called) for code, row in grouped.items()}
    except FileNotFoundError:
        raise ExtractError(_damaged(path, "is missing")) from None
    except OSError as error:
        raise ExtractError(_damaged(path, f"cannot be read ({error.strerror})")) from None
    except (ValueError, KeyError, TypeError):
        raise ExtractError(_damaged(path, "is damaged")) from None
    return Gazetteer(
        areas,
        {code: tuple(inside) for code, inside in members.items()},
        {name: tuple(codes) for name, codes in names.items()},
        {code: frozenset(inside) for code, inside in covers.items()},
        notes,
    )


def _note(row: dict[str, Any], grouped: dict[str, dict[str, Any]], called: dict[str, str]) -> str:
    """Say that a constituency is made of whole wards, which are split, and what that does."""
    name, split = row["name"], row["split"]
    said = [f"{name} is added up from {len(row['members'])} whole wards."]
    for ward in split:
        holder = next(
            c for c in grouped.values() if ward in [called[member] for member in c["members"]]
        )
        others = [c["name"] for c in grouped.values() if ward in c["split"] and c is not holder]
        said.append(
            f"{ward} is split: part of it is in {or_list(others)}, but all its people are "
            f"counted in {holder['name']}."
        )
    if abs(row["out"]) >= NOTABLE_PERCENT:
        said.append(
            f"So about {abs(row['out']):.0f}% too {'many' if row['out'] > 0 else 'few'} people "
            f"are counted in {name}."
        )
    return " ".join(said)


def plain(name: str) -> str:
    """Return a place name as it is compared: no case, accents, full stops or doubled spaces.

    >>> plain("St. Helens"), plain("Ynys Môn"), plain("Brighton & Hove")
    ('st helens', 'ynys mon', 'brighton and hove')
    """
    bare = unicodedata.normalize("NFKD", name.replace("&", " and "))
    kept = "".join(
        " " if c in "-," else c for c in bare if not unicodedata.combining(c) and c not in ".'’"
    )
    return " ".join(kept.casefold().split())


def _names(one: Area) -> list[str]:
    """Return how people name a place: "Bristol, City of" in three ways, a ward with its city."""
    name = one.name
    if one.type == "ward" and not name.endswith(")"):
        return [plain(name), plain(f"{name} ({one.within[0]})")]
    if ", " not in name or ", " in name.split(", ", 1)[1]:
        return [plain(name)]
    place, style = name.split(", ", 1)
    if not style.endswith(" of"):
        return [plain(name)]
    return [plain(name), plain(place), plain(f"{style} {place}")]


def find(asked: str) -> Area | None:
    """Return the area of that code or exact name, case and accents forgiven; None if unknown.

    Of two places of one name it is the larger; a ward's name can carry its authority.
    """
    places = gazetteer()
    if (code := asked.strip().upper()) in places.areas:
        return places.areas[code]
    named = places.names.get(plain(asked), ())
    return places.areas[named[0]] if named else None


def area(asked: str) -> Area:
    """Return the area that `find` finds.

    >>> area("birmingham").code, area("Newport").within
    ('E08000025', ('Wales', 'England and Wales'))

    Raises `UnknownArea`, with the nearest spellings.
    """
    if found := find(asked):
        return found
    raise UnknownArea(asked, [f"{a.name} ({a.type})" for a in nearest(asked)])


def nearest(asked: str) -> list[Area]:
    """Return up to three areas somebody may have meant: names that hold the word, else look alike.

    >>> [a.name for a in nearest("Birmingam")], [a.name for a in nearest("Bournemouth")]
    (['Birmingham'], ['Bournemouth, Christchurch and Poole'])
    """
    if holding := find_areas(asked):
        return holding[:NEAREST]
    places = gazetteer()
    words = plain(asked)
    near = get_close_matches(words, list(places.names), n=NEAREST, cutoff=0.7)
    near = near or [n for n in places.names if words and n.split()[0] == words.split()[0]][:NEAREST]
    codes = get_close_matches(asked.strip().upper(), list(places.areas), n=NEAREST, cutoff=0.85)
    found = dict.fromkeys([*(places.names[name][0] for name in near), *codes])
    return [places.areas[code] for code in found][:NEAREST]


def find_areas(query: str) -> list[Area]:
    """Return the areas whose name or code holds the query, exact names first.

    >>> [a.name for a in find_areas("newport")]
    ['Newport']
    >>> [a.code for a in find_areas("e0800002")][:2]
    ['E08000021', 'E08000022']
    """
    places = gazetteer()
    words = plain(query)
    if not words:
        return []
    found: dict[str, int] = {}
    for name, codes in places.names.items():
        # "birmingham" is not meant to find every ward that says "(Birmingham)".
        if words in name.split(" (")[0] or name.startswith(words):
            rank = 0 if name == words else 1 if name.startswith(words) else 2
            for code in codes:
                found[code] = min(rank, found.get(code, rank))
    for code in places.areas:
        if code.casefold().startswith(words):
            found[code] = 0 if code.casefold() == words else 1
    order = list(places.areas)
    return [places.areas[c] for c in sorted(found, key=lambda c: (found[c], order.index(c)))]


def every_area() -> list[Area]:
    """Return all areas: authorities by code, then counties, regions, countries, smaller places."""
    return list(gazetteer().areas.values())


def check_apart(areas: Sequence[Area]) -> None:
    """Refuse areas that share people: they cannot be added up.

    Raises `OverlappingAreas`, naming the two and which lies in which.
    """
    covers = gazetteer().covers
    for i, one in enumerate(areas):
        for other in areas[i + 1 :]:
            if one.code == other.code:
                raise OverlappingAreas(f"{one.name} is named twice. Leave one of them out.")
            if covers[one.code] & covers[other.code]:
                small, large = sorted((one, other), key=lambda a: len(covers[a.code]))
                raise OverlappingAreas(
                    f"{one.name} and {other.name} overlap: {small.name} is part of "
                    f"{large.name}. Choose one of them."
                )
