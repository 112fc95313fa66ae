"""Rounds added up: who a programme has heard from, beside who lives in the place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from census.model import Area
from sampler.brief import Audience
from sampler.model import place_words
from sampler.programmes.adding_up import added_up, by_characteristic, once_words, pools
from sampler.programmes.heard import HeardCharacteristic, HeardRow, Repeat, RoundHeard, repeats
from sampler.words import count, decimal, listed

__all__ = [
    "AUDIENCE_ONE",
    "AUDIENCE_WORDS",
    "Apart",
    "AudienceView",
    "HeardCharacteristic",
    "HeardRow",
    "Repeat",
    "RoundHeard",
    "answer_line",
    "least_heard",
    "never_heard",
    "repeats",
    "row_words",
    "view",
]

AUDIENCE_WORDS: dict[Audience, str] = {
    "residents": "Citizens",
    "service users": "Service users",
    "staff": "Staff",
    "businesses": "Businesses",
}
AUDIENCE_ONE: dict[Audience, tuple[str, str]] = {
    "residents": ("citizen", "citizens"),
    "service users": ("service user", "service users"),
    "staff": ("member of staff", "members of staff"),
    "businesses": ("business", "businesses"),
}
LEAST_HEARD = 3


WITHOUT_CENSUS: tuple[Audience, ...] = ("staff", "businesses")
"""Audiences who are not compared with the residents of a place unless somebody asks."""
TIMES_HEARD = "People are counted as often as they were heard: once in each round."


@dataclass(frozen=True)
class Apart:
    """Rounds that are not added up with the others, and why; among themselves they are."""

    rounds: tuple[str, ...]
    round_ids: tuple[str, ...]
    place: str
    heard: int
    reason: str
    characteristics: tuple[HeardCharacteristic, ...] = ()

    @property
    def title(self) -> str:
        """The rounds' names."""
        return listed(self.rounds)


@dataclass(frozen=True)
class AudienceView:
    """One audience of a programme: rounds added up, and apart those that cannot be.

    `heard` are people of the rounds added up, `everyone` those of all rounds. `counting` says how
    people heard in several rounds are counted.
    """

    audience: Audience
    place: str
    areas: tuple[Area, ...]
    rounds: tuple[str, ...]
    round_ids: tuple[str, ...]
    heard: int
    everyone: int
    characteristics: tuple[HeardCharacteristic, ...]
    apart: tuple[Apart, ...]
    counting: str = TIMES_HEARD

    @property
    def label(self) -> str:
        """The audience with how many were heard: "Citizens (98)"."""
        return f"{AUDIENCE_WORDS[self.audience]} ({self.everyone})"

    def named(self, characteristic: str) -> HeardCharacteristic | None:
        """Return the characteristic of that name."""
        return next((c for c in self.characteristics if c.name == characteristic), None)


def view(
    rounds: Sequence[RoundHeard],
    known_again: Sequence[Repeat] = (),
    *,
    in_broad: bool = False,
    with_residents: Collection[Audience] = (),
) -> list[AudienceView]:
    """Add rounds up by audience; what cannot be added up stands apart with the reason.

    People `known_again` (`repeats`) are counted once. Staff and businesses are compared with the
    residents of their place only where they are among `with_residents`.
    """
    order = list(AUDIENCE_WORDS)
    audiences = sorted({one.round.brief.audience for one in rounds}, key=order.index)
    return [
        _audience(
            audience,
            [one for one in rounds if one.round.brief.audience == audience],
            known_again,
            in_broad=in_broad,
            compared=audience not in WITHOUT_CENSUS or audience in with_residents,
        )
        for audience in audiences
    ]


