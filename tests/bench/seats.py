"""Seats: how near they come to the best possible, and what that costs, on Birmingham's shares.

`python -m tests.bench.seats` measures every round of instances.toml in a process of its own, CPU
seconds, the median of five. `... "NAME" [SEED]` measures one.
"""

from __future__ import annotations

import math
import resource
import statistics
import subprocess
import sys
import time
import tomllib
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from sampler.rake import rake
from sampler.seats.seat_board import _module
from sampler.seats.seat_plan import plan_seats
from sampler.seats.seat_problem import PairTarget, SeatProblem

INSTANCES = Path(__file__).with_name("instances.toml")
RUNS = 5
CLASSES = 6
TILT = 1.0


Within = list[list[list[float]]]


def population(shares: list[list[float]], seed: int) -> tuple[list[float], Within]:
    """Make up a population: the sizes of a few classes, and the shares within each of them."""
    random = Random(seed)
    sizes = [random.random() + 0.3 for _ in range(CLASSES)]
    within = []
    for one in shares:
        tilted = [[s * math.exp(TILT * random.gauss(0, 1)) for s in one] for _ in sizes]
        within.append([[value / sum(row) for value in row] for row in tilted])
    return sizes, within


def joint(shares: list[list[float]], seed: int) -> list[PairTarget]:
    """Make up how every pair combines, as one population would: all pairs count as known.

    The population is a mixture of a few classes of people; in each the shares of every
    characteristic are tilted at random. Each pair is raked back to the shares.
    """
    sizes, within = population(shares, seed)
    found = []
    for a, b in combinations(range(len(shares)), 2):
        seed_cells = [
            [
                sum(size * within[a][k][i] * within[b][k][j] for k, size in enumerate(sizes))
                for j in range(len(shares[b]))
            ]
            for i in range(len(shares[a]))
        ]
        found.append(PairTarget(a, b, rake(seed_cells, shares[a], shares[b]).cells, True))
    return found


def problem(round_: dict[str, Any], shares: dict[str, list[float]], seed: int) -> SeatProblem:
    """Return a round as a problem: quotas by largest remainder, joint shares made up."""
    chosen = [[s / sum(shares[name]) for s in shares[name]] for name in round_["of"]]
    quotas = []
    for one in chosen:
        ideal = [share * round_["people"] for share in one]
        quota = [math.floor(value) for value in ideal]
        order = sorted(range(len(one)), key=lambda g: quota[g] - ideal[g])
        for group in order[: round_["people"] - sum(quota)]:
            quota[group] += 1
        quotas.append(tuple(quota))
    return SeatProblem(tuple(quotas), round_["people"], tuple(joint(chosen, seed)), seconds=60.0)


def measure(name: str, seed: int) -> None:
    """Print one round's figures."""
    read = tomllib.loads(INSTANCES.read_text("utf-8"))
    round_ = next(one for one in read["round"] if one["name"] == name)
    asked = problem(round_, read["shares"], seed)
    started = time.process_time()
    _module()
    warm = time.process_time() - started
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        plan = plan_seats(asked)
        taken.append(time.process_time() - started)
    cells = sum(len(one.shares) * len(one.shares[0]) for one in asked.targets)
    median = statistics.median(taken)
    is_met = median <= round_["seconds"] and plan.gap <= round_["gap"] + 1e-9
    print(
        f"{name:<54} {median:6.2f} s  gap {plan.gap:6.2%}  off {plan.deviation:9.4f}"
        f"  a cell {plan.deviation / cells:.3f}  {'proved' if plan.proven else '      '}"
        f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
        f"  compiled in {warm * 1000:.0f} ms  {'' if is_met else 'NOT MET'}",
        flush=True,
    )


def peer(name: str, seed: int) -> None:
    """Print what humanleague's integer population (QISI) reaches on the same round."""
    try:
        import humanleague
        import numpy as np
    except ImportError:
        return
    read = tomllib.loads(INSTANCES.read_text("utf-8"))
    round_ = next(one for one in read["round"] if one["name"] == name)
    asked = problem(round_, read["shares"], seed)
    chosen = [[s / sum(read["shares"][n]) for s in read["shares"][n]] for n in round_["of"]]
    sizes, within = population(chosen, seed)
    whole = np.zeros([len(one) for one in chosen])
    for k, size in enumerate(sizes):
        cells = np.array(size)
        for one in within:
            cells = np.multiply.outer(cells, one[k])
        whole += cells
    marginals = [np.array(quota) for quota in asked.quotas]
    started = time.process_time()
    found, _ = humanleague.qisi(whole, [np.array([i]) for i in range(len(chosen))], marginals)
    taken = time.process_time() - started
    off = 0.0
    for target in asked.targets:
        rest = tuple(i for i in range(len(chosen)) if i not in (target.first, target.second))
        shares = np.array(target.shares) * asked.people
        off += float(np.abs(found.sum(axis=rest) - shares).sum())
    cells = sum(len(one.shares) * len(one.shares[0]) for one in asked.targets)
    exact = all(
        (found.sum(axis=tuple(j for j in range(len(chosen)) if j != i)) == marginals[i]).all()
        for i in range(len(chosen))
    )
    print(
        f"{name + ', humanleague':<54} {taken:6.2f} s  {'':<11} off {off:9.4f}"
        f"  a cell {off / cells:.3f}  {'margins met' if exact else 'margins missed'}",
        flush=True,
    )


def main() -> None:
    """Measure what is asked for, or everything."""
    if len(sys.argv) > 1:
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
        measure(sys.argv[1], seed)
        if seed == 1:
            peer(sys.argv[1], seed)
        return
    for round_ in tomllib.loads(INSTANCES.read_text("utf-8"))["round"]:
        for seed in ("1", "2", "3"):
            asked = [sys.executable, "-m", "tests.bench.seats", round_["name"], seed]
            subprocess.run(asked, check=True)


if __name__ == "__main__":
    main()
