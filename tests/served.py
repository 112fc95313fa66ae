"""The pretend census service as a test asks it, a shelf of its own, and a watch on what is opened.

Figures of small areas are made up: see `tests.fake_figures`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from census import held
from census.cache import Cache
from census.client import Client, Settings
from census.nomis import DATASETS
from tests.fake_census import Fake, serving

WEB_PAGE = b"<!DOCTYPE html><html>Please wait</html>"


@dataclass
class Spoilt(Fake):
    """The pretend service, with a web page in place of some tables."""

    spoilt: set[str] = field(default_factory=set)

    def _figures(self, dataset: str, query: dict[str, str]) -> bytes:
        if dataset.upper() in {DATASETS[table] for table in self.spoilt}:
            return WEB_PAGE
        return super()._figures(dataset, query)

    def tables(self) -> list[str]:
        """Return the tables asked for, in order."""
        numbers = {number.lower(): table for table, number in DATASETS.items()}
        names = [path.split("/")[-1].split(".")[0].lower() for path, _ in self.asked]
        return [numbers[name] for name in names if name in numbers]


class Service:
    """A pretend service and how to ask it."""

    def __init__(self, fake: Spoilt, address: str) -> None:
        self.fake, self.address = fake, address

    def settings(self, **more: Any) -> Settings:
        known = {"nomis": f"{self.address}/nomis", "ons": f"{self.address}/ons", "pause": 0.0}
        return Settings(**(known | more))

    def client(self, **more: Any) -> Client:
        return Client(self.settings(**more), sleep=lambda seconds: None)

    def reset(self, trouble: str = "", *spoilt: str) -> None:
        self.fake.reset(trouble)
        self.fake.spoilt = set(spoilt)


@contextmanager
def a_service() -> Iterator[Service]:
    """Serve on loopback while the block runs."""
    fake = Spoilt()
    with serving(fake) as address:
        yield Service(fake, address)


@contextmanager
def own_shelf(folder: Path) -> Iterator[held.Shelf]:
    """Put a shelf on a folder in place of the process's own."""
    shelf = held.Shelf(Cache(folder))
    held.use(shelf)
    try:
        yield shelf
    finally:
        held.use(None)


class Nowhere(Cache):
    """A cache that forgets at once."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def get(self, name: str) -> None:
        return None

    def put(self, name: str, value: Any, fetched: str | None = None) -> Any:
        from census.cache import Kept

        return Kept(value, fetched or "2026-01-01T00:00:00Z")


_watches: list[list[str]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _watches and event in ("open", "socket.connect", "socket.getaddrinfo", "os.listdir"):
        said = f"{event} {arguments[0] if event == 'open' else ''}".strip()
        for seen in _watches:
            seen.append(said)


sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note every file opened and every connection made while the block runs."""
    seen: list[str] = []
    _watches.append(seen)
    try:
        yield seen
    finally:
        _watches.remove(seen)
