"""How many to recruit: published and brute-force chances, learned rates, reserves, words."""

import itertools
import time
from decimal import Decimal
from fractions import Fraction
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.brief import from_values
from sampler.errors import BriefError
from sampler.model import Participant, Recruiter
from sampler.people import tally
from sampler.people.show_rates import (
    TrackRecord,
    outcomes,
    outcomes_tallied,
    outcomes_together,
    rate_of,
    track_records,
    way_of,
)
from sampler.people.turnout import Reserve, Turnout, chance_of, heard, reserves, said, turnout
from tests.builders import a_brief, a_person, by_hand

FOUR_FIFTHS = TrackRecord("Agency", "agency", 1, 16, 20)
HALF = Fraction(1, 2)


def plan_for(people, **characteristic):
    named = characteristic or {"shares": {"Low": "0.5", "High": "0.5"}}
    return figures.plan_of(by_hand(people, **named))


def binomial_tail(wanted, recruits, rate):
    return sum(
        comb(recruits, k) * rate**k * (1 - rate) ** (recruits - k)
        for k in range(wanted, recruits + 1)
    )


def brute_tail(wanted, rates):
    """At least so many of these come, over every combination of who does."""
    return sum(
        prod((rate if comes else 1 - rate) for rate, comes in zip(rates, who, strict=True))
        for who in itertools.product([True, False], repeat=len(rates))
        if sum(who) >= wanted
    )


# QUOTAS.md 5: at r = 0.8, 14 recruits give an 87 % chance of ten.
def test_fourteen_recruits_at_four_fifths_give_ten_people_in_87_of_100_rounds():
    found = turnout(plan_for(10), [FOUR_FIFTHS])
    assert (found.recruit, found.extras) == (14, 4)
    assert found.chance == binomial_tail(10, 14, Fraction(4, 5))
    assert round(float(found.chance), 4) == 0.8702
    assert found.chance_one_more == binomial_tail(10, 15, Fraction(4, 5))
    assert binomial_tail(10, 13, Fraction(4, 5)) < Fraction(3, 4)


@pytest.mark.parametrize(
    ("way", "expected"), [("agency", 12), ("panel", 13), ("partner", 15), ("front line", 15)]
)
def test_before_outcomes_are_known_each_way_of_recruiting_has_its_rate(way, expected):
    assert turnout(plan_for(10), [TrackRecord(way, way)]).recruit == expected


def test_a_prior_of_weight_ten_fades_and_is_gone_at_twenty_outcomes():
    assert TrackRecord("A", "agency").rate == Fraction(9, 10)
    assert TrackRecord("A", "agency", 1, 3, 10).rate == Fraction(9 + 3, 10 + 10)
    assert TrackRecord("A", "agency", 1, 10, 19).rate == Fraction(19, 29)
    assert TrackRecord("A", "agency", 1, 10, 20).rate == HALF


recruiters = st.builds(
    lambda way, people, due, part: TrackRecord(way, way, people, round(part * due), due),
    st.sampled_from(["agency", "panel", "partner", "front line"]),
    st.integers(0, 5),
    st.integers(0, 30),
    st.floats(0, 1),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.lists(recruiters, min_size=1, max_size=3), st.integers(1, 95))
def test_the_chance_equals_every_way_people_can_come_added_up(wanted, found_by, asked):
    chance = Fraction(asked, 100)
    found = turnout(plan_for(wanted), found_by, chance=chance)
    if found is None or found.recruit > 11:
        return
    rates = [
        one.rate
        for one, (name, number) in zip(found_by, found.by_recruiter, strict=True)
        for _ in range(number)
    ]
    assert len(rates) == found.recruit
    assert found.chance == brute_tail(wanted, rates) >= chance
    assert found.chance_one_more >= found.chance


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 12),
    st.fractions(0, 1, max_denominator=12),
    st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50),
)
def test_it_is_the_least_number_that_reaches_the_chance(wanted, rate, asked):
    due = rate.denominator * 20
    one = TrackRecord("A", "agency", 1, int(rate * due), due)
    found = turnout(plan_for(wanted), [one], chance=asked)
    enough = (m for m in range(wanted, 10 * wanted + 1) if binomial_tail(wanted, m, rate) >= asked)
    assert (found.recruit if found else None) == next(enough, None)


def test_a_chance_reached_exactly_is_reached():
    nine_in_ten = TrackRecord("A", "agency")
    assert turnout(plan_for(2), [nine_in_ten], chance=Fraction(81, 100)).recruit == 2
    assert turnout(plan_for(2), [nine_in_ten], chance=Fraction(811, 1000)).recruit == 3


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.lists(recruiters, min_size=2, max_size=4))
def test_asking_for_more_never_takes_a_recruit_from_anybody(wanted, found_by):
    found = [turnout(plan_for(wanted), found_by, chance=Fraction(c, 10)) for c in (5, 7, 9)]
    numbers = [[n for _, n in one.by_recruiter] for one in found if one]
    for fewer, more in itertools.pairwise(numbers):
        assert all(a <= b for a, b in zip(fewer, more, strict=True))


