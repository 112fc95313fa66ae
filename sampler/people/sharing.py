"""A plan shared out between recruiters: in proportion, and as a plan of each one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from census.spelling import key
from sampler.apportion import Shares as Bounds
from sampler.apportion import closest, free
from sampler.brief import ANY
from sampler.model import Plan, PlannedCharacteristic, Quota, Recruiter
from sampler.people.two_way import closest_table
from sampler.words import group_words, listed, people

SPLIT_NOTE = "The round is split over "
"""What the note of a plan begins with that names every recruiter; none sees the others."""

Numbers = Mapping[str, Sequence[Sequence[int]]]
"""By characteristic: a row a group, a column a recruiter."""


@dataclass(frozen=True)
class Shares:
    """Each recruiter's own plan, by name, what to know of it, and how it was found.

    The plans add up to the round's in every group. Who is asked for nobody has a plan of nobody.
    """

    plans: Mapping[str, Plan]
    notes: tuple[str, ...]
    by: Literal["engine", "proportional"]


def people_of(recruiters: Sequence[Recruiter], wanted: int) -> list[int]:
    """Share out a round's people in proportion to how many each recruiter is asked for.

    >>> from sampler.model import Recruiter
    >>> three = [Recruiter(id=n, name=n, way="agency", people=p) for n, p in zip("abc", (6, 3, 0))]
    >>> people_of(three, 10)
    [7, 3, 0]
    """
    asked = [recruiter.people for recruiter in recruiters]
    return closest(free(asked), wanted) if any(asked) else [0] * len(asked)


def proportional(
    plan: Plan, recruiters: Sequence[Recruiter], wanted: Sequence[int]
) -> tuple[Numbers, tuple[str, ...]]:
    """Share out every characteristic for itself, with what a recruiter had to be asked for.

    Groups a recruiter cannot reach are asked of others as far as these have room. What can be
    reached is named as in the plan (`with_known_reach`).
    """
    found: dict[str, list[list[int]]] = {}
    notes = []
    for part in plan.characteristics:
        targets = [quota.target for quota in part.quotas]
        allowed = [
            [_reaches(recruiter, part, group) for recruiter in recruiters] for group in part.groups
        ]
        columns = list(wanted)
        if not any(columns):
            found[part.name] = [[0] * len(columns) for _ in targets]
            continue
        if sum(targets) != sum(columns):  # a plan of another version: as near as can be
            columns = closest(free(columns), sum(targets))
        table = closest_table(targets, columns, allowed)
        found[part.name] = table
        for column, recruiter in enumerate(recruiters):
            asked = [
                f"{table[row][column]:,} {group_words(group, part.topic)}"
                for row, group in enumerate(part.groups)
                if table[row][column] and not allowed[row][column]
            ]
            if asked:
                notes.append(
                    f"{recruiter.name} is asked for {listed(asked)} without being able to reach "
                    "them: no other recruiter has the room. Ask somebody else for more people, or "
                    "change what can be reached."
                )
    return found, tuple(notes)


def _reaches(recruiter: Recruiter, part: PlannedCharacteristic, group: str) -> bool:
    return group in recruiter.reach.get(part.name, (group,))


def with_known_reach(
    plan: Plan, recruiters: Sequence[Recruiter]
) -> tuple[list[Recruiter], list[str]]:
    """Return recruiters whose reach names only what the plan has, and say what it lacks.

    Groups not in the plan limit nothing; nor does a characteristic none of whose groups are.
    """
    parts = {key(part.name): part for part in plan.characteristics}
    kept, notes = [], []
    for recruiter in recruiters:
        reach: dict[str, tuple[str, ...]] = {}
        lost = []
        for name, groups in recruiter.reach.items():
            part = parts.get(key(name))
            if part is None:
                lost.append(name)
                continue
            known = {key(group): group for group in part.groups}
            lost += [f"{group} ({part.name})" for group in groups if key(group) not in known]
            found = tuple(known[key(group)] for group in groups if key(group) in known)
            if found or not groups:
                reach[part.name] = found
        kept.append(recruiter.model_copy(update={"reach": reach}))
        if lost:
            notes.append(
                f"The plan does not have all that {recruiter.name} can reach: {listed(lost)}."
            )
    return kept, notes


def own_plans(
    plan: Plan, recruiters: Sequence[Recruiter], wanted: Sequence[int], numbers: Numbers
) -> dict[str, Plan]:
    """Return each recruiter's own plan, with the numbers found for them."""
    parts = [_shared(part, wanted, numbers[part.name]) for part in plan.characteristics]
    kept = tuple(note for note in plan.notes if not note.startswith(SPLIT_NOTE))
    return {
        recruiter.name: plan.model_copy(
            update={
                "people_wanted": number,
                "characteristics": tuple(part[column] for part in parts),
                "notes": (_whose(number, plan.people_wanted), *kept),
            }
        )
        for column, (recruiter, number) in enumerate(zip(recruiters, wanted, strict=True))
    }


