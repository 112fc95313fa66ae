"""Joint tables from the ONS service: topics in, people per combination of groups out.

The service is asked for one table a call, all areas of a kind together. Which of its variables,
and which grouping of it, is read from the service's own lists (`census.ons_groups`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from census.bands import band_name
from census.cache import Cache
from census.client import Client
from census.errors import AreasBlocked, CensusError
from census.groups import broad, names_of
from census.model import (
    CENSUS_DATE,
    LICENCE,
    Ages,
    Area,
    Distribution,
    GroupCount,
    JointCell,
    JointDistribution,
    Source,
)
from census.ons_ask import Catalogue, by_type, observe
from census.ons_groups import (
    NOT_ANSWERED,
    OF_HOUSEHOLDS,
    Fold,
    Variable,
    Wanted,
    choose,
    coarser,
    stem_of,
)
from census.spelling import and_places, or_list
from census.topics import BROAD, TOPICS, Topic

FEWEST, MOST = 2, 4
"""Characteristics in one joint table."""
NAMED = 5
"""Areas named in a message at most."""

__all__ = ["Wanted", "for_ages", "joint"]


def joint(
    client: Client,
    wanted: Sequence[Wanted],
    areas: Sequence[Area],
    ages: Ages,
    cache: Cache | None = None,
) -> JointDistribution:
    """Return people per combination of groups of two to four topics, over the areas together.

    Only people of the round's ages are counted when age is among the topics; otherwise the table
    is a pattern. With a topic of households, people in households are counted. What the cache
    holds is not asked for again.

    Raises a `CensusError`: `AreasBlocked` for areas kept back, `BadBands` and `NotPublished` for
    groups the service cannot give, `ServiceError` for no answer.
    """
    if not FEWEST <= len(wanted) <= MOST:
        raise CensusError(
            f"A joint table takes {FEWEST} to {MOST} characteristics; {len(wanted)} were asked for."
        )
    by_type(areas)
    asked = _Question.of(client, wanted, ages, cache)
    title = _title([one.topic for one in wanted])
    smaller = ("fewer characteristics at once",) if len(wanted) > FEWEST else ()
    counted, fetched = _count(client, asked, areas, title, smaller, cache)
    groups = tuple(fold.groups for fold in asked.folds)
    unanswered = sum(n for names, n in counted.items() if NOT_ANSWERED in names)
    with_age = any(one.topic.id == "age" for one in wanted)
    youngest = max(_youngest(one.topic) for one in wanted)
    base = Ages(max(ages.lowest, youngest), ages.highest) if with_age else Ages(youngest)
    notes = [f"{unanswered:,} people who did not answer are left out."] if unanswered else []
    is_pattern = not with_age and base != ages
    if is_pattern:
        counts = _base(base, asked.population)
        notes.append(f"{title} counts {counts}; this round is open to {ages.words()}.")
    return JointDistribution(
        topics=tuple(one.topic.id for one in wanted),
        titles=tuple(one.topic.title for one in wanted),
        groups=groups,
        cells=tuple(JointCell(names, counted[names]) for names in product(*groups)),
        source=asked.source(title, _base(base, asked.population), areas, fetched),
        is_pattern=is_pattern,
        notes=tuple(notes),
    )


def for_ages(
    client: Client,
    wanted: Wanted,
    areas: Sequence[Area],
    ages: Ages,
    cache: Cache | None = None,
) -> Distribution:
    """Return people per group of one topic among people of the round's ages only.

    Age is asked for beside the topic only where the topic is not already counted for those ages.
    Topics of households count the people in them. Raises as `joint` does.
    """
    topic = wanted.topic
    read_as = topic.read_as(topic.grouping(wanted.grouping))
    youngest = _youngest(topic)
    is_cut = ages.highest is not None or ages.lowest > youngest
    with_age = is_cut and topic.id != "age"
    asked_for = [wanted]
    if with_age:
        asked_for.append(Wanted(TOPICS["age"], bands=(band_name((ages.lowest, ages.highest)),)))
    by_type(areas)
    asked = _Question.of(client, asked_for, ages, cache)
    title = _title([one.topic for one in asked_for])
    smaller = ("all ages together",) if with_age else ()
    counted, fetched = _count(client, asked, areas, title, smaller, cache)
    people: Counter[str] = Counter()
    for names, n in counted.items():
        people[names[0]] += n
    base = Ages(max(ages.lowest, youngest), ages.highest)
    left_out = (
        f"{topic.title} counts {_base(base, asked.population)}; this round is open to "
        f"{ages.words()}, so the shares can be out for the ages left out."
    )
    return Distribution(
        topic=topic.id,
        title=topic.title,
        groups=_groups(wanted, asked.folds[0].groups, people),
        source=asked.source(title, _base(base, asked.population), areas, fetched),
        not_answered=people[NOT_ANSWERED],
        is_ordered=read_as.is_ordered,
        leaning=left_out if youngest > ages.lowest else "",
        aliases={} if topic.id == "age" else names_of(read_as),
    )


def _groups(
    wanted: Wanted, names: Sequence[str], people: Mapping[str, int]
) -> tuple[GroupCount, ...]:
    if wanted.topic.id == "age":
        return tuple(GroupCount(name, people[name]) for name in names)
    grouping = wanted.topic.grouping(wanted.grouping)
    leaves = wanted.topic.read_as(grouping).leaves
    if grouping == BROAD:
        parts = broad([GroupCount(leaf.name, 0, leaf.broad) for leaf in leaves])
        return tuple(GroupCount(one.name, people[one.name], parts=one.parts) for one in parts)
    larger = {leaf.name: leaf.broad for leaf in leaves}
    return tuple(GroupCount(name, people[name], larger[name]) for name in names)


def _title(topics: Sequence[Topic]) -> str:
    first, *rest = (topic.title for topic in topics)
    return " by ".join([first, *(title[:1].lower() + title[1:] for title in rest)])


def _youngest(topic: Topic) -> int:
    """Return the lowest age a topic's own table counts."""
    if topic.kind in ("by age", "area", "living alone"):
        return 0
    found = re.search(r"aged ([0-9]+) and over", topic.base)
    return int(found[1]) if found else 0


