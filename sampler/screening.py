"""How many people have to be screened to fill quotas as set: a seeded simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sampler.model import Plan
from sampler.words import small_number

MOST_SCREENED = 100_000
"""Past this many the number says no more than that the quotas cannot be filled as set."""
LARGEST_ROUND = 1_000
MOST_RUNS, FEWEST_RUNS = 10_001, 101
"""Odd, so that the median is one of the runs."""
WORK = 4_000_000
"""Runs x people x groups looked at: what keeps the answer under a third of a second."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Characteristic:
    """The population's shares of the groups, and from how many to how many people are wanted."""

    shares: tuple[float, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


@dataclass(frozen=True)
class Screened:
    """The median of the people screened. None when past `MOST_SCREENED` (`is_capped`), or when
    there was nothing to work out: a round larger than `LARGEST_ROUND`, no characteristic with
    shares.
    """

    median: int | None
    is_capped: bool


def characteristics(plan: Plan) -> tuple[Characteristic, ...]:
    """Return what screening needs of a plan: every characteristic with shares.

    Where only the mix's shares are known, the population is taken to have those.
    """
    found = []
    for part in plan.characteristics:
        known = [
            quota.share if quota.population_share is None else quota.population_share
            for quota in part.quotas
        ]
        if any(share is None for share in known):
            continue
        found.append(
            Characteristic(
                tuple(float(share or Fraction(0)) for share in known),
                tuple(quota.low for quota in part.quotas),
                tuple(quota.high for quota in part.quotas),
            )
        )
    return tuple(found)


def screened(groups: Sequence[Characteristic], people: int, seed: int) -> Screened:
    """Return how many people are screened until the quotas are filled, the median of many runs.

    People come one by one from the population, the group of each characteristic drawn by its
    shares and unrelated to the others. Each is taken if every group of theirs still has room and
    taking them leaves enough places for what other groups still need. The same seed gives the
    same answer in any process.

    Nobody who is turned away is simulated: with p the part of the population that would be
    taken now, the next one taken is the k-th to come with the geometric chance (1 - p)^(k-1) p,
    and has an open group of each characteristic by its share. So rare groups cost no time.
    """
    if not groups or people > LARGEST_ROUND:
        return Screened(None, False)
    runs = _runs(people, sum(len(one.shares) for one in groups))
    # The raw numbers of PCG64 are the same in every version of NumPy.
    source = np.random.PCG64(seed)
    shares = [np.array(one.shares) / (sum(one.shares) or 1) for one in groups]
    taken = [np.zeros((runs, len(one.shares)), dtype=np.int64) for one in groups]
    waited = np.zeros(runs)
    every = np.arange(runs)
    for left in range(people, 0, -1):
        reach = []
        chance = np.ones(runs)
        for one, share, count in zip(groups, shares, taken, strict=True):
            reach.append(np.cumsum(np.where(_open(one, count, left), share, 0.0), axis=1))
            chance *= reach[-1][:, -1]
        waited += _waits(_uniform(source, runs), chance)
        if np.median(waited) > MOST_SCREENED:
            return Screened(None, True)
        for count, upto in zip(taken, reach, strict=True):
            drawn = _uniform(source, runs) * upto[:, -1]
            count[every, (upto >= drawn[:, None]).argmax(axis=1)] += 1
    return Screened(int(np.median(waited)), False)


def _runs(people: int, groups: int) -> int:
    runs = max(FEWEST_RUNS, min(MOST_RUNS, WORK // max(1, people * groups)))
    return runs - 1 + runs % 2


def _open(one: Characteristic, taken: Counts, left: int) -> Flags:
    """Say for each run which groups the next person may have, with so many places left."""
    needed = np.maximum(np.array(one.low) - taken, 0)
    has_spare = needed.sum(axis=1) < left
    is_open: Flags = (taken < np.array(one.high)) & ((needed > 0) | has_spare[:, None])
    return is_open


def _uniform(source: np.random.PCG64, number: int) -> Floats:
    """Return numbers above 0 and up to 1, 53 bits each."""
    raw = source.random_raw(number) >> np.uint64(11)
    return (raw + np.uint64(1)).astype(np.float64) * 2.0**-53


def _waits(uniform: Floats, chance: Floats) -> Floats:
    """Return how many people come until one is taken, by inversion; infinite where none would."""
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = np.floor(np.log(uniform) / np.log1p(-np.minimum(chance, 1.0))) + 1
    return np.where(chance > 0, waits, np.inf)


def words(plan: Plan, seed: int) -> str:
    """Say how many are screened as a rule to fill a plan; empty where that is not known."""
    return said(_kept(characteristics(plan), plan.people_wanted, seed), plan.people_wanted)


@lru_cache(maxsize=256)
def _kept(groups: tuple[Characteristic, ...], people: int, seed: int) -> Screened:
    return screened(groups, people, seed)


def said(one: Screened, people: int) -> str:
    """Say how many are screened as a rule; empty where nothing was worked out.

    >>> said(Screened(41, False), 10)
    'About 40 people screened, as a rule, to find these 10.'
    >>> said(Screened(None, True), 30)
    'More than 100,000 people screened, as a rule, to find these 30.'
    """
    if one.median is None and not one.is_capped:
        return ""
    if one.median is None:
        number = f"More than {MOST_SCREENED:,}"
    elif one.median <= people:
        return "Nearly everyone screened fits."
    else:
        number = f"About {rounded(one.median):,}"
    these = f"these {people:,}" if people > 1 else f"this {small_number(people)}"
    return f"{number} people screened, as a rule, to find {these}."


def rounded(median: int) -> int:
    """Round a median to what a simulation can say.

    >>> [rounded(n) for n in (13, 41, 116, 138, 512, 1998, 24605)]
    [13, 40, 115, 140, 510, 2000, 25000]
    """
    step = 1 if median < 20 else 5 if median < 200 else 10 if median < 1_000 else 100
    if median >= 10_000:
        step = 1_000
    return (median + step // 2) // step * step