def _whose(number: int, wanted: int) -> str:
    if not number:
        return f"Nobody is asked for here: the round's {people(wanted)} are asked of others."
    if number == wanted:
        return f"These quotas are for all {people(wanted)} of the round."
    return f"These quotas are for {number:,} of the round's {people(wanted)}."


def _shared(
    part: PlannedCharacteristic, wanted: Sequence[int], table: Sequence[Sequence[int]]
) -> list[PlannedCharacteristic]:
    """Return the characteristic once for each recruiter."""
    rows = [
        _quotas(part, quota, wanted, targets)
        for quota, targets in zip(part.quotas, table, strict=True)
    ]
    return [
        part.model_copy(update={"quotas": tuple(row[column] for row in rows), "close_call": None})
        for column in range(len(wanted))
    ]


def _quotas(
    part: PlannedCharacteristic, quota: Quota, wanted: Sequence[int], targets: Sequence[int]
) -> list[Quota]:
    """Return a quota once for each recruiter; minimums and maximums add up to the round's.

    The range is made as in the plan: kept exactly, or one either side within the bounds.
    """
    nothing = (0,) * len(targets)
    most = tuple(targets)
    minimums = closest(Bounds(most, most, nothing, most), min(quota.minimum, sum(targets)))
    maximums: list[int | None] = [None] * len(targets)
    if quota.maximum is not None:
        spare = closest(free(list(wanted)), max(0, quota.maximum - quota.target))
        maximums = [target + more for target, more in zip(targets, spare, strict=True)]
    return [
        _own(part, quota, number, (minimum, target, maximum))
        for number, minimum, target, maximum in zip(
            wanted, minimums, targets, maximums, strict=True
        )
    ]


def _own(
    part: PlannedCharacteristic, quota: Quota, people: int, bounds: tuple[int, int, int | None]
) -> Quota:
    minimum, target, maximum = bounds
    low, high, tags = target, target, []
    if part.basis == "minimums":
        is_any = quota.group == ANY and quota.low == 0
        low, high = 0 if is_any else target, max(people, target)
        tags = [] if is_any or not target else [f"at least {target}"]
    else:
        if not part.must_have:
            most = people if maximum is None else min(maximum, people)
            most = most if quota.share else minimum
            low, high = max(minimum, target - 1), max(min(most, target + 1), target)
        if minimum and maximum == minimum:
            tags = [f"exactly {minimum}"]
        else:
            tags = [f"at least {minimum}"] if minimum else []
            tags += [] if maximum is None else [f"at most {maximum}"]
    return quota.model_copy(
        update={
            "ideal": None if quota.share is None else quota.share * people,
            "minimum": minimum,
            "target": target,
            "maximum": maximum,
            "low": low,
            "high": high,
            "why": f"{target:,} of the {quota.target:,} the round wants.",
            "tag": ", ".join(tags),
        }
    )
