"""Rounds added up: whose places may stand together, and one characteristic over several rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from census.model import Ages, Area
from census.spelling import key
from sampler.brief import CharacteristicBrief
from sampler.model import NOT_KNOWN, Plan, PlannedCharacteristic, Quota
from sampler.people.tracking import group_of
from sampler.programmes.common_groups import Common, Different, common, same_groups
from sampler.programmes.heard import HeardCharacteristic, HeardRow, Place, Repeat, RoundHeard
from sampler.words import count, listed

SMALL = ("ward", "constituency", "MSOA", "LSOA")


@dataclass(frozen=True)
class Asked:
    """One characteristic in one round."""

    one: RoundHeard
    part: PlannedCharacteristic


def overlap(one: Area, other: Area) -> bool:
    """Say whether two areas share people, or might.

    An area lies in those its `within` names. Small areas of two kinds in one authority may
    overlap, and so may a constituency with authorities of its region.
    """
    if one.code == other.code or one.name in other.within or other.name in one.within:
        return True
    if "several" in (one.type, other.type):
        return {one.code[:1], other.code[:1]} not in ({"K", "N"}, {"K", "S"})
    if one.type == other.type:
        return False
    home, away = _home(one), _home(other)
    if home and away and home != away:
        return False
    small = [area for area in (one, other) if area.type in SMALL]
    if len(small) == 2:
        within = [area.within[:1] for area in small]
        return within[0] == within[1] or () in within or "constituency" in (one.type, other.type)
    return bool(small) and (small[0].type == "constituency" or not small[0].within)


def _home(area: Area) -> str:
    """Return the region, or nation, that holds the whole of an area; empty for larger ones."""
    if area.code[:1] in ("N", "S"):
        return area.code[:1]
    return area.name if area.type == "region" else area.region or ""


def shared_area(plan: Plan, other: Plan) -> tuple[Area, Area] | None:
    """Return two areas of different plans that share people, or might; None where none do."""
    return next(((a, b) for a in plan.areas for b in other.areas if overlap(a, b)), None)


def nation(plan: Plan) -> str:
    """Return whose census counts a plan's place, by the first letter of its codes."""
    first = {area.code[:1].upper() for area in plan.areas}
    named = {"N": "Northern Ireland", "S": "Scotland"}
    return next((name for letter, name in named.items() if letter in first), "England and Wales")


def pools(rounds: Sequence[RoundHeard]) -> list[tuple[list[RoundHeard], str]]:
    """Part rounds with plans into those added up together, each but the first with why it is not.

    Rounds of one place stand together, and places that share nobody. The place most people were
    heard in comes first, and takes in every other that it may, the next largest first.
    """
    by_place: dict[Place, list[RoundHeard]] = {}
    for one in rounds:
        if one.plan is not None:
            by_place.setdefault(one.place, []).append(one)
    left = sorted(by_place.values(), key=lambda some: -sum(one.heard for one in some))
    found: list[tuple[list[RoundHeard], str]] = []
    while left:
        here, later, why_not = [left[0]], [], ""
        for some in left[1:]:
            reason = _not_beside(here, some)
            if reason:
                later.append(some)
            else:
                here.append(some)
        if found:
            why_not = _not_beside([found[0][0]], left[0])
        inside = {one.round.id for some in here for one in some}
        found.append(([one for one in rounds if one.round.id in inside], why_not))
        left = later
    return found


def _not_beside(here: Sequence[Sequence[RoundHeard]], some: Sequence[RoundHeard]) -> str:
    """Say why the rounds of a place are not added up with those here; empty if they are."""
    plan = some[0].plan
    for other in (one for places in here for one in places):
        if plan is None or other.plan is None or other.place == some[0].place:
            continue
        if not plan.areas or not other.plan.areas:
            without = "no place" if not plan.areas else f"{plan.place}, and others no place"
            return f"It names {without}, so its people are not added up here."
        if pair := shared_area(plan, other.plan):
            names = listed([area.name for area in pair])
            return (
                f"It covers {plan.place}, and these rounds cover {other.plan.place}. {names} "
                "overlap, so their people are not added up."
            )
    return ""


def by_characteristic(rounds: Sequence[RoundHeard]) -> list[list[Asked]]:
    """Gather what the rounds ask, characteristic by characteristic, in the order met.

    One of the rounds' own under the name of a census topic is taken for it.
    """
    every = [Asked(one, part) for one in rounds if one.plan for part in one.plan.characteristics]
    topics = {key(a.part.name): a.part.topic for a in every if a.part.topic}
    found: dict[str, list[Asked]] = {}
    for asked in every:
        name = key(asked.part.name)
        found.setdefault(asked.part.topic or topics.get(name, name), []).append(asked)
    return list(found.values())


