"""Check the clients against the live services: `python -m census.check_live`.

Every table is looked for in the catalogue of Nomis and read for Birmingham, a ward, an MSOA, a
region, and England and Wales; joint tables are read from the ONS. A line a check says "ok",
"differs" or "failed", and why. Nothing read before is used, and nothing is kept.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from census import extract, nomis, ons
from census.build_online import RM134_DIMENSIONS, RM134_NUMBER, read_rm134
from census.cache import Cache
from census.cells import LARGEST_ERROR, is_published
from census.client import NOMIS, ONS, Client, Settings, settings_of
from census.errors import AreasBlocked, CensusError, ExtractError, ServiceError
from census.joint_tables import RM134
from census.model import Ages, Area, AreaType
from census.ons import Wanted
from census.ons_ask import Catalogue
from census.table import Table, age_label
from census.tables import TABLES
from census.topics import BROAD, TOPICS

BIRMINGHAM, ALUM_ROCK, WEST_MIDLANDS = "E08000025", "E05011120", "E12000005"
ENGLAND_AND_WALES, SCILLY, LADYWOOD = "K04000001", "E06000053", "E14001096"
MSOA = Area(code="E02001827", name="Birmingham 001", type="MSOA", within=("Birmingham",))
SEARCHES: tuple[tuple[AreaType, str, str], ...] = (
    ("ward", "Alum Rock", ALUM_ROCK),
    ("MSOA", MSOA.name, MSOA.code),
    ("constituency", "Birmingham Ladywood", LADYWOOD),
)
"""A type of place, what is searched for, and the code that must be found."""
ADULTS = Ages(16)
BANDS = {
    "16-24": (16, 24),
    "25-34": (25, 34),
    "35-49": (35, 49),
    "50-64": (50, 64),
    "65+": (65, 90),
}
"""Age bands with their first and last age in TS009, where 90 is everyone of 90 and over."""
MANY_GROUPS = ("ethnic_group", "religion", "general_health")
"""Topics that, with age, have more groups together than a small place has people."""
PERTURBED = 60
"""People by which two official tables may differ in a group: each is perturbed by itself."""
IN_A_ROW, MOST_REQUESTS = 6, 80
"""After so many failures in a row, or requests in all, a service is left alone."""
Verdict = Literal["ok", "differs", "failed"]
VERDICTS: tuple[Verdict, ...] = ("ok", "differs", "failed")
Said = tuple[Verdict, str]
Step = tuple[str, Callable[[], Said]]
"""The name of a check, and what is done for it."""


@dataclass(frozen=True)
class Check:
    """What came of a check; `is_down` where asking that service again is of no use."""

    name: str
    verdict: Verdict
    words: str
    is_down: bool = False

    @property
    def line(self) -> str:
        """The check as it is printed.

        >>> Check("TS008 of Birmingham", "ok", "3 figures are those kept").line
        'TS008 of Birmingham: ok, 3 figures are those kept'
        """
        mark = ":" if self.verdict == "failed" else ","
        return f"{self.name}: {self.verdict}{mark} {self.words}"


@dataclass(frozen=True)
class Service:
    """One service's checks: `first`, with its own client, tells whether it can be reached."""

    name: str
    client: Client
    first_client: Client
    first: Step
    steps: tuple[Step, ...]


def done(step: Step) -> Check:
    """Do a check; that it fails is one of its results."""
    name, work = step
    try:
        return Check(name, *work())
    except CensusError as error:
        is_down = isinstance(error, ServiceError) and error.is_down
        return Check(name, "failed", str(error), is_down)


def reach(service: Service) -> Check:
    """Do the first check of a service."""
    found = done(service.first)
    service.first_client.close()
    return found


# Nomis


