"""The one place that names PuLP's solver and reads what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulp

from sampler.errors import SolverError

Kind = Literal["optimal", "feasible", "infeasible", "stopped"]
SAFETY_SECONDS = 60
"""A solve of the planner's own takes milliseconds; this only keeps a page from hanging."""
ROUNDED = 1e-4
"""A whole number the solver gives may be this far off; the sums are checked after rounding."""
_EXPRESSION = getattr(pulp.LpAffineExpression, "from_list", pulp.LpAffineExpression)


@dataclass(frozen=True)
class Outcome:
    """What a solve came to. Variables hold values only when it is optimal or feasible."""

    kind: Kind


def solve(problem: Any, *, seconds: float | None = None) -> Outcome:
    """Solve a PuLP problem with HiGHS, to proof, on one thread.

    PuLP 3 returns a status and keeps the solution's status on the problem (a solve cut by its
    time limit returns 1, "Optimal", so both are read); PuLP 4 returns one object for both. Only
    an outcome of "optimal" is an answer: values of a solve that was cut need not fit at all.

    Raises `SolverError` where the solver breaks, whatever it breaks with.
    """
    try:
        answer = problem.solve(
            pulp.HiGHS(msg=False, gapRel=0, gapAbs=0, threads=1, timeLimit=seconds)
        )
    except Exception as error:
        raise SolverError(f"The solver stopped with an error: {type(error).__name__}.") from None
    if isinstance(answer, int):
        status, found = int(answer), problem.sol_status in (1, 2)
        proved = status == 1 and problem.sol_status == 1
    else:
        status, found = int(answer.status), bool(answer.has_solution)
        proved = status == 1
    if proved:
        return Outcome("optimal")
    if status == -1:
        return Outcome("infeasible")
    return Outcome("feasible" if found else "stopped")


@dataclass
class Program:
    """A small program over whole numbers, as it is put together; `solve` may be asked again.

    Variables are named by the number `variable` returns.
    """

    bounds: list[tuple[int, float]] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    rows: list[tuple[list[tuple[int, float]], float | None, float | None]] = field(
        default_factory=list
    )

    def copy(self) -> Program:
        """Return the program so far, to be added to on its own."""
        return Program([*self.bounds], [*self.whole], [*self.costs], [*self.rows])

    def variable(self, low: int, high: float, *, cost: float = 0.0, whole: bool = True) -> int:
        """Add a variable between two bounds."""
        self.bounds.append((low, high))
        self.whole.append(whole)
        self.costs.append(cost)
        return len(self.bounds) - 1

    def row(
        self, terms: Sequence[tuple[int, float]], least: float | None, most: float | None
    ) -> None:
        """Add a rule: the sum of the terms is at least this and at most that."""
        self.rows.append((_added_up(terms), least, most))

    def solve(self, seconds: float = SAFETY_SECONDS) -> list[float] | None:
        """Return the values that cost least, whole where they must be; None where none fit.

        They are checked with plain sums.

        Raises `SolverError` where the solver breaks, is cut, or gives values that do not fit.
        """
        if any(low > high for low, high in self.bounds):
            return None
        problem: Any = pulp.LpProblem("program", pulp.LpMinimize)
        made = [
            problem.add_variable(
                f"v{i}", low, high, pulp.LpInteger if self.whole[i] else pulp.LpContinuous
            )
            for i, (low, high) in enumerate(self.bounds)
        ]
        for terms, least, most in self.rows:
            if not terms:
                if (least is not None and least > 0) or (most is not None and most < 0):
                    return None
                continue
            sum_ = _EXPRESSION([(made[i], weight) for i, weight in terms])
            if least is not None and least == most:
                problem += sum_ == least
                continue
            if least is not None:
                problem += sum_ >= least
            if most is not None:
                problem += sum_ <= most
        problem += _EXPRESSION([(made[i], cost) for i, cost in enumerate(self.costs)])
        if not made:
            return []
        outcome = solve(problem, seconds=seconds)
        if outcome.kind == "infeasible":
            return None
        if outcome.kind != "optimal":
            raise SolverError(f"The solver found no answer within {seconds:g} seconds.")
        return self._checked([float(variable.value() or 0) for variable in made])

    def _checked(self, found: Sequence[float]) -> list[float]:
        values = [
            float(round(value)) if whole else value
            for value, whole in zip(found, self.whole, strict=True)
        ]
        fits = all(
            abs(value - given) <= ROUNDED and low - ROUNDED <= value <= high + ROUNDED
            for value, given, (low, high) in zip(values, found, self.bounds, strict=True)
        )
        for terms, least, most in self.rows:
            sum_ = sum(weight * values[i] for i, weight in terms)
            room = ROUNDED * max(1.0, *(abs(weight) for _, weight in terms)) if terms else 0
            fits &= least is None or sum_ >= least - room
            fits &= most is None or sum_ <= most + room
        if not fits:
            raise SolverError("The solver gave numbers that do not add up. Nothing was saved.")
        return values


def _added_up(terms: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the terms with each variable once."""
    weights: dict[int, float] = {}
    for i, weight in terms:
        weights[i] = weights.get(i, 0.0) + weight
    return [(i, weight) for i, weight in weights.items() if weight]
