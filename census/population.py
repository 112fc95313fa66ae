"""Who lives in a place: one distribution a topic, from the figures kept with the app."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from census import extract
from census.errors import BadBands, TooFewAreas, UnknownGroup
from census.model import (
    CENSUS_DATE,
    LICENCE,
    OLDEST_SINGLE_YEAR,
    Ages,
    Area,
    Distribution,
    GroupCount,
    Source,
)
from census.spelling import did_you_mean, key
from census.tables import TABLES, age_label
from census.topics import (
    BAND_STARTS,
    BASE_WORDS,
    BROAD,
    WHERE_THEY_LIVE,
    Topic,
)

Band = tuple[int, int | None]
ALL_AGES = Ages(0)
YOUNGEST_ADULT = 16


def band_name(band: Band) -> str:
    """Write a band as a brief does.

    >>> band_name((16, 34)), band_name((75, None))
    ('16-34', '75+')
    """
    low, high = band
    return f"{low}+" if high is None else f"{low}-{high}"


def default_bands(ages: Ages) -> list[str]:
    """Return the ready age bands, starting at the lowest age and ending at the highest.

    >>> default_bands(Ages(18, 60))
    ['18-34', '35-54', '55-60']
    """
    starts = [ages.lowest, *(start for start in BAND_STARTS if start > ages.lowest)]
    if ages.highest is not None:
        starts = [start for start in starts if start <= ages.highest]
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    return [band_name(band) for band in zip(starts, [*ends, ages.highest], strict=True)]


def read_bands(bands: Sequence[str], ages: Ages) -> list[Band]:
    """Read typed bands and check that they cover every age of the round once, in order.

    >>> read_bands(["16-34", "35+"], Ages(16))
    [(16, 34), (35, None)]

    Raises `BadBands`, with the ages in question.
    """
    read: list[Band] = []
    for text in bands:
        found = re.fullmatch(r"([0-9]{1,3})(?:\s*[-–]\s*([0-9]{1,3})|\s*(\+))?", text.strip())
        if not found:
            raise BadBands(f"The age band {text!r} cannot be read. Write '16-34' or '75+'.")
        low = int(found[1])
        high = None if found[3] else int(found[2] or low)
        if high is not None and high < low:
            raise BadBands(f"The age band {text!r} ends before it begins.")
        if low > OLDEST_SINGLE_YEAR + 1 or (high or 0) > OLDEST_SINGLE_YEAR:
            raise BadBands(
                f"The age band {text!r} goes past {OLDEST_SINGLE_YEAR}: the census counts single "
                f"years up to {OLDEST_SINGLE_YEAR}, then everyone of {OLDEST_SINGLE_YEAR + 1} and "
                f"over. The last band can be '{OLDEST_SINGLE_YEAR + 1}+'."
            )
        read.append((low, high))
    if not read:
        raise BadBands("There are no age bands. Leave them out for the ready ones.")
    expected: int | None = ages.lowest
    for band in read:
        low, high = band
        if expected is None:
            raise BadBands(f"The age band {band_name(band)} comes after an open band.")
        if low > expected:
            raise BadBands(f"{_ages(expected, low - 1)} in no age band.")
        if low < expected:
            first = read[0] == band
            raise BadBands(
                f"The age band {band_name(band)} begins below the lowest age, {ages.lowest}."
                if first
                else f"{_ages(low, min(expected - 1, high if high is not None else expected - 1))} "
                "in two age bands, or the bands are not in order."
            )
        expected = None if high is None else high + 1
    last = read[-1]
    if ages.highest is None and last[1] is not None:
        raise BadBands(
            f"{_ages(last[1] + 1, None)} in no age band. End with '{last[0]}+', or set the "
            f"highest age to {last[1]}."
        )
    if ages.highest is not None and last[1] != ages.highest:
        if last[1] is not None and last[1] < ages.highest:
            raise BadBands(f"{_ages(last[1] + 1, ages.highest)} in no age band.")
        raise BadBands(
            f"The last age band, {band_name(last)}, goes past the highest age, {ages.highest}. "
            f"Write '{band_name((last[0], ages.highest))}'."
        )
    return read


def _ages(low: int, high: int | None) -> str:
    if high is None:
        return f"Ages {low} and over are"
    return f"Age {low} is" if low == high else f"Ages {low} to {high} are"


def _sum(
    table_id: str, areas: Sequence[Area], labels: Sequence[str]
) -> tuple[list[int], list[str]]:
    """Return the count of each label over the areas, and which areas had to be added up."""
    figures = extract.table(table_id)
    members = extract.gazetteer().members
    counts, added = [0] * len(labels), []
    for area in areas:
        codes: Sequence[str] = [area.code]
        if not figures.has(area.code):
            codes = members[area.code]
            added.append(area.name)
        for code in codes:
            for i, label in enumerate(labels):
                counts[i] += figures.count(code, label)
    return counts, added


def _by_age(areas: Sequence[Area], sexes: Sequence[str], band: Band) -> int:
    low, high = band
    last = OLDEST_SINGLE_YEAR + 1 if high is None else high
    labels = [f"{sex}; Age: {age_label(age)}" for sex in sexes for age in range(low, last + 1)]
    return sum(_sum("TS009", areas, labels)[0])


def residents(areas: Sequence[Area], ages: Ages | None = None) -> int:
    """Return how many people live in the areas: all (TS001), or of some ages (TS009)."""
    if ages is None or ages == ALL_AGES:
        return sum(_sum("TS001", areas, [TABLES["TS001"].total])[0])
    return _by_age(areas, ("Female", "Male"), (ages.lowest, ages.highest))


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
    group. The first call reads the table; later ones are answered from memory.

    Raises a `CensusError` for areas that overlap, bands that do not fit, unknown groupings and
    groups, and an extract that cannot be read.
    """
    merged = tuple((name, tuple(parts)) for name, parts in (merge or {}).items())
    return _distribution(
        topic,
        tuple(areas),
        topic.grouping(grouping),
        ages or Ages(),
        None if bands is None else tuple(bands),
        merged,
    )


