"""People counted against quotas: what is filled, what is missing, and who to look for next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sampler.brief import ANY, Counting
from sampler.model import Answer, Participant, Plan, PlannedCharacteristic
from sampler.people import tally
from sampler.people.tally import Standing, Tally
from sampler.people.tracking import (
    BOOKED,
    group_of,
    is_counted,
    is_planned,
    is_secured,
)
from sampler.quotas import group_noun
from sampler.words import count, group_words

MOST_PROFILES = 3


@dataclass(frozen=True)
class CoverageRow:
    """One group: the range wanted, and the people in it.

    `gap` is max(0, low - counted), `gap_least` what it falls to if everybody whose group is not
    known turns out to be in it; `over` is max(0, counted - high).
    """

    group: str
    low: int
    target: int
    high: int
    counted: int
    planned: int
    secured: int
    unknown: int
    has_quota: bool = True

    @property
    def gap(self) -> int:
        """People still to find."""
        return max(0, self.low - self.counted)

    @property
    def gap_least(self) -> int:
        """People still to find if all who could be in this group are."""
        return max(0, self.gap - self.unknown)

    @property
    def over(self) -> int:
        """People beyond the range."""
        return max(0, self.counted - self.high) if self.has_quota else 0

    @property
    def state(self) -> str:
        """The state in the words every page uses."""
        if not self.has_quota or (self.target == 0 and self.high == 0 and not self.counted):
            return "no quota"
        if self.over:
            return f"{self.over} over"
        if self.gap:
            least = self.gap_least
            return f"{least} to {self.gap} to find" if least < self.gap else f"{self.gap} to find"
        return "full" if self.counted >= self.target else "in range"


@dataclass(frozen=True)
class CoveredCharacteristic:
    """One characteristic: its rows, and of how many people counted the group is known."""

    name: str
    topic: str | None
    noun: str
    must_have: bool
    rows: tuple[CoverageRow, ...]
    known: int
    counted: int

    @property
    def missing(self) -> tuple[CoverageRow, ...]:
        """The groups with somebody still to find."""
        return tuple(row for row in self.rows if row.gap)


@dataclass(frozen=True)
class Profile:
    """Somebody to look for: a group of each characteristic, and how many gaps they close.

    `fits` is a person already in touch who could be that, with what is not known of them.
    """

    groups: tuple[tuple[str, str], ...]
    closes: int
    fits: str = ""


@dataclass(frozen=True)
class Coverage:
    """How far a round's people fill the plan."""

    people_wanted: int
    counted: int
    planned: int
    secured: int
    counting: Counting
    characteristics: tuple[CoveredCharacteristic, ...]

    @property
    def left(self) -> int:
        """Seats not yet filled."""
        return max(0, self.people_wanted - self.counted)

    @property
    def gaps(self) -> int:
        """Groups with somebody still to find, over all characteristics."""
        return sum(len(part.missing) for part in self.characteristics)


def cover(
    plan: Plan, everyone: Sequence[Participant], counting: Counting, *, partial_counts: bool
) -> Coverage:
    """Count people against a plan by the round's setting."""
    return cover_tally(plan, tally.of(everyone), counting, partial_counts=partial_counts)


def cover_tally(plan: Plan, found: Tally, counting: Counting, *, partial_counts: bool) -> Coverage:
    """Count people against a plan, from how many gave each answer."""
    secured = {s for s in found.people if is_secured(s, partial_counts=partial_counts)}
    planned = {s for s in found.people if is_planned(s, partial_counts=partial_counts)}
    taken = secured if counting == "secured" else planned
    by_name: dict[str, list[tuple[Answer, Standing, int]]] = {}
    for (name, answer, where), number in found.answers.items():
        by_name.setdefault(name, []).append((answer, where, number))

    def people_in(standings: set[Standing]) -> int:
        return sum(number for where, number in found.people.items() if where in standings)

    counted = people_in(taken)
    return Coverage(
        plan.people_wanted,
        counted,
        people_in(planned),
        people_in(secured),
        counting,
        tuple(
            _covered(part, by_name.get(part.name, []), counted, taken, planned, secured)
            for part in plan.characteristics
        ),
    )


def _covered(
    part: PlannedCharacteristic,
    answers: Sequence[tuple[Answer, Standing, int]],
    counted: int,
    taken: set[Standing],
    planned: set[Standing],
    secured: set[Standing],
) -> CoveredCharacteristic:
    now: dict[str, int] = {}
    then: dict[str, int] = {}
    heard: dict[str, int] = {}
    unnamed: dict[str | None, int] = {}
    outside: dict[str, int] = {}
    for answer, where, number in answers:
        group = group_of(part, answer)
        for by_group, standings in ((now, taken), (then, planned), (heard, secured)):
            if group is not None and where in standings:
                by_group[group] = by_group.get(group, 0) + number
        if group is None and where in taken:
            if answer.kind == "group":
                outside[answer.text] = outside.get(answer.text, 0) + number
            elif answer.kind == "broad":
                unnamed[answer.text] = unnamed.get(answer.text, 0) + number
    named = sum(now.values()) + sum(outside.values())
    unnamed[None] = counted - named - sum(unnamed.values())
    rows = [
        CoverageRow(
            quota.group,
            quota.low,
            quota.target,
            quota.high,
            now.get(quota.group, 0),
            then.get(quota.group, 0),
            heard.get(quota.group, 0),
            unnamed[None] + (unnamed.get(quota.broad, 0) if quota.broad else 0),
        )
        for quota in part.quotas
    ]
    rows += [
        CoverageRow(group, 0, 0, 0, number, number, 0, 0, has_quota=False)
        for group, number in sorted(outside.items())
    ]
    return CoveredCharacteristic(
        part.name, part.topic, group_noun(part), part.must_have, tuple(rows), named, counted
    )


