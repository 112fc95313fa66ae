"""Shared coverage: what may be shown of a programme to people who may not see exact counts.

A `Publication` holds only what may be shown: bands of five, the population's shares, how many
rounds, and a day. Counts are over rounds only, in broad groups, one characteristic at a time;
rounds of fewer than five people are left out, and with fewer than five people there is nothing.
A state (met, partly met, not met) is worked out from what is shown, so it tells nothing more. The
order of groups is the population's, because the order of gaps would tell exact counts.

`next_publication` makes the next one, or raises `NotYet`: it needs at least five more people than
the last (the store, which alone knows how many those were, checks the same), and nothing small may
follow from its bands, nor from its bands beside those of any earlier one (`bands`).
`NotYet` always says the same, whatever the reason, so that trying tells nothing. A candidate is for
the store; a page for others shows what was published, never what would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from census.spelling import key
from sampler.brief import Audience
from sampler.errors import SamplerError
from sampler.programmes.bands import FIVE, Band, Part, Shown, band, gives_away
from sampler.programmes.common_groups import read_band as read_ages
from sampler.programmes.programme import (
    AudienceView,
    HeardCharacteristic,
    HeardRow,
    RoundHeard,
    view,
)
from sampler.programmes.published import (
    FEW_KNOWN,
    REGROUPED,
    Publication,
    SharedGroup,
    SharedPart,
    read,
    text,
    to_json,
    to_value,
)
from sampler.words import decimal

__all__ = [
    "FEW_KNOWN",
    "REGROUPED",
    "Heard",
    "HeardGroup",
    "HeardPart",
    "Made",
    "NotYet",
    "Publication",
    "SharedGroup",
    "SharedPart",
    "heard_in",
    "heard_of",
    "next_of",
    "next_publication",
    "publication",
    "read",
    "text",
    "to_json",
    "to_value",
]

NOT_YET = (
    "A snapshot needs at least 5 people, and at least 5 more than the last one, so that two of "
    "them do not give anybody away. Now and then it needs a few more, for the same reason."
)


class NotYet(SamplerError):
    """A snapshot cannot be taken now. It says nothing of what there is."""

    def __init__(self) -> None:
        super().__init__(NOT_YET)


@dataclass(frozen=True)
class HeardGroup:
    """A broad group as it is counted: exact, and not for showing."""

    name: str
    heard: int
    share: Fraction | None
    living: int | None = None


@dataclass(frozen=True)
class HeardPart:
    """A characteristic as it is counted."""

    name: str
    groups: tuple[HeardGroup, ...]
    topic: str | None = None


@dataclass(frozen=True)
class Heard:
    """What an audience was heard, exactly: rounds of at least five people, and how many fewer."""

    audience: Audience
    place: str
    people: int
    rounds: int
    left_out: int
    parts: tuple[HeardPart, ...]
    dates: tuple[date, ...] = ()


class Made(NamedTuple):
    """A publication for the store, with how many people it was made from: not for showing."""

    people: int
    publication: Publication


def heard_of(one: AudienceView, left_out: int = 0, dates: Sequence[date] = ()) -> Heard:
    """Return an audience's added-up view as it is published from: groups in a fixed order."""
    parts = tuple(
        HeardPart(
            part.name,
            tuple(HeardGroup(r.group, r.heard, r.share, r.people) for r in _in_order(part)),
            part.part.topic,
        )
        for part in one.characteristics
    )
    rounds = len(one.rounds)
    return Heard(one.audience, one.place, one.heard, rounds, left_out, parts, tuple(dates))


def _in_order(part: HeardCharacteristic) -> list[HeardRow]:
    def place(row: HeardRow) -> tuple[int, Fraction, str]:
        ages = read_ages(row.group) if part.part.topic == "age" else None
        return (ages[0] if ages else 0, -(row.share or Fraction(0)), row.group)

    return sorted(part.rows, key=place)


def heard_in(rounds: Sequence[RoundHeard], audience: Audience) -> Heard:
    """Add an audience's rounds up as they are published: of five people or more, in broad groups.

    Raises `NotYet` where there are none.
    """
    ours = [one for one in rounds if one.round.brief.audience == audience and one.heard]
    enough = [one for one in ours if one.heard >= FIVE]
    found = view(enough, in_broad=True)
    if not found:
        raise NotYet
    inside = [one.round for one in enough if one.round.id in found[0].round_ids]
    dates = [one.totals.on if one.totals else one.created_at.date() for one in inside]
    return heard_of(found[0], len(ours) - len(enough), dates)


