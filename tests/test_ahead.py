"""Coverage that thinks ahead: gaps to come, what can still be met, what gives, who to look for."""

import itertools
import random
import time
from collections import Counter
from fractions import Fraction
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.brief import from_values
from sampler.model import NOT_KNOWN, Answer
from sampler.people import ahead, outlook
from sampler.people.ahead import look
from sampler.people.ground import ground
from sampler.people.look_for import next_profiles
from sampler.people.places_left import Places
from sampler.people.tracking import is_counted
from tests.builders import a_brief, a_person, by_hand

HALF = Fraction(1, 2)
TWO = {"x": "0.5", "y": "0.5"}
NONE = {"partial_counts": False}


def brief_of(people, *parts, **more):
    return from_values(
        {
            "title": "By hand",
            "people_wanted": people,
            "characteristic": [
                {"name": name, "shares": shares, "must_have": must} for name, shares, must in parts
            ],
            **more,
        }
    )


def told(reference, stage, *groups, names=("A", "B", "C"), **more):
    answers = {n: g for n, g in zip(names, groups, strict=False) if g is not None}
    return a_person(reference, stage=stage, answers=answers, **more)


def seen(brief, everyone, plan=None):
    return ahead.outlook(
        plan or figures.plan_of(brief),
        everyone,
        "planned",
        partial_counts=False,
        question=figures.question_of(brief),
        ask=outlook.question_of,
    )


def works(way, brief, plan, everyone):
    """Do what a way out says, and look again."""
    after = list(everyone)
    chosen = way.reserves[:1] if way.any_one else way.reserves
    for person in chosen:
        after[after.index(person)] = person.model_copy(update={"reserve": True})
    return seen(way.brief or brief, after, way.plan or plan).can


# Gaps to come.


def rate_by(**rates):
    return lambda name: Fraction(rates.get(name, "0.5"))


def test_gaps_now_if_everyone_booked_comes_and_as_usually():
    plan = figures.plan_of(by_hand(8, shares=TWO, must_have=True))
    names = {"names": ("Confidence",)}
    everyone = [
        told("P01", "attended", "x", **names),
        told("P02", "confirmed", "x", recruiter="agency", **names),
        told("P03", "offered", "x", recruiter="mosque", **names),
        told("P04", "offered", "y", recruiter="mosque", **names),
        told("P05", "confirmed", "x", reserve=True, **names),
        told("P06", "confirmed", NOT_KNOWN, recruiter="agency", **names),
    ]
    found = look(plan, everyone, rate_by(agency="0.9", mosque="0.75"), **NONE)
    x, y = found.characteristics[0].rows
    assert (x.heard, x.booked, x.expected, x.expected_people) == (1, 2, Fraction("2.65"), 2)
    assert (x.gap_expected, x.unknown) == (2, 1)
    assert (y.heard, y.booked, y.gap_expected, y.expected) == (0, 1, 4, Fraction("0.75"))
    assert (x.chance, y.chance) == (0, 0)
    assert (found.heard, found.booked, found.expected_people) == (1, 4, 4)
    assert found.said == (
        "1 of 8 people heard. 5 if everyone booked comes, 4 if as many come as usually do."
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from(["a", "b", "c"])), max_size=7),
    st.integers(0, 3),
)
def test_the_chance_of_a_group_is_that_of_every_way_people_can_come(booked, attended):
    rates = {"a": HALF, "b": Fraction(1), "c": Fraction(1, 3)}
    plan = figures.plan_of(brief_of(6, ("A", TWO, True)))
    everyone = [told(f"P{i}", "attended", "x") for i in range(attended)]
    everyone += [told(f"Q{i}", "confirmed", g, recruiter=r) for i, (g, r) in enumerate(booked)]
    rows = look(plan, everyone, rates.__getitem__, **NONE).characteristics[0].rows
    for row in rows:
        mine = [rates[r] for g, r in booked if g == row.group]
        exact = sum(
            prod(rate if comes else 1 - rate for rate, comes in zip(mine, who, strict=True))
            for who in itertools.product([True, False], repeat=len(mine))
            if sum(who) + row.heard >= row.low
        )
        assert row.chance == exact
        assert row.expected == row.heard + sum(mine)
        now = row.low - row.heard
        assert max(0, now) >= row.gap_expected >= max(0, now - row.booked)


