"""The three ways to round: published worked examples, brute force, and what each says of itself."""

import itertools
import random
from fractions import Fraction

import pytest

from sampler import figures
from sampler.apportion import Shares, free
from sampler.quotas import Block, solve_blocks
from sampler.rounding import ROUNDINGS, apportion, cost, cost_of
from tests.builders import a_brief, by_hand

# The census of 1790, as Balinski and Young, Fair Representation (1982), have it.
STATES_1790 = {
    "Virginia": 630_560,
    "Massachusetts": 475_327,
    "Pennsylvania": 432_879,
    "North Carolina": 353_523,
    "New York": 331_589,
    "Maryland": 278_514,
    "Connecticut": 236_841,
    "South Carolina": 206_236,
    "New Jersey": 179_570,
    "New Hampshire": 141_822,
    "Vermont": 85_533,
    "Georgia": 70_835,
    "Kentucky": 68_705,
    "Rhode Island": 68_446,
    "Delaware": 55_540,
}

# The United States House of Representatives after the census of 2020, by equal proportions:
# apportionment population and seats as the Census Bureau published them (26 April 2021).
HOUSE_2020 = """
39576757 52, 29183290 38, 21570527 28, 20215751 26, 13011844 17, 12822739 17, 11808848 15,
10725274 14, 10453948 14, 10084442 13, 9294493 12, 8654542 11, 7715946 10, 7158923 9, 7033469 9,
6916897 9, 6790280 9, 6185278 8, 6160281 8, 5897473 8, 5782171 8, 5709752 8, 5124712 7, 5030053 7,
4661468 6, 4509342 6, 4241500 6, 3963516 5, 3608298 5, 3275252 4, 3192406 4, 3108462 4, 3013756 4,
2963914 4, 2940865 4, 2120220 3, 1963333 3, 1841377 2, 1795045 2, 1460137 2, 1379089 2, 1363582 2,
1098163 2, 1085407 2, 990837 1, 887770 1, 779702 1, 736081 1, 643503 1, 577719 1
"""

# The 598 seats of the German Bundestag of 2013 over the states, by Sainte-Lague: Germans who live
# there and seats, as the federal returning officer published them.
STATES_2013 = """
2686085 22, 1559655 13, 7354892 59, 575805 5, 15895182 128, 5388350 43, 3672888 30, 9482902 76,
11353264 92, 919402 7, 3025288 24, 2418267 19, 1585032 13, 4005278 32, 2247673 18, 2154202 17
"""


def published(text):
    rows = [tuple(map(int, row.split())) for row in text.replace("\n", " ").split(",")]
    return [people for people, _ in rows], [seats for _, seats in rows]


@pytest.mark.parametrize(
    ("rounding", "seats"),
    [
        ("closest", [9, 7, 5, 4, 1]),
        ("webster", [9, 8, 5, 3, 1]),
        ("equal_proportions", [9, 7, 6, 3, 1]),
    ],
)
def test_the_example_on_which_the_five_methods_differ(rounding, seats):
    """Huntington (1928); Balinski and Young (1982), table A."""
    assert apportion(free([9061, 7179, 5259, 3319, 1182]), 26, rounding) == seats


def test_the_house_of_1791_with_120_seats_as_hamilton_had_it():
    seats = apportion(free(list(STATES_1790.values())), 120)
    assert seats == [21, 16, 14, 12, 11, 9, 8, 7, 6, 5, 3, 2, 2, 2, 2]


def test_the_house_after_2020_is_equal_proportions_where_89_people_cost_new_york_a_seat():
    people, seats = published(HOUSE_2020)
    assert sum(seats) == 435
    assert apportion(free(people), 435, "equal_proportions") == seats
    people[3] += 89
    changed = apportion(free(people), 435, "equal_proportions")
    assert (changed[3], changed[21]) == (27, 7), "New York instead of Minnesota"


def test_the_bundestag_of_2013_is_webster():
    people, seats = published(STATES_2013)
    assert sum(seats) == 598
    assert apportion(free(people), 598, "webster") == seats


def test_alabama_loses_a_seat_of_a_larger_house_by_the_closest_and_never_by_the_others():
    rng = random.Random(1880)
    lost = 0
    for _ in range(200):
        people = [rng.randint(1, 100) for _ in range(5)]
        for rounding in ROUNDINGS:
            sizes = [apportion(free(people), n, rounding) for n in range(1, 40)]
            falls = any(
                b < a
                for one, more in itertools.pairwise(sizes)
                for a, b in zip(one, more, strict=True)
            )
            assert not falls or rounding == "closest"
            lost += falls
    assert lost > 20