def next_of(
    rounds: Sequence[RoundHeard],
    audience: Audience,
    *,
    on: date,
    earlier: Sequence[str] = (),
    show_zeros: bool = True,
) -> Made:
    """Return what would be published next of an audience; `earlier` as the store keeps them.

    Raises `NotYet`.
    """
    now = heard_in(rounds, audience)
    found = [read(text) for text in earlier]
    return Made(now.people, next_publication(now, found, on=on, show_zeros=show_zeros))


def publication(now: Heard, *, on: date, show_zeros: bool = True) -> Publication:
    """Return counts in bands, whether or not they may be shown yet.

    Raises `NotYet` with fewer than five people.
    """
    if now.people < FIVE:
        raise NotYet
    return Publication(
        now.audience,
        now.place,
        on,
        show_zeros,
        band(now.people, show_zeros=show_zeros),
        now.rounds,
        now.left_out,
        tuple(_part(part, show_zeros) for part in now.parts),
        min(now.dates, default=None),
        max(now.dates, default=None),
    )


def _part(part: HeardPart, show_zeros: bool) -> SharedPart:
    number = sum(group.heard for group in part.groups)
    if number < FIVE:
        return SharedPart(part.name, part.topic, Band(0, FIVE - 1), (), FEW_KNOWN)
    known = band(number, show_zeros=show_zeros)
    groups = tuple(
        SharedGroup(
            g.name,
            _tenths(g.share),
            band(g.heard, show_zeros=show_zeros),
            known,
            part.topic,
            g.living,
        )
        for g in part.groups
    )
    return SharedPart(part.name, part.topic, known, groups)


def _tenths(share: Fraction | None) -> Fraction | None:
    return None if share is None else Fraction(decimal(share * 100, 1)) / 100


def next_publication(
    now: Heard, earlier: Sequence[Publication] = (), *, on: date, show_zeros: bool = True
) -> Publication:
    """Return what may be published after all `earlier` ones; raises `NotYet`.

    A characteristic in other groups than it was published in is not shown: two ways of grouping
    the same people would tell more than either. It keeps the name it was first published under,
    however the rounds call it since, so that it is looked at beside what was shown of it.
    """
    made = publication(now, on=on, show_zeros=show_zeros)
    parts: list[SharedPart] = []
    for part in made.parts:
        before = [old for one in earlier for old in one.parts if _is_same(part, old)]
        called = before[0].name if before else part.name
        taken = any(other.name == called for other in parts)
        names = sorted(g.name for g in part.groups)
        is_other = any(o.groups and sorted(g.name for g in o.groups) != names for o in before)
        if taken or (names and is_other):
            parts.append(SharedPart(called, part.topic, Band(0, 0), (), REGROUPED))
        else:
            parts.append(replace(part, name=called))
    made = replace(made, parts=tuple(parts))
    every = [*earlier, made]
    if any(made.people.low < before.people.low + FIVE for before in earlier):
        raise NotYet
    if gives_away([_shown(one, every[i:], every) for i, one in enumerate(every)]):
        raise NotYet
    return made


def _is_same(part: SharedPart, other: SharedPart) -> bool:
    """Say whether two characteristics are one: of one topic, or called the same."""
    if part.topic is not None and part.topic == other.topic:
        return True
    return key(part.name) == key(other.name)


def _shown(one: Publication, later: Sequence[Publication], every: Sequence[Publication]) -> Shown:
    """Return the bands of a publication, every characteristic's groups in one order.

    A characteristic not shown because its group is known for so few counts as it is known: nobody
    to 4 people in each group.
    """
    groups = {
        p.name: [g.name for g in p.groups] for other in every for p in other.parts if p.groups
    }
    shown_later = {p.name for other in later for p in other.parts if p.groups}
    parts: dict[str, Part] = {}
    for part in one.parts:
        if part.name in shown_later and part.not_shown != REGROUPED:
            few = band(0, show_zeros=False)
            bands = {g.name: g.heard for g in part.groups}
            there = tuple(bands.get(name, few) for name in groups[part.name])
            parts[part.name] = Part(part.known, there)
    return Shown(one.people, one.rounds, parts)