def _types(client: Client) -> Said:
    found = nomis.area_types(client, nomis.PLACES)
    missing = [kind for kind, number in nomis.AREA_TYPES.items() if str(number) not in found]
    if missing:
        return "differs", f"{missing[0]} is not among the {len(found)} types of place"
    return "ok", f"all {len(nomis.AREA_TYPES)} of ours are among {len(found)} types of place"


def _catalogue(client: Client, table_id: str, number: str, dimensions: Sequence[str]) -> Said:
    """Say whether the catalogue has a table under the number and dimensions we ask for."""
    found = nomis.datasets(client, table_id)
    of_name = [one for one in found if re.match(rf"(?i){table_id}\b", one.name)]
    ours = [one for one in of_name or found if one.id.upper() == number]
    if not ours:
        there = ", ".join(one.id for one in of_name or found) or "nothing"
        return "differs", f"the catalogue has {there} for it, not {number}"
    has = [name.upper() for name in ours[0].dimensions]
    if lacking := [name.upper() for name in dimensions if name.upper() not in has]:
        return "differs", f"{number} has {', '.join(has)}, and no {lacking[0]}"
    return "ok", f"{number} with {', '.join(dimensions)}"


def _kept(table: Table, code: str, *, is_official: bool) -> dict[str, int]:
    """Return an area's row as kept with the app; empty where there is none of that status."""
    if not table.kept:
        return {}
    kept = extract.table(table.id)
    if not kept.has(code) or kept.is_approximate(code) is is_official:
        return {}
    return {label: kept.count(code, label) for label in table.columns}


def _compared(table: Table, code: str, row: Mapping[str, int]) -> Said:
    """Return how figures read now differ from those kept with the app."""
    if kept := _kept(table, code, is_official=True):
        apart = [abs(row[label] - people) for label, people in kept.items()]
        if not any(apart):
            return "ok", f"{len(kept)} figures are those kept"
        differ, most = sum(map(bool, apart)), max(apart)
        return "differs", f"{differ} of {len(kept)} figures are not those kept, by at most {most:,}"
    if kept := _kept(table, code, is_official=False):
        most = max(abs(row[label] - people) for label, people in kept.items())
        words = f"official figures now; the approximate ones kept differ by at most {most:,}"
        return ("ok" if most <= LARGEST_ERROR else "differs"), words
    return "ok", f"{len(row)} figures read; none are kept to compare with"


@dataclass
class _OfTable:
    """The two checks of a table; what the first one read, the second one compares."""

    client: Client
    table: Table
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def read(self) -> Said:
        """Read a place of each type the table is published for."""
        places = [extract.area(code) for code in (ALUM_ROCK, WEST_MIDLANDS, ENGLAND_AND_WALES)]
        asked = [area for area in (MSOA, *places) if is_published(self.table.id, area)]
        codes = [BIRMINGHAM, *(area.code for area in asked)]
        self.rows = nomis.rows(self.client, self.table, codes)
        for area in asked:
            if area.code != ENGLAND_AND_WALES and _kept(self.table, area.code, is_official=True):
                verdict, words = _compared(self.table, area.code, self.rows[area.code])
                if verdict != "ok":
                    return verdict, f"{area.name}: {words}"
        return "ok", ", ".join(area.name for area in asked)

    def compare(self) -> Said:
        """Compare Birmingham's figures; where the first check failed they are read alone."""
        if self.table.id == RM134.id:
            self.rows = read_rm134(self.client, BIRMINGHAM)
        elif not self.rows:
            self.rows = nomis.rows(self.client, self.table, [BIRMINGHAM])
        return _compared(self.table, BIRMINGHAM, self.rows[BIRMINGHAM])


def _authorities(client: Client, all_of: AreaType | None) -> Said:
    codes = [area.code for area in extract.every_area() if area.type == "local authority"]
    before = client.requests_sent
    rows = nomis.rows(client, TABLES["TS008"], codes, all_of=all_of)
    sent = client.requests_sent - before
    return "ok", f"{len(rows)} areas in {sent} request{'s' if sent > 1 else ''}"