# What can still be met.


def test_the_rule_that_gives_and_ways_out_are_named():
    brief = brief_of(4, ("A", TWO, True))
    everyone = [told(f"P0{i}", "confirmed", "x") for i in (1, 2, 3)]
    found = seen(brief, everyone)
    assert not found.can
    assert found.gives == ("A",)
    assert found.said == "1 seat is left, and 2 people are missing in A: 2 y. x is 1 over."
    assert [way.label for way in found.ways_out] == [
        "Make P01, P02 or P03 a reserve",
        "Raise people wanted to 5",
        "Use the closest quotas to the people counted: x: 2 to 3; y: 2 to 1",
    ]
    plan = figures.plan_of(brief)
    assert all(works(way, brief, plan, everyone) for way in found.ways_out)


def test_several_reserves_together_where_one_does_not_do():
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True))
    everyone = [told("P01", "confirmed", "x", "x"), told("P02", "confirmed", "x", "x"),
                told("P03", "attended", "x", "y"), told("P04", "offered", "x", "y")]  # fmt: skip
    found = seen(brief, everyone)
    assert found.ways_out[0].label == "Make P01 and P04 reserves"
    assert not found.ways_out[0].any_one
    assert works(found.ways_out[0], brief, figures.plan_of(brief), everyone)


def test_a_rule_across_characteristics_is_what_gives():
    rule = {"at_least": 2, "where": {"A": ["x"], "B": ["x"]}}
    brief = brief_of(4, ("A", TWO, False), ("B", TWO, False), rule=[rule])
    everyone = [told("P01", "attended", "x", "y"), told("P02", "attended", "y", "x"),
                told("P03", "confirmed", "x", "y")]  # fmt: skip
    found = seen(brief, everyone)
    assert not found.can
    assert found.gives == ("'at least 2 A: x, B: x'",)
    assert found.said == "1 seat is left, and 'at least 2 A: x, B: x' cannot be met."
    assert found.ways_out[0].label == "Make P03 a reserve"
    plan = figures.plan_of(brief)
    assert len(found.ways_out) > 2
    assert all(works(way, brief, plan, everyone) for way in found.ways_out)


def test_a_pair_left_out_can_be_in_the_way():
    brief = brief_of(
        2, ("A", TWO, True), ("B", TWO, True), leave_out=[{"pair": {"A": "y", "B": "y"}}]
    )
    found = seen(brief, [told("P01", "confirmed", "x", "x")])
    assert not found.can
    assert "'nobody who is both y and y'" in found.gives
    assert seen(brief, [told("P01", "confirmed", "x", "y")]).can


def test_who_is_not_known_may_be_what_is_missing_and_that_is_said():
    brief = brief_of(4, ("A", TWO, True))
    everyone = [*(told(f"P0{i}", "attended", "x") for i in (1, 2)), told("P03", "attended")]
    found = seen(brief, everyone)
    assert found.can
    assert found.said == (
        "1 seat is left, and every group can still be filled, if people whose A is not known are "
        "in groups that are missing."
    )


def test_a_group_that_is_over_in_a_flexible_characteristic_stops_nothing():
    brief = brief_of(8, ("A", TWO, False))
    everyone = [told(f"P0{i}", "attended", "x") for i in range(5)]
    assert seen(brief, everyone).can
    assert seen(brief, [*everyone, told("P09", "attended", "x")]).said == (
        "2 seats are left, and 3 people are missing in A: 3 y. x is 1 over."
    )


