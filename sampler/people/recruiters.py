"""Each recruiter's own part of a round. With `seating` the outer layer.

The seats of the round say who is asked for whom where there are any; else every characteristic is
shared out in proportion. Nothing is worked out twice for the same round, plan and recruiters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import census
from census.errors import CensusError
from census.spelling import key
from sampler.brief import Brief
from sampler.errors import NoPlan, NoSeats, SamplerError
from sampler.model import Plan, Recruiter
from sampler.people.sharing import (
    Numbers,
    Shares,
    own_plans,
    people_of,
    proportional,
    with_known_reach,
)
from sampler.seats import seating
from sampler.words import people

BY = "Recruiter"
"""What a brief calls a split over recruiters."""
NOBODY_YET = "(nobody yet)"
"""Stands for the people no recruiter is asked for."""
MOST_SEATED = 200
"""A round of more people is shared out in proportion: its seats take long, and add little."""

_Asked = tuple[str, int, tuple[tuple[str, tuple[str, ...]], ...]]


def shares(brief: Brief, plan: Plan, recruiters: Sequence[Recruiter]) -> Shares:
    """Return each recruiter's own plan: their people, and their part of every quota.

    The plans add up to `plan` in every group, but for the people asked of nobody yet, and to each
    recruiter's people in every characteristic. Who is asked for nobody gets nobody.
    """
    asked = tuple(
        (one.name, one.people, tuple((name, tuple(some)) for name, some in one.reach.items()))
        for one in recruiters
    )
    version = census.held.shelf().version
    return _shares(brief.model_dump_json(), plan.model_dump_json(), asked, version)


@lru_cache(maxsize=64)
def _shares(brief_json: str, plan_json: str, asked: tuple[_Asked, ...], version: int) -> Shares:
    """Share a plan out, once for each state of the figures held."""
    brief, plan = Brief.model_validate_json(brief_json), Plan.model_validate_json(plan_json)
    given = [
        Recruiter(id="", name=name, way="agency", people=number, reach=dict(reach))
        for name, number, reach in asked
    ]
    rest = max(0, plan.people_wanted - sum(one.people for one in given))
    if rest and rest < plan.people_wanted:
        given.append(Recruiter(id="", name=NOBODY_YET, way="panel", people=rest))
    recruiters, lost = with_known_reach(plan, given)
    wanted: Sequence[int] = people_of(recruiters, plan.people_wanted)
    if not any(wanted):
        nothing, _ = proportional(plan, recruiters, wanted)
        plans = MappingProxyType(own_plans(plan, recruiters, wanted, nothing))
        return Shares(plans, ("No recruiter is asked for anybody.",), "proportional")
    notes = [*_asked_for(plan, rest), *lost]
    seated, why_not = _by_seats(brief, plan, recruiters, wanted)
    if seated is not None:
        wanted, numbers = seated
        plans = _of_recruiters(own_plans(plan, recruiters, wanted, numbers))
        return Shares(plans, tuple(notes), "engine")
    numbers, unreached = proportional(plan, recruiters, wanted)
    plans = _of_recruiters(own_plans(plan, recruiters, wanted, numbers))
    said = [f"{why_not} Every characteristic is shared out in proportion."] if why_not else []
    return Shares(plans, (*notes, *said, *unreached), "proportional")


def _asked_for(plan: Plan, rest: int) -> list[str]:
    """Say where the recruiters together are asked for fewer people than the plan wants."""
    if not rest:
        return []
    return [
        f"The recruiters are asked for {people(plan.people_wanted - rest)} of "
        f"{plan.people_wanted:,}: {people(rest)}, with their part of the quotas, are asked of "
        "nobody yet."
    ]


def _of_recruiters(plans: dict[str, Plan]) -> MappingProxyType[str, Plan]:
    plans.pop(NOBODY_YET, None)
    return MappingProxyType(plans)


def _by_seats(
    brief: Brief, plan: Plan, recruiters: Sequence[Recruiter], wanted: Sequence[int]
) -> tuple[tuple[Sequence[int], Numbers] | None, str]:
    """Return the people and numbers of each recruiter by the seats of the round, or why not."""
    names = [recruiter.name for recruiter in recruiters]
    own = next((split for split in brief.split if key(split.by) == key(BY)), None)
    if own is not None:
        parts = {key(name): number for name, number in own.people.items()}
        known = {key(name) for name in names}
        needed = {key(name) for name, number in zip(names, wanted, strict=True) if number}
        if not needed <= set(parts) <= known:
            return None, "The round is split over other recruiters than those it has."
        wanted = [parts.get(key(name), 0) for name in names]
    elif brief.split:
        return None, f"The round is split over {brief.split[0].by} already."
    elif sum(map(bool, wanted)) < 2:
        return None, ""
    if plan.people_wanted > MOST_SEATED:
        return None, f"The round has more than {people(MOST_SEATED)}."
    if brief.people_wanted != plan.people_wanted:
        return None, "The round has changed since the plan was taken into use."
    try:
        found = seating.of(brief if own else _split(brief, recruiters, wanted))
    except (NoPlan, NoSeats):
        return None, "No seats fit what the recruiters can reach and the rules of the round."
    except (SamplerError, CensusError):
        return None, "The seats of the round cannot be worked out."
    if found.plan.stopped:
        return None, "The seats of the round take too long to work out."
    numbers = _numbers(found, names)
    if not _adds_up(plan, wanted, numbers):
        return None, "The seats would need other quotas than the plan in use."
    return (wanted, numbers), ""


def _split(brief: Brief, recruiters: Sequence[Recruiter], wanted: Sequence[int]) -> Brief:
    """Return the brief split over those recruiters who are asked for somebody.

    Raises `BriefError`.
    """
    asked = [(one, number) for one, number in zip(recruiters, wanted, strict=True) if number]
    split = {
        "by": BY,
        "people": {one.name: number for one, number in asked},
        "reach": {one.name: dict(one.reach) for one, _ in asked if one.reach},
    }
    return brief.changed(split=[split])


def _numbers(found: seating.Seating, names: Sequence[str]) -> Numbers:
    parts: Mapping[str, Mapping[str, Mapping[str, int]]] = found.by_part or {}
    numbers = {}
    for characteristic, groups in parts.items():
        rows = []
        for row in groups.values():
            by_name = {key(part): number for part, number in row.items()}
            rows.append([by_name.get(key(name), 0) for name in names])
        numbers[characteristic] = rows
    return numbers


def _adds_up(plan: Plan, wanted: Sequence[int], numbers: Numbers) -> bool:
    """Say, by plain sums, whether numbers are those of this plan and these people."""
    return all(
        part.name in numbers
        and [sum(row) for row in numbers[part.name]] == [quota.target for quota in part.quotas]
        and [sum(column) for column in zip(*numbers[part.name], strict=True)] == list(wanted)
        for part in plan.characteristics
    )
