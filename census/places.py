"""Every place that can be named: those of the extract, the wards, and those met in a search.

The extract's own places have figures kept with the app. The other wards of England and Wales are
known by name and authority only; MSOAs, LSOAs and constituencies are met in a search of the
census service and remembered.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

from census import extract, held
from census.cells import SMALL, plural
from census.errors import ExtractError, OverlappingAreas, UnknownArea
from census.model import Area

WARDS = "wards.bin"
FEWEST_LETTERS = 3
"""Wards are searched from this many letters on."""


def pack_wards(by_authority: dict[str, list[list[str]]]) -> bytes:
    """Return the file of wards: authority code to pairs of ward code and name."""
    text = json.dumps(by_authority, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return zlib.compress(text.encode(), 9)


@cache
def wards(folder: Path = extract.DATA) -> dict[str, Area]:
    """Return the 2022 wards of England and Wales by code, read once a process.

    Raises `ExtractError`.
    """
    path = folder / WARDS
    places = extract.gazetteer(folder).areas
    try:
        by_authority = json.loads(zlib.decompress(path.read_bytes()))
        return {
            code: Area(
                code=code,
                name=name,
                type="ward",
                within=(places[authority].name, *places[authority].within),
            )
            for authority, inside in by_authority.items()
            for code, name in inside
        }
    except (OSError, ValueError, KeyError, TypeError, zlib.error):
        raise ExtractError(
            f"The census figures kept with this app cannot be used: {path.name} is missing or "
            "damaged. Install the app again to put it right."
        ) from None


def area(asked: str) -> Area:
    """Return the area of that code or name: kept ones first, then wards, then those met before.

    A ward's name can carry its authority: "Aston (Birmingham)".

    Raises `UnknownArea`, with the nearest spellings.
    """
    code = asked.strip().upper()
    if found := extract.find(asked) or wards().get(code) or held.shelf().area(code):
        return found
    named = _wards_called().get(extract.plain(asked), [])
    if len(named) == 1:
        return extract.gazetteer().areas.get(named[0].code, named[0])
    if named:
        several = [f"{one.name} ({one.within[0]})" for one in named]
        raise UnknownArea(asked, several[: extract.NEAREST])
    return extract.area(asked)  # refuses it, with what was found nearest


@cache
def _wards_called() -> dict[str, list[Area]]:
    """Return the wards by every name they go by: alone, and with their authority."""
    found: dict[str, list[Area]] = {}
    for one in wards().values():
        authority = one.within[0]
        ways = (one.name, f"{one.name} ({authority})", f"{one.name}, {authority}")
        for name in dict.fromkeys(map(extract.plain, ways)):
            found.setdefault(name, []).append(one)
    return found


def find_areas(query: str) -> list[Area]:
    """Return the areas whose name or code holds the query: the extract's, then other wards.

    Of the wards, those of that name come first, then names that begin so, then names that hold
    it, then the wards of an authority of that name.
    """
    found = extract.find_areas(query)
    words = extract.plain(query)
    if len(words) < FEWEST_LETTERS:
        return found
    have = {one.code for one in found}
    ranked = sorted(
        (rank, name, code)
        for code, name, whole in _ward_names()
        if code not in have and (rank := _rank(words, code, name, whole)) is not None
    )
    kept = extract.gazetteer().areas
    return [*found, *(kept.get(code) or wards()[code] for _, _, code in ranked)]


@cache
def _ward_names() -> list[tuple[str, str, str]]:
    """Return each ward's code, and its name as it is compared: alone, and with its authority."""
    return [
        (code, extract.plain(one.name), extract.plain(f"{one.name} ({one.within[0]})"))
        for code, one in wards().items()
    ]


def _rank(words: str, code: str, name: str, whole: str) -> int | None:
    """Say how well a ward fits what was typed, the best first; None if not at all."""
    if words in (name, whole, code.casefold()):
        return 0
    if name.startswith(words):
        return 1
    return 2 if words in name else 3 if words in whole else None


def with_authority(one: Area) -> Area:
    """Return an area met in a search with the places it lies in, as far as its name tells.

    MSOAs and LSOAs are called by their authority and a number: "Birmingham 045B".
    """
    if known := extract.gazetteer().areas.get(one.code) or wards().get(one.code):
        return known
    authority = re.sub(r" \d{3}[A-Z]?$", "", one.name)
    found = extract.gazetteer().names.get(extract.plain(authority), ())
    if one.type not in ("MSOA", "LSOA") or not found:
        return one
    around = extract.gazetteer().areas[found[0]]
    return one.model_copy(update={"within": (around.name, *around.within)})


def is_kept(one: Area) -> bool:
    """Say whether the extract has figures of a place."""
    return one.code in extract.gazetteer().areas


def check_apart(areas: Sequence[Area]) -> None:
    """Refuse areas that share people, or might: they cannot be added up.

    Raises `OverlappingAreas`, naming the two.
    """
    kept = [one for one in areas if is_kept(one)]
    extract.check_apart(kept)
    if len(kept) == len(areas):
        return
    for one, other in combinations(areas, 2):
        if is_kept(one) and is_kept(other):
            continue
        if one.code == other.code:
            raise OverlappingAreas(f"{one.name} is named twice. Leave one of them out.")
        small, large = (other, one) if other.type in SMALL else (one, other)
        if large.type in SMALL and large.type == small.type:
            continue
        if large.type not in SMALL and large.name in small.within:
            raise OverlappingAreas(
                f"{small.name} and {large.name} overlap: {small.name} is part of {large.name}. "
                "Choose one of them."
            )
        if not _are_apart(small, large):
            way = (
                f"{plural(small.type)} only, or {plural(large.type)} only"
                if large.type in SMALL
                else "one of them"
            )
            raise OverlappingAreas(
                f"{small.name} and {large.name} may share people: we cannot tell whether this "
                f"{small.type} and {large.name} overlap. Choose {way}."
            )


def _are_apart(small: Area, large: Area) -> bool:
    """Say whether it is known that two areas share nobody.

    A constituency can lie across authorities; one made of kept wards is within its own.
    """
    if not small.within or any(
        one.type == "constituency" and not is_kept(one) for one in (small, large)
    ):
        return False
    if large.type in SMALL:
        return bool(large.within) and large.within[0] != small.within[0]
    return True


def named(one: Area) -> str:
    """Write an area so that two of one name are told apart.

    >>> named(extract.area("Birmingham"))
    'Birmingham, local authority in West Midlands'
    """
    if one.type == "several":
        return f"{one.name}, England and Wales together"
    where = f" in {one.within[0]}" if one.within and one.type in ("local authority", *SMALL) else ""
    return f"{one.name}, {one.type}{where}"
