"""Seats: as close as they can be, quotas exact, rules kept, the same everywhere."""

import hashlib
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampler.errors import NoSeats
from sampler.seats import seat_exact
from sampler.seats.seat_board import Board, breaches, costs, noise
from sampler.seats.seat_bound import bounds
from sampler.seats.seat_plan import plan_seats
from sampler.seats.seat_problem import UNIT, Forbidden, PairTarget, Pattern, SeatProblem, seated
from sampler.seats.seat_search import start
from tests.seat_moves_in_python import SlowBoard

ROOT = Path(__file__).parent.parent
SAID = "40deb7a47e3686e6c5af0c2cba58d59ea9b6340c582776f020e22c6fbda0ae67"
"""SHA-256 of the answers: the suite runs under two Pythons and two PuLPs, which must agree."""


def dealt(sizes, people, random):
    """Return quotas that add up, drawn at random."""
    quotas = []
    for size in sizes:
        quota = [0] * size
        for _ in range(people):
            quota[random.randrange(size)] += 1
        quotas.append(tuple(quota))
    return tuple(quotas)


def targets_of(sizes, random, known=1.0):
    found = []
    for a, b in combinations(range(len(sizes)), 2):
        weights = [[random.random() ** 2 for _ in range(sizes[b])] for _ in range(sizes[a])]
        total = sum(map(sum, weights))
        shares = tuple(tuple(weight / total for weight in row) for row in weights)
        found.append(PairTarget(a, b, shares, random.random() < known))
    return tuple(found)


def a_problem(number, *, plain=False, sizes=None, people=None):
    """Return one of many small problems: two to four characteristics, two to five people."""
    random = Random(number)
    if sizes is None:
        sizes = [random.randint(2, 3) for _ in range(random.randint(2, 4))]
        while math.prod(sizes) > 24:
            sizes.pop()
    people = people or random.randint(2, 5)
    quotas = dealt(sizes, people, random)
    problem = SeatProblem(quotas, people, targets_of(sizes, random, random.random()), seed=number)
    if plain:
        return problem
    cells = [
        (a, b, (g, h))
        for a, b in combinations(range(len(sizes)), 2)
        for g in range(sizes[a])
        for h in range(sizes[b])
    ]
    forbidden, rules, fixed = (), (), ()
    if random.random() < 0.6:
        forbidden = tuple(
            Forbidden(*cell) for cell in random.sample(cells, min(len(cells), random.randint(1, 2)))
        )
    if random.random() < 0.6:
        where = tuple(
            None
            if random.random() < 0.4
            else frozenset(random.sample(range(size), random.randint(1, size)))
            for size in sizes
        )
        least = random.randint(0, min(2, people))
        rules = (Pattern(where, least, random.randint(least, people)),)
    if random.random() < 0.6:
        fixed = tuple(
            tuple(random.choice([None, random.randrange(size)]) for size in sizes)
            for _ in range(random.randint(1, 2))
        )
    return replace(problem, forbidden=forbidden, rules=rules, fixed=fixed)


def every_list(problem):
    """Yield every list of seats there is, by the profiles in order."""
    profiles = list(product(*[range(len(quota)) for quota in problem.quotas]))
    left = [list(quota) for quota in problem.quotas]
    seats = []

    def go_on(number):
        if len(seats) == problem.people:
            if not problem.problems(seats):
                yield tuple(seats)
            return
        if number == len(profiles):
            return
        profile = profiles[number]
        most = min(left[c][group] for c, group in enumerate(profile))
        for count in range(most, -1, -1):
            for c, group in enumerate(profile):
                left[c][group] -= count
            seats.extend([profile] * count)
            yield from go_on(number + 1)
            del seats[len(seats) - count :]
            for c, group in enumerate(profile):
                left[c][group] += count

    yield from go_on(0)


@cache
def best_of_all(number, plain):
    problem = a_problem(number, plain=plain)
    return min((problem.deviations(seats) for seats in every_list(problem)), default=None)


def planned(problem, **changes):
    try:
        return plan_seats(replace(problem, **changes) if changes else problem)
    except NoSeats:
        return None


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "with rules, zeros, people counted"])
def test_plans_of_two_hundred_small_rounds_equal_brute_force(plain):
    seated_at_all = 0
    for number in range(100 if plain else 200):
        problem = a_problem(number, plain=plain)
        best, plan = best_of_all(number, plain), planned(problem)
        assert (plan is None) == (best is None), problem
        if plan is None or best is None:
            continue
        seated_at_all += 1
        assert problem.problems(plan.seats) == []
        first = plan.deviation_known if plan.of == "known" else plan.deviation
        assert plan.bound * UNIT <= best[0] + 1, problem
        assert plan.proven, problem
        assert round(first * UNIT) == best[0], problem
        assert round(plan.deviation * UNIT) == sum(best), problem
    assert seated_at_all > 80


def test_the_pair_limit_alone_is_never_above_the_best_seats():
    for number in range(100, 200):
        problem = a_problem(number)
        best = best_of_all(number, False)
        if best is None:
            continue
        first, rest, _ = bounds(problem)
        assert first <= best[0]
        assert first + rest <= sum(best)


