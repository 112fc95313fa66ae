"""What counts as an answer: never a solve that was cut, never numbers that do not fit."""

import random

import pulp
import pytest

from sampler import solver
from sampler.errors import SolverError
from sampler.solver import Outcome, Program


def hard(size=60):
    """Return a program that takes more than a moment: many knapsacks at once."""
    rng = random.Random(1)
    program = Program()
    variables = [program.variable(0, 1, cost=-rng.randint(50, 99)) for _ in range(size)]
    for _ in range(20):
        program.row([(v, float(rng.randint(10, 99))) for v in variables], None, 900.5)
    return program


def test_a_solve_cut_by_its_time_limit_is_no_answer():
    with pytest.raises(SolverError, match=r"no answer within 0\.05 seconds"):
        hard().solve(seconds=0.05)


def test_pulp_calls_a_cut_solve_optimal_and_it_is_not_taken_for_one():
    program = hard()
    problem = pulp.LpProblem("cut", pulp.LpMinimize)
    made = [problem.add_variable(f"v{i}", 0, 1, pulp.LpInteger) for i in range(60)]
    problem += pulp.lpSum(c * v for c, v in zip(program.costs, made, strict=True))
    for terms, _, most in program.rows:
        problem += pulp.lpSum(weight * made[i] for i, weight in terms) <= most
    assert solver.solve(problem, seconds=0.05).kind in ("feasible", "stopped")


def test_what_cannot_hold_is_said_and_what_can_is_whole():
    program = Program()
    one, other = program.variable(0, 5, cost=1), program.variable(0, 5, cost=2)
    program.row([(one, 2.0), (other, 2.0), (one, 1.0)], 7, None)
    assert program.solve() == [3.0, 0.0]
    more = program.copy()
    more.row([(one, 1.0)], None, 1)
    assert more.solve() == [1.0, 2.0]
    more.row([(other, 1.0)], None, 1)
    assert more.solve() is None
    assert program.solve() == [3.0, 0.0]


def test_nothing_to_decide_needs_no_solver():
    program = Program()
    program.row([], 0, 0)
    assert program.solve() == []
    program.row([], 1, 1)
    assert program.solve() is None
    closed = Program()
    closed.variable(2, 1)
    assert closed.solve() is None


@pytest.mark.parametrize("broken", [pulp.PulpError("no"), RuntimeError("no"), MemoryError()])
def test_a_solver_that_breaks_is_said_in_words(monkeypatch, broken):
    def breaks(*_, **__):
        raise broken

    monkeypatch.setattr(pulp, "HiGHS", breaks)
    program = Program()
    program.variable(0, 1)
    with pytest.raises(SolverError, match="The solver stopped with an error"):
        program.solve()


def test_numbers_that_do_not_fit_are_refused(monkeypatch):
    def lies(problem, **_):
        for variable in problem.variables():
            variable.varValue = 4.0
        return Outcome("optimal")

    monkeypatch.setattr(solver, "solve", lies)
    program = Program()
    one = program.variable(0, 5)
    other = program.variable(0, 5)
    program.row([(one, 1.0), (other, 1.0)], 3, 3)
    with pytest.raises(SolverError, match="do not add up"):
        program.solve()
