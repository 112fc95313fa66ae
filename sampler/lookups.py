"""The census figures a brief asks for, looked up. An outer layer: it may call the census."""

from __future__ import annotations

import census
from census import combine
from census.errors import (
    BadBands,
    NotHeld,
    NotPublished,
    TooFewAreas,
    UnknownGroup,
    UnknownGrouping,
)
from sampler import mix
from sampler.brief import Brief, CharacteristicBrief
from sampler.errors import BriefError, FiguresMissing


def areas_of(brief: Brief) -> tuple[census.Area, ...]:
    """Return the areas of a brief; raises `BriefError` where one is unknown or two overlap."""
    found = []
    for i, asked in enumerate(brief.areas):
        try:
            found.append(census.area(asked))
        except census.errors.UnknownArea as error:
            raise BriefError.at(f"areas[{i}]", str(error)) from None
    try:
        census.check_apart(found)
    except census.errors.OverlappingAreas as error:
        raise BriefError.at("areas", str(error)) from None
    return tuple(found)


def ages_of(brief: Brief) -> census.Ages:
    """Return the ages a round is open to."""
    return census.Ages(brief.starts_at, brief.highest_age)


def look_up(brief: Brief) -> tuple[census.Distribution | None, ...]:
    """Return the figures of each characteristic, None for those by hand.

    Raises `BriefError` with the field, and `ExtractError` where the figures cannot be read.
    """
    areas = areas_of(brief)
    return tuple(
        None if part.topic is None else look_up_one(brief, index, part, areas)
        for index, part in enumerate(brief.characteristic)
    )


def look_up_one(
    brief: Brief, index: int, part: CharacteristicBrief, areas: tuple[census.Area, ...]
) -> census.Distribution:
    """Return the figures of one census characteristic; raises as `look_up` does."""
    where = f"characteristic[{index}]"
    try:
        topic = census.find_topic(str(part.topic))
    except census.errors.UnknownTopic as error:
        raise BriefError.at(f"{where}.topic", str(error)) from None
    if not areas:
        raise BriefError.at("areas", f"{topic.title} needs a place: name at least one area.")
    try:
        look_up = combine.of_round_ages if part.round_ages else census.distribution
        return look_up(
            topic,
            areas,
            grouping=part.grouping,
            ages=ages_of(brief),
            bands=part.bands,
            merge=part.merge,
        )
    except BadBands as error:
        raise BriefError.at(f"{where}.bands", str(error)) from None
    except TooFewAreas as error:
        raise BriefError.at("areas", str(error)) from None
    except UnknownGrouping as error:
        raise BriefError.at(f"{where}.grouping", str(error)) from None
    except UnknownGroup as error:
        raise BriefError.at(f"{where}.merge", str(error)) from None
    except NotHeld as error:
        raise FiguresMissing.at(where, str(error)) from None
    except NotPublished as error:
        raise BriefError.at(where, str(error)) from None


def mix_of(brief: Brief) -> mix.Mix:
    """Return the mix of a brief with its figures looked up."""
    return mix.build(brief, look_up(brief))


def names(brief: Brief) -> list[str]:
    """Return how the characteristics of a brief are called, in its order."""
    return [part.name or census.find_topic(str(part.topic)).title for part in brief.characteristic]
