"""How a round's characteristics combine, from the joint tables to be had. An outer layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import census
from census import combine
from census.client import Client
from census.errors import CensusError, ServiceError
from census.online import Fetched
from census.ons import Wanted
from sampler import figures, joint, pairs
from sampler.brief import Brief
from sampler.mix import Mix
from sampler.pair_tables import PairTable, table_from

Progress = Callable[[int, int], None]


def wanted(brief: Brief) -> dict[int, Wanted]:
    """Return the census topics of a brief as a joint table wants them, by place in the brief."""
    return {
        i: Wanted(census.find_topic(part.topic), part.grouping, part.bands)
        for i, part in enumerate(brief.characteristic)
        if part.topic is not None and part.topic != census.WHERE_THEY_LIVE.id
    }


def of(brief: Brief) -> joint.Joint:
    """Return the shares of every pair of groups, from what is held; worked out once.

    Raises `BriefError` and `CensusError`.
    """
    return _of(brief.model_dump_json(), census.held.shelf().version)


@lru_cache(maxsize=64)
def _of(brief_json: str, version: int) -> joint.Joint:
    brief = Brief.model_validate_json(brief_json)
    mix = figures.mix_of(brief)
    return joint.combine(mix, tables(brief, mix), pairs.left_out(mix, brief))


def tables(brief: Brief, mix: Mix) -> list[PairTable]:
    """Return the joint tables held of pairs of the mix; who else was counted makes a pattern."""
    areas, ages = figures.areas_of(brief), figures.ages_of(brief)
    found: list[PairTable] = []
    for (i, one), (j, other) in combinations(wanted(brief).items(), 2):
        try:
            distribution, _ = combine.joint([one, other], areas, ages)
        except CensusError:
            continue
        if distribution.source.base != ages.words():
            distribution = replace(distribution, is_pattern=True)
        if table := table_from(mix, i, j, distribution):
            found.append(table)
    return found


def unread(brief: Brief) -> list[tuple[Wanted, Wanted]]:
    """Return the pairs of topics no joint table is held of."""
    areas, ages = figures.areas_of(brief), figures.ages_of(brief)
    found = []
    for one, other in combinations(wanted(brief).values(), 2):
        try:
            combine.joint([one, other], areas, ages)
        except CensusError:
            found.append((one, other))
    return found


def fetch(brief: Brief, *, progress: Progress | None = None) -> Fetched:
    """Ask the census service how the pairs not known combine, one table a pair, and keep it."""
    client = Client()
    areas, ages = figures.areas_of(brief), figures.ages_of(brief)
    asked = unread(brief)
    failed: list[tuple[str, str]] = []
    for done, pair in enumerate(asked, 1):
        try:
            _, said = combine.joint(pair, areas, ages, client)
        except CensusError as error:
            said = str(error)
            if isinstance(error, ServiceError) and error.is_down:
                failed += [(_named(one), said) for one in asked[done - 1 :]]
                break
        if said:
            failed.append((_named(pair), said))
        if progress:
            progress(done, len(asked))
    client.close()
    return Fetched(len(asked) - len(failed), tuple(failed))


def _named(pair: Sequence[Wanted]) -> str:
    one, other = (part.topic.title for part in pair)
    return f"{one} with {other[:1].lower()}{other[1:]}"