def _search(client: Client, kind: AreaType, query: str, code: str) -> Said:
    found = nomis.search(client, query, kind)
    if code not in [area.code for area in found]:
        return "differs", f"{code} is not among the {len(found)} places found"
    return "ok", f"{code} is among the {len(found)} places found"


def _place(client: Client, code: str) -> Said:
    known, found = extract.area(code), nomis.area(client, code)
    if (found.name, found.type) != (known.name, known.type):
        return "differs", f"{code} is {found.name} ({found.type}), not {known.name}"
    return "ok", f"{code} is {found.name}"


def of_nomis(client: Client) -> Iterator[Step]:
    """Return the checks of Nomis, but for the first one."""
    for kind, query, code in SEARCHES:
        yield f"search for the {kind} {query}", partial(_search, client, kind, query, code)
    yield "a place by its code", partial(_place, client, WEST_MIDLANDS)
    yield "all authorities by type", partial(_authorities, client, "local authority")
    yield "all authorities by code", partial(_authorities, client, None)
    numbers = {name: known[:2] for name, known in nomis.KNOWN.items()}
    numbers[RM134.id] = (RM134_NUMBER, RM134_DIMENSIONS)
    for table in TABLES.values():
        if table.number not in numbers:
            continue
        of_table = _OfTable(client, table)
        if table.id in numbers:
            known = numbers[table.id]
            yield f"{table.id} in the catalogue", partial(_catalogue, client, table.id, *known)
        if table.id != RM134.id:
            yield f"{table.id} of other places", of_table.read
        yield f"{table.id} of Birmingham", of_table.compare


# ONS


@dataclass(frozen=True)
class _Ons:
    """The checks of the ONS service. The cache is new and holds its lists for this run only."""

    client: Client
    cache: Cache

    def lists(self) -> Said:
        found = Catalogue(self.client, "UR", self.cache).variables("sex", "Sex")
        return "ok", f"groupings of sex: {', '.join(one.id for one in found)}"

    def steps(self) -> Iterator[Step]:
        age, sex = Wanted(TOPICS["age"], bands=tuple(BANDS)), Wanted(TOPICS["sex"])
        ethnic, health = (Wanted(TOPICS[name]) for name in ("ethnic_group", "disability"))
        ethnic = replace(ethnic, grouping=BROAD)
        for wanted in ([age, sex], [age, sex, ethnic], [age, sex, ethnic, health]):
            titles = " by ".join(one.topic.title.lower() for one in wanted)
            yield f"{titles} in Birmingham", partial(self.joint, wanted)
        yield "ethnic group of adults in Birmingham", self.adults
        yield "many groups in Isles of Scilly", self.blocked

    def joint(self, wanted: Sequence[Wanted]) -> Said:
        """Compare a joint table that begins with age and sex with TS009, which is kept."""
        found = ons.joint(self.client, wanted, [extract.area(BIRMINGHAM)], ADULTS, self.cache)
        people: Counter[tuple[str, ...]] = Counter()
        for cell in found.cells:
            people[cell.groups[:2]] += cell.people
        most = max(abs(n - _by_age(band, [sex])) for (band, sex), n in people.items())
        words = f"{len(found.cells)} cells, {most} people from TS009 at most"
        return ("ok" if most <= PERTURBED else "differs"), words

    def adults(self) -> Said:
        """Compare ethnic groups of adults with all adults, and with the groups at all ages."""
        topic, kept = TOPICS["ethnic_group"], extract.table("TS021")
        birmingham = extract.area(BIRMINGHAM)
        found = ons.for_ages(self.client, Wanted(topic), [birmingham], ADULTS, self.cache)
        adults = sum(_by_age(band, ["Female", "Male"]) for band in BANDS)
        labels = {leaf.name: leaf.label for leaf in topic.leaves}
        larger = [
            group.name
            for group in found.groups
            if group.people > kept.count(BIRMINGHAM, labels[group.name]) + PERTURBED
        ]
        if larger:
            return "differs", f"{larger[0]} has more adults than people"
        apart = abs(found.total - adults)
        words = f"{found.total:,} adults in {len(found.groups)} groups, {apart} from TS009"
        return ("ok" if apart <= PERTURBED else "differs"), words

    def blocked(self) -> Said:
        """Ask for more groups than a small place has people; that must be refused in words."""
        many = [Wanted(TOPICS["age"], bands=tuple(BANDS))]
        many += [Wanted(TOPICS[name]) for name in MANY_GROUPS]
        try:
            found = ons.joint(self.client, many, [extract.area(SCILLY)], ADULTS, self.cache)
        except AreasBlocked as error:
            return "ok", f"kept back, and said so: “{error}”"
        return "differs", f"given {len(found.cells)} cells that were thought to be kept back"


