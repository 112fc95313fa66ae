"""What other numbers of people would bring: against plans made one by one, and in words."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures, sizes
from sampler.apportion import closest, free
from sampler.brief import from_values
from sampler.errors import BriefError, NoPlan
from sampler.quotas import left_out
from sampler.sizes import Size, enough, first_seats, sizes_answer, sizes_text, table, waiting
from tests.builders import a_brief, by_hand

EIGHT = ["ethnic_group", "age", "sex", "disability", "tenure", "cars", "qualification", "ns_sec"]


def table_of(brief, most=60):
    return table(brief, figures.look_up(brief), most)


def by_plans(brief, most):
    """The table from whole plans, one for each number of people: the reference."""
    found = []
    for people in range(1, most + 1):
        try:
            plan = figures.plan_of(brief.changed(people_wanted=people))
        except (NoPlan, BriefError):
            continue
        followed = [part for part in plan.characteristics if part.basis != "minimums"]
        apart = [
            abs(Fraction(q.target, people) - q.share)
            for part in followed
            for q in part.quotas
            if q.share or q.target
        ]
        without = sum(len(left_out(part)) for part in followed)
        found.append(Size(people, without, max(apart), sum(apart) / len(apart)))
    return tuple(found)


BRIEFS = {
    "five characteristics": a_brief(),
    "broad totals kept": a_brief().with_characteristic(0, keep_broad=True),
    "minimums": a_brief().with_characteristic(0, minimum={"Irish": 2, "Arab": 1}),
    "a floor": a_brief(at_least_one_above="0.02"),
    "a minimum share": a_brief().with_characteristic(0, minimum_share={"Pakistani": "0.25"}),
    "a minimum share against a maximum": a_brief().with_characteristic(
        0, minimum_share={"Pakistani": "0.25"}, maximum={"Pakistani": 5}
    ),
    "maximums": by_hand(shares={"a": "0.5", "b": "0.5"}, maximum={"a": 4, "b": 9}),
    "kept out": by_hand(shares={"a": "0.5", "b": "0.3", "c": "0.2"}, maximum={"c": 0}),
    "voices and a boost": a_brief().with_characteristic(
        0, voices="more_even", boost={"Irish": "0.1"}
    ),
    "only minimums beside": from_values(
        {
            "title": "x",
            "people_wanted": 10,
            "characteristic": [
                {"name": "Access", "minimum": {"Screen reader": 3}},
                {"name": "Confidence", "shares": {"Low": "0.2", "High": "0.8"}},
            ],
        }
    ),
}


@pytest.mark.parametrize("brief", BRIEFS.values(), ids=BRIEFS.keys())
def test_every_size_is_what_its_plan_would_be_and_sizes_without_one_are_left_out(brief):
    assert table_of(brief, 24) == by_plans(brief, 24)


def test_sizes_without_room_are_left_out():
    assert [s.people for s in table_of(BRIEFS["minimums"], 5)] == [3, 4, 5]
    assert [s.people for s in table_of(BRIEFS["maximums"], 60)] == list(range(1, 14))
    assert table_of(by_hand(2, minimum={"Deaf": 1})) == ()


def test_distances_are_shares_and_a_group_kept_out_is_not_missing_a_seat():
    brief = by_hand(shares={"a": "0.5", "b": "0.3", "c": "0.2"})
    assert table_of(brief, 3)[1:] == (
        Size(2, 1, Fraction(1, 5), Fraction(2, 15)),
        Size(3, 0, Fraction(1, 6), Fraction(1, 9)),
    )
    assert [s.without_seat for s in table_of(BRIEFS["kept out"], 4)] == [1, 0, 0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any), st.integers(1, 30))
def test_without_rules_it_is_largest_remainder(counts, most):
    names = "abcdef"[: len(counts)]
    brief = by_hand(people=dict(zip(names, counts, strict=True)))
    total = sum(counts)
    for size, people in zip(table_of(brief, most), range(1, most + 1), strict=True):
        plan = closest(free(counts), people)
        pairs = [(q, c) for q, c in zip(plan, counts, strict=True) if c]
        apart = [abs(Fraction(q, people) - Fraction(c, total)) for q, c in pairs]
        assert size == Size(
            people,
            sum(not q for q, _ in pairs),
            max(apart),
            sum(apart) / len(apart),
        )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=2, max_size=40))
def test_past_enough_no_number_of_people_brings_a_tenth_of_a_point_a_person(means):
    here = [Size(n, 0, Fraction(0), Fraction(mean, 1000)) for n, mean in enumerate(means, 1)]

    def stops(at):
        return all(
            here[at].mean - other.mean <= Fraction(other.people - here[at].people, 1000)
            for other in here[at + 1 :]
        )

    first = next(at for at in range(len(here)) if stops(at))
    assert enough(here) == (first + 1 if first + 11 <= len(here) else None)


def test_enough_for_birminghams_mix_is_between_ten_and_twenty_five_people():
    assert 10 <= enough(table_of(a_brief())) <= 25
    assert enough(()) is None


def test_groups_without_a_seat_are_listed_with_the_people_that_would_give_them_one():
    brief = a_brief()
    found = waiting(brief, figures.look_up(brief))
    ethnic = [seat for seat in found if seat.characteristic == "Ethnic group"]
    assert found[0].group == "Black Caribbean"
    assert found[0].people == 12
    every = {s.group: s.people for s in first_seats(figures.mix_of(brief).characteristics[0], 10)}
    cut = {group: people if people <= 40 else None for group, people in every.items()}
    assert {seat.group: seat.people for seat in ethnic} == cut
    assert None in cut.values()
    numbers = [seat.people or 41 for seat in found]
    assert numbers == sorted(numbers)


def test_first_seats_under_a_minimum_share_follow_the_share_at_every_size():
    brief = BRIEFS["a minimum share"]
    for seat in waiting(brief, figures.look_up(brief)):
        for people in range(11, (seat.people or 40) + 1):
            plan = figures.plan_of(brief.changed(people_wanted=people))
            quota = next(q for q in plan.named(seat.characteristic).quotas if q.group == seat.group)
            assert bool(quota.target) == (people == seat.people), (seat, people)


def test_a_brief_without_a_plan_has_no_list_and_unknown_groups_are_refused():
    brief = by_hand(2, shares={"a": "0.5", "b": "0.5"}, minimum={"a": 2, "b": 1})
    assert waiting(brief, [None]) == ()
    with pytest.raises(BriefError):
        table(by_hand(shares={"a": "1"}, minimum={"c": 1}), [None])


def test_a_slower_function_can_bring_quotas_under_rules_across_characteristics():
    brief = by_hand(3, shares={"a": "0.6", "b": "0.4"})

    def even_only(mix):
        return sizes.quotas_alone(mix) if mix.people_wanted % 2 == 0 else None

    found = table(brief, [None], 6, quotas_of=even_only)
    assert [size.people for size in found] == [2, 4, 6]


def test_the_rounding_rule_of_the_brief_holds_at_every_size():
    brief = by_hand(4, shares={"a": "0.6", "b": "0.3", "c": "0.1"})
    without = {
        rule: table_of(brief.changed(rounding=rule), 4)[-1].without_seat
        for rule in ("closest", "webster", "equal_proportions")
    }
    assert without == {"closest": 1, "webster": 1, "equal_proportions": 0}


def test_the_answer_of_the_command_line_is_a_list_in_order():
    brief = by_hand(3, shares={"a": "0.5", "b": "0.3", "c": "0.2"})
    assert sizes_answer(table_of(brief, 3))[1] == {
        "people": 2,
        "without_seat": 1,
        "largest": 0.2,
        "mean": 0.133333,
    }
    assert sizes_answer(()) == []


def test_it_is_said_in_plain_words():
    brief = a_brief()
    found = table_of(brief)
    text = sizes_text(found, waiting(brief, figures.look_up(brief)), 10)
    assert f"Past {enough(found)} people more help little" in text
    assert "Ethnic group: Black Caribbean (3.9%), 12 people" in text
    assert "more than 40 people" in text
    assert "Up to 8 people, more still bring" in sizes_text(found[:8], (), 10)
    assert "No number of people" in sizes_text((), (), 10)


def test_sixty_sizes_of_eight_characteristics_take_less_than_a_tenth_of_a_second():
    brief = a_brief(people_wanted=30, characteristic=[{"topic": topic} for topic in EIGHT])
    held = figures.look_up(brief)
    table(brief, held)
    start = time.process_time()
    table(brief, held)
    assert time.process_time() - start < 0.1
