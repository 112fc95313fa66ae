"""The one place that names PuLP's solver and reads what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pulp

from sampler.errors import SolverError

Kind = Literal["optimal", "feasible", "infeasible", "stopped"]


@dataclass(frozen=True)
class Outcome:
    """What a solve came to. Variables hold values only when it is optimal or feasible."""

    kind: Kind


def solve(problem: Any, *, seconds: float | None = None) -> Outcome:
    """Solve a PuLP problem with HiGHS, to proof, on one thread.

    PuLP 3 returns a status and keeps the solution's status on the problem (a solve cut by its
    time limit returns 1, "Optimal", so both are read); PuLP 4 returns one object for both.

    Raises `SolverError` where the solver breaks.
    """
    try:
        answer = problem.solve(pulp.HiGHS(msg=False, gapRel=0, threads=1, timeLimit=seconds))
    except pulp.PulpError as error:
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
