"""Small random briefs by hand, and whether they have a plan, by trying everything."""

from __future__ import annotations

from sampler import across, mix, pairs
from sampler.brief import from_values
from sampler.errors import BriefError
from sampler.limits import Question
from sampler.seats.seat_problem import Forbidden
from tests.small_cases import seats_of, within_bounds

MOST_TRIED = 5


def a_brief(rng, people=5):
    """Return a brief by hand whose rules often cannot all hold."""
    parts = []
    for index in range(rng.randint(1, 3)):
        names = [f"g{index}{i}" for i in range(rng.randint(2, 3))]
        part = {
            "name": f"C{index}",
            "people": {name: rng.choice([1, 2, 3, 5, 8]) for name in names},
            "minimum": {n: rng.randint(1, 3) for n in names if rng.random() < 0.3},
            "maximum": {n: rng.randint(0, 2) for n in names if rng.random() < 0.3},
        }
        if rng.random() < 0.2:
            part["minimum_share"] = {rng.choice(names): rng.choice(["0.3", "0.5", "0.7"])}
        for name, least in part["minimum"].items():
            if name in part["maximum"]:
                part["maximum"][name] = max(part["maximum"][name], least)
        for name in part.get("minimum_share", {}):
            part["maximum"].pop(name, None)
        parts.append(part)
    groups = [list(part["people"]) for part in parts]
    rules = []
    for _ in range(rng.choice([0, 1, 2])):
        some = rng.sample(range(len(parts)), rng.randint(1, len(parts)))
        where = {f"C{c}": rng.sample(groups[c], rng.randint(1, 2)) for c in sorted(some)}
        bound = {rng.choice(["at_least", "at_most"]): rng.randint(0, 4)}
        rules.append(bound | {"where": where, "must_have": rng.random() < 0.2})
    left_out = []
    if len(parts) > 1:
        for _ in range(rng.choice([0, 1, 2])):
            a, b = rng.sample(range(len(parts)), 2)
            pair = {f"C{a}": rng.choice(groups[a]), f"C{b}": rng.choice(groups[b])}
            left_out.append({"pair": pair})
    values = {
        "title": "x",
        "people_wanted": rng.randint(1, people),
        "characteristic": parts,
        "rule": rules,
        "leave_out": left_out,
    }
    if rng.random() < 0.25:
        values["at_least_one_above"] = rng.choice(["0", "0.2", "0.3"])
    return from_values(values)


def question_of(brief):
    built = mix.build(brief, [None] * len(brief.characteristic))
    return Question(brief, built, pairs.left_out(built, brief))


def has_plan(brief):
    """Say whether there are numbers and seats for a brief, by trying everything.

    With more people than a repair usually asks for that takes too long, and it is planned.
    """
    if brief.people_wanted > MOST_TRIED:
        question = question_of(brief)
        return question.holds(question.limits)
    built = mix.build(brief, [None] * len(brief.characteristic))
    forbidden = [Forbidden(*p.characteristics, p.groups) for p in pairs.left_out(built, brief)]
    counted = [[0] * len(part.groups) for part in built.characteristics]
    return any(
        within_bounds(built, quotas, counted)
        for quotas in seats_of(built, across.resolve(brief, built), forbidden, [])
    )


def only(brief, fields):
    """Return the brief with these rules alone."""
    parts = []
    for index, part in enumerate(brief.characteristic):
        values = part.model_dump()
        for name in ("minimum", "minimum_share", "maximum"):
            values[name] = {
                group: number
                for group, number in values[name].items()
                if f"characteristic[{index}].{name}.{group}" in fields
            }
        parts.append(values)
    kept = [rule.model_dump() for i, rule in enumerate(brief.rule) if f"rule[{i}]" in fields]
    pairs_kept = [
        pair.model_dump()
        for i, pair in enumerate(brief.leave_out)
        if f"leave_out[{i}].pair" in fields
    ]
    above = brief.at_least_one_above if "at_least_one_above" in fields else None
    return brief.changed(
        characteristic=parts, rule=kept, leave_out=pairs_kept, at_least_one_above=above
    )


def infeasible(rng, number, people=5):
    """Yield so many random briefs that have no plan."""
    while number:
        try:
            brief = a_brief(rng, people)
            question = question_of(brief)
        except BriefError:
            continue
        if not has_plan(brief):
            yield brief, question
            number -= 1
