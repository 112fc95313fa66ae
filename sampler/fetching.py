"""Reading a round's figures from the census service. With `figures` the outer layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import census
from census import combine, online
from census.client import Client
from census.errors import CensusError, NotHeld, UnknownGrouping
from census.ni_topics import NORTHERN_IRELAND
from census.ons import Wanted
from census.spelling import key
from sampler import lookups
from sampler.brief import Brief
from sampler.errors import BriefError

Progress = Callable[[int, int], None]


def wishes(brief: Brief) -> list[online.Wish]:
    """Return the census topics of a brief with their groupings; unknown ones are left out."""
    found: list[online.Wish] = []
    for part in brief.characteristic:
        with suppress(CensusError):
            if part.topic is not None:
                topic = census.find_topic(part.topic)
                found.append((topic, topic.grouping(part.grouping)))
    return found


def fetch(
    brief: Brief,
    *extra: census.Topic,
    anew: bool = False,
    progress: Progress | None = None,
) -> online.Fetched:
    """Read what a round needs and the app does not hold as official figures, and keep it.

    `extra` topics are read as well. `anew` reads everything again. Raises `BriefError` for
    places that are not known.
    """
    for asked in brief.areas:
        with suppress(CensusError):  # `areas_of` says which place is not known, and where
            online.area(asked)
    areas = lookups.areas_of(brief)
    if not areas:
        return online.Fetched()
    wanted = wishes(brief) + [(topic, None) for topic in extra]
    read = online.fetch(wanted, areas, lookups.ages_of(brief), anew=anew, progress=progress)
    for index, part in enumerate(brief.characteristic):
        if part.round_ages and (anew or not has_round_ages(brief, index)):
            more = among_ages(brief, index, anew=anew)
            read = online.Fetched(read.tables + more.tables, (*read.failed, *more.failed))
    return read


def has_round_ages(brief: Brief, index: int) -> bool:
    """Say whether a characteristic's figures of the round's ages only are held, or not needed."""
    alone = brief.alone(brief.characteristic[index])
    try:
        found = lookups.look_up(alone)[0]
    except (BriefError, CensusError):
        return False
    return found is None or not found.leaning


def lacks(brief: Brief, *extra: census.Topic) -> bool:
    """Say whether the service could give official figures the app does not hold."""
    areas = lookups.areas_of(brief)
    wanted = wishes(brief) + [(topic, None) for topic in extra]
    return bool(areas) and bool(online.missing(wanted, areas, lookups.ages_of(brief)))


MOST_TOPICS = 4


def wish(asked: str) -> online.Wish:
    """Return the topic and grouping of "topic" or "topic:grouping".

    >>> topic, grouping = wish("ethnic_group:broad")
    >>> topic.id, grouping
    ('ethnic_group', 'broad')

    Raises `UnknownTopic` and `UnknownGrouping`.
    """
    name, _, grouping = asked.partition(":")
    topic = census.find_topic(name)
    if not grouping:
        return topic, None
    try:
        return topic, topic.grouping(grouping)
    except UnknownGrouping:
        there = NORTHERN_IRELAND.get(topic.id)
        if there is None or key(grouping) not in map(key, there.groupings):
            raise
        return topic, there.grouping(grouping)


def wishes_of(asked: Sequence[str]) -> list[online.Wish]:
    """Return one to four wishes, each of another topic.

    Raises a `CensusError`.
    """
    found = [wish(one) for one in asked]
    if len(found) > MOST_TOPICS:
        raise CensusError(f"A joint table has two to {MOST_TOPICS} topics.")
    for i, (topic, _) in enumerate(found):
        if any(topic.id == other.id for other, _ in found[:i]):
            raise CensusError(f"{topic.title} is named twice. Name each topic once.")
    return found


def distribution(
    wanted: online.Wish,
    areas: Sequence[census.Area],
    ages: census.Ages,
    *,
    asks: bool,
    anew: bool = False,
) -> tuple[census.Distribution, list[str]]:
    """Return the figures of a topic, with sentences about what the service could not give.

    Raises a `CensusError` where nothing is held either; the reason comes with it.
    """
    said = online.fetch([wanted], areas, ages, anew=anew).sentences if asks else []
    topic, grouping = wanted
    try:
        return census.distribution(topic, areas, grouping=grouping, ages=ages), said
    except NotHeld as error:
        raise NotHeld(" ".join([str(error), *said])) from None


def joint(
    wanted: Sequence[online.Wish],
    areas: Sequence[census.Area],
    ages: census.Ages,
    *,
    asks: bool,
    anew: bool = False,
) -> tuple[census.JointDistribution, list[str]]:
    """Return how topics combine, with sentences about what the service could not give.

    A table kept with the app is used as it is unless it is only a pattern, or `anew`.

    Raises a `CensusError` where no table is to be had.
    """
    asked = [Wanted(topic, grouping) for topic, grouping in wanted]
    if not asks:
        return combine.joint(asked, areas, ages)[0], []
    if not anew:
        with suppress(NotHeld):
            found, _ = combine.joint(asked, areas, ages)
            if not found.is_pattern:
                return found, []
    client = Client()
    try:
        found, said = combine.joint(asked, areas, ages, client, anew=anew)
    finally:
        client.close()
    return found, [said] if said else []


def among_ages(
    brief: Brief, index: int, *, anew: bool = False, progress: Progress | None = None
) -> online.Fetched:
    """Read one topic's figures among people of the round's ages only, and keep them."""
    part = brief.characteristic[index]
    topic = census.find_topic(str(part.topic))
    client = Client()
    try:
        combine.among_ages(
            Wanted(topic, part.grouping),
            lookups.areas_of(brief),
            lookups.ages_of(brief),
            client,
            anew=anew,
        )
    except CensusError as error:
        return online.Fetched(0, ((topic.title, str(error)),))
    finally:
        client.close()
        if progress:
            progress(1, 1)
    return online.Fetched(1)