def _by_age(band: str, sexes: Iterable[str]) -> int:
    """Return the people of an age band in Birmingham by TS009 as kept."""
    (low, high), kept = BANDS[band], extract.table("TS009")
    labels = [f"{sex}; Age: {age_label(age)}" for sex in sexes for age in range(low, high + 1)]
    return sum(kept.count(BIRMINGHAM, label) for label in labels)


# All of it


def services(settings: Settings, cache: Cache, sleep: Callable[[float], None]) -> list[Service]:
    """Return the services with their checks.

    The first check of each gives up soon, so that one that is out of reach is told of in seconds.
    """
    quick = replace(settings, attempts=2, connect=2.5, read=5.0, deadline=6.0)
    asking, trying = ([Client(one, sleep=sleep) for _ in range(2)] for one in (settings, quick))
    types: Step = ("types of place", partial(_types, trying[0]))
    lists: Step = ("lists of groups", _Ons(trying[1], cache).lists)
    return [
        Service("Nomis", asking[0], trying[0], types, tuple(of_nomis(asking[0]))),
        Service("ONS", asking[1], trying[1], lists, tuple(_Ons(asking[1], cache).steps())),
    ]


def checks(service: Service, first: Check) -> Iterator[Check]:
    """Do the checks of a service after the first one, until it is of no use to go on asking."""
    last, failures = first, 0
    for i, step in enumerate(service.steps):
        failures = failures + 1 if last.verdict == "failed" else 0
        is_enough = failures == IN_A_ROW or service.client.requests_sent >= MOST_REQUESTS
        if last.is_down or is_enough:
            left = len(service.steps) - i
            yield replace(last, words=f"{last.words} {left} more checks were not made.")
            return
        yield last
        last = done(step)
    yield last


def check(
    settings: Settings,
    say: Callable[[str], None] = print,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Do every check, a line for each as it is done; returns whether all were ok.

    Raises `ExtractError` where the kept figures cannot be read.
    """
    began = time.monotonic()
    if (settings.nomis, settings.ons) != (NOMIS, ONS):
        say("These are not the live services: SAMPLER_NOMIS_URL or SAMPLER_ONS_URL is set.")
    verdicts: Counter[Verdict] = Counter()
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        asked = services(settings, Cache(Path(folder)), sleep)
        for service, first in zip(asked, list(pool.map(reach, asked)), strict=True):
            for one in checks(service, first):
                verdicts[one.verdict] += 1
                say(f"{service.name}, {one.line}")
            service.client.close()
    sent = sum(one.client.requests_sent + one.first_client.requests_sent for one in asked)
    told = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
    seconds = round(time.monotonic() - began)
    say(f"{sum(verdicts.values())} checks: {told}. {sent} requests in {seconds} seconds.")
    return set(verdicts) == {"ok"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    argparse.ArgumentParser(
        prog="python -m census.check_live",
        description="Check the clients against the live census services.",
    ).parse_args(arguments)
    try:
        is_fine = check(settings_of(), partial(print, flush=True))
    except ExtractError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
