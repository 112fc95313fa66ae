"""Who lives in a place: one distribution a topic, from the figures held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from census import age_counts, extract, held, places
from census.bands import band_name, default_bands, read_bands
from census.cells import LARGEST_ERROR, SMALL, Tally, is_held
from census.errors import BadBands, CensusError, TooFewAreas
from census.groups import broad, merged, names_of
from census.model import (
    CENSUS_DATE,
    LICENCE,
    Ages,
    Area,
    Distribution,
    GroupCount,
    Source,
)
from census.ni_topics import for_areas, is_northern_irish
from census.table import ONS
from census.tables import TABLES
from census.topics import BASE_WORDS, BROAD, WHERE_THEY_LIVE, Topic

ALL_AGES = Ages(0)
YOUNGEST_ADULT = 16
MEDIAN_ERROR = 9
NO_SEX_BY_AGE = (
    "Children are counted too: for small places the census gives sex for all ages together. The "
    "shares are a little out for a round of adults."
)


@dataclass(frozen=True)
class HeadCount:
    """How many people live in a place: all, and of the round's ages where that is known."""

    everyone: int
    of_ages: int | None
    tables: tuple[str, ...]
    fetched: str | None


def head_count(areas: Sequence[Area], ages: Ages) -> HeadCount:
    """Return how many people live in the areas; raises a `CensusError` where it is not known."""
    whole, aged = Tally(), Tally()
    everyone = _everyone(whole, areas)
    of_ages = None
    with suppress(CensusError):
        of_ages = None if ages == ALL_AGES else _of_ages(aged, areas, ages)
    read = [whole] if of_ages is None else [whole, aged]
    fetched = [when for tally in read for when in tally.fetched]
    return HeadCount(
        everyone,
        of_ages,
        tuple(table for tally in read for table in tally.tables),
        min(fetched, default=None),
    )


def residents(areas: Sequence[Area], ages: Ages | None = None) -> int:
    """Return how many people live in the areas: all (TS001), or of some ages (TS009)."""
    tally = Tally()
    if ages is None or ages == ALL_AGES:
        return _everyone(tally, areas)
    return _of_ages(tally, areas, ages)


def _of_ages(tally: Tally, areas: Sequence[Area], ages: Ages) -> int:
    return age_counts.count(tally, areas, (ages.lowest, ages.highest))


def _everyone(tally: Tally, areas: Sequence[Area]) -> int:
    """Return all residents: TS001, or TS021's total where only that is held.

    Northern Ireland's come from its own table of sex.
    """
    if all(is_northern_irish(area) for area in areas):
        return tally.total("NI sex", areas)
    table = "TS001" if all(is_held("TS001", area) for area in areas) else "TS021"
    return tally.total(table, areas)


def distribution(
    topic: Topic,
    areas: Sequence[Area],
    *,
    grouping: str | None = None,
    ages: Ages | None = None,
    bands: Sequence[str] | None = None,
    merge: Mapping[str, Sequence[str]] | None = None,
) -> Distribution:
    """Return the people of each group of a topic in the areas taken together.

    `bands` are for age only. `merge` puts groups together under a new name, at the place of the
    first of them. People who did not answer, and those a question does not apply to, are in no
    group. Nothing is fetched: figures are those kept with the app or read from the service before.

    Raises a `CensusError` for areas that overlap, bands that do not fit, unknown groupings and
    groups, figures not published or not held, and an extract that cannot be read.
    """
    together = tuple((name, tuple(parts)) for name, parts in (merge or {}).items())
    own = for_areas(topic, areas)
    return _distribution(
        own,
        tuple(areas),
        own.grouping(grouping),
        ages or Ages(),
        None if bands is None else tuple(bands),
        together,
        held.shelf().version,
    )


