"""The census figures a brief asks for. With the pages and the command line the outer layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import census
from census.spelling import key
from sampler import combining, pairs, quotas, repairs, rules
from sampler.brief import Brief, CharacteristicBrief
from sampler.doubt import could_change
from sampler.errors import BriefError, NoPlan, SamplerError
from sampler.limits import Question
from sampler.lookups import ages_of, areas_of, look_up, look_up_one, mix_of, names
from sampler.model import Plan
from sampler.repairs import Repair
from sampler.seats import splits
from sampler.words import listed, people

ENGLAND_AND_WALES = "K04000001"
REPLACED = {
    "bands": "your age bands (the ready ones are used instead)",
    "merge": "the merged groups",
}


__all__ = [
    "ages_of",
    "areas_of",
    "compare",
    "doubt",
    "fitting",
    "look_up",
    "mix_of",
    "names",
    "nearest_plan",
    "plan_of",
    "question_of",
    "repairs_of",
    "sources",
]


def plan_of(brief: Brief) -> Plan:
    """Return the plan of a brief, worked out once for the same brief.

    Raises `BriefError`, `NoPlan` and `ExtractError`.
    """
    return _plan(brief.model_dump_json(), census.held.shelf().version)


@lru_cache(maxsize=256)
def _plan(brief_json: str, version: int) -> Plan:
    """Work a plan out, once for each state of the figures held."""
    brief = Brief.model_validate_json(brief_json)
    if not brief.characteristic:
        raise BriefError.at("characteristic", "The brief has no characteristic. Add at least one.")
    asked = question_of(brief)
    plan = quotas.plan(
        brief,
        areas_of(brief),
        asked.mix,
        asked.left_out,
        split=asked.split,
        reach=asked.reach,
    )
    return plan.model_copy(update={"notes": (*plan.notes, *_across(brief, asked))})


def _across(brief: Brief, asked: Question) -> list[str]:
    """Say the rules across characteristics and the split, which no single quota shows."""
    said = [f"Whoever fills the quotas, the round needs {one.rule.rule}." for one in asked.across]
    for split in brief.split:
        parts = listed([f"{name} {number:,}" for name, number in split.people.items()])
        said.append(f"The round is split over {split.by}: {parts}.")
    return said


def question_of(brief: Brief) -> Question:
    """Return all that the quotas of a brief must meet.

    Raises `BriefError` and a `CensusError`.
    """
    mix = mix_of(brief)
    split = [(tuple(one.people.values()), splits.reach(one, mix)) for one in brief.split]
    people, reach = split[0] if split else ((), [])
    left_out = combining.of(brief).left_out
    return Question(brief, mix, left_out, split=people, reach=tuple(reach))


def repairs_of(brief: Brief) -> tuple[Repair, ...]:
    """Return what to change so that a brief has a plan, the cheapest first; worked out once."""
    return _repairs(brief.model_dump_json(), census.held.shelf().version)


@lru_cache(maxsize=64)
def _repairs(brief_json: str, version: int) -> tuple[Repair, ...]:
    def works(repaired: Brief) -> bool:
        try:
            plan_of(repaired)
        except (BriefError, NoPlan):
            return False
        return True

    return repairs.find(question_of(Brief.model_validate_json(brief_json)), works)


@dataclass(frozen=True)
class NearestPlan:
    """A brief's plan; where its rules cannot all hold, the plan without the last of them.

    `brief` is the one planned, `conflict` why it is not the one asked for.
    """

    plan: Plan
    brief: Brief
    conflict: NoPlan | None


def nearest_plan(brief: Brief) -> NearestPlan:
    """Return a brief's plan, or the nearest there is: rules that fail go, from the last.

    Raises `BriefError` and `ExtractError`.
    """
    first: NoPlan | None = None
    while True:
        try:
            return NearestPlan(plan_of(brief), brief, first)
        except NoPlan as error:
            first = first or error
            named = {rule.field for rule in error.rules}
            failing = [rule for rule in rules.with_pairs(brief) if rule.is_named_by(named)]
            if not failing:
                raise
            brief = rules.without(brief, failing[-1])


@dataclass(frozen=True)
class Comparison:
    """Who lives in a place, beside its region and England and Wales, where those are wider."""

    here: census.Distribution
    region: tuple[str, census.Distribution] | None
    nation: census.Distribution | None


def compare(brief: Brief, topic: census.Topic) -> Comparison:
    """Return the distribution of a topic in a brief's place beside the wider ones.

    A wider place is left out where its figures are not held, or count other groups.

    Raises a `CensusError` where the figures of the place cannot be given.
    """
    areas, ages = areas_of(brief), ages_of(brief)
    bands = None
    if topic.id == "age":
        bands = next((p.bands for p in brief.characteristic if p.topic == "age" and p.bands), None)
    here = census.distribution(topic, areas, ages=ages, bands=bands)
    of_all_ages = topic.kind == "by age" and here.source.base == census.Ages(0).words()

    def wider(asked: str) -> census.Distribution | None:
        place = census.area(asked)
        if topic is census.WHERE_THEY_LIVE or place in areas:
            return None
        counted = census.Ages(0) if of_all_ages else ages
        try:
            found = census.distribution(topic, (place,), ages=counted, bands=bands)
        except census.CensusError:
            return None
        names = [group.name for group in here.groups]
        return found if [group.name for group in found.groups] == names else None

    regions = {a.region for a in areas}
    around = regions.pop() if len(regions) == 1 else None
    region = wider(around) if around else None
    return Comparison(
        here,
        (around, region) if around and region else None,
        wider(ENGLAND_AND_WALES),
    )


def doubt(brief: Brief, found: census.Distribution) -> str:
    """Say whether the known error of approximate figures could change a whole number here.

    Nothing is said of figures that are approximate for another reason.
    """
    if found.known_error is None:
        return ""
    part = next((p for p in brief.characteristic if p.topic == found.topic), None)
    alone = brief.alone(part or CharacteristicBrief(topic=found.topic))
    try:
        mix_ = mix_of(alone)
        plan = plan_of(alone)
    except (SamplerError, census.CensusError):
        return ""
    targets = [quota.target for quota in plan.characteristics[0].quotas]
    above = brief.at_least_one_above
    could = could_change(
        mix_.characteristics[0],
        targets,
        brief.people_wanted,
        found.known_error,
        above=None if above is None else Fraction(above),
    )
    wanted = people(brief.people_wanted)
    return (
        f"With {wanted} that could change a whole number of the quotas: read the official figures "
        "before you rely on them."
        if could
        else f"With {wanted} it cannot change a whole number of the quotas."
    )


def sources(brief: Brief, topic: census.Topic) -> list[tuple[str, census.Source | str]]:
    """Return where the figures of each topic of a round come from, `topic` among them.

    In place of a source stands the sentence that says why there are no figures.
    """
    shown = [p.topic for p in brief.characteristic if p.topic]
    parts = list(brief.characteristic)
    if topic.id not in shown:
        parts.append(CharacteristicBrief(topic=topic.id))
    found: list[tuple[str, census.Source | str]] = []
    for part in parts:
        if part.topic is None:
            continue
        alone = brief.alone(part)
        try:
            figure = look_up(alone)[0]
            if figure is not None:
                found.append((figure.title, figure.source))
        except (BriefError, census.CensusError) as error:
            found.append((names(alone)[0], str(error)))
    return found


def fitting(brief: Brief) -> tuple[Brief, list[str]]:
    """Return a brief without rules, raised shares and merges on groups that are gone.

    Ages and places decide which groups there are. The names of what was dropped come with it.
    """
    dropped: list[str] = []
    areas = areas_of(brief)
    for index, part in enumerate(brief.characteristic):
        if part.topic is None:
            continue
        for field, nothing in (("bands", None), ("merge", {})):
            try:
                look_up_one(brief, index, brief.characteristic[index], areas)
            except BriefError as error:
                if error.problems[0][0] == f"characteristic[{index}].{field}":
                    brief = brief.with_characteristic(index, **{field: nothing})
                    dropped.append(REPLACED[field])
        try:
            found = look_up_one(brief, index, brief.characteristic[index], areas)
        except BriefError:  # figures not held yet: nothing is known to be gone
            continue
        present = {key(group.name) for group in found.groups}
        changes: dict[str, object] = {}
        for field in ("minimum", "maximum", "minimum_share", "boost", "heard"):
            asked = getattr(brief.characteristic[index], field) or {}
            gone = [
                group
                for group in asked
                if key(group) not in present
                and key(found.aliases.get(key(group), "")) not in present
            ]
            if gone and field == "heard":
                changes |= {"heard": None, "heard_rounds": None}
                dropped.append("the people heard before")
            elif gone:
                changes[field] = {g: value for g, value in asked.items() if g not in gone}
                dropped += [f"the rule about {group}" for group in gone]
        if changes:
            brief = brief.with_characteristic(index, **changes)
    brief, pairs_gone = _without_lost_pairs(brief)
    return brief, list(dict.fromkeys([*dropped, *pairs_gone]))


def _without_lost_pairs(brief: Brief) -> tuple[Brief, list[str]]:
    """Return a brief without the pairs left out of which a group is gone, and their names."""
    try:
        pairs.left_out(mix_of(brief), brief)
    except BriefError as error:
        lost = [path for path, _ in error.problems if path.startswith("leave_out[")]
        gone = [i for i in range(len(brief.leave_out)) if f"leave_out[{i}].pair" in lost]
        kept = [one.model_dump() for i, one in enumerate(brief.leave_out) if i not in gone]
        names = [f"the pair {listed(list(brief.leave_out[i].pair.values()))}" for i in gone]
        return brief.changed(leave_out=kept), names
    return brief, []