def test_recruiters_whose_people_stay_away_more_get_more_of_the_extras():
    found = turnout(
        plan_for(20), [TrackRecord("Agency", "agency", 10), TrackRecord("Mosque", "partner", 10)]
    )
    (_, agency), (_, mosque) = found.by_recruiter
    assert agency + mosque == found.recruit
    assert mosque - 10 > agency - 10 >= 0


def test_nobody_who_ever_came_or_too_large_a_round_gives_no_number():
    assert turnout(plan_for(10), [TrackRecord("A", "agency", 1, 0, 20)]) is None
    assert turnout(plan_for(10), [TrackRecord("A", "agency", 1, 1, 20)]) is None
    assert turnout(plan_for(1_001), [TrackRecord("A", "agency")]) is None


def test_where_everybody_comes_nobody_extra_is_asked():
    found = turnout(plan_for(10), [TrackRecord("A", "agency", 1, 20, 20)])
    assert (found.recruit, found.chance, found.reserves, found.anyone) == (10, 1, (), 0)


@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1), Fraction(3, 2), Fraction(-1)])
def test_a_chance_that_is_none_is_refused_with_its_place(chance):
    with pytest.raises(BriefError) as caught:
        turnout(plan_for(10), [FOUR_FIFTHS], chance=chance)
    assert caught.value.problems[0][0] == "chance"


def test_the_cost_is_recruits_times_the_incentive():
    found = turnout(plan_for(10), [FOUR_FIFTHS], incentive=Decimal("37.50"))
    assert (found.cost, found.cost_one_more) == (Decimal("525.00"), Decimal("562.50"))
    assert turnout(plan_for(10), [FOUR_FIFTHS]).cost is None


ONES = {"a": "0.4", "b": "0.3", "c": "0.1", "d": "0.12", "e": "0.08"}


def test_extras_go_first_to_must_have_groups_of_one_the_rarest_first():
    plan = plan_for(10, shares=ONES, must_have=True)
    assert [q.target for q in plan.characteristics[0].quotas] == [4, 3, 1, 1, 1]
    assert reserves(plan, 2) == (Reserve("Confidence", "e"), Reserve("Confidence", "c"))
    assert [one.group for one in reserves(plan, 9)] == ["e", "c", "d"]
    assert reserves(plan_for(10, shares=ONES, must_have=False), 4) == ()
    found = turnout(plan, [FOUR_FIFTHS])
    assert ([one.group for one in found.reserves], found.anyone) == (["e", "c", "d"], 1)


def test_one_extra_can_stand_by_in_every_characteristic():
    two = [
        {"name": name, "shares": {"x": "0.9", "y": "0.1"}, "must_have": True} for name in ("A", "B")
    ]
    values = {"title": "Two", "people_wanted": 10, "characteristic": two}
    plan = figures.plan_of(from_values(values))
    found = turnout(plan, [FOUR_FIFTHS])
    assert found.reserves == (Reserve("A", "y"), Reserve("B", "y"))
    assert found.anyone == 3


def brute_heard(groups, rate):
    """Every group has somebody who comes, over every combination; `groups` by recruit."""
    total = Fraction(0)
    for who in itertools.product([True, False], repeat=len(groups)):
        if all(any(c and g == one for c, g in zip(who, groups, strict=True)) for one in {*groups}):
            total += prod((rate if comes else 1 - rate) for comes in who)
    return total


def test_the_chance_that_every_must_have_group_is_heard_is_exact_for_one_characteristic():
    plan = plan_for(6, shares={"a": "0.5", "b": "0.3", "c": "0.2"}, must_have=True)
    assert [q.target for q in plan.characteristics[0].quotas] == [3, 2, 1]
    rate = Fraction(4, 5)
    assert heard(plan, 0, rate) == brute_heard("aaabbc", rate)
    assert heard(plan, 1, rate) == brute_heard("aaabbcc", rate) == heard(plan, 2, rate)
    assert heard(plan_for(6, shares=ONES, must_have=False), 2, rate) is None


@settings(max_examples=40, deadline=None)
@given(st.permutations("aaabbc"), st.fractions(0, 1, max_denominator=9))
def test_for_several_characteristics_it_is_never_too_high(order, rate):
    shares = {"a": "0.5", "b": "0.3", "c": "0.2"}
    two = [{"name": name, "shares": shares, "must_have": True} for name in ("A", "B")]
    plan = figures.plan_of(from_values({"title": "Two", "people_wanted": 6, "characteristic": two}))
    people = list(zip("aaabbc", order, strict=True))
    total = Fraction(0)
    for who in itertools.product([True, False], repeat=6):
        here = [one for one, comes in zip(people, who, strict=True) if comes]
        if all(len({one[c] for one in here}) == 3 for c in (0, 1)):
            total += prod((rate if comes else 1 - rate) for comes in who)
    assert heard(plan, 0, rate) <= total


