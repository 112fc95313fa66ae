"""What is known of a round's recruiters, looked up once for a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from census.spelling import key
from sampler.model import Participant, Plan, Recruiter, Round
from sampler.people import recruiters
from sampler.people.recruiting import Progress, progress
from sampler.people.sharing import Shares
from sampler.people.show_rates import (
    Outcomes,
    TrackRecord,
    outcomes_tallied,
    outcomes_together,
    track_records,
    way_of,
)
from sampler.people.tally import Tally
from sampler.people.tracking import is_counted
from sampler.ui import state

MOST_READ = 2_000
"""In a round of more people nobody is looked at one by one: it would take too long."""


@dataclass(frozen=True)
class Facts:
    """A round's recruiters, each one's part of the plan, and who comes of their people."""

    recruiters: tuple[Recruiter, ...]
    shares: Shares

    @cached_property
    def outcomes(self) -> Outcomes:
        """Who came and who stayed away of everybody's people, in every round."""
        return outcomes()

    @cached_property
    def records(self) -> tuple[TrackRecord, ...]:
        """What is known of each of them."""
        return track_records(self.recruiters, self.outcomes)

    def progress(self, held: Round, everyone: Sequence[Participant]) -> tuple[Progress, ...]:
        """Return how far each has come."""
        return progress(
            self.recruiters,
            self.shares.plans,
            everyone,
            held.brief.count,
            partial_counts=held.brief.partial_counts,
        )

    def found(self, held: Round, counted: Tally) -> tuple[Progress, ...]:
        """Return how many each has found, from the counts of a round alone."""
        every: Counter[str] = Counter()
        takes: Counter[str] = Counter()
        brief = held.brief
        for (name, where), number in counted.recruiters.items():
            every[key(name)] += number
            if is_counted(where, brief.count, partial_counts=brief.partial_counts):
                takes[key(name)] += number
        return tuple(
            Progress(one.name, one.people, 0, every[key(one.name)], takes[key(one.name)], ())
            for one in self.recruiters
        )


def strangers(counted: Tally, there: Iterable[Recruiter]) -> list[str]:
    """Return the names of those who found people and are no recruiters of the round."""
    known = {key(one.name) for one in there}
    return sorted({name for name, _ in counted.recruiters if key(name) not in known})


def booked_records(
    known: Outcomes, records: Sequence[TrackRecord], booked: Iterable[str]
) -> list[TrackRecord]:
    """Return what is known of those who found these people: recruiters of the round, or others.

    Someone who is no recruiter of the round goes by what their name says, as `rate_of` does.
    """
    of_round = {key(record.name): record for record in records}
    by_key = {key(name): found for name, found in known.items()}
    names = {key(name): name for name in booked}
    return [
        of_round.get(which) or TrackRecord(name, way_of(name), 1, *by_key.get(which, (0, 0)))
        for which, name in names.items()
    ]


def of(held: Round, plan: Plan) -> Facts | None:
    """Look up a round's recruiters; None where there are none.

    The quotas are shared out once for the same plan and recruiters; that can take a moment.
    """
    found = state.store().recruiters(held.id)
    if not found:
        return None
    with st.spinner("Sharing the quotas out between the recruiters"):
        shared = recruiters.shares(held.brief, plan, found)
    return Facts(tuple(found), shared)


def outcomes() -> Outcomes:
    """Return who came and who stayed away in every round there is, by recruiter."""
    store = state.store()
    every = store.tallies([held.id for held in store.rounds(archived=True)])
    return outcomes_together(outcomes_tallied(found) for found in every.values())