@lru_cache(maxsize=4096)
def _distribution(
    topic: Topic,
    areas: tuple[Area, ...],
    grouping: str,
    ages: Ages,
    bands: tuple[str, ...] | None,
    merge: tuple[tuple[str, tuple[str, ...]], ...],
) -> Distribution:
    extract.check_apart(areas)
    if bands is not None and topic.id != "age":
        raise BadBands(f"{topic.title} has no age bands; only Age takes them.")
    notes: list[str] = []
    table, base, not_answered = topic.table, topic.base, 0
    title = topic.table_title
    added: list[str] = []
    if topic.id == "age":
        typed = read_bands(bands if bands is not None else default_bands(ages), ages)
        groups = [
            GroupCount(band_name(band), _by_age(areas, ("Female", "Male"), band)) for band in typed
        ]
        base = ages.words()
        added = _sum("TS009", areas, [])[1]
    elif topic.id == "sex" and ages == ALL_AGES:
        table, title, base = "TS008", TABLES["TS008"].title, ages.words()
        counts, added = _sum("TS008", areas, ["Female", "Male"])
        groups = [GroupCount(leaf.name, n) for leaf, n in zip(topic.leaves, counts, strict=True)]
    elif topic.id == "sex":
        span = (ages.lowest, ages.highest)
        groups = [
            GroupCount(leaf.name, _by_age(areas, (leaf.name,), span)) for leaf in topic.leaves
        ]
        base = ages.words()
        added = _sum("TS009", areas, [])[1]
    elif topic is WHERE_THEY_LIVE:
        if len(areas) < 2:
            raise TooFewAreas("'Where they live' needs more than one area.")
        groups = [GroupCount(area.name, residents([area], ages)) for area in areas]
        table = "TS001" if ages == ALL_AGES else table
        title, base = TABLES[table].title, ages.words()
    elif topic.id == "living_alone":
        groups, added = _living_alone(areas)
        notes.append(
            "Living alone is worked out by us from three official tables: one-person households "
            "over people of 16 and over who live in a household."
        )
    else:
        labels = [leaf.label for leaf in topic.leaves]
        if topic.not_answered:
            labels.append(topic.not_answered)
        counts, added = _sum(table, areas, labels)
        if topic.not_answered:
            not_answered = counts.pop()
        groups = [
            GroupCount(leaf.name, count, leaf.broad)
            for leaf, count in zip(topic.leaves, counts, strict=True)
        ]
        if grouping == BROAD:
            groups = _broad(groups)
    if added:
        several = "several areas" if len(added) > 3 else " and ".join(added)
        notes.append(
            f"{topic.title}: figures for {several} are added up from local authorities and can "
            "differ by a few people from a published total."
        )
    issued = extract.table(table.split(",")[0]).issued
    return Distribution(
        topic=topic.id,
        title=topic.title,
        groups=tuple(_merged(groups, merge, topic, names_of(topic))),
        source=Source(
            table=table,
            title=title,
            base=base,
            census_date=CENSUS_DATE,
            release=issued,
            areas=tuple(area.code for area in areas),
            status=topic.status,
            licence=LICENCE,
        ),
        not_answered=not_answered,
        is_ordered=topic.is_ordered,
        leaning=_leaning(topic, ages),
        notes=tuple(notes),
        aliases=names_of(topic),
    )