def highest_averages(people, seats, divisor):
    """Give seats one by one to the largest quotient: the textbook's way, in floats."""
    found = [0] * len(people)
    for _ in range(seats):
        i = max(range(len(people)), key=lambda i: (people[i] / divisor(found[i]), people[i]))
        found[i] += 1
    return found


@pytest.mark.parametrize(
    ("rounding", "divisor"),
    [
        ("webster", lambda n: 2 * n + 1),
        ("equal_proportions", lambda n: (n * (n + 1)) ** 0.5 or 1e-9),
    ],
)
def test_places_one_by_one_give_the_same(rounding, divisor):
    rng = random.Random(3)
    for _ in range(300):
        people = rng.sample(range(1, 10**6), rng.randint(1, 20))
        seats = rng.randint(1, 200)
        expected = highest_averages(people, seats, divisor)
        assert apportion(free(people), seats, rounding) == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_within_bounds_the_cost_is_least_and_ties_go_to_the_larger_group(rounding):
    rng = random.Random(7)
    blocks, expected = [], []
    while len(blocks) < 400:
        n = rng.randint(1, 4)
        weights = [rng.randint(0, 9) for _ in range(n)]
        minimum = [rng.choice([0, 0, 1, 2]) for _ in range(n)]
        maximum = [rng.choice([None, rng.randint(low, 6)]) for low in minimum]
        shares = Shares(tuple(weights), tuple(weights), tuple(minimum), tuple(maximum))
        people = rng.randint(1, 9)
        if not any(weights) or not shares.can_hold(people):
            continue
        ranges = [range(minimum[i], shares.ceiling(i, people) + 1) for i in range(n)]
        fits = [plan for plan in itertools.product(*ranges) if sum(plan) == people]
        order = sorted(range(n), key=lambda i: (-weights[i], i))
        best = min(fits, key=lambda p: (cost(shares, people, p, rounding), [-p[i] for i in order]))
        assert apportion(shares, people, rounding) == list(best)
        blocks.append(Block(shares, people, rounding))
        expected.append(list(best))
    for start in range(0, 400, 20):
        assert solve_blocks(blocks[start : start + 20]) == expected[start : start + 20]


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_each_further_person_costs_more(rounding):
    for ideal in (Fraction(1, 9), Fraction(3, 2), Fraction(7)):
        prices = [cost_of(rounding, ideal, n) for n in range(12)]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(prices)]
        assert all(a < b for a, b in itertools.pairwise(steps))


def test_near_ties_at_the_size_of_a_nation_are_settled_exactly():
    rng = random.Random(11)
    for rounding in ROUNDINGS:
        blocks = []
        for _ in range(20):
            one = rng.randint(10**7, 3 * 10**7)
            shares = free([one, one + rng.choice([-1, 0, 1]), 59_597_542 - 2 * one])
            blocks.append(Block(shares, 2 * rng.randint(5, 200) + 1, rounding))
        assert solve_blocks(blocks) == [apportion(b.shares, b.people, rounding) for b in blocks]


def test_a_brief_chooses_its_rounding_and_each_number_says_so():
    sizes = {"A": 9061, "B": 7179, "C": 5259, "D": 3319, "E": 1182}
    got, said = {}, {}
    for rounding in ROUNDINGS:
        plan = figures.plan_of(by_hand(26, people=sizes).changed(rounding=rounding))
        got[rounding] = [quota.target for quota in plan.characteristics[0].quotas]
        said[rounding] = plan.characteristics[0].quotas[1].why
        assert (plan.characteristics[0].close_call is None) or rounding == "closest"
    assert got["webster"] == [9, 8, 5, 3, 1]
    assert said == {
        "closest": "27.6% of 26 is 7.18. Rounded down to 7: other groups had more left over "
        "than 0.18.",
        "webster": "27.6% of 26 is 7.18. 8 by Webster's rule: places go one by one to the "
        "largest share divided by 1, 3, 5 and so on.",
        "equal_proportions": "27.6% of 26 is 7.18. 7 by equal proportions: every group with "
        "people comes first, then places go one by one to the largest share divided by the square "
        "root of 1 x 2, 2 x 3, 3 x 4 and so on.",
    }


def test_rules_hold_under_every_rounding():
    for rounding in ROUNDINGS:
        brief = a_brief(rounding=rounding).with_characteristic(
            0, minimum={"Roma": 1}, maximum={"White British": 2}, keep_broad=True
        )
        part = figures.plan_of(brief).characteristics[0]
        got = {quota.group: quota.target for quota in part.quotas}
        assert (got["Roma"], sum(got.values())) == (1, 10)
        assert got["White British"] <= 2
