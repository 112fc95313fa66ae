"""Whole numbers: published examples, brute force, and what holds for every input."""

import itertools
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import census
from sampler import figures, quotas
from sampler.apportion import Shares, closest, cost, free, last_place, more_even
from sampler.brief import from_values
from sampler.conflicts import ways_out
from sampler.errors import NoPlan
from sampler.quotas import Block, solve_blocks
from sampler.sizes import chance_missed, first_seats, groups_heard
from tests.builders import a_brief, by_hand
from tests.tools import ONE_IN


def largest_remainder(counts, people):
    """Hamilton's method as a textbook has it: the reference the quotas must equal."""
    total = sum(counts)
    ideal = [Fraction(people * count, total) for count in counts]
    plan = [int(share) for share in ideal]
    order = sorted(range(len(counts)), key=lambda i: (plan[i] - ideal[i], -counts[i], i))
    for i in order[: people - sum(plan)]:
        plan[i] += 1
    return plan


def targets(plan, name=None):
    part = plan.characteristics[0] if name is None else plan.named(name)
    return {quota.group: quota.target for quota in part.quotas}


def test_thirty_and_seventy_per_cent_of_ten_people_are_three_and_seven():
    plan = figures.plan_of(by_hand(shares={"Pakistani": "0.3", "Everyone else": "0.7"}))
    assert targets(plan) == {"Pakistani": 3, "Everyone else": 7}


# Balinski and Young (1975), "The quota method of apportionment", and the paradox of 1880:
# Alabama's number of seats falls from 8 to 7 as the House grows from 299 to 300.
def test_matches_the_published_five_states():
    assert closest(free([5117, 4400, 162, 161, 160]), 100) == [51, 44, 2, 2, 1]


def test_a_tie_goes_to_the_larger_group_then_to_the_one_listed_first():
    assert closest(free([3, 1]), 2) == [2, 0]
    assert closest(free([1, 1]), 1) == [1, 0]
    plan = figures.plan_of(by_hand(1, shares={"Low": "0.5", "High": "0.5"}))
    assert targets(plan) == {"Low": 1, "High": 0}


@pytest.mark.parametrize("people", [10, 30])
def test_a_real_tie_of_the_census_follows_the_rule(people):
    brief = a_brief(areas=["E06000003"], people_wanted=people, characteristic=[{"topic": "cars"}])
    plan = figures.plan_of(brief)
    counts = [quota.people for quota in plan.characteristics[0].quotas]
    total = sum(counts)
    remainders = sorted(Fraction(people * count, total) % 1 for count in counts)
    assert any(a == b for a, b in itertools.pairwise(remainders))
    assert list(targets(plan).values()) == largest_remainder(counts, people)


def test_quotas_of_every_authority_and_topic_are_largest_remainder():
    rng = random.Random(2021)
    whole = ("local authority", "county", "region", "country", "several")
    areas = [
        area
        for area in census.every_area()
        if area.type in whole and area.within[:1] != ("Northern Ireland",) and area.code[0] != "N"
    ]
    assert (len(areas), len(census.TOPICS)) == (367, 17)
    for area in areas[::ONE_IN]:
        brief = a_brief(
            areas=[area.code],
            people_wanted=rng.randint(5, 40),
            characteristic=[{"topic": topic} for topic in census.TOPICS],
        )
        plan = quotas.plan(brief, figures.areas_of(brief), figures.mix_of(brief))
        for part in plan.characteristics:
            counts = [quota.people for quota in part.quotas]
            expected = largest_remainder(counts, brief.people_wanted)
            assert [quota.target for quota in part.quotas] == expected, (area.name, part.name)


@st.composite
def bounded(draw, groups=4, most=9):
    n = draw(st.integers(1, groups))
    weights = draw(st.lists(st.integers(0, 40), min_size=n, max_size=n).filter(any))
    minimum = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    maximum = [draw(st.one_of(st.none(), st.integers(least, 8))) for least in minimum]
    shares = Shares(tuple(weights), tuple(weights), tuple(minimum), tuple(maximum))
    return shares, draw(st.integers(1, most))


