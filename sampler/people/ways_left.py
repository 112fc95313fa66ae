"""Ways out where the mix cannot be met with the places left, each checked to work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sampler import quotas, repairs
from sampler.brief import Brief
from sampler.brief_values import MOST_PEOPLE
from sampler.errors import NoPlan, SamplerError, SolverError
from sampler.limits import Question
from sampler.model import Participant, Plan
from sampler.people.coverage import changes
from sampler.people.ground import ground
from sampler.people.needs import OUTSIDE, Profile, Reader, seats_left
from sampler.people.places_left import Places
from sampler.people.stages import in_order
from sampler.people.tracking import BOOKED
from sampler.seats import splits
from sampler.solver import Program
from sampler.words import listed

MOST_NAMED = 4
MOST_CHECKED = 8
"""How many kinds of people are tried as a reserve with rules across characteristics."""
MOST_RESERVES = 5
MOST_TRIES = 3
"""How many numbers of people wanted are tried."""
MOST_REPAIRS = 2
MOST_IN_PROGRAM = 500

Ask = Callable[[Brief], Question | None]
"""Looks up all that the quotas of a brief must meet; None where it cannot be planned."""


@dataclass(frozen=True)
class WayOut:
    """A change after which the mix can be met, checked, and worded as what will happen.

    `reserves` are people to make a reserve: any one of them where `any_one`, else all. Otherwise
    `plan` has the quotas to take into use, and `brief` the round's request where that changes.
    """

    label: str
    reserves: tuple[Participant, ...] = ()
    any_one: bool = False
    people_wanted: int | None = None
    brief: Brief | None = None
    plan: Plan | None = None


def reserves(here: Places) -> Iterator[WayOut]:
    """Return who could be made a reserve: one of several, or some together."""
    movable = [p for p in here.counted if p.stage in BOOKED and not p.reserve]
    movable.sort(key=lambda p: (BOOKED.index(p.stage), in_order(p.reference)))
    reader = Reader(here.plan)
    kinds: dict[Profile, list[Participant]] = {}
    for person in movable:
        kinds.setdefault(reader.profile(person), []).append(person)
    left = seats_left(here.plan, here.counted[1:])
    freeing = []
    checked = 0
    for kind, some in kinds.items():
        helps = all(here.needs[c].without(kind[c]).missing <= left for c in here.short)
        if not helps or (here.held and (checked := checked + 1) > MOST_CHECKED):
            continue
        if not here.held or here.without(some[:1]).can:
            freeing += some
    if freeing:
        some = sorted(freeing, key=movable.index)[:3]
        names = listed([person.reference for person in some], "or")
        yield WayOut(f"Make {names} a reserve", tuple(some), any_one=len(some) > 1)
    elif here.short and (several := _fewest(here, kinds)) and here.without(several).can:
        names = listed([person.reference for person in several])
        yield WayOut(f"Make {names} reserves", tuple(several))


def _fewest(here: Places, kinds: dict[Profile, list[Participant]]) -> tuple[Participant, ...]:
    """Return the fewest people without whom no characteristic is short; none where too many."""
    program = Program()
    some = list(kinds.items())[:MOST_IN_PROGRAM]
    number = [
        program.variable(0, len(people_), cost=len(some) * MOST_IN_PROGRAM + at)
        for at, (_, people_) in enumerate(some)
    ]
    beyond = max(0, len(here.counted) - here.plan.people_wanted)
    for column in here.short:
        need, freed = here.needs[column], []
        for g in range(OUTSIDE, len(need.part.quotas)):
            mine = [(number[i], 1.0) for i, (kind, _) in enumerate(some) if kind[column] == g]
            spare = need.outside if g == OUTSIDE else need.counted[g] - need.part.quotas[g].low
            if mine and spare > 0:
                free = program.variable(0, spare)
                program.row([*mine, (free, -1.0)], 0, None)
                freed.append((free, 1.0))
        program.row(freed, need.missing - here.left + beyond, None)
    program.row([(v, 1.0) for v in number], None, MOST_RESERVES)
    try:
        values = program.solve()
    except SolverError:
        return ()
    if values is None:
        return ()
    chosen = [p for v, (_, ps) in zip(number, some, strict=True) for p in ps[: round(values[v])]]
    return tuple(sorted(chosen, key=lambda p: in_order(p.reference)))


def _planned(question: Question, plan: Plan) -> Plan:
    """Plan a question for the places of another plan; raises `SamplerError`."""
    return quotas.plan(
        question.brief,
        plan.areas,
        question.mix,
        question.left_out,
        question.fixed,
        split=question.split,
        reach=question.reach,
    )


def other_people_wanted(here: Places, brief: Brief, ask: Ask) -> Iterator[WayOut]:
    """Return the first larger number of people found with which the new quotas can be met."""
    wanted = max(brief.people_wanted, len(here.counted))
    more = here.lacking
    for _ in range(MOST_TRIES):
        wanted += max(1, more)
        if wanted > MOST_PEOPLE:
            return
        parts_ = [splits.resized(one, wanted).model_dump() for one in brief.split]
        try:
            larger = brief.changed(people_wanted=wanted, split=parts_)
            question = ask(larger)
            if question is None:
                return
            plan = _planned(question, here.plan)
        except SamplerError:
            more = 1
            continue
        then = Places(plan, here.counted, ground(plan, question))
        if then.can:
            label = f"Raise people wanted to {wanted:,}"
            yield WayOut(label, people_wanted=wanted, brief=larger, plan=plan)
            return
        more = then.lacking


def other_quotas(here: Places, question: Question, ask: Ask) -> Iterator[WayOut]:
    """Return the closest quotas around the people counted, or what to change so that there are."""
    fixed = _around(question, here)
    try:
        plan = _planned(fixed, here.plan)
    except NoPlan:
        yield from _repaired(here, fixed, ask)
        return
    except SamplerError:
        return
    if Places(plan, here.counted, ground(plan, question)).can:
        said = changes(here.plan, plan)
        words = [*said[:MOST_NAMED], *(["more"] if len(said) > MOST_NAMED else [])]
        yield WayOut(f"Use the closest quotas to the people counted: {'; '.join(words)}", plan=plan)


def _around(question: Question, here: Places) -> Question:
    """Return a question with the people counted in it."""
    reader = Reader(question.mix)
    fixed = [
        tuple(cell if isinstance(cell, int) and cell != OUTSIDE else None for cell in profile)
        for profile in map(reader.profile, here.counted)
    ]
    return replace(question, fixed=tuple(fixed))


def _repaired(here: Places, question: Question, ask: Ask) -> Iterator[WayOut]:
    plans: dict[str, Plan] = {}

    def works(brief: Brief) -> bool:
        try:
            again = ask(brief)
            if again is None:
                return False
            plan = _planned(_around(again, here), here.plan)
        except SamplerError:
            return False
        plans[brief.model_dump_json()] = plan
        return Places(plan, here.counted, ground(plan, again)).can

    try:
        found = repairs.find(question, works, most=MOST_REPAIRS)
    except SamplerError:
        return
    for repair in found:
        brief = repairs.apply(question.brief, repair)
        plan = plans[brief.model_dump_json()]
        yield WayOut(repair.words(), brief=brief, plan=plan)
