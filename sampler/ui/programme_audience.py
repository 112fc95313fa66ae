"""What an audience of a programme is asked: kept for new rounds, and where a round differs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.model import Round
from sampler.programmes import audiences
from sampler.programmes.audiences import AudienceSettings
from sampler.programmes.heard import RoundHeard
from sampler.programmes.programme import AUDIENCE_WORDS, AudienceView
from sampler.ui import programme_words, show, state
from sampler.ui.programme_work import Group
from sampler.words import count

MOST_DIFFERING = 4


def newest(rounds: Sequence[RoundHeard], view: AudienceView) -> Round | None:
    """Return the round that says what the next one should be: the newest that was not a past one.

    One of those added up, where there are any.
    """
    inside = set(view.round_ids)
    of = [one.round for one in rounds if one.round.brief.audience == view.audience]
    here = [one for one in of if one.id in inside] or of
    live = [one for one in here if not programme_words.is_past(one)]
    return max(live or here, key=lambda one: one.created_at, default=None)


def draw(
    group: Group, view: AudienceView, rounds: Sequence[RoundHeard], kept: AudienceSettings | None
) -> None:
    """Say what an audience is asked, offer to keep it, and name the rounds that differ."""
    last = newest(rounds, view)
    if last is None or group.programme is None:
        return
    who = AUDIENCE_WORDS[view.audience]
    st.header(f"What {who.lower()} are asked", anchor=False)
    asks = audiences.settings_of(last.brief)
    if kept is None:
        st.html(
            show.hint(
                f"In {last.title} {who.lower()} are asked: "
                f"{programme_words.asked_words(asks.characteristic)}. Kept for the programme, new "
                "rounds begin with the same places, ages and groups, so that their people add up."
            )
        )
    else:
        said = programme_words.asked_words(kept.characteristic)
        st.html(show.hint(f"{who} are asked: {said}. New rounds of this programme begin with it."))
    is_kept = kept == asks
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Keep these for new rounds"
        if kept is not None and not is_kept:
            label = f"Keep what {show.plain(last.title)} asks instead"
        if is_kept:
            st.html(show.muted("Kept."), width="content")
        elif (
            asks.characteristic
            and state.may("set_audience")
            and st.button(label, key="programme_keep")
        ):
            state.store().set_audience(group.programme.id, view.audience, asks.model_dump_json())
            st.rerun()
        if (
            kept is not None
            and state.may("set_audience")
            and st.button("Keep nothing", type="tertiary", key="programme_keep_nothing")
        ):
            state.store().set_audience(group.programme.id, view.audience, None)
            st.rerun()
    if kept is not None:
        _draw_differing(kept, [r.round for r in rounds if r.round.brief.audience == view.audience])


def _draw_differing(kept: AudienceSettings, rounds: Sequence[Round]) -> None:
    found = programme_words.differing(kept, rounds)
    if not found:
        return
    more = len(found) - MOST_DIFFERING
    lines = found[:MOST_DIFFERING] + ([f"{count(more, 'more round')}."] if more > 0 else [])
    asks = "1 round asks" if len(found) == 1 else f"{len(found):,} rounds ask"
    st.html(show.note(f"{asks} otherwise", *lines))


def offered_to(brief: Brief) -> Brief:
    """Return a new round's brief with what its programme keeps for its audience.

    A programme that keeps something for one other audience alone offers that.
    """
    store = state.store()
    named = {one.name: one for one in store.programmes()}
    called = programme_words.named(brief.programme, list(named)) if brief.programme else None
    if called is None:
        return brief
    kept = {audience: store.audience(named[called].id, audience) for audience in AUDIENCE_WORDS}
    there = [audience for audience, found in kept.items() if found is not None]
    if not there:
        return brief
    audience = brief.audience if brief.audience in there else there[0]
    settings = AudienceSettings.model_validate_json(kept[audience] or "{}")
    try:
        return audiences.offered(settings, brief.changed(audience=audience))
    except BriefError:
        return brief