def added_up(
    every: Sequence[Asked],
    known_again: Sequence[Repeat] = (),
    *,
    in_broad: bool = False,
    compared: bool = True,
) -> HeardCharacteristic:
    """Add one characteristic up over rounds; those that ask it otherwise stand beside.

    `in_broad` uses broad groups wherever there are some; without `compared` nothing is expected
    of census groups.
    """
    classes: list[list[Asked]] = []
    for asked in every:
        alike = (some for some in classes if _is_alike(some[0], asked))
        if (some := next(alike, None)) is not None:
            some.append(asked)
        else:
            classes.append([asked])
    classes.sort(key=lambda some: -sum(asked.one.heard for asked in some))
    together, shared, beside = [classes[0]], _common([classes[0]], in_broad), []
    for some in classes[1:]:
        tried = _common([*together, some], in_broad)
        if isinstance(tried, Different):
            beside.append((some, f"It {tried.reason}"))
        else:
            together.append(some)
            shared = tried
    assert isinstance(shared, Common)
    alone = []
    for some, reason in beside:
        groups = _common([some], in_broad)
        assert isinstance(groups, Common)
        made = _sums(every, [some], groups, known_again, compared)
        alone.append(replace(made, reason=reason))
    return replace(_sums(every, together, shared, known_again, compared), beside=tuple(alone))


def _is_alike(one: Asked, other: Asked) -> bool:
    return (
        same_groups(one.part, other.part)
        and one.part.topic == other.part.topic
        and one.one.is_broad(one.part) == other.one.is_broad(other.part)
        and not _other_base(one, other)
        and _nation(one) == _nation(other)
    )


def _nation(asked: Asked) -> str:
    return nation(asked.one.plan) if asked.one.plan else ""


def _other_base(one: Asked, other: Asked) -> str:
    """Say that the figures count other people, where the rounds are open to other ages too."""
    if one.part.topic == "age" or one.one.plan is None or other.one.plan is None:
        return ""
    ages = (one.one.plan.lowest_age, one.one.plan.highest_age)
    bases = [a.part.source.base for a in (one, other) if a.part.source and a.part.topic]
    if ages == (other.one.plan.lowest_age, other.one.plan.highest_age) or len(set(bases)) < 2:
        return ""
    return f"counts {bases[1]}, the others {bases[0]}."


def _common(classes: Sequence[Sequence[Asked]], in_broad: bool) -> Common | Different:
    heads = [some[0] for some in classes]
    for head in heads[:-1]:
        if other := _other_base(head, heads[-1]):
            return Different(other)
    return common(
        [head.part for head in heads],
        [in_broad or head.one.is_broad(head.part) for head in heads],
        nations=[_nation(head) for head in heads],
    )


def _sums(
    every: Sequence[Asked],
    classes: Sequence[Sequence[Asked]],
    shared: Common,
    known_again: Sequence[Repeat],
    compared: bool,
) -> HeardCharacteristic:
    """Add people, targets and population up over classes of rounds, in the groups shared."""
    main = next((s[0].part for s in classes if _has_figures(s[0].part)), classes[0][0].part)
    at = {asked.one.round.id: i for i, some in enumerate(classes) for asked in some}
    inside = [asked for asked in every if asked.one.round.id in at]
    names = [group.name for group in shared.groups]
    heard, wanted, raised = Counter[str](), Counter[str](), set[str]()
    everyone = 0
    where: dict[str, tuple[Asked, Mapping[str, str], Mapping[str, str]]] = {}
    belongs = [
        (
            {member: g.name for g in shared.groups for member in g.members[i]},
            {broad: g.name for g in shared.groups for broad in g.broad[i]},
        )
        for i in range(len(classes))
    ]
    for asked in inside:
        i = at[asked.one.round.id]
        by_group, by_broad = belongs[i]
        if asked.part.groups != classes[i][0].part.groups:
            spelled = {key(member): name for member, name in by_group.items()}
            by_group = {group: spelled[key(group)] for group in asked.part.groups}
        where[asked.one.round.id] = asked, by_group, by_broad
        groups, broad = asked.one.counts(asked.part)
        for name, number in groups.items():
            heard[by_group[name]] += number
        for name, number in broad.items():
            if name in by_broad:
                heard[by_broad[name]] += number
        for quota in asked.part.quotas:
            wanted[by_group[quota.group]] += quota.target
            if _is_raised(quota, asked.one):
                raised.add(by_group[quota.group])
        everyone += asked.one.heard
    again = _count_once(known_again, where, heard)
    people = _population(inside, where, compared=compared)
    total = sum(people.values()) if people else 0
    known = sum(heard.values())
    shares = {name: Fraction(people[name], total) for name in names} if people and total else {}
    rows = [
        HeardRow(
            name,
            heard[name],
            known * shares[name] if shares else None,
            shares.get(name),
            wanted[name],
            name in raised,
            people[name] if people else None,
        )
        for name in names
    ]
    rows.sort(key=lambda row: (row.heard - row.expected) if row.expected is not None else 0)
    return HeardCharacteristic(
        main.name,
        "ethnic group" if main.topic == "ethnic_group" else "group",
        tuple(rows),
        known,
        everyone - again,
        main,
        tuple(asked.one.round.title for asked in inside),
        tuple(asked.one.round.id for asked in inside),
        _brief_part(inside, names),
        tuple(filter(None, [shared.note, *_base_notes(inside), once_words(again)])),
    )