def _living_alone(areas: Sequence[Area]) -> tuple[list[GroupCount], list[str]]:
    one_person = [leaf for leaf in TABLES["TS003"].leaves if leaf.startswith("One person")]
    counts, added = _sum("TS003", areas, one_person)
    alone = sum(counts)
    communal = sum(_sum("TS001", areas, ["Lives in a communal establishment"])[0])
    adults = residents(areas, Ages(16))
    return [
        GroupCount("Lives alone", alone),
        GroupCount("Lives with others", max(0, adults - communal - alone)),
    ], added


def _broad(groups: Sequence[GroupCount]) -> list[GroupCount]:
    names = dict.fromkeys(str(group.broad) for group in groups)
    return [
        GroupCount(
            name,
            sum(group.people for group in groups if group.broad == name),
            parts=tuple(group.name for group in groups if group.broad == name),
        )
        for name in names
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
    if topic.kind in ("all ages", "households"):
        return topic.leaning
    if topic.kind in ("adults", "living alone") and ages != Ages(16):
        return (
            f"{topic.title} counts {BASE_WORDS[topic.kind]}; this round is open to "
            f"{ages.words()}, so the shares can be out for the ages left out."
        )
    return ""


def names_of(topic: Topic) -> dict[str, str]:
    """Return every way to name a group of the topic, as compared, to the name we print.

    A group answers to its short name, its official label, and the last part of that label where
    no other group has it.
    """
    short = {key(leaf.name): leaf.name for leaf in topic.leaves}
    short |= {key(str(leaf.broad)): str(leaf.broad) for leaf in topic.leaves if leaf.broad}
    meant: dict[str, set[str]] = {}
    prefix = TABLES[topic.table].prefix if topic.table in TABLES else ""
    for leaf in topic.leaves:
        for label in (leaf.label, f"{prefix}: {leaf.label}", leaf.label.rsplit(": ", 1)[-1]):
            meant.setdefault(key(label), set()).add(leaf.name)
        if leaf.broad and ": " in leaf.label:
            head = leaf.label.split(": ", 1)[0]
            for label in (head, f"{prefix}: {head}"):
                meant.setdefault(key(label), set()).add(leaf.broad)
    official = {label: next(iter(names)) for label, names in meant.items() if len(names) == 1}
    return official | short


def _merged(
    groups: Sequence[GroupCount],
    merge: Sequence[tuple[str, tuple[str, ...]]],
    topic: Topic,
    aliases: Mapping[str, str],
) -> list[GroupCount]:
    """Put groups together by hand; each keeps its parts."""
    out = list(groups)
    for name, parts in merge:
        present = {key(group.name): group for group in out}
        chosen: list[GroupCount] = []
        for part in parts:
            group = present.get(key(part)) or present.get(key(aliases.get(key(part), part)))
            if group is None:
                raise UnknownGroup(
                    f"{topic.title} has no group {part!r} to merge into {name!r}."
                    f"{did_you_mean(part, [g.name for g in out])}"
                )
            if group in chosen:
                raise UnknownGroup(f"{part!r} is merged twice into {name!r}.")
            chosen.append(group)
        if len(chosen) < 2:
            raise UnknownGroup(f"{name!r} merges fewer than two groups.")
        if key(name) in present and present[key(name)] not in chosen:
            raise UnknownGroup(f"{topic.title} already has a group {name!r}; choose another name.")
        broad = {group.broad for group in chosen}
        both = GroupCount(
            name.strip(),
            sum(group.people for group in chosen),
            chosen[0].broad if len(broad) == 1 else None,
            tuple(part for group in chosen for part in (group.parts or (group.name,))),
        )
        out[out.index(chosen[0])] = both
        out = [group for group in out if group not in chosen]
    return out
