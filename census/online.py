"""Reads figures from the census service, when somebody asks for it, and keeps them.

Of what a round needs, only what is not held as an official figure is asked for; asking anew
reads all of it again. One table is one request for all its areas. What fails is said by topic and
loses nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from census import held, nomis, places, population
from census.cells import is_official, is_published
from census.client import AT_ONCE, Client
from census.errors import CensusError, ServiceError
from census.model import Ages, Area, AreaType
from census.ni_topics import is_northern_irish
from census.tables import TABLES
from census.topics import Topic

Wish = tuple[Topic, str | None]
"""A topic and its grouping; None is the ready one."""
Progress = Callable[[int, int], None]
"""Told how many tables of how many are done."""


@dataclass(frozen=True)
class Fetched:
    """What came of asking: how many tables were read, and what failed, by topic, and why."""

    tables: int = 0
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def sentences(self) -> list[str]:
        """What failed, one sentence for each reason."""
        reasons: dict[str, list[str]] = {}
        for title, why in self.failed:
            reasons.setdefault(why, []).append(title)
        return [f"{', '.join(titles)}: {why}" for why, titles in reasons.items()]


def missing(
    wishes: Sequence[Wish], areas: Sequence[Area], ages: Ages, *, anew: bool = False
) -> dict[str, list[Area]]:
    """Return the tables to ask for, each with its areas.

    Left out are tables not published for a place, and figures held as official unless `anew`.
    """
    wanted: dict[str, list[Area]] = {}
    for area in areas:
        if is_northern_irish(area):
            continue
        for topic, grouping in wishes:
            for table in population.tables_of(topic, grouping, area, ages):
                asked = wanted.setdefault(table, [])
                if area in asked or not is_published(table, area):
                    continue
                if anew or not is_official(table, area):
                    asked.append(area)
    return {table: asked for table, asked in wanted.items() if asked}


def fetch(
    wishes: Sequence[Wish],
    areas: Sequence[Area],
    ages: Ages,
    *,
    anew: bool = False,
    client: Client | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Read what is missing from the census service and keep it."""
    shelf = held.shelf()
    shelf.look_again()
    wanted = missing(wishes, areas, ages, anew=anew)
    if not wanted:
        return Fetched()
    titles = _titles(wishes, areas, ages)
    asking = client or Client()
    failed: list[tuple[str, str]] = []
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way: dict[Future[dict[str, dict[str, int]]], str] = {
            pool.submit(nomis.rows, asking, TABLES[table], [area.code for area in asked]): table
            for table, asked in wanted.items()
        }
        down: str | None = None
        for future in as_completed(under_way):
            table = under_way[future]
            done += 1
            try:
                if future.cancelled():
                    raise ServiceError(down or "was not asked")
                shelf.keep(table, future.result())
            except CensusError as error:
                failed += [(title, str(error)) for title in titles[table]]
                if isinstance(error, ServiceError) and error.is_down and down is None:
                    down = error.reason
                    for other in under_way:
                        other.cancel()
            if progress:
                progress(done, len(wanted))
    asking.close()
    return Fetched(len(wanted) - len({title for title, _ in failed}), tuple(dict.fromkeys(failed)))


def _titles(wishes: Sequence[Wish], areas: Sequence[Area], ages: Ages) -> dict[str, list[str]]:
    """Return the titles of the topics each table is for."""
    titles: dict[str, list[str]] = {}
    for topic, grouping in wishes:
        for area in areas:
            for table in population.tables_of(topic, grouping, area, ages):
                named = titles.setdefault(table, [])
                if topic.title not in named:
                    named.append(topic.title)
    return titles


def search(query: str, kind: AreaType, client: Client | None = None) -> list[Area]:
    """Return places of a type whose name or code holds the query, and remember them.

    Wards are known by name without asking. Raises `ServiceError`.
    """
    if kind == "ward":
        return [area for area in places.find_areas(query) if area.type == "ward"]
    asking = client or Client()
    try:
        found = nomis.search(asking, query, kind)
    finally:
        asking.close()
    known = [places.with_authority(area) for area in found]
    for area in known:
        held.shelf().keep_area(area)
    return known