def _audience(
    audience: Audience,
    rounds: Sequence[RoundHeard],
    known_again: Sequence[Repeat],
    *,
    in_broad: bool,
    compared: bool,
) -> AudienceView:
    def characteristics(some: Sequence[RoundHeard]) -> tuple[HeardCharacteristic, ...]:
        return tuple(
            added_up(every, known_again, in_broad=in_broad, compared=compared)
            for every in by_characteristic(some)
        )

    found = pools(rounds)
    main = found[0][0] if found else []
    apart = [
        Apart((one.round.title,), (one.round.id,), "", one.heard, "It has no quotas yet.")
        for one in rounds
        if one.plan is None
    ]
    for some, reason in found[1:]:
        apart.append(
            Apart(
                tuple(one.round.title for one in some),
                tuple(one.round.id for one in some),
                place_words([area.name for area in _areas(some)]),
                _people(some, known_again)[0],
                reason,
                characteristics(some),
            )
        )
    areas = _areas(main)
    heard, again = _people(main, known_again)
    return AudienceView(
        audience,
        place_words([area.name for area in areas]),
        areas,
        tuple(one.round.title for one in main),
        tuple(one.round.id for one in main),
        heard,
        _people(rounds, known_again)[0],
        characteristics(main),
        tuple(apart),
        once_words(again) or TIMES_HEARD,
    )


def _areas(rounds: Sequence[RoundHeard]) -> tuple[Area, ...]:
    every = {area.code: area for one in rounds if one.plan for area in one.plan.areas}
    return tuple(every.values())


def _people(rounds: Sequence[RoundHeard], known_again: Sequence[Repeat]) -> tuple[int, int]:
    """Return how many people were heard, and how often somebody was heard again."""
    inside = {one.round.id for one in rounds}
    here = [sum(round_id in inside for round_id in repeat.answers) for repeat in known_again]
    again = sum(max(0, number - 1) for number in here)
    return sum(one.heard for one in rounds) - again, again


def answer_line(one: AudienceView) -> str:
    """Say in a sentence who has been heard and who has not.

    "We have heard from 98 citizens in 4 rounds, and from nobody in 6 of Birmingham's 19 ethnic
    groups."
    """
    if not one.heard:
        return "Nobody heard yet."
    some, many = AUDIENCE_ONE[one.audience]
    said = f"We have heard from {count(one.heard, some, many)} in {count(len(one.rounds), 'round')}"
    for part in one.characteristics:
        silent = sum(not row.heard for row in part.rows if row.expected is not None)
        if silent:
            whose = f"{one.place}’s " if one.place else ""
            return f"{said}, and from nobody in {silent} of {whose}{len(part.rows)} {part.noun}s."
    every = [row for part in one.characteristics for row in part.rows]
    return (
        f"{said}, and from someone in every group."
        if every and all(row.heard for row in every)
        else f"{said}."
    )


def row_words(row: HeardRow) -> str:
    """Say how many of a group were heard; of one raised on purpose, beside how many were wanted.

    >>> from fractions import Fraction
    >>> row_words(HeardRow("Pakistani", 7, Fraction(4), Fraction(1, 5), 7, raised=True))
    'heard 7; wanted 7; like the population 4'
    >>> row_words(HeardRow("Indian", 2, Fraction(4), Fraction(1, 5), 3))
    'heard 2; expected 4'
    """
    if row.expected is None:
        return f"heard {row.heard:,}; wanted {row.wanted:,}"
    if row.raised:
        like = decimal(row.expected, 0)
        return f"heard {row.heard:,}; wanted {row.wanted:,}; like the population {like}"
    return f"heard {row.heard:,}; expected {decimal(row.expected, 0)}"


def least_heard(one: AudienceView) -> list[tuple[HeardCharacteristic, HeardRow]]:
    """Return the groups furthest below what could be expected, over all characteristics."""
    short = [(part, row) for part in one.characteristics for row in part.rows if row.difference < 0]
    return sorted(short, key=lambda pair: pair[1].heard - (pair[1].expected or 0))[:LEAST_HEARD]


def never_heard(one: AudienceView) -> list[tuple[HeardCharacteristic, HeardRow]]:
    """Return the groups that nobody was heard from, whoever was to be expected most first.

    Those that `least_heard` names are not among them.
    """
    named = least_heard(one)
    silent = [
        (part, row)
        for part in one.characteristics
        for row in part.rows
        if not row.heard and row.expected and (part, row) not in named
    ]
    return sorted(silent, key=lambda pair: -(pair[1].expected or 0))