def brute(shares, people):
    ranges = [
        range(shares.minimum[i], shares.ceiling(i, people) + 1) for i in range(len(shares.weights))
    ]
    fits = [plan for plan in itertools.product(*ranges) if sum(plan) == people]
    if not fits:
        return None
    least = min(cost(shares, people, plan) for plan in fits)
    order = sorted(range(len(shares.weights)), key=lambda i: (-shares.sizes[i], i))
    best = [plan for plan in fits if cost(shares, people, plan) == least]
    return list(max(best, key=lambda plan: [plan[i] for i in order]))


@settings(max_examples=400, deadline=None)
@given(bounded())
def test_within_bounds_quotas_equal_brute_force(case):
    shares, people = case
    expected = brute(shares, people)
    assert shares.can_hold(people) == (expected is not None)
    if expected is not None:
        assert closest(shares, people) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(bounded(groups=6, most=40), min_size=1, max_size=4))
def test_the_integer_program_agrees_with_the_exact_apportionment(cases):
    blocks = [Block(shares, people) for shares, people in cases if shares.can_hold(people)]
    assert solve_blocks(blocks) == [closest(block.shares, block.people) for block in blocks]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20).filter(any), st.integers(1, 10**5))
def test_quotas_add_up_and_stay_within_one_of_the_ideal(weights, people):
    plan = closest(free(weights), people)
    total = sum(weights)
    assert sum(plan) == people
    assert all(abs(q * total - people * w) < total for q, w in zip(plan, weights, strict=True))
    assert all(q == 0 for q, w in zip(plan, weights, strict=True) if w == 0)


def test_a_hundred_thousand_people_and_a_distant_minimum_are_planned_exactly():
    brief = a_brief(people_wanted=100_000)
    brief = brief.with_characteristic(0, minimum={"Roma": 40_000}, maximum={"White British": 9})
    plan = figures.plan_of(brief)
    got = targets(plan)
    assert sum(got.values()) == 100_000
    assert (got["Roma"], got["White British"]) == (40_000, 9)


def test_voices_lean_to_the_smaller_groups_as_the_guide_says():
    def broad(voices):
        brief = a_brief(
            characteristic=[{"topic": "ethnic_group", "grouping": "broad", "voices": voices}]
        )
        return sorted(targets(figures.plan_of(brief)).values(), reverse=True)

    assert broad("population") == [5, 3, 1, 1, 0]
    assert broad("more_even") == [3, 3, 2, 1, 1]
    assert broad("equal") == [2, 2, 2, 2, 2]


def test_more_even_weights_are_whole_number_square_roots():
    assert more_even([4, 9, 2]) == [2_000_000, 3_000_000, 1_414_213]


def test_a_boost_sets_one_share_and_the_others_shrink_in_proportion():
    plan = figures.plan_of(
        by_hand(shares={"A": "0.2", "B": "0.2", "C": "0.6"}, boost={"A": Decimal("0.5")})
    )
    shares = {q.group: q.share for q in plan.characteristics[0].quotas}
    assert shares == {"A": Fraction(1, 2), "B": Fraction(1, 8), "C": Fraction(3, 8)}
    assert sum(shares.values()) == 1


def test_shares_a_little_off_are_divided_by_their_sum_and_a_note_says_so():
    plan = figures.plan_of(by_hand(shares={"A": "0.333", "B": "0.333", "C": "0.333"}))
    assert [q.share for q in plan.characteristics[0].quotas] == [Fraction(1, 3)] * 3
    assert any("add up to 99.9%" in note for note in plan.notes)


def test_minimums_alone_leave_the_rest_to_any():
    plan = figures.plan_of(by_hand(minimum={"Uses a screen reader": 2}))
    quotas = plan.characteristics[0].quotas
    assert [(q.group, q.target, q.share, q.ideal) for q in quotas] == [
        ("Uses a screen reader", 2, None, None),
        ("Any", 8, None, None),
    ]
    plan = figures.plan_of(by_hand(11, minimum_share={"Has access needs": Decimal("0.2")}))
    assert targets(plan) == {"Has access needs": 3, "Any": 8}


def test_a_floor_gives_every_group_above_it_a_seat():
    brief = a_brief(at_least_one_above=Decimal("0.03"))
    plan = figures.plan_of(brief)
    for part in plan.characteristics:
        for quota in part.quotas:
            if quota.share and (quota.population_share or quota.share) > Fraction(3, 100):
                assert quota.target >= 1, quota.group
    assert targets(plan, "Ethnic group")["Black Caribbean"] == 1


