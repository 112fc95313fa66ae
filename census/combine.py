"""How topics combine in a place: the best joint table to be had.

First what the census service gave before (or gives now, when asked), then the tables kept with the
app: age by sex (TS009), and ethnic group by tenure of three authorities (RM134).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, product

from census import age_counts, extract, groups, held, ons, places, population
from census.bands import band_name, default_bands, read_bands
from census.cache import Anew, Cache
from census.cells import SMALL, Tally
from census.client import Client, Settings
from census.errors import CensusError, NotHeld, NotPublished, ServiceError
from census.joint_tables import JOINT_TABLES, JointTable
from census.model import (
    Ages,
    Area,
    Distribution,
    JointCell,
    JointDistribution,
)
from census.ons import Wanted
from census.spelling import and_places
from census.topics import BROAD, TOPICS, Topic

NAMED = 3
"""Areas named in a message at most."""
OFFLINE = Client(Settings(is_offline=True))
"""Answers only from what was kept."""


def joint(
    wanted: Sequence[Wanted],
    areas: Sequence[Area],
    ages: Ages,
    client: Client | None = None,
    *,
    anew: bool = False,
) -> tuple[JointDistribution, str]:
    """Return people per combination of groups, and what the service said if it could not help.

    Without a client nothing is asked: what was read before, and what is kept with the app.
    `anew` asks again for what was read before.

    Raises a `CensusError` where no table is to be had.
    """
    failed = ""
    if client is not None:
        try:
            return ask(client, wanted, areas, ages, anew=anew), ""
        except CensusError as error:
            failed = str(error)
    found = _held(tuple(wanted), tuple(areas), ages, held.shelf().version)
    if isinstance(found, JointDistribution):
        return found, failed
    raise NotHeld(" ".join(filter(None, [str(found), failed])))


def ask(
    client: Client,
    wanted: Sequence[Wanted],
    areas: Sequence[Area],
    ages: Ages,
    *,
    anew: bool = False,
) -> JointDistribution:
    """Return people per combination of groups as the census service gives them, and keep them.

    What was read before is not asked for again unless `anew`. Raises a `CensusError`.
    """
    places.check_apart(areas)
    found = _live(client, wanted, areas, ages, _cache(anew))
    held.shelf().changed()
    return found


@lru_cache(maxsize=1024)
def _held(
    wanted: tuple[Wanted, ...], areas: tuple[Area, ...], ages: Ages, version: int
) -> JointDistribution | NotHeld:
    """Return the best joint table held, or that there is none, once for each state of the shelf."""
    if not areas:
        return NotHeld("A joint table needs at least one place.")
    places.check_apart(areas)
    with suppress(CensusError):
        return _live(OFFLINE, wanted, areas, ages, held.shelf().cache)
    topics = [one.topic.id for one in wanted]
    if sorted(topics) == ["age", "sex"] and not any(area.type in SMALL for area in areas):
        return _age_by_sex(wanted, areas, ages)
    for kept in JOINT_TABLES.values():
        codes = {area.code for area in areas}
        if sorted(topics) == sorted(kept.topics) and codes <= set(kept_areas(kept)):
            return _kept(kept, wanted, areas)
    named = " and ".join(one.topic.title.lower() for one in wanted)
    return NotHeld(
        f"How {named} combine in {_named(areas)} is not kept with this app, and has not been "
        "read from the census service yet. Read it while online."
    )


def _live(
    client: Client, wanted: Sequence[Wanted], areas: Sequence[Area], ages: Ages, cache: Cache
) -> JointDistribution:
    """Return a joint table of the service; broad groups stand in for those it does not have."""
    try:
        return ons.joint(client, wanted, areas, ages, cache)
    except NotPublished as error:
        refused = error
    for broader in _broader(wanted):
        try:
            found = ons.joint(client, broader, areas, ages, cache)
        except NotPublished as error:
            refused = error
            continue
        parts = [
            {} if one == asked else _parts(one.topic)
            for one, asked in zip(broader, wanted, strict=True)
        ]
        return replace(found, parts=tuple(parts))
    raise refused


def _broader(wanted: Sequence[Wanted]) -> list[list[Wanted]]:
    """Return the topics with some of them in broad groups, the fewest first."""
    can = [
        i
        for i, one in enumerate(wanted)
        if BROAD in one.topic.groupings and one.topic.grouping(one.grouping) != BROAD
    ]
    return [
        [replace(one, grouping=BROAD) if i in some else one for i, one in enumerate(wanted)]
        for number in range(1, len(can) + 1)
        for some in combinations(can, number)
    ]


def _named(areas: Sequence[Area]) -> str:
    return and_places([area.name for area in areas], NAMED)


def _parts(topic: Topic) -> dict[str, tuple[str, ...]]:
    """Return the detailed groups of each broad one."""
    return {
        name: tuple(leaf.name for leaf in topic.leaves if leaf.broad == name)
        for name in topic.groupings.get(BROAD, ())
    }


def _cache(anew: bool) -> Cache:
    cache = held.shelf().cache
    return Anew(cache.where) if anew else cache


def among_ages(
    wanted: Wanted,
    areas: Sequence[Area],
    ages: Ages,
    client: Client | None = None,
    *,
    anew: bool = False,
) -> Distribution:
    """Return the figures of a topic among people of the round's ages only.

    Raises a `CensusError` where they are not to be had; without a client nothing is asked.
    """
    if client is None:
        known = _among_ages(wanted, tuple(areas), ages, held.shelf().version)
        if isinstance(known, Distribution):
            return known
        raise known.with_traceback(None)
    places.check_apart(areas)
    found = ons.for_ages(client, wanted, areas, ages, _cache(anew))
    held.shelf().changed()
    return found


def of_round_ages(
    topic: Topic,
    areas: Sequence[Area],
    *,
    grouping: str | None = None,
    ages: Ages | None = None,
    bands: Sequence[str] | None = None,
    merge: Mapping[str, Sequence[str]] | None = None,
) -> Distribution:
    """Return a distribution of the round's ages only, where that was read before.

    Else the ordinary one, with a note that says so. Arguments and errors are those of
    `population.distribution`.
    """
    ages = ages or Ages()
    plain = population.distribution(
        topic, areas, grouping=grouping, ages=ages, bands=bands, merge=merge
    )
    if not plain.leaning:
        return plain
    try:
        found = among_ages(Wanted(topic, grouping), areas, ages)
    except NotHeld:
        why = f"{topic.title} among {ages.words()} has not been read from the census service."
    except CensusError as error:
        why = str(error)
    else:
        together = tuple((name, tuple(parts)) for name, parts in (merge or {}).items())
        made = groups.merged(found.groups, together, topic, found.aliases)
        return replace(found, groups=tuple(made))
    return replace(plain, notes=(*plain.notes, f"{why} So the shares are of {plain.source.base}."))


@lru_cache(maxsize=1024)
def _among_ages(
    wanted: Wanted, areas: tuple[Area, ...], ages: Ages, version: int
) -> Distribution | CensusError:
    """Return what was read before, or why there is nothing, once for each state of the shelf."""
    places.check_apart(areas)
    try:
        return ons.for_ages(OFFLINE, wanted, areas, ages, held.shelf().cache)
    except ServiceError:
        return NotHeld(
            f"{wanted.topic.title} among {ages.words()} in {_named(areas)} has not been read from "
            "the census service yet. Read it while online."
        )
    except CensusError as error:
        return error


def _age_by_sex(wanted: Sequence[Wanted], areas: Sequence[Area], ages: Ages) -> JointDistribution:
    """Return age bands by sex from single years."""
    tally = Tally()
    typed = next(one.bands for one in wanted if one.topic.id == "age")
    bands = read_bands(default_bands(ages) if typed is None else typed, ages)
    sexes = [leaf.name for leaf in TOPICS["sex"].leaves]
    counts = {
        (band_name(band), sex): age_counts.count(tally, areas, band, (sex,))
        for band in bands
        for sex in sexes
    }
    of = {"age": tuple(map(band_name, bands)), "sex": tuple(sexes)}
    names = tuple(of[one.topic.id] for one in wanted)
    turned = wanted[0].topic.id == "sex"
    return JointDistribution(
        topics=tuple(one.topic.id for one in wanted),
        titles=tuple(one.topic.title for one in wanted),
        groups=names,
        cells=tuple(
            JointCell((one, other), counts[(other, one) if turned else (one, other)])
            for one, other in product(*names)
        ),
        source=population.source(tally, ages.words(), areas, is_approximate=False),
    )


def kept_areas(kept: JointTable) -> tuple[str, ...]:
    """Return the codes of the areas a joint table is kept for."""
    return tuple(extract.table(kept.table.id).rows)


def _kept(kept: JointTable, wanted: Sequence[Wanted], areas: Sequence[Area]) -> JointDistribution:
    """Return a table of two topics kept with the app; its groups are the table's own."""
    tally = Tally()
    named: list[dict[str, str]] = []
    parts: list[dict[str, tuple[str, ...]]] = []
    for one in wanted:
        names, takes_in = _short_names(kept, one.topic)
        named.append(names)
        parts.append(takes_in)
    cells = []
    for categories in product(*named):
        ordered = [categories[[w.topic.id for w in wanted].index(topic)] for topic in kept.topics]
        people = tally.sum(kept.table.id, areas, ["; ".join(ordered)])[0]
        here = tuple(named[i][category] for i, category in enumerate(categories))
        cells.append(JointCell(here, people))
    return JointDistribution(
        topics=tuple(one.topic.id for one in wanted),
        titles=tuple(one.topic.title for one in wanted),
        groups=tuple(tuple(names.values()) for names in named),
        cells=tuple(cells),
        source=population.source(tally, kept.table.base, areas, is_approximate=False),
        is_pattern=True,
        notes=(
            f"Table {kept.table.number} counts {kept.table.base}, one person a household: it "
            "shows how the groups combine, not how many people there are.",
        ),
        parts=tuple(parts),
    )


def _short_names(
    kept: JointTable, topic: Topic
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return our names of a table's categories of a topic, and the leaves each takes in."""
    names: dict[str, str] = {}
    takes_in: dict[str, tuple[str, ...]] = {}
    for category in kept.categories[kept.topics.index(topic.id)]:
        inside = [leaf for leaf in topic.leaves if kept.category(topic.id, leaf.label) == category]
        broad = {leaf.broad for leaf in inside}
        whole = [leaf for leaf in topic.leaves if leaf.broad in broad]
        if len(inside) == 1:
            name = inside[0].name
        elif len(broad) == 1 and inside == whole:
            name = str(inside[0].broad)
        else:
            name = category.rsplit(": ", 1)[-1]
        names[category] = name
        takes_in[name] = tuple(leaf.name for leaf in inside)
    return names, takes_in