def _base(ages: Ages, population: str) -> str:
    if population == "UR":
        return ages.words()
    who = "people of all ages" if ages == Ages(0) else ages.words()
    return f"{who} who live in a household"


@dataclass(frozen=True)
class _Question:
    """What is asked of the service: whom it counts, by which variables, folded how."""

    population: str
    folds: tuple[Fold, ...]
    coarser: tuple[str, ...]

    @classmethod
    def of(
        cls, client: Client, wanted: Sequence[Wanted], ages: Ages, cache: Cache | None
    ) -> _Question:
        stems = [stem_of(one.topic) for one in wanted]
        for i, stem in enumerate(stems):
            if stem in stems[:i]:
                first, second = wanted[stems.index(stem)].topic.title, wanted[i].topic.title
                raise CensusError(
                    f"{first} and {second} are one question of the census, so they have no joint "
                    "table. Leave one of them out."
                )
        tables = [one.topic.table.split(",")[0] for one in wanted]
        population = "UR_HH" if any(table in OF_HOUSEHOLDS for table in tables) else "UR"
        catalogue = Catalogue(client, population, cache)
        folds, fewer = [], []
        for one, stem in zip(wanted, stems, strict=True):
            variables = catalogue.variables(stem, one.topic.title)
            fold = choose(variables, one, ages)
            folds.append(fold)
            fewer += coarser(variables, one, ages, than=len(fold.variable.categories))
        return cls(population, tuple(folds), tuple(fewer))

    @property
    def variables(self) -> list[Variable]:
        """The variables in the order asked: by id, so that one answer serves any order."""
        return sorted((fold.variable for fold in self.folds), key=lambda one: one.id)

    def source(self, title: str, base: str, areas: Sequence[Area], fetched: str) -> Source:
        names = ", ".join(fold.variable.id for fold in self.folds)
        return Source(
            table=f"census-observations: {names}",
            title=title,
            base=base,
            census_date=CENSUS_DATE,
            release=None,
            areas=tuple(area.code for area in areas),
            status="official",
            licence=LICENCE,
            origin="live",
            fetched=fetched,
        )


def _count(
    client: Client,
    asked: _Question,
    areas: Sequence[Area],
    title: str,
    smaller: Sequence[str],
    cache: Cache | None,
) -> tuple[Counter[tuple[str, ...]], str]:
    """Return people by groups over all areas, and when the oldest figures were read."""
    seen = observe(client, asked.population, asked.variables, areas, cache)
    if seen.blocked:
        back = [area for area in areas if area.code in seen.blocked]
        fewer = f"fewer groups ({'; '.join(asked.coarser)})" if asked.coarser else ""
        offers = [offer for offer in (fewer, *smaller, _larger(back)) if offer]
        hint = f" Try {or_list(offers)}." if offers else ""
        few = "few people would be counted in some groups"
        where = and_places([area.name for area in back], NAMED)
        raise AreasBlocked(
            f"The census service refused {title} for {where} (status 400), as it does when {few}."
            f"{hint}"
            if seen.is_refused
            else f"The census service keeps {title} back for {where}: {few}.{hint}"
        )
    place = {variable.id: i for i, variable in enumerate(asked.variables)}
    order = [(fold.group_of, place[fold.variable.id]) for fold in asked.folds]
    counted: Counter[tuple[str, ...]] = Counter()
    for area in areas:
        for ids, people in seen.by_code[area.code].items():
            names = tuple(group_of.get(ids[i]) for group_of, i in order)
            if None not in names:
                counted[tuple(str(name) for name in names)] += people
    return counted, seen.fetched


def _larger(areas: Sequence[Area]) -> str:
    """Return the larger places that areas lie in, the nearest first, in words."""
    around = dict.fromkeys(
        name
        for area in areas
        for name in [name for name in area.within if name != "England and Wales"][:2]
    )
    if not around:
        return ""
    return f"a larger area ({or_list(list(around)[:NAMED])})"