def test_more_people_than_places_never_break_it():
    brief = brief_of(2, ("A", TWO, True), rule=[{"at_most": 1, "where": {"A": ["x"]}}])
    everyone = [told(f"P{i:02}", "confirmed", "x") for i in range(5)]
    found = seen(brief, everyone)
    assert not found.can
    plan = figures.plan_of(brief)
    assert found.ways_out
    assert all(works(way, brief, plan, everyone) for way in found.ways_out)


def test_a_brief_that_changed_since_its_plan_leaves_its_own_rules_away():
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True))
    other = brief_of(4, ("A", {"p": "0.5", "q": "0.5"}, True), ("C", TWO, True),
                     rule=[{"at_least": 4, "where": {"A": ["p"], "C": ["x"]}}])  # fmt: skip
    plan = figures.plan_of(brief)
    held = ground(plan, figures.question_of(other))
    assert not held
    assert seen(other, [told("P01", "attended", "x", "y")], plan).can


def filled(profile, groups, forbidden):
    """Every way the unknown answers of somebody counted could turn out."""
    for whole in itertools.product(*(range(groups) if c is None else [c] for c in profile)):
        pairs = [(whole[f.first], whole[f.second]) == f.groups for f in forbidden]
        known = [(profile[f.first], profile[f.second]) == f.groups for f in forbidden]
        if all(k or not p for p, k in zip(pairs, known, strict=True)):
            yield whole


def brute_can(places):
    """Try everybody who could come, and every way unknown answers could turn out."""
    plan, held = places.plan, places.held
    columns = range(len(plan.characteristics))
    everyone = [
        seat
        for seat in itertools.product(range(2), repeat=len(columns))
        if not any((seat[f.first], seat[f.second]) == f.groups for f in held.forbidden)
    ]
    ways = [list(filled(p, 2, held.forbidden)) for p in places.profiles]
    for known in itertools.product(*ways):
        for new in itertools.combinations_with_replacement(everyone, places.left):
            seats = [*known, *new]
            fits = True
            for c in columns:
                numbers = Counter(seat[c] for seat in seats)
                for g, quota in enumerate(plan.characteristics[c].quotas):
                    high = max(quota.high, places.needs[c].counted[g])
                    high = high if places.left else len(seats)
                    fits &= quota.low <= numbers[g] <= high
            for rule in held.patterns:
                fits &= rule.least <= sum(map(rule.holds, seats)) <= rule.most
            if fits:
                return True
    return False


answers = st.sampled_from(["x", "y", None])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(answers, answers, answers), max_size=4),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.integers(0, 2),
    st.sampled_from(["at_least", "at_most"]),
    st.booleans(),
)
def test_what_can_still_be_met_is_what_trying_everything_finds(known, must, number, kind, pair):
    brief = brief_of(
        5,
        *((name, TWO, one) for name, one in zip("ABC", must, strict=True)),
        rule=[{kind: number, "where": {"A": ["x"], "B": ["x"]}}],
        leave_out=[{"pair": {"B": "y", "C": "x"}}] if pair else [],
    )
    try:
        plan = figures.plan_of(brief)
    except Exception:
        return
    everyone = tuple(told(f"P{i}", "attended", *groups) for i, groups in enumerate(known))
    here = Places(plan, everyone, ground(plan, figures.question_of(brief)))
    assert here.together
    # Beside rules, nobody counted counts as a plan that was checked when it was taken.
    assert here.can == (brute_can(here) if everyone else True)
    found = seen(brief, everyone)
    assert found.can == here.can
    if not found.can:
        assert found.gives
        assert found.said.endswith(".")
        assert all(works(way, brief, plan, everyone) for way in found.ways_out)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(answers, answers, st.booleans()), max_size=7),
    st.integers(1, 6),
    st.booleans(),
    st.booleans(),
)
def test_ways_out_of_quotas_always_work(known, wanted, one_must, other_must):
    brief = brief_of(wanted, ("A", TWO, one_must), ("B", TWO, other_must))
    plan = figures.plan_of(brief)
    everyone = [
        told(f"P{i}", "confirmed" if booked else "attended", a, b)
        for i, (a, b, booked) in enumerate(known)
    ]
    found = seen(brief, everyone)
    for need in Places(plan, tuple(everyone)).needs:
        assert found.can <= (need.missing <= max(0, wanted - len(everyone)))
    assert all(works(way, brief, plan, everyone) for way in found.ways_out)
    if not found.can:
        assert found.ways_out


