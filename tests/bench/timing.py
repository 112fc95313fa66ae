"""How long an act takes, and how that is said."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

RUNS = 30


def times(act: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Return how long an act takes, in milliseconds, after one that is not counted."""
    act()
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return found


def say(name: str, found: list[float], beside: list[float] | None = None) -> None:
    """Print a figure's median and spread, and its ratio to what stands beside it."""
    median = statistics.median(found)
    line = f"{name:<58} {median:9.2f} ms  ({min(found):.2f} to {max(found):.2f})"
    if beside:
        line += f"  {median / statistics.median(beside):6.2f} x, "
        line += f"{median - statistics.median(beside):+.1f} ms"
    print(line, flush=True)
