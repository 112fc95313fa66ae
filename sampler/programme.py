"""Rounds added up: who a programme has heard from, beside who lives in the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sampler.brief import Audience
from sampler.model import Participant, Plan, PlannedCharacteristic, Round
from sampler.tracking import group_of, is_secured
from sampler.words import count

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


@dataclass(frozen=True)
class RoundWithPeople:
    """A round, its plan in use (None before there is one), and its people."""

    round: Round
    plan: Plan | None
    people: tuple[Participant, ...]

    def heard(self) -> list[Participant]:
        """Return the people who took part."""
        partial = self.round.brief.partial_counts
        return [p for p in self.people if is_secured(p, partial_counts=partial)]


@dataclass(frozen=True)
class HeardRow:
    """One group: people heard, and how many could be expected; None where no share is known."""

    group: str
    heard: int
    expected: Fraction | None
    share: Fraction | None

    @property
    def difference(self) -> int:
        """Heard less expected, to the nearest whole person (a half counts as one)."""
        if self.expected is None:
            return 0
        exact = self.heard - self.expected
        nearest = int(abs(exact) + Fraction(1, 2))
        return nearest if exact > 0 else -nearest

    @property
    def state(self) -> str:
        """The state in the words every page uses."""
        if self.expected is None:
            return "" if self.heard else "nobody yet"
        if not self.heard:
            return "nobody yet"
        if self.difference == 0:
            return "as expected"
        return f"{abs(self.difference)} {'more' if self.difference > 0 else 'fewer'}"


@dataclass(frozen=True)
class HeardCharacteristic:
    """One characteristic over the rounds that ask it alike."""

    name: str
    noun: str
    rows: tuple[HeardRow, ...]
    known: int
    heard: int
    part: PlannedCharacteristic
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class AudienceView:
    """One audience of a programme: rounds of one place added up, the others apart."""

    audience: Audience
    place: str
    rounds: tuple[str, ...]
    heard: int
    everyone: int
    characteristics: tuple[HeardCharacteristic, ...]
    apart: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The audience with how many were heard: "Citizens (98)"."""
        return f"{AUDIENCE_WORDS[self.audience]} ({self.everyone})"


def view(rounds: Sequence[RoundWithPeople]) -> list[AudienceView]:
    """Add rounds up by audience; places that differ stand apart with the reason."""
    audiences = dict.fromkeys(one.round.brief.audience for one in rounds)
    order = list(AUDIENCE_WORDS)
    views = [
        _audience(audience, [one for one in rounds if one.round.brief.audience == audience])
        for audience in audiences
    ]
    return sorted(views, key=lambda v: order.index(v.audience))


def _place(one: RoundWithPeople) -> tuple[str, ...]:
    return tuple(sorted(area.code for area in one.plan.areas)) if one.plan else ()


def _audience(audience: Audience, rounds: Sequence[RoundWithPeople]) -> AudienceView:
    planned = [one for one in rounds if one.plan is not None]
    heard: dict[tuple[str, ...], int] = {}
    for one in planned:
        heard[_place(one)] = heard.get(_place(one), 0) + len(one.heard())
    main = max(heard, key=lambda place: heard[place]) if heard else ()
    together = [one for one in planned if _place(one) == main]
    apart = [(one.round.title, "It has no quotas yet.") for one in rounds if one.plan is None]
    apart += [
        (
            one.round.title,
            f"It covers {one.plan.place or 'no place'}, so its people are not added up here.",
        )
        for one in planned
        if one.plan and _place(one) != main
    ]
    return AudienceView(
        audience,
        together[0].plan.place if together and together[0].plan else "",
        tuple(one.round.title for one in together),
        sum(len(one.heard()) for one in together),
        sum(len(one.heard()) for one in rounds),
        _characteristics(together),
        tuple(apart),
    )


def _shape(part: PlannedCharacteristic) -> tuple[str | None, str, tuple[str, ...]]:
    return part.topic, part.name, part.groups


def _characteristics(rounds: Sequence[RoundWithPeople]) -> tuple[HeardCharacteristic, ...]:
    asked: dict[str, dict[object, list[tuple[RoundWithPeople, PlannedCharacteristic]]]] = {}
    for one in rounds:
        for part in one.plan.characteristics if one.plan else ():
            asked.setdefault(part.name, {}).setdefault(_shape(part), []).append((one, part))
    return tuple(_added_up(name, list(shapes.values())) for name, shapes in asked.items())


def _added_up(
    name: str, shapes: list[list[tuple[RoundWithPeople, PlannedCharacteristic]]]
) -> HeardCharacteristic:
    main = max(shapes, key=lambda some: sum(len(one.heard()) for one, _ in some))
    left_out = [one.round.title for some in shapes if some is not main for one, _ in some]
    part = main[0][1]
    heard = dict.fromkeys(part.groups, 0)
    expected: dict[str, Fraction] = {}
    known = everyone = 0
    for one, here in main:
        known_here = 0
        for person in one.heard():
            group = group_of(here, person.answer(name))
            if group is not None:
                heard[group] += 1
                known_here += 1
        everyone += len(one.heard())
        known += known_here
        for quota in here.quotas:
            if quota.population_share is not None:
                so_far = expected.get(quota.group, Fraction(0))
                expected[quota.group] = so_far + known_here * quota.population_share
    rows = [
        HeardRow(q.group, heard[q.group], expected.get(q.group), q.population_share)
        for q in part.quotas
    ]
    rows.sort(key=lambda row: (row.heard - row.expected) if row.expected is not None else 0)
    noun = "ethnic group" if part.topic == "ethnic_group" else "group"
    return HeardCharacteristic(name, noun, tuple(rows), known, everyone, part, tuple(left_out))


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
    return f"{said}, and from someone in every group." if one.characteristics else f"{said}."


def least_heard(one: AudienceView) -> list[tuple[HeardCharacteristic, HeardRow]]:
    """Return the groups furthest below what could be expected, over all characteristics."""
    short = [(part, row) for part in one.characteristics for row in part.rows if row.difference < 0]
    return sorted(short, key=lambda pair: pair[1].heard - (pair[1].expected or 0))[:LEAST_HEARD]