def test_a_broad_answer_can_only_be_a_group_of_it():
    brief = a_brief(people_wanted=10, characteristic=[{"topic": "ethnic_group"}])
    plan = figures.plan_of(brief)
    asian = Answer(kind="broad", text="Asian")
    everyone = [
        *(told(f"P0{i}", "attended", "White British", names=("Ethnic group",)) for i in range(4)),
        *(told(f"P1{i}", "attended", asian, names=("Ethnic group",)) for i in range(6)),
    ]
    found = seen(brief, everyone, plan)
    assert not found.can
    assert found.said.startswith("No seat is left, and at least 2 people are missing")


ANY_ANSWER = {
    "Ethnic group": ["Asian", "Black", "White", "Martian", Answer(kind="broad", text="Asian")],
    "Age": ["16-34", "35-54", "55+", Answer(kind="prefer_not_to_say")],
    "Sex": ["Female", "Male", NOT_KNOWN],
    "Access needs": ["Has access needs", "Something else", Answer(kind="own_words", text="later")],
    "Shoe size": ["12"],
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.fixed_dictionaries({}, optional={
                name: st.sampled_from(said) for name, said in ANY_ANSWER.items()
            }),
            st.sampled_from(["attended", "confirmed", "offered", "interested", "partial"]),
            st.booleans(),
        ),
        max_size=13,
    ),
    st.booleans(),
    st.sampled_from(["planned", "secured"]),
)  # fmt: skip
def test_whoever_is_counted_there_is_an_answer_and_its_ways_out_work(people, is_split, counting):
    brief = a_brief(
        people_wanted=10,
        characteristic=[
            {"topic": "ethnic_group", "grouping": "broad"},
            {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
            {"topic": "sex"},
            {"name": "Access needs", "minimum": {"Has access needs": 2}},
        ],
        rule=[{"at_least": 1, "where": {"Ethnic group": ["Asian"], "Sex": ["Female"]}}],
        leave_out=[{"pair": {"Age": "16-34", "Access needs": "Has access needs"}}],
        split=[{"by": "Channel", "people": {"In person": 4, "Video": 6}}] if is_split else [],
        count=counting,
    )
    plan = figures.plan_of(brief)
    everyone = [
        a_person(f"P{i}", answers=said, stage=stage, reserve=reserve)
        for i, (said, stage, reserve) in enumerate(people)
    ]
    found = ahead.outlook(
        plan,
        everyone,
        counting,
        partial_counts=False,
        question=figures.question_of(brief),
        ask=outlook.question_of,
    )
    assert found.can or found.gives
    if counting == "planned":
        assert all(works(way, brief, plan, everyone) for way in found.ways_out)
    counted = [p for p in everyone if is_counted(p, counting, **NONE)]
    profiles = next_profiles(plan, everyone, counting, question=figures.question_of(brief), **NONE)
    assert len(profiles) <= min(3, max(0, 10 - len(counted)))
    for one in profiles:
        groups = dict(one.groups)
        pair = (groups.get("Age"), groups.get("Access needs"))
        assert pair != ("16-34", "Has access needs")
    assert len(look(plan, everyone, rate_by(), **NONE).characteristics) == 4


# Who to look for next.


def test_profiles_keep_rules_across_characteristics():
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True),
                     rule=[{"at_most": 0, "where": {"A": ["x"], "B": ["x"]}}])  # fmt: skip
    plan = figures.plan_of(brief)
    found = next_profiles(plan, [], "planned", question=figures.question_of(brief), **NONE)
    assert len(found) == 3
    assert all(dict(one.groups) in ({"A": "x", "B": "y"}, {"A": "y", "B": "x"}) for one in found)
    assert all(one.closes == 2 for one in found)