def test_what_one_more_recruit_buys_is_never_less():
    found = turnout(figures.plan_of(a_brief()), [FOUR_FIFTHS])
    assert found.chance_one_more > found.chance
    assert found.heard_one_more >= found.heard


def test_ways_of_recruiting_are_read_from_names_and_the_unknown_is_the_most_careful():
    names = ["Agency", "acme research AGENCY", "Own panel", "Front line", "front-line staff"]
    assert [way_of(name) for name in names] == ["agency", "agency", "panel", *["front line"] * 2]
    assert way_of("Community partner") == way_of("") == "partner"


def test_outcomes_are_counted_by_recruiter_without_those_who_cancelled():
    stages = ["attended", "partial", "no_show", "cancelled_by_them", "confirmed", "withdrawn"]
    came: list[Participant] = [a_person(stage=s, recruiter="Agency ") for s in stages]
    came.append(a_person(stage="no_show", recruiter="Own panel"))
    assert outcomes(came) == {"Agency": (2, 3), "Own panel": (0, 1)}


def test_outcomes_of_several_rounds_add_up_however_a_recruiter_is_written():
    one = [a_person(stage="attended", recruiter="Acme agency"), a_person(stage="no_show")]
    other = [a_person(stage="no_show", recruiter="ACME  agency"), a_person(stage="attended")]
    together = {"Acme agency": (1, 2), "": (1, 2)}
    assert outcomes([*one, *other]) == together
    assert outcomes_together([outcomes(one), outcomes(other)]) == together
    tallied = outcomes_together([outcomes_tallied(tally.of(some)) for some in (one, other)])
    assert tallied == {"Acme agency": (1, 2)}


def test_a_round_s_recruiters_have_the_record_of_their_name():
    acme = Recruiter(id="1", name="Acme", way="agency", people=6)
    mosque = Recruiter(id="2", name="Mosque", way="partner", people=4)
    known = {"ACME": (12, 20), "Elsewhere": (1, 1)}
    found = track_records([acme, mosque], known)
    assert found == (
        TrackRecord("Acme", "agency", 6, 12, 20),
        TrackRecord("Mosque", "partner", 4, 0, 0),
    )
    assert [one.is_learned for one in found] == [True, False]
    assert track_records([], known) == ()
    assert track_records([], known, fallback=FOUR_FIFTHS) == (FOUR_FIFTHS,)
    assert rate_of("acme ", found, known) == Fraction(3, 5)
    assert rate_of("Elsewhere", found, known) == (10 * Fraction(3, 4) + 1) / 11
    assert rate_of("Own panel") == Fraction(85, 100)
    assert rate_of("") == Fraction(3, 4)


def test_each_recruiter_is_asked_for_their_part_and_extras_go_where_most_are_missed():
    sure = Recruiter(id="1", name="Acme", way="agency", people=5)
    unsure = Recruiter(id="2", name="Mosque", way="partner", people=5)
    records = track_records([sure, unsure], {"Acme": (20, 20), "Mosque": (10, 20)})
    found = turnout(plan_for(10), records)
    assert dict(found.by_recruiter)["Acme"] == 5
    assert dict(found.by_recruiter)["Mosque"] == found.recruit - 5 > 5


@given(st.integers(-1, 8), st.lists(st.fractions(0, 1, max_denominator=5), max_size=7))
def test_the_chance_that_some_come_is_exact(least, rates):
    by_rate = {rate: rates.count(rate) for rate in rates}
    assert chance_of(least, by_rate) == brute_tail(least, rates)


def test_it_is_said_in_plain_words():
    plan = plan_for(10, shares=ONES, must_have=True)
    found = turnout(plan, [FOUR_FIFTHS], incentive=Decimal(40))
    assert said(found) == [
        "Recruit 14 people, 4 more than wanted: then 10 or more come in 87 of 100 such rounds "
        "(you asked for 80).",
        "If all of them come, incentives cost £560.",
        "Ask first for a second person where one is all there is: e (Confidence), c (Confidence) "
        "and d (Confidence). The other 1 can be anyone who fits.",
        "Every must-have group is heard in about 88 of 100 such rounds.",
        "One more recruit brings for £40: 10 or more come in 94 of 100, every must-have group in "
        "88.",
    ]
    two = turnout(plan, [TrackRecord("Agency", "agency", 6), TrackRecord("Mosque", "partner", 4)])
    assert "by Agency and" in said(two)[0]


def test_usual_rounds_take_no_time():
    many = [TrackRecord("a", "agency", 3, 7, 13), TrackRecord("b", "partner", 2, 5, 9),
            TrackRecord("c", "panel", 2, 3, 7)]  # fmt: skip
    plan = plan_for(60)
    start = time.process_time()
    found = turnout(plan, many)
    assert isinstance(found, Turnout)
    assert time.process_time() - start < 0.1
