"""Reads figures from the census service, when somebody asks for it, and keeps them.

Of what a round needs, only what is not held as an official figure is asked for; asking anew
reads all of it again. One table is one request for all its areas. What fails is said by topic and
loses nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from census import held, nomis, places, population
from census.cells import is_held, is_official, is_published
from census.client import AT_ONCE, Client
from census.errors import CensusError, ServiceError, UnknownArea
from census.model import Ages, Area, AreaType
from census.ni_topics import is_northern_irish
from census.nomis_read import GSS
from census.tables import TABLES
from census.topics import Topic

Wish = tuple[Topic, str | None]
"""A topic and its grouping; None is the ready one."""
Progress = Callable[[int, int], None]
"""Told how many tables of how many are done."""
HELD_INSTEAD = "the figures held already are used, because"


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
    for area in dict.fromkeys(areas):
        if is_northern_irish(area):
            continue
        tables = dict.fromkeys(
            table
            for topic, grouping in wishes
            for table in population.tables_of(topic, grouping, area, ages)
        )
        for table in tables:
            if is_published(table, area) and (anew or not is_official(table, area)):
                wanted.setdefault(table, []).append(area)
    return wanted


def fetch(
    wishes: Sequence[Wish],
    areas: Sequence[Area],
    ages: Ages,
    *,
    anew: bool = False,
    client: Client | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Read what is missing from the census service and keep it.

    A service found to be down is not asked for the tables still to come.
    """
    shelf = held.shelf()
    shelf.look_again()
    wanted = missing(wishes, areas, ages, anew=anew)
    if not wanted:
        return Fetched()
    asking = client or Client()
    down: list[CensusError] = []

    def ask(table: str) -> CensusError | None:
        if down:
            return down[0]
        try:
            shelf.keep(table, nomis.rows(asking, TABLES[table], [a.code for a in wanted[table]]))
        except CensusError as error:
            if isinstance(error, ServiceError) and error.is_down:
                down.append(error)
            return error
        return None

    errors: dict[str, CensusError] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way = {pool.submit(ask, table): table for table in wanted}
        try:
            for done, future in enumerate(as_completed(under_way), 1):
                if error := future.result():
                    errors[under_way[future]] = error
                if progress:
                    progress(done, len(wanted))
        except BaseException:
            down.append(ServiceError("was not asked: the reading was broken off"))
            raise
    failed = _failed(
        {table: str(errors[table]) for table in wanted if table in errors},
        _titles(wishes, areas, ages),
        {table for table, asked in wanted.items() if all(is_held(table, area) for area in asked)},
    )
    return Fetched(len(wanted) - len(errors), failed)


def _failed(
    reasons: Mapping[str, str], titles: Mapping[str, Sequence[str]], held_already: Set[str]
) -> tuple[tuple[str, str], ...]:
    """Return what failed by topic, and why; where figures are held already it is said so."""
    lacking = {t for table in reasons if table not in held_already for t in titles[table]}
    return tuple(
        dict.fromkeys(
            (title, why if title in lacking else f"{HELD_INSTEAD} {why[:1].lower()}{why[1:]}")
            for table, why in reasons.items()
            for title in titles[table]
        )
    )


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


def area(asked: str, client: Client | None = None) -> Area:
    """Return the area of a code or name; a code not met before is asked for and remembered.

    Raises `UnknownArea`, and a `CensusError` where the service could not be asked.
    """
    try:
        return places.area(asked)
    except UnknownArea:
        code = asked.strip().upper()
        if not GSS.fullmatch(code) or code[0] not in "EW":
            raise
    asking = client or Client()
    try:
        found = places.with_authority(nomis.area(asking, code))
    except ServiceError as error:
        raise CensusError(f"No place of the code {code} is known here yet. {error}") from None
    finally:
        asking.close()
    held.shelf().keep_area(found)
    return found