def answer_line(found: Coverage) -> str:
    """Say how the round stands in a sentence or two.

    "9 of 10 seats filled. 1 seat left, and 2 ethnic groups still missing."
    """
    if found.counted == 0:
        return f"{count(found.people_wanted, 'seat')} to fill. Nobody is booked yet."
    short = [part for part in found.characteristics if part.missing]
    if found.left == 0 and not short:
        return f"All {count(found.people_wanted, 'seat')} filled, and every group is there."
    filled = f"{found.counted} of {count(found.people_wanted, 'seat')} filled."
    if found.counted > found.people_wanted:
        filled = f"{found.counted} people for {count(found.people_wanted, 'seat')}."
    left = f"{count(found.left, 'seat')} left" if found.left else "No seat left"
    if not short:
        return f"{filled} {left}, and no group is missing."
    first = next((part for part in short if part.must_have), short[0])
    number = len(first.missing)
    return f"{filled} {left}, and {count(number, first.noun)} still missing."


def scarcest(found: Coverage) -> list[Profile]:
    """Return who to look for next, whoever closes most gaps first, at most three.

    Of each characteristic take the group with the largest part of its places missing (of its
    range first, then of its target), so that the scarce ones come early; on a tie the larger
    quota, then the one listed first. Each profile found is taken as seated before the next is
    looked for, so no more come than there are seats left.
    """
    left = {
        (part.name, row.group): (row.gap, row.target - row.counted, row.low, row.target)
        for part in found.characteristics
        for row in part.rows
        if row.has_quota and row.group != ANY
    }
    profiles: list[Profile] = []
    for _ in range(min(MOST_PROFILES, found.left)):
        chosen: list[tuple[str, str]] = []
        closes = 0
        for part in found.characteristics:
            here = [row.group for row in part.rows if (part.name, row.group) in left]
            if not here:
                continue
            best = max(here, key=lambda g: (_urgency(*left[part.name, g]), -here.index(g)))
            gap, short, low, target = left[part.name, best]
            if gap > 0 or short > 0:
                chosen.append((part.name, best))
                closes += gap > 0
                left[part.name, best] = (max(0, gap - 1), short - 1, low, target)
        if not chosen or (profiles and not closes):
            break
        profiles.append(Profile(tuple(chosen), closes))
    return profiles


def _urgency(gap: int, short: int, low: int, target: int) -> tuple[Fraction, Fraction, int]:
    """Rank a group to look for: how much of what it needs is missing, then its size."""
    return Fraction(gap, max(1, low)), Fraction(short, max(1, target)), target


def below_booked(plan: Plan, everyone: Sequence[Participant], *, partial_counts: bool) -> list[str]:
    """Say which quotas of a new plan fall below the people already booked or heard."""
    found = cover(plan, everyone, "planned", partial_counts=partial_counts)
    return [
        f"{group_words(row.group, part.topic)}: {row.counted} booked, quota {row.target}"
        for part in found.characteristics
        for row in part.rows
        if row.over
    ]


def changes(old: Plan, new: Plan) -> list[str]:
    """Say what a new plan changes against the one in use, group by group."""
    said = []
    if old.people_wanted != new.people_wanted:
        said.append(f"People wanted: {old.people_wanted} to {new.people_wanted}")
    for part in new.characteristics:
        before = old.named(part.name)
        if before is None:
            said.append(f"{part.name} is added")
            continue
        if before.must_have != part.must_have:
            said.append(f"{part.name} is {'kept exactly' if part.must_have else 'within 1'}")
        was = {quota.group: quota.target for quota in before.quotas}
        for quota in part.quotas:
            if was.get(quota.group, 0) != quota.target:
                name = group_words(quota.group, part.topic)
                said.append(f"{name}: {was.get(quota.group, 0)} to {quota.target}")
        gone = [group for group in was if group not in part.groups]
        if gone:
            said.append(f"{count(len(gone), 'group')} of {part.name.lower()} no longer there")
    kept = {part.name for part in new.characteristics}
    said += [f"{part.name} is left out" for part in old.characteristics if part.name not in kept]
    return said


def is_under_way(everyone: Sequence[Participant]) -> bool:
    """Say whether somebody has been offered a place or is further."""
    return any(p.stage in BOOKED or is_counted(p, "secured", partial_counts=True) for p in everyone)
