"""Rows of figures read from the census service: kept on disk, and in memory once looked up.

A row is one table's cells for one area, leaf label to count. Nothing here touches the network.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from census.cache import Cache
from census.model import Area
from census.tables import TABLES


@dataclass(frozen=True)
class Row:
    """One table's cells for one area, and when they were read (ISO, UTC)."""

    cells: Mapping[str, int]
    fetched: str


_versions = count(1)


class Shelf:
    """What was read from the service, by table and area, and the areas met on the way.

    `version` grows whenever something is added, so that what was worked out before can be told
    from what is worked out after; no two shelves share one. Several threads may use a shelf.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self.cache = cache or Cache()
        self.version = next(_versions)
        self._rows: dict[tuple[str, str], Row | None] = {}
        self._areas: dict[str, Area | None] = {}
        self._lock = threading.Lock()

    def row(self, table: str, code: str) -> Row | None:
        """Return a row, or None; disk is looked at once for each."""
        if found := self._rows.get((table, code)):
            return found
        with self._lock:
            if (table, code) not in self._rows:
                self._rows[table, code] = self._kept_row(table, code)
            return self._rows[table, code]

    def _kept_row(self, table: str, code: str) -> Row | None:
        kept = self.cache.get(f"table/{table}/{code}")
        if kept is None or not isinstance(kept.value, dict):
            return None
        cells = {label: n for label, n in kept.value.items() if isinstance(n, int)}
        return Row(cells, kept.fetched) if set(cells) == set(TABLES[table].columns) else None

    def keep(self, table: str, rows: Mapping[str, Mapping[str, int]]) -> None:
        """Keep the rows of a table, by area code."""
        for code, cells in rows.items():
            kept = self.cache.put(f"table/{table}/{code}", dict(cells))
            with self._lock:
                self._rows[table, code] = Row(dict(cells), kept.fetched)
        self.changed()

    def area(self, code: str) -> Area | None:
        """Return an area met in a search before, or None."""
        with self._lock:
            if code not in self._areas:
                self._areas[code] = self._kept_area(code)
            return self._areas[code]

    def _kept_area(self, code: str) -> Area | None:
        kept = self.cache.get(f"area/{code}")
        try:
            return Area.model_validate(kept.value) if kept else None
        except ValueError:
            return None

    def keep_area(self, area: Area) -> None:
        """Keep an area, so that it is known by its code without the service."""
        if self.area(area.code) != area:
            self.cache.put(f"area/{area.code}", area.model_dump(mode="json"))
            with self._lock:
                self._areas[area.code] = area
            self.changed()

    def look_again(self) -> None:
        """Forget what was not there: another process may have fetched it since."""
        with self._lock:
            self._rows = {name: row for name, row in self._rows.items() if row is not None}
            self._areas = {code: area for code, area in self._areas.items() if area is not None}
        self.changed()

    def changed(self) -> None:
        """Note that something was added."""
        with self._lock:
            self.version = next(_versions)


_shelves: list[Shelf] = []
_opening = threading.Lock()


def shelf() -> Shelf:
    """Return the shelf of this process."""
    with _opening:
        if not _shelves:
            _shelves.append(Shelf())
        return _shelves[0]


def use(other: Shelf | None) -> None:
    """Put another shelf in its place; None opens the ready one anew."""
    with _opening:
        _shelves[:] = [other] if other else []