def test_the_program_over_profiles_alone_finds_the_best_seats():
    for number in range(60):
        problem = a_problem(number)
        best = best_of_all(number, False)
        if best is None:
            continue
        each = bounds(problem)[2]
        found = seat_exact.closest(problem, each, start(problem), seconds=10)
        if found is None:
            continue
        assert found.lowest <= best[0]
        assert found.seats is not None
        assert problem.problems(found.seats) == []
        assert problem.deviations(found.seats)[0] == best[0]


def test_known_pairs_are_never_traded_for_assumed_ones():
    problem = a_problem(7, plain=True, sizes=[3, 2, 2, 3], people=12)
    mixed = tuple(replace(t, known=n % 2 == 0) for n, t in enumerate(problem.targets))
    plan = plan_seats(replace(problem, targets=mixed))
    alone = plan_seats(replace(problem, targets=tuple(t for t in mixed if t.known)))
    assert plan.of == "known"
    assert plan.deviation_known == alone.deviation_known
    assert plan.deviation > plan.deviation_known


def test_what_a_plan_says_of_itself_can_be_worked_out_by_hand():
    problem = a_problem(3, plain=True, sizes=[3, 4, 2], people=20)
    problem = replace(problem, targets=tuple(replace(t, known=True) for t in problem.targets))
    plan = plan_seats(problem)
    total = sum(
        abs(sum((seat[one.first], seat[one.second]) == (i, j) for seat in plan.seats) - 20 * share)
        for one in problem.targets
        for i, row in enumerate(one.shares)
        for j, share in enumerate(row)
    )
    assert plan.deviation == plan.deviation_known == pytest.approx(total, abs=1e-6)
    assert plan.gap == pytest.approx((plan.deviation - plan.bound) / plan.deviation)
    assert plan.proven == (plan.deviation - plan.bound <= 1e-9)
    assert list(plan.seats) == sorted(plan.seats)


def test_four_even_halves_and_four_people_are_four_off():
    even = ((0.25, 0.25), (0.25, 0.25))
    targets = tuple(PairTarget(a, b, even, True) for a, b in combinations(range(4), 2))
    problem = SeatProblem(((2, 2),) * 4, 4, targets)
    assert bounds(problem)[0] == 0
    plan = plan_seats(problem)
    assert (plan.deviation, plan.bound, plan.proven) == (4, 4, True)


def test_pairs_are_of_all_kinds_where_none_is_known():
    problem = a_problem(5, plain=True)
    problem = replace(problem, targets=tuple(replace(t, known=False) for t in problem.targets))
    plan = plan_seats(problem)
    assert plan.of == "all"
    assert plan.deviation_known == 0
    assert plan.proven


