"""Rules across characteristics and combined groups; quotas are the closest that can be seated."""

import random

import pytest

from sampler import across, figures, quotas
from sampler.across import Across
from sampler.apportion import Shares
from sampler.brief import from_values
from sampler.closest_quotas import closest_quotas
from sampler.errors import BriefError, NoPlan, Rule
from sampler.mix import Mix
from sampler.quota_program import Block, closest
from sampler.rounding import ROUNDINGS
from sampler.seats.seat_problem import Forbidden, Pattern, SeatProblem
from sampler.seats.seat_program import Room, has_room, some_seats, state
from tests.builders import a_brief
from tests.small_briefs import question_of
from tests.small_cases import a_case, brute, characteristic, seats_of
from tests.test_conflicts import a_round
from tests.test_conflicts import across as rule


def targets(plan):
    return [[quota.target for quota in part.quotas] for part in plan.characteristics]


def plan(brief, fixed=()):
    question = question_of(brief)
    return quotas.plan(brief, (), question.mix, question.left_out, fixed)


def test_quotas_equal_brute_force_under_every_combination_of_rules():
    rng = random.Random(1000)
    planned = 0
    for number in range(1000):
        case = a_case(rng, ROUNDINGS[number % 3], most_people=4)
        expected = brute(*case)
        assert closest_quotas(*case) == expected, case
        planned += expected is not None
    assert 400 < planned < 700


def test_quotas_equal_brute_force_with_more_people():
    rng = random.Random(30)
    for number in range(40):
        case = a_case(rng, ROUNDINGS[number % 3], most_people=8)
        assert closest_quotas(*case) == brute(*case), case


def test_near_ties_at_the_size_of_a_nation_are_settled_exactly():
    rng = random.Random(5)
    for number in range(60):
        parts = []
        for index in range(rng.randint(2, 3)):
            about, n = rng.randint(10**6, 3 * 10**7), rng.randint(2, 3)
            sizes = [about + rng.choice([-1, 0, 0, 1, 2]) for _ in range(n)]
            parts.append(characteristic(index, sizes, [0] * n, [None] * n))
        mix = Mix(rng.randint(3, 6), tuple(parts), ())
        where = tuple(frozenset([rng.randrange(len(part.groups))]) for part in parts)
        least = rng.randint(2, mix.people_wanted)
        rules = [Across(where, least, None, Rule("", "rule[0]"), False)]
        pair = rng.randrange(len(parts[0].groups)), rng.randrange(len(parts[1].groups))
        case = mix, rules, [Forbidden(0, 1, pair)], [], ROUNDINGS[number % 3]
        assert closest_quotas(*case) == brute(*case), case


def a_problem(rng):
    mix, rules, forbidden, fixed, _ = a_case(rng, most_people=5)
    numbers = []
    for part in mix.characteristics:
        column = [0] * len(part.groups)
        for _ in range(mix.people_wanted):
            column[rng.randrange(len(column))] += 1
        numbers.append(tuple(column))
    patterns = tuple(one.pattern(mix.people_wanted, len(numbers)) for one in rules)
    problem = SeatProblem(
        tuple(numbers), mix.people_wanted, (), tuple(forbidden), patterns, tuple(fixed)
    )
    return problem, tuple(numbers) in seats_of(mix, rules, forbidden, fixed)


def test_some_seats_are_found_wherever_there_are_some():
    rng = random.Random(2)
    found = 0
    for _ in range(600):
        problem, exist = a_problem(rng)
        seats = some_seats(problem)
        assert (seats is not None) == exist, problem
        if seats is None:
            continue
        found += 1
        for column, numbers in enumerate(problem.quotas):
            held = [sum(seat[column] == g for seat in seats) for g in range(len(numbers))]
            assert held == list(numbers)
        assert all(one.least <= sum(map(one.holds, seats)) <= one.most for one in problem.rules)
        for seat, person in zip(seats, problem.fixed, strict=False):
            assert all(a is None or a == b for a, b in zip(person, seat, strict=True))
        for seat in seats[len(problem.fixed) :]:
            assert not any((seat[f.first], seat[f.second]) == f.groups for f in problem.forbidden)
    assert found > 100


def test_quotas_that_cannot_be_seated_give_way_to_the_closest_that_can():
    """QUOTAS.md: age in three groups beside age in two, four people: 2, 1, 1 and 1, 3."""
    brief = from_values(
        {
            "title": "x",
            "people_wanted": 4,
            "characteristic": [
                {"name": "Three", "people": {"young": 4, "middle": 3, "old": 3}},
                {"name": "Two", "people": {"younger": 3, "older": 7}},
            ],
            "leave_out": [
                {"pair": {"Three": "young", "Two": "older"}},
                {"pair": {"Three": "old", "Two": "younger"}},
            ],
        }
    )
    assert targets(plan(brief.changed(leave_out=()))) == [[2, 1, 1], [1, 3]]
    made = plan(brief)
    assert targets(made) == [[1, 2, 1], [1, 3]]
    assert made.characteristics[0].quotas[1].why == (
        "30.0% of 4 is 1.20. Raised to 2 so that no seat needs a pair of groups that is left out."
    )