def test_broad_totals_can_be_kept():
    plan = figures.plan_of(a_brief().with_characteristic(0, keep_broad=True))
    part = plan.characteristics[0]
    broad = {}
    for quota in part.quotas:
        broad[quota.broad] = broad.get(quota.broad, 0) + quota.target
    assert broad == {"Asian": 3, "Black": 1, "Mixed": 1, "White": 5, "Other": 0}


def test_a_close_call_names_who_has_the_last_place_and_who_missed_it():
    call = figures.plan_of(a_brief()).characteristics[0].close_call
    assert (call.winner, call.loser) == ("Other White", "Black Caribbean")
    assert Fraction(1, 100) < call.margin < Fraction(11, 1000)
    swapped = figures.plan_of(a_brief().with_characteristic(0, minimum={"Black Caribbean": 1}))
    got = targets(swapped, "Ethnic group")
    assert (got["Black Caribbean"], got["Other White"]) == (1, 0)


@given(st.lists(st.integers(1, 100), min_size=2, max_size=6), st.integers(1, 30))
def test_the_group_that_came_next_is_the_one_that_gains_a_place(weights, people):
    shares = free(weights)
    last = last_place(shares, people, closest(shares, people))
    if last is not None:
        raised = Shares(
            shares.weights,
            shares.sizes,
            tuple(
                closest(shares, people)[i] + 1 if i == last.loser else 0
                for i in range(len(weights))
            ),
            shares.maximum,
        )
        if raised.can_hold(people):
            before, after = closest(shares, people), closest(raised, people)
            assert after[last.loser] == before[last.loser] + 1
            assert after[last.winner] == before[last.winner] - 1


def test_ranges_of_flexible_quotas_are_one_either_side_within_the_bounds():
    brief = a_brief().with_characteristic(2, minimum={"Female": 5}, maximum={"Male": 5})
    sex = figures.plan_of(brief).named("Sex")
    assert [(q.low, q.target, q.high) for q in sex.quotas] == [(5, 5, 6), (4, 5, 5)]
    ethnic = figures.plan_of(brief).named("Ethnic group")
    assert all(q.low == q.target == q.high for q in ethnic.quotas)


def test_minimums_that_need_too_many_people_are_named_and_none_can_be_spared():
    brief = a_brief().with_characteristic(
        0, minimum={"Pakistani": 4, "Irish": 1, "Black Caribbean": 4, "Chinese": 3}
    )
    with pytest.raises(NoPlan) as error:
        figures.plan_of(brief)
    named = {rule.field.rsplit(".", 1)[1] for rule in error.value.rules}
    sizes = {"Pakistani": 4, "Irish": 1, "Black Caribbean": 4, "Chinese": 3}
    assert sum(sizes[name] for name in named) > 10
    assert all(sum(sizes[other] for other in named - {name}) <= 10 for name in named)
    assert "at least 4 Pakistani" in str(error.value)


def test_maximums_that_leave_too_little_room_are_named():
    with pytest.raises(NoPlan, match=r"leave room for 4 people and the round has 10"):
        figures.plan_of(by_hand(shares={"A": "0.5", "B": "0.5"}, maximum={"A": 2, "B": 2}))


def test_typed_shares_settle_ties_by_their_size_whatever_the_voices():
    shares = {"Low": "0.2", "Medium": "0.3", "High": "0.5"}
    plan = figures.plan_of(by_hand(13, shares=shares, voices="equal"))
    assert targets(plan) == {"Low": 4, "Medium": 4, "High": 5}


def test_speaking_to_as_many_as_is_said_frees_the_plan():
    brief = a_brief(
        characteristic=[
            {"topic": "ethnic_group", "grouping": "broad",
             "minimum": {"Asian": 1, "Black": 9, "White": 2}}
        ]
    )  # fmt: skip
    with pytest.raises(
        NoPlan, match=r"need 11 people, and the round has 10\. Speak to 12"
    ) as error:
        figures.plan_of(brief)
    assert error.value.needed == 12
    ways = {way.label: way.brief for way in ways_out(brief, error.value)}
    assert figures.plan_of(ways["Speak to 12 people"]).people_wanted == 12
    assert targets(figures.plan_of(ways["Remove 'At least 9 Black'"]))["Black"] < 9


