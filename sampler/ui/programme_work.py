"""A programme's rounds gathered and added up: once in a session for the same rounds and counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import streamlit as st

from sampler.brief import Audience
from sampler.model import Programme, Round
from sampler.people.tally import Tally
from sampler.programmes import programme
from sampler.programmes.audiences import AudienceSettings
from sampler.programmes.heard import Repeat, RoundHeard
from sampler.programmes.programme import AudienceView
from sampler.ui import state

VIEWS = "programme_views"
AGAIN = "programme_again"
NO_PROGRAMME = "Rounds without a programme"


class Group(NamedTuple):
    """Rounds looked at together: a programme, or those without one."""

    programme: Programme | None
    name: str


def groups(rounds: Sequence[Round]) -> list[Group]:
    """Return the programmes by name, and last the rounds without one, where there are any."""
    found = [Group(one, one.name) for one in state.store().programmes()]
    if any(one.programme is None for one in rounds) or not found:
        found.append(Group(None, NO_PROGRAMME))
    return found


def heard(group: Group, rounds: Sequence[Round]) -> list[RoundHeard]:
    """Return the rounds of a group with their plans and counts; people themselves are not read."""
    store = state.store()
    if group.programme is not None:
        return store.heard(group.programme.id)
    inside = [one for one in reversed(rounds) if one.programme is None]
    plans = store.latest_plans()
    tallies = store.tallies([one.id for one in inside])
    return [
        RoundHeard(
            one, plans[one.id].plan if one.id in plans else None, tallies.get(one.id, Tally())
        )
        for one in inside
    ]


def views(
    rounds: Sequence[RoundHeard],
    *,
    once: bool = False,
    with_residents: Collection[Audience] = (),
) -> list[AudienceView]:
    """Add rounds up by audience. With `once`, people known in several rounds count once.

    The session keeps the last answer, and gives it again while rounds and counts are the same.
    """
    asked = (tuple(_mark(one) for one in rounds), once, tuple(sorted(with_residents)))
    kept = st.session_state.get(VIEWS)
    if kept is not None and kept[0] == asked:
        found: list[AudienceView] = kept[1]
        return found
    found = programme.view(rounds, _again(rounds) if once else (), with_residents=with_residents)
    st.session_state[VIEWS] = (asked, found)
    return found


def _mark(one: RoundHeard) -> tuple[object, ...]:
    """Return what tells a round with its counts from an earlier state of it."""
    return one.round.id, one.round.version, one.plan, one.tally


def _again(rounds: Sequence[RoundHeard]) -> tuple[Repeat, ...]:
    """Return who was heard in several rounds; people are read for it, once for the same counts."""
    asked = tuple((one.round.id, one.round.version, one.tally) for one in rounds)
    kept = st.session_state.get(AGAIN)
    if kept is not None and kept[0] == asked:
        held: tuple[Repeat, ...] = kept[1]
        return held
    found = programme.repeats(rounds, state.store().people_of([one.round.id for one in rounds]))
    st.session_state[AGAIN] = (asked, found)
    return found


def may_know_again(rounds: Sequence[RoundHeard]) -> bool:
    """Say whether one recruiter found people in two rounds, so that somebody may be known again."""
    seen: dict[str, str] = {}
    for one in rounds:
        for name, _ in one.tally.recruiters:
            if seen.setdefault(name, one.round.id) != one.round.id:
                return True
    return False


def settings(group: Group, audience: Audience) -> AudienceSettings | None:
    """Return what an audience of a programme owns, or None before it owns anything."""
    if group.programme is None:
        return None
    kept = state.store().audience(group.programme.id, audience)
    return None if kept is None else AudienceSettings.model_validate_json(kept)