@pytest.mark.parametrize("number", range(4))
def test_compiled_moves_are_those_in_python(number):
    problem = a_problem(number * 7 + 1, sizes=[3, 2, 3, 2], people=7)
    mixed = tuple(replace(t, known=n % 2 == 0) for n, t in enumerate(problem.targets))
    rules = [Pattern((frozenset([n % 3]), None, frozenset([0, 1]), None), 1, 3) for n in range(70)]
    problem = replace(problem, targets=mixed, rules=tuple(rules), fixed=((0, None, 1, 0),))
    problem = replace(problem, quotas=((3, 2, 2), (4, 3), (3, 3, 1), (5, 2)))
    random = Random(number)
    columns = [
        random.sample([g for g, n in enumerate(quota) for _ in range(n)], 7)
        for quota in problem.quotas
    ]
    for c, group in ((0, 0), (2, 1), (3, 0)):
        at = columns[c].index(group)
        columns[c][0], columns[c][at] = group, columns[c][0]
    seats = list(zip(*columns, strict=True))
    weighed = breaches(problem) if number == 3 else costs(problem)
    boards = [make(problem, weighed, seats, (0, 0), seed=number) for make in (Board, SlowBoard)]
    for moves, temperature, weight in ((150, UNIT, 64), (150, UNIT // 2, 0), (50, 0, 1)):
        for board in boards:
            board.anneal(moves, temperature, weight)
        assert boards[0].standing == boards[1].standing
        for best in (True, False):
            assert boards[0].seats(best=best) == boards[1].seats(best=best)
    for board in boards:
        board.settle(3)
    assert boards[0].seats(best=False) == boards[1].seats(best=False)


def test_the_noise_is_rounded_alike_by_every_mathematical_library():
    exact = [-65536 * math.log((i + 0.5) / 1024) for i in range(1024)]
    assert min(abs(value % 1 - 0.5) for value in exact) > 1e-6
    assert all(one > other for one, other in pairwise(noise()))


def test_people_counted_keep_their_seats_and_unknown_answers_are_free():
    problem = a_problem(11, plain=True, sizes=[3, 3, 2], people=9)
    fixed = tuple(
        (problem.quotas[0].index(max(problem.quotas[0])), None, group) for group in (None, 1)
    )
    plan = plan_seats(replace(problem, fixed=fixed))
    assert seated(plan.seats, fixed) is not None
    with pytest.raises(NoSeats):
        plan_seats(replace(problem, fixed=((0, 0, 0),) * 9))


def test_people_counted_keep_a_pair_that_is_left_out():
    problem = SeatProblem(
        ((2, 2), (2, 2)),
        4,
        (PairTarget(0, 1, ((0.0, 0.5), (0.5, 0.0)), True),),
        forbidden=(Forbidden(0, 1, (0, 0)),),
        fixed=((0, 0),),
    )
    assert plan_seats(problem).seats == ((0, 0), (0, 1), (1, 0), (1, 1))


def test_a_rule_over_one_group_that_the_quotas_break_has_no_seats():
    problem = a_problem(1, plain=True, sizes=[2, 2], people=4)
    problem = replace(problem, quotas=((3, 1), (2, 2)))
    with pytest.raises(NoSeats):
        plan_seats(replace(problem, rules=(Pattern((frozenset([0]), None), 0, 2),)))


def test_age_in_three_groups_beside_age_in_two_cannot_always_be_seated():
    even = tuple(tuple(1 / 6 for _ in range(2)) for _ in range(3))
    closed = (Forbidden(0, 1, (0, 1)), Forbidden(0, 1, (2, 0)))
    problem = SeatProblem(((2, 1, 1), (1, 3)), 4, (PairTarget(0, 1, even, True),), closed)
    with pytest.raises(NoSeats):
        plan_seats(problem)


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_and_one_person_can_be_seated(people):
    problem = SeatProblem(
        ((people, 0), (0, people)), people, (PairTarget(0, 1, ((0.1, 0.4), (0.2, 0.3)), True),)
    )
    assert plan_seats(problem).seats == ((0, 1),) * people


def test_one_characteristic_needs_no_pairs():
    plan = plan_seats(SeatProblem(((2, 1),), 3, ()))
    assert plan.seats == ((0,), (0,), (1,))
    assert (plan.deviation, plan.gap, plan.proven) == (0, 0, True)


def test_shares_next_to_nothing_are_no_trouble():
    shares = ((1e-12, 0.5 - 1e-12), (0.5 - 1e-12, 1e-12))
    plan = plan_seats(SeatProblem(((2, 2), (2, 2)), 4, (PairTarget(0, 1, shares, True),)))
    assert plan.seats == ((0, 1), (0, 1), (1, 0), (1, 0))
    with pytest.raises(ValueError, match="numbers"):
        SeatProblem(((1, 0),), 1, (PairTarget(0, 0, ((math.nan,) * 2,) * 2, True),))


def large(seconds=10.0):
    problem = a_problem(2, plain=True, sizes=[6, 5, 2, 3, 3, 4, 5, 4], people=60)
    return replace(problem, seconds=seconds)


def test_a_search_that_is_told_to_stop_gives_what_it_has():
    told = []

    def progress(done):
        told.append(done)
        return len(told) < 3

    plan = plan_seats(large(), progress)
    assert plan.stopped
    assert len(told) < 6
    assert large().problems(plan.seats) == []
    assert all(0 <= one <= 1 for one in told)


def test_the_clock_stops_a_search_and_the_plan_says_so():
    plan = plan_seats(large(seconds=0.0))
    assert plan.stopped
    assert large().problems(plan.seats) == []


def test_progress_rises_to_the_end():
    told = []
    problem = replace(large(), people=60)
    plan = plan_seats(problem, lambda done: told.append(done) or True)
    assert not plan.stopped
    assert told == sorted(told)
    assert told[-1] == 1
    assert plan.gap < 0.2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(1000, 10**6),
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    people=st.integers(1, 20),
)
def test_whatever_is_asked_the_seats_keep_it(number, sizes, people):
    problem = replace(a_problem(number, sizes=sizes, people=people), seconds=2.0)
    plan = planned(problem)
    if plan is not None:
        assert problem.problems(plan.seats) == []
        first = plan.deviation_known if plan.of == "known" else plan.deviation
        assert plan.bound <= first + 1e-9


SCRIPT = """
import json, sys
from tests.test_seats import a_problem, planned
from dataclasses import replace
plans = []
for number, plain in ((1, True), (4, False), (9, False)):
    plans.append(planned(a_problem(number, plain=plain)))
plans.append(planned(a_problem(6, sizes=[5, 6, 2, 3, 3, 2], people=30)))
print(json.dumps([plan and vars(plan) for plan in plans]))
"""


def said_by(python, seed):
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    asked = [python, "-W", "ignore", "-c", SCRIPT]
    return subprocess.Popen(asked, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_three_processes_say_the_same_bytes_in_any_python():
    pythons = [(sys.executable, seed) for seed in ("0", "1", "2024")]
    answers = [process.communicate()[0] for process in [said_by(*one) for one in pythons]]
    assert len(set(answers)) == 1
    assert all(plan["seats"] for plan in json.loads(answers[0]) if plan)
    assert hashlib.sha256(answers[0].encode()).hexdigest() == SAID