@lru_cache(maxsize=4096)
def _distribution(
    topic: Topic,
    areas: tuple[Area, ...],
    grouping: str,
    ages: Ages,
    bands: tuple[str, ...] | None,
    merge: tuple[tuple[str, tuple[str, ...]], ...],
    version: int,
) -> Distribution:
    """Work a distribution out, once for each state of the figures held."""
    if not areas:
        raise TooFewAreas("Name at least one place.")
    places.check_apart(areas)
    if bands is not None and topic.id != "age":
        raise BadBands(f"{topic.title} has no age bands; only Age takes them.")
    tally = Tally()
    found = _count(tally, topic, grouping, areas, ages, bands)
    said = extract.gazetteer().notes
    whole_wards = [
        said[area.code] for area in areas if area.code in said and area.name in tally.approximate
    ]
    notes = [*found.notes, *whole_wards]
    if tally.added and not tally.approximate:
        smaller = "districts" if is_northern_irish(areas[0]) else "local authorities"
        several = "several areas" if len(tally.added) > 3 else " and ".join(tally.added)
        notes.append(
            f"{topic.title}: figures for {several} are added up from {smaller} and can differ by "
            "a few people from a published total."
        )
    if tally.known_error:
        notes.append(_roughness(topic, tally))
    names = names_of(topic.read_as(grouping))
    return Distribution(
        topic=topic.id,
        title=topic.title,
        groups=tuple(merged(found.groups, merge, topic, names)),
        source=source(
            tally,
            found.base,
            areas,
            is_approximate=bool(tally.approximate) or topic.id == "living_alone",
        ),
        not_answered=found.not_answered,
        is_ordered=topic.is_ordered,
        leaning=found.leaning,
        notes=tuple(notes),
        aliases=names,
        known_error=tally.known_error or None,
    )


def _roughness(topic: Topic, tally: Tally) -> str:
    """Say how far figures added up from output areas can be out."""
    places_ = "several areas" if len(tally.approximate) > 3 else " and ".join(tally.approximate)
    said = (
        f"{topic.title} is added up from output areas, because no official total for {places_} is "
        f"kept with this app. A group of a local authority can be out by up to {LARGEST_ERROR} "
        f"people; half are out by {MEDIAN_ERROR} or fewer."
    )
    number = tally.known_error // LARGEST_ERROR
    return said if number < 2 else f"{said} This adds up {number}, whose errors mostly cancel out."


def source(tally: Tally, base: str, areas: Sequence[Area], *, is_approximate: bool) -> Source:
    """Return where the figures of a tally come from."""
    first = TABLES[tally.tables[0]]
    by_ons = first.publisher == ONS
    return Source(
        table=", ".join(dict.fromkeys(TABLES[table].number for table in tally.tables)),
        title=first.title if by_ons else f"{first.title} ({first.publisher})",
        base=base,
        census_date=CENSUS_DATE,
        release=extract.table(first.id).issued if tally.uses_kept and first.kept else None,
        areas=tuple(area.code for area in areas),
        status="approximate" if is_approximate else "official",
        licence=LICENCE,
        origin=tally.origin,
        fetched=min(tally.fetched) if tally.fetched else None,
    )


def tables_of(topic: Topic, grouping: str | None, area: Area, ages: Ages) -> tuple[str, ...]:
    """Return the tables a topic is read from in a place."""
    if topic.id == "age" or (topic is WHERE_THEY_LIVE and ages != ALL_AGES):
        return age_counts.age_tables(area)
    if topic is WHERE_THEY_LIVE:
        return ("TS001",)
    if topic.kind == "by age":
        return ("TS008",) if ages == ALL_AGES or area.type in SMALL else ("TS009",)
    if topic.id == "living_alone":
        return ("TS003", *age_counts.age_tables(area), "TS001")
    return (topic.read_as(topic.grouping(grouping)).table,)


@dataclass(frozen=True)
class _Counted:
    """The groups of a topic with what they count; `leaning` says which way that pulls."""

    groups: Sequence[GroupCount]
    base: str
    leaning: str = ""
    not_answered: int = 0
    notes: tuple[str, ...] = ()


