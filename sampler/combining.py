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
from census.ni_topics import is_northern_irish
from census.online import Fetched
from census.ons import Wanted
from sampler import joint, lookups, pairs
from sampler.brief import Brief
from sampler.mix import Mix
from sampler.pair_tables import PairTable, by_hand, table_from

Progress = Callable[[int, int], None]


def wanted(brief: Brief) -> dict[int, Wanted]:
    """Return the census topics of a brief as a joint table wants them, by place in the brief."""
    topics = {
        i: census.find_topic(part.topic)
        for i, part in enumerate(brief.characteristic)
        if part.topic is not None
    }
    return {
        i: Wanted(topic, brief.characteristic[i].grouping, brief.characteristic[i].bands)
        for i, topic in topics.items()
        if topic is not census.WHERE_THEY_LIVE
    }


def of(brief: Brief) -> joint.Joint:
    """Return the shares of every pair of groups, from what is held; worked out once.

    Raises `BriefError` and `CensusError`.
    """
    return _of(brief.model_dump_json(), census.held.shelf().version)


@lru_cache(maxsize=64)
def _of(brief_json: str, version: int) -> joint.Joint:
    brief = Brief.model_validate_json(brief_json)
    mix = lookups.mix_of(brief)
    at_hand = [*by_hand(mix, brief), *tables(brief, mix)]
    return joint.combine(mix, at_hand, pairs.left_out(mix, brief))


def tables(brief: Brief, mix: Mix) -> list[PairTable]:
    """Return the joint tables held of pairs of the mix; who else was counted makes a pattern."""
    areas, ages = lookups.areas_of(brief), lookups.ages_of(brief)
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
    """Return the pairs of topics to ask about: nothing was read of them from the service.

    Left out are those kept with the app, unless who else was counted makes them a pattern only.
    """
    areas, ages = lookups.areas_of(brief), lookups.ages_of(brief)
    if not areas or any(map(is_northern_irish, areas)):
        return []
    found = []
    for one, other in combinations(wanted(brief).values(), 2):
        try:
            known, _ = combine.joint([one, other], areas, ages)
        except CensusError:
            found.append((one, other))
        else:
            if known.is_pattern and known.source.origin == "kept":
                found.append((one, other))
    return found


def fetch(brief: Brief, *, progress: Progress | None = None) -> Fetched:
    """Ask the census service how the pairs not read yet combine, one table a pair, and keep it.

    A service found to be down is not asked for the pairs still to come.
    """
    census.held.shelf().look_again()
    areas, ages = lookups.areas_of(brief), lookups.ages_of(brief)
    asked = unread(brief)
    client = Client()
    failed: list[tuple[str, str]] = []
    try:
        for done, pair in enumerate(asked, 1):
            try:
                combine.ask(client, pair, areas, ages)
            except CensusError as error:
                is_down = isinstance(error, ServiceError) and error.is_down
                lost = asked[done - 1 :] if is_down else [pair]
                failed += [(_named(one), str(error)) for one in lost]
                if is_down:
                    break
            if progress:
                progress(done, len(asked))
    finally:
        client.close()
    return Fetched(len(asked) - len(failed), tuple(failed))


def _named(pair: Sequence[Wanted]) -> str:
    one, other = (part.topic.title for part in pair)
    return f"{one} with {other[:1].lower()}{other[1:]}"