def test_a_rule_across_moves_as_few_as_it_can_and_says_so():
    brief = a_round(rule=[rule(4, Ethnic_group=["Pakistani", "Indian"], Age="Old")])
    assert targets(plan(brief.changed(rule=()))) == [[2, 1, 7], [5, 5], [7, 3]]
    made = plan(brief)
    assert targets(made) == [[2, 2, 6], [5, 5], [6, 4]]
    assert made.characteristics[2].quotas[1].why == (
        "33.3% of 10 is 3.33. Raised to 4 so that your rule holds: at least 4 Ethnic group: "
        "Pakistani or Indian, Age: Old."
    )
    assert made.characteristics[0].quotas[2].why.endswith("Age: Old.")


def test_a_combined_group_is_a_rule_over_one_characteristic():
    brief = a_brief(rule=[{"at_least": 5, "where": {"Ethnic group": "asian"}}])
    mix = figures.mix_of(brief)
    (combined,) = across.resolve(brief, mix)
    assert combined.rule.rule == "at least 5 from any Asian group"
    made = quotas.plan(brief, (), mix)
    asian = [quota.target for quota in made.characteristics[0].quotas if quota.broad == "Asian"]
    assert sum(asian) == 5
    most = a_brief(rule=[{"at_most": 1, "where": {"Ethnic group": "Asian"}}])
    made = quotas.plan(most, (), figures.mix_of(most))
    assert sum(q.target for q in made.characteristics[0].quotas if q.broad == "Asian") == 1


def test_a_rule_is_worded_as_a_user_says_it():
    brief = a_brief(
        rule=[
            {
                "at_least": 2,
                "where": {"Ethnic group": ["pakistani", "Bangladeshi"], "sex": "Female"},
            },
            {"at_most": 3, "where": {"Age": ["16-34", "55+"], "Digital confidence": "Low"}},
        ]
    )
    first, second = across.resolve(brief, figures.mix_of(brief))
    assert first.rule.rule == "at least 2 Pakistani or Bangladeshi, female"
    assert second.rule.rule == "at most 3 aged 16 to 34 or 55 and over, Digital confidence: Low"
    assert (second.rule.field, second.at_least, second.at_most) == ("rule[1]", None, 3)
    assert second.where == (None, frozenset([0, 2]), None, None, frozenset([0]))


@pytest.mark.parametrize(
    ("where", "field", "text"),
    [
        ({"Ethnic group": "Pakistni"}, "rule[0].where.Ethnic group", "Did you mean Pakistani?"),
        ({"Etnic group": "Pakistani"}, "rule[0].where.Etnic group", "Did you mean Ethnic group?"),
        ({"Age": "16-34", "age": ["35-54"]}, "rule[0].where", "twice"),
    ],
)
def test_unknown_groups_and_characteristics_are_refused_with_their_place(where, field, text):
    def asked():
        brief = a_brief(rule=[{"at_least": 1, "where": where}])
        return across.resolve(brief, figures.mix_of(brief))

    with pytest.raises(BriefError) as error:
        asked()
    ((place, said),) = error.value.problems
    assert place == field
    assert text in said


def test_people_already_counted_are_planned_around():
    brief = a_round()
    made = plan(brief, [(0, 0, 1), (0, 0, 1), (0, 0, 1), (None, 0, 1), (None, None, 1)])
    assert targets(made) == [[3, 1, 6], [5, 5], [5, 5]]
    assert made.characteristics[0].quotas[0].why == (
        "15.0% of 10 is 1.50. 3 because so many are counted already."
    )
    assert "to make room for people already counted" in made.characteristics[0].quotas[2].why


def test_a_part_of_a_split_reaches_only_some_groups():
    brief = a_round()
    question = question_of(brief)
    reach = [Forbidden(2, 3, (1, 0)), Forbidden(0, 3, (2, 0))]
    made = quotas.plan(brief, (), question.mix, split=[8, 2], reach=reach)
    numbers = targets(made)
    assert numbers[0][2] <= 2
    assert numbers[2][1] <= 2
    with pytest.raises(NoPlan):
        quotas.plan(
            brief.with_characteristic(2, minimum={"Old": 3}),
            (),
            question_of(brief.with_characteristic(2, minimum={"Old": 3})).mix,
            split=[8, 2],
            reach=reach,
        )


def test_ties_of_the_program_go_to_the_larger_group_then_to_the_one_listed_first():
    room = Room(3, (((0, 3),) * 4, ((0, 3), (0, 3))), rules=(
        Pattern((frozenset([0, 1, 2, 3]), frozenset([0])), 2, 3),
    ))  # fmt: skip
    stated = state(room, (0, 1), room.ties().trees()[0])
    four = Shares((1, 1, 1, 1), (1, 2, 2, 1), (0,) * 4, (None,) * 4)
    two = Shares((1, 3), (1, 3), (0, 0), (None, None))
    blocks = [
        Block(0, ((0,), (1,), (2,), (3,)), four, 3, "closest"),
        Block(1, ((0,), (1,)), two, 3, "closest"),
    ]
    assert closest(stated, blocks) == [[1, 1, 1, 0], [2, 1]]


def test_a_far_rule_in_a_large_round_is_exact():
    brief = a_round(20_000, rule=[rule(9_000, Ethnic_group="Pakistani", Age="Old")])
    assert targets(plan(brief)) == [[9000, 0, 11000], [10000, 10000], [11000, 9000]]


def test_nobody_can_be_where_a_group_has_no_people():
    assert not has_room(Room(2, (((0, 0), (0, 2)), ((0, 2),)), rules=(
        Pattern((frozenset([0]), frozenset([0])), 1, 2),
    )))  # fmt: skip
