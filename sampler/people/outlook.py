"""A round looked ahead with the figures behind its plan: the outer layer of `ahead`."""

from __future__ import annotations

from collections.abc import Sequence

from census.errors import CensusError
from sampler import figures
from sampler.brief import Brief
from sampler.errors import SamplerError
from sampler.limits import Question
from sampler.model import Participant, Plan, Round
from sampler.people import ahead, look_for
from sampler.people.coverage import Profile
from sampler.people.tracking import group_of, is_counted
from sampler.seats import seating


def of(round_: Round, plan: Plan, everyone: Sequence[Participant]) -> ahead.Outlook:
    """Return whether a round's mix can still be met with the places left, and ways out.

    Where the figures behind the plan are not at hand, its quotas alone are looked at.
    """
    brief = round_.brief
    return ahead.outlook(
        plan,
        everyone,
        brief.count,
        partial_counts=brief.partial_counts,
        question=question_of(brief),
        ask=question_of,
    )


def question_of(brief: Brief) -> Question | None:
    """Return all that the quotas of a brief must meet, or None where its figures are not there."""
    try:
        return figures.question_of(brief)
    except (SamplerError, CensusError):
        return None


def next_profiles(round_: Round, plan: Plan, everyone: Sequence[Participant]) -> list[Profile]:
    """Return who to look for next, from the round's seats where they have been worked out."""
    brief = round_.brief
    return look_for.next_profiles(
        plan,
        everyone,
        brief.count,
        partial_counts=brief.partial_counts,
        question=question_of(brief),
        seats=_seats_free(brief, plan, everyone),
    )


def _seats_free(brief: Brief, plan: Plan, everyone: Sequence[Participant]) -> list[look_for.Groups]:
    """Return the seats nobody counted has, of those around them or else of those without them."""
    counted = [
        {
            part.name: group
            for part in plan.characteristics
            if (group := group_of(part, person.answer(part.name))) is not None
        }
        for person in everyone
        if is_counted(person, brief.count, partial_counts=brief.partial_counts)
    ]
    try:
        if not figures.plan_of(brief).is_same(plan):
            return []
        for fixed in (seating.that_fit(plan, seating.fixed_seats(plan, counted)), ()):
            if seating.is_worked_out(brief, fixed):
                return look_for.free_seats(seating.of(brief, fixed).rows(), counted)
    except (SamplerError, CensusError):
        return []
    return []