def _brief_part(inside: Sequence[Asked], names: Sequence[str]) -> CharacteristicBrief | None:
    """Return the part of a brief that asks for just these groups, the newest round's first."""
    wanted = sorted(map(key, names))
    for asked in sorted(inside, key=lambda a: a.one.round.created_at, reverse=True):
        if sorted(map(key, asked.part.groups)) == wanted and not asked.one.is_broad(asked.part):
            for part in asked.one.round.brief.characteristic:
                same = part.topic == asked.part.topic if part.topic else part.name
                if same is True or same == asked.part.name:
                    return part
    return None


def once_words(again: int) -> str:
    """Say that people known in several rounds are counted once; empty if there are none."""
    if not again:
        return ""
    return (
        f"{count(again, 'time', 'times')} somebody was heard again, known by the same recruiter’s "
        "reference, is not counted again."
    )


def _is_raised(quota: Quota, one: RoundHeard) -> bool:
    """Say whether a round asked for more of a group than its share of the population."""
    if quota.population_share is None or quota.share is None or one.plan is None:
        return False
    usual = quota.population_share * one.plan.people_wanted
    return quota.share > quota.population_share or quota.minimum > usual


def _count_once(
    known_again: Sequence[Repeat],
    where: Mapping[str, tuple[Asked, Mapping[str, str], Mapping[str, str]]],
    heard: Counter[str],
) -> int:
    """Take those heard again out of the counts but for what they last said; returns how often."""
    again = 0
    for repeat in known_again:
        here = [round_id for round_id in repeat.answers if round_id in where]
        said = []
        for round_id in here:
            asked, by_group, by_broad = where[round_id]
            answer = repeat.answers[round_id].get(asked.part.name, NOT_KNOWN)
            group = group_of(asked.part, answer)
            broad = by_broad.get(answer.text) if answer.kind == "broad" else None
            said += [name for name in (by_group[group] if group else broad,) if name]
        for name in said[:-1]:
            heard[name] -= 1
        again += max(0, len(here) - 1)
    return again


def _has_figures(part: PlannedCharacteristic) -> bool:
    return all(quota.people is not None for quota in part.quotas)


def _population(
    inside: Sequence[Asked],
    where: Mapping[str, tuple[Asked, Mapping[str, str], Mapping[str, str]]],
    *,
    compared: bool,
) -> Counter[str] | None:
    """Return the people of each group over the different places, by the newest figures of each."""
    newest: dict[Place, Asked] = {}
    for asked in sorted(inside, key=lambda a: a.one.round.created_at):
        if _has_figures(asked.part) and (compared or asked.part.basis != "census"):
            newest[asked.one.place] = asked
    if any(asked.one.place not in newest for asked in inside):
        return None
    people: Counter[str] = Counter()
    for asked in newest.values():
        _, by_group, _ = where[asked.one.round.id]
        for quota in asked.part.quotas:
            people[by_group[quota.group]] += quota.people or 0
    return people


def _base_notes(inside: Sequence[Asked]) -> list[str]:
    """Say where the figures, or the rounds, are not of people of the same ages."""
    sources: dict[str, list[str]] = {}
    ages: dict[str, None] = {}
    for asked in inside:
        plan, source = asked.one.plan, asked.part.source
        if plan is None or source is None or asked.part.topic in (None, "age"):
            continue
        ages[Ages(plan.lowest_age, plan.highest_age).words()] = None
        sources.setdefault(source.base, []).append(plan.place)
    if len(sources) > 1:
        said = [f"{base} in {listed(list(dict.fromkeys(at)))}" for base, at in sources.items()]
        return [f"The figures do not count the same people: {'; '.join(said)}."]
    if len(ages) > 1:
        base = next(iter(sources))
        return [f"These rounds are open to {listed(list(ages))}; the shares count {base}."]
    return []