def test_first_seats_follow_broad_totals_where_they_are_kept():
    brief = a_brief().with_characteristic(0, keep_broad=True)
    seats = first_seats(figures.mix_of(brief).characteristics[0], 10)
    unseated = {g for g, n in targets(figures.plan_of(brief), "Ethnic group").items() if not n}
    assert {seat.group for seat in seats} == unseated
    for seat in seats[:6]:
        got = [
            n
            for n in range(11, seat.people + 1)
            if targets(figures.plan_of(brief.changed(people_wanted=n)), "Ethnic group")[seat.group]
        ]
        assert got == [seat.people], seat.group


def test_every_group_above_nothing_gets_a_seat_and_is_one_rule():
    broad = a_brief(
        at_least_one_above=0, characteristic=[{"topic": "ethnic_group", "grouping": "broad"}]
    )
    assert min(targets(figures.plan_of(broad)).values()) == 1
    with pytest.raises(NoPlan) as error:
        figures.plan_of(a_brief(at_least_one_above=0))
    assert [rule.field for rule in error.value.rules] == ["at_least_one_above"]
    assert error.value.needed == 19


def test_a_floor_against_a_maximum_of_none_is_a_conflict():
    brief = a_brief(at_least_one_above=Decimal("0.05"))
    with pytest.raises(NoPlan, match="cannot both hold"):
        figures.plan_of(brief.with_characteristic(0, maximum={"Pakistani": 0}))


def test_each_number_explains_itself():
    plan = figures.plan_of(a_brief().with_characteristic(0, minimum={"Black Caribbean": 1}))
    why = {q.group: q.why for q in plan.characteristics[0].quotas}
    assert why["Pakistani"].startswith("17.0% of 10 is 1.70. Rounded up to 2: what was left over")
    assert why["Black Caribbean"] == "3.9% of 10 is 0.39. Raised to 1 by your rule."
    assert why["Other White"] == "4.0% of 10 is 0.40. Lowered to 0 to make room for your rules."
    assert "Rounded down to 0: other groups had more left over than 0.29" in why["Other Asian"]


def test_groups_without_a_seat_are_said_in_words():
    brief = a_brief(characteristic=[{"topic": "ethnic_group", "grouping": "broad"}])
    assert (
        "1 ethnic group gets no seat with 10 people: Other (about 52,000 people)."
        in figures.plan_of(brief).notes
    )


def test_the_first_seat_of_each_group_is_right_and_not_before():
    mix = figures.mix_of(a_brief())
    ethnic = mix.characteristics[0]
    shares = ethnic.shares()
    seats = first_seats(ethnic, 10)
    assert len(seats) == 13
    assert (seats[0].group, seats[0].people) == ("Black Caribbean", 12)
    for seat in seats:
        i = [g.name for g in ethnic.groups].index(seat.group)
        got = [n for n in range(11, seat.people + 1) if closest(shares, n)[i]]
        assert got == [seat.people]
    assert groups_heard(ethnic, [10, 20, 30, 60]) == {10: 6, 20: 10, 30: 12, 60: 16}


def test_a_group_of_one_in_nine_is_missed_in_31_of_100_tens():
    assert chance_missed(10) == (9, 31)


def test_more_than_two_must_haves_and_more_than_nine_characteristics_are_warned_of():
    brief = a_brief().with_characteristic(2, must_have=True)
    assert any("3 characteristics are kept exactly" in n for n in figures.plan_of(brief).notes)
    many = [{"name": f"C{i}", "shares": {"a": "0.5", "b": "0.5"}} for i in range(10)]
    plan = figures.plan_of(from_values({"title": "x", "people_wanted": 4, "characteristic": many}))
    assert any("10 characteristics are many" in note for note in plan.notes)


def test_the_bases_of_a_lower_age_follow_the_first_band():
    brief = a_brief(characteristic=[{"topic": "age", "bands": ["18-29", "30+"]}, {"topic": "sex"}])
    plan = figures.plan_of(brief)
    assert plan.lowest_age == 18
    assert {part.source.base for part in plan.characteristics} == {"people aged 18 and over"}