def test_no_more_profiles_than_places_left():
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True),
                     rule=[{"at_least": 1, "where": {"A": ["x"], "B": ["x"]}}])  # fmt: skip
    plan = figures.plan_of(brief)
    everyone = [told("P01", "attended", "x", "x"), told("P02", "attended", "y", "y"),
                told("P03", "attended", "x", "y"),
                told("P04", "interested", "y", "x")]  # fmt: skip
    question = figures.question_of(brief)
    (found,) = next_profiles(plan, everyone, "planned", question=question, **NONE)
    assert found.groups == (("A", "y"), ("B", "x"))
    assert found.fits == "P04 (interested) fits."
    full = [*everyone[:3], everyone[3].model_copy(update={"stage": "attended"})]
    assert next_profiles(plan, full, "planned", question=question, **NONE) == []


def test_a_profile_is_never_of_a_pair_that_is_left_out_even_where_no_seats_are_possible():
    left_out = [{"pair": {"A": "y", "B": "y"}}]
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True), leave_out=left_out)
    plan = figures.plan_of(brief)
    everyone = [told("P01", "attended", "x", "x"), told("P02", "attended", "x", "x")]
    question = figures.question_of(brief)
    assert not seen(brief, everyone).can
    assert next_profiles(plan, everyone, "planned", question=question, **NONE) == []


def test_seats_of_the_plan_that_nobody_has_come_first():
    brief = brief_of(4, ("A", TWO, True), ("B", TWO, True))
    plan = figures.plan_of(brief)
    seats = [{"A": "x", "B": "y"}, {"A": "y", "B": "x"}]
    found = next_profiles(plan, [told("P01", "attended", "x", "x")], "planned", seats=seats, **NONE)
    assert [one.groups for one in found] == [(("A", "x"), ("B", "y")), (("A", "y"), ("B", "x"))]


def a_round(people, recruited, seed=1):
    rng = random.Random(seed)
    brief = a_brief(
        people_wanted=people,
        rule=[{"at_least": 2, "where": {"Ethnic group": ["Pakistani"], "Sex": ["Female"]}}],
        leave_out=[{"pair": {"Age": "16-34", "Digital confidence": "Low"}}],
    )
    plan = figures.plan_of(brief)
    everyone = [
        a_person(
            f"P{i:04}",
            stage=rng.choice(["attended", "confirmed", "offered"]),
            answers={
                part.name: rng.choices(
                    [*part.groups, NOT_KNOWN], [*(q.target + 0.1 for q in part.quotas), 0.5]
                )[0]
                for part in plan.characteristics
            },
        )
        for i in range(recruited)
    ]
    return brief, plan, everyone


@pytest.mark.parametrize(
    ("people", "recruited"), [(40, 0), (40, 5), (40, 25), (40, 45), (5_000, 4_000)]
)
def test_looking_ahead_takes_no_time(people, recruited):
    brief, plan, everyone = a_round(people, recruited)
    question = figures.question_of(brief)
    seen(brief, everyone[:3])
    times = {}
    start = time.process_time()
    look(plan, everyone, rate_by(), **NONE)
    times["look"] = time.process_time() - start
    start = time.process_time()
    found = ahead.outlook(plan, everyone, "planned", question=question, **NONE)
    assert found.together
    times["outlook"] = time.process_time() - start
    start = time.process_time()
    seen(brief, everyone)
    times["ways"] = time.process_time() - start
    start = time.process_time()
    next_profiles(plan, everyone, "planned", question=question, **NONE)
    times["next"] = time.process_time() - start
    assert max(times.values()) < 5  # usually 0.05, and 0.2 for thousands
