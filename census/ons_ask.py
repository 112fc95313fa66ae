"""Asks the ONS service for its variables and for joint tables, and keeps what it answers.

What the cache holds is not asked for again: the groupings of a variable have one entry each, the
figures one entry an area and table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, TypeVar

from census.cache import Cache, now
from census.client import Body, Client
from census.errors import (
    BadAnswer,
    CensusError,
    NotPublished,
    OverlappingAreas,
    ServiceError,
)
from census.model import Area
from census.ons_groups import Variable
from census.ons_read import (
    Cells,
    kept_cells,
    kept_names,
    kept_variables,
    read_categorisations,
    read_dimensions,
    read_observations,
    to_keep,
)

T = TypeVar("T")

AREA_TYPES = {
    "local authority": "ltla",
    "county": "utla",
    "region": "rgn",
    "country": "ctry",
    "several": "nat",
    "ward": "wd",
    "constituency": "p19wpc",
    "MSOA": "msoa",
    "LSOA": "lsoa",
}
MOST_ROWS = 100_000
"""Figures asked for in one call; the service refuses larger tables rather than cut them."""
MOST_AREAS = 500
"""Areas named in one call, so that the address stays short enough."""
PAGE, MOST_PAGES = 500, 20
REFUSED, TOO_LARGE = 400, 403
"""The status with which clients found the service to answer for a table kept back, and for one
too large."""


class Catalogue:
    """What the service can be asked about one population; its lists are read once."""

    def __init__(self, client: Client, population: str, cache: Cache | None) -> None:
        self.client, self.population, self.cache = client, population, cache
        self._names: list[str] | None = None

    def variables(self, stem: str, title: str) -> list[Variable]:
        """Return every grouping the service has of one variable; raises `NotPublished`."""
        name = f"ons/categorisations/{self.population}/{stem}"
        if kept := _kept(self.cache, name, kept_variables):
            return kept[0]
        pattern = re.compile(rf"{stem}(?:_status)?(?:_[0-9]+[a-z]*)?")
        of = f"population-types/{self.population}/dimensions"
        found = {
            one.id: one
            for dimension in self._dimensions(of)
            if pattern.fullmatch(dimension)
            for one in _pages(
                self.client, f"{of}/{dimension}/categorisations", read_categorisations
            )
            if one.categories and pattern.fullmatch(one.id)
        }
        if not found:
            raise NotPublished(
                f"The census service does not combine {title} with other characteristics."
            )
        if self.cache:
            self.cache.put(
                name, [[one.id, list(map(list, one.categories))] for one in found.values()]
            )
        return list(found.values())

    def _dimensions(self, of: str) -> list[str]:
        name = f"ons/dimensions/{self.population}"
        if self._names is None:
            kept = _kept(self.cache, name, kept_names)
            self._names = kept[0] if kept else None
        if self._names is None:
            self._names = _pages(self.client, of, read_dimensions)
            if self.cache:
                self.cache.put(name, self._names)
        return self._names


def _pages(client: Client, path: str, read: Callable[[Body], tuple[list[T], int]]) -> list[T]:
    """Return a whole list of the service, however many pages it takes."""
    out: list[T] = []
    for _ in range(MOST_PAGES):
        params = {"limit": str(PAGE)} | ({"offset": str(len(out))} if out else {})
        items, total = client.fetch("ons", path, params, read)
        out += items
        if len(out) >= total:
            return out
        if not items:
            break
    raise BadAnswer("left out part of a list")


def _kept(cache: Cache | None, name: str, read: Callable[[Any], T]) -> tuple[T, str] | None:
    """Return what is kept under a name and when it was read; None where it does not fit."""
    kept = cache.get(name) if cache else None
    try:
        return (read(kept.value), kept.fetched) if kept else None
    except BadAnswer:
        return None


@dataclass(frozen=True)
class Observed:
    """Cells by area code, when the oldest were read, and the codes of areas kept back.

    `is_refused` says that the service refused the whole table rather than some areas.
    """

    by_code: Mapping[str, Cells]
    fetched: str
    blocked: frozenset[str]
    is_refused: bool


def observe(
    client: Client,
    population: str,
    variables: Sequence[Variable],
    areas: Sequence[Area],
    cache: Cache | None,
) -> Observed:
    """Return the cells of every area, from the cache where they are kept, and who is kept back."""
    of = f"ons/joint/{population}/{','.join(one.id for one in variables)}"
    by_code: dict[str, Cells] = {}
    fetched: list[str] = []
    blocked: set[str] = set()
    is_refused = False
    for area_type, codes in by_type(areas).items():
        missing = []
        for code in codes:
            read = partial(kept_cells, variables=variables)
            if kept := _kept(cache, f"{of}/{code}", read):
                by_code[code] = kept[0]
                fetched.append(kept[1])
            else:
                missing.append(code)
        at_once = MOST_ROWS // prod(len(one.categories) for one in variables)
        at_once = min(MOST_AREAS, max(1, at_once))
        for start in range(0, len(missing), at_once):
            some = missing[start : start + at_once]
            try:
                found = _fetch(client, population, area_type, variables, some)
            except ServiceError as error:
                if error.status != REFUSED:
                    raise
                found, is_refused = {}, True
            moment = now()
            for code, cells in found.items():
                by_code[code] = cells
                fetched.append(moment)
                if cache:
                    cache.put(f"{of}/{code}", to_keep(cells), moment)
            blocked |= {code for code in some if code not in found}
    return Observed(by_code, min(fetched, default=now()), frozenset(blocked), is_refused)


def by_type(areas: Sequence[Area]) -> dict[str, list[str]]:
    """Return the codes of areas by the service's name of their kind.

    Raises a `CensusError` for no area, one named twice, and one the service knows nothing of.
    """
    found: dict[str, list[str]] = {}
    for area in areas:
        area_type = AREA_TYPES.get(area.type)
        if area_type is None:
            raise NotPublished(
                f"The census service for England and Wales has no joint tables for {area.name} "
                f"({area.type})."
            )
        codes = found.setdefault(area_type, [])
        if area.code in codes:
            raise OverlappingAreas(f"{area.name} is named twice. Leave one of them out.")
        codes.append(area.code)
    if not found:
        raise CensusError("A joint table needs at least one place.")
    return found


def _fetch(
    client: Client,
    population: str,
    area_type: str,
    variables: Sequence[Variable],
    codes: Sequence[str],
) -> dict[str, Cells]:
    """Return the cells of the areas the service gives figures for; the others are kept back.

    A table that the service calls too large is asked for in two halves of the areas.
    """
    read = partial(read_observations, area_type=area_type, variables=variables, codes=codes)
    try:
        answer = client.fetch(
            "ons",
            f"population-types/{population}/census-observations",
            {
                "area-type": ",".join([area_type, *codes]),
                "dimensions": ",".join(one.id for one in variables),
            },
            read,
        )
        return dict(answer.by_area)
    except ServiceError as error:
        if error.status != TOO_LARGE:
            raise
    if len(codes) == 1:
        raise ServiceError(
            f"says that this table is too large even for one place (status {TOO_LARGE})",
            "Choose fewer characteristics, or broader groups.",
            status=TOO_LARGE,
        )
    half = len(codes) // 2
    return _fetch(client, population, area_type, variables, codes[:half]) | _fetch(
        client, population, area_type, variables, codes[half:]
    )
