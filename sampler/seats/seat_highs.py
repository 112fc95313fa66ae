"""HiGHS for the seats: a program by columns in, whole numbers or multipliers out.

Straight to highspy and not through PuLP, which has no multipliers to read under version 4 and no
limit on nodes under either; work has to be limited by what is done, not by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

SAFETY_SECONDS = 60.0
"""Programs here take milliseconds; this only keeps a page from hanging."""


@dataclass
class Columns:
    """A program put together column by column: cost, bounds and the rows each is in."""

    costs: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    rows: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def row(self, least: float, most: float) -> int:
        """Add a row: the sum of its columns lies between two limits."""
        self.least.append(least)
        self.most.append(most)
        return len(self.least) - 1

    def column(
        self,
        adds: Sequence[int],
        *,
        takes: Sequence[int] = (),
        cost: float = 0.0,
        highest: float = highspy.kHighsInf,
        whole: bool = False,
    ) -> int:
        """Add a column from 0 upwards: one more adds 1 to some rows and takes 1 from others."""
        self.costs.append(cost)
        self.highest.append(highest)
        self.rows += [*adds, *takes]
        self.weights += [1.0] * len(adds) + [-1.0] * len(takes)
        self.starts.append(len(self.rows))
        self.whole.append(whole)
        return len(self.costs) - 1


@dataclass(frozen=True)
class Answer:
    """What came of it: `is_done` where it was solved to the end, `is_empty` where nothing fits."""

    is_done: bool
    is_empty: bool
    values: tuple[float, ...] = ()
    multipliers: tuple[float, ...] = ()
    lowest: float = 0.0


def solve(
    program: Columns,
    *,
    nodes: int | None = None,
    start: Mapping[int, float] | None = None,
    seconds: float = SAFETY_SECONDS,
) -> Answer:
    """Return the cheapest values; whole numbers if any column asks for them, else multipliers too.

    `start` are the whole numbers of an answer already known, the rest 0: nothing is spent on
    finding others then. A solver that breaks has no answer: neither done nor empty.
    """
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    settings = {"threads": 1, "time_limit": seconds, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
    if nodes is not None:
        settings["mip_max_nodes"] = nodes
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    lp: Any = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.costs), len(program.least)
    lp.col_cost_, lp.col_lower_ = program.costs, [0.0] * len(program.costs)
    lp.col_upper_ = program.highest
    lp.row_lower_, lp.row_upper_ = program.least, program.most
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.starts, program.rows
    lp.a_matrix_.value_ = program.weights
    if any(program.whole):
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in program.whole]
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        return Answer(False, False)
    if start is not None:
        highs.setSolution(len(start), np.array(list(start)), np.array(list(start.values())))
        highs.setOptionValue("mip_heuristic_effort", 0.0)
    if highs.run() == highspy.HighsStatus.kError:
        return Answer(False, False)
    status = highs.getModelStatus()
    found, facts = highs.getSolution(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(False, True)
    is_done = status == highspy.HighsModelStatus.kOptimal
    return Answer(
        is_done,
        False,
        tuple(found.col_value) if is_done else (),
        tuple(found.row_dual) if is_done and not any(program.whole) else (),
        float(facts.objective_function_value) if is_done else float(facts.mip_dual_bound),
    )