def _count(
    tally: Tally,
    topic: Topic,
    grouping: str,
    areas: Sequence[Area],
    ages: Ages,
    bands: Sequence[str] | None,
) -> _Counted:
    if topic.id == "age":
        typed = read_bands(bands if bands is not None else default_bands(ages), ages)
        groups = [
            GroupCount(band_name(band), age_counts.count(tally, areas, band)) for band in typed
        ]
        return _Counted(groups, ages.words())
    if topic.kind == "by age":
        if ages == ALL_AGES or any(area.type in SMALL for area in areas):
            labels = [leaf.label for leaf in topic.leaves]
            counts = tally.sum("TS008", areas, labels)
            leaning = "" if ages == ALL_AGES else NO_SEX_BY_AGE
            base = ALL_AGES.words()
        else:
            span = (ages.lowest, ages.highest)
            counts = [age_counts.count(tally, areas, span, (leaf.label,)) for leaf in topic.leaves]
            leaning, base = "", ages.words()
        groups = [GroupCount(leaf.name, n) for leaf, n in zip(topic.leaves, counts, strict=True)]
        return _Counted(groups, base, leaning)
    if topic is WHERE_THEY_LIVE:
        if len(areas) < 2:
            raise TooFewAreas("'Where they live' needs more than one area.")
        return _Counted(_where(tally, areas, ages), ages.words())
    if topic.id == "living_alone":
        return _Counted(
            _living_alone(tally, areas),
            topic.base,
            _leaning(topic, ages),
            notes=(
                "Living alone is worked out by us from three official tables: one-person "
                "households over people of 16 and over who live in a household.",
            ),
        )
    read = topic.read_as(grouping)
    unanswered = [read.not_answered] if read.not_answered else []
    labels = [*(leaf.label for leaf in read.leaves), *unanswered]
    counts = tally.sum(read.table, areas, labels)
    groups = [
        GroupCount(leaf.name, count, leaf.broad)
        for leaf, count in zip(read.leaves, counts, strict=False)
    ]
    return _Counted(
        broad(groups) if grouping == BROAD else groups,
        topic.base,
        _leaning(topic, ages),
        sum(counts[len(groups) :]),
    )


def _where(tally: Tally, areas: Sequence[Area], ages: Ages) -> list[GroupCount]:
    if ages == ALL_AGES:
        return [GroupCount(area.name, _everyone(tally, [area])) for area in areas]
    return [GroupCount(area.name, _of_ages(tally, [area], ages)) for area in areas]


def _living_alone(tally: Tally, areas: Sequence[Area]) -> list[GroupCount]:
    one_person = [leaf for leaf in TABLES["TS003"].leaves if leaf.startswith("One person")]
    alone = sum(tally.sum("TS003", areas, one_person))
    adults = _of_ages(tally, areas, Ages(YOUNGEST_ADULT))
    communal = sum(tally.sum("TS001", areas, ["Lives in a communal establishment"]))
    return [
        GroupCount("Lives alone", alone),
        GroupCount("Lives with others", max(0, adults - communal - alone)),
    ]


def _leaning(topic: Topic, ages: Ages) -> str:
    """Say which way the base pulls; nothing where the base is the round's own."""
    if topic.kind == "all ages" and ages == ALL_AGES:
        return ""
    if topic.kind == "all ages" and ages.lowest < YOUNGEST_ADULT:
        return (
            f"All ages are counted; this round is open to {ages.words()}, so the shares can be "
            "out for the ages left out."
        )
    if topic.kind in ("all ages", "aged 3 and over", "aged 5 and over", "households"):
        return topic.leaning
    if topic.kind in ("adults", "living alone") and ages != Ages(16):
        return (
            f"{topic.title} counts {BASE_WORDS[topic.kind]}; this round is open to "
            f"{ages.words()}, so the shares can be out for the ages left out."
        )
    return ""
