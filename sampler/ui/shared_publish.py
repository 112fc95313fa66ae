"""The dialog that publishes what can be shown of an audience."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sampler.brief import Audience
from sampler.model import Programme
from sampler.programmes import shared
from sampler.programmes.heard import RoundHeard
from sampler.programmes.programme import AUDIENCE_WORDS
from sampler.programmes.shared import NotYet
from sampler.ui import shared_tables, show, state


@st.dialog("Publish a snapshot", width="large")
@state.guarded
def publish(programme: Programme, audience: Audience, rounds: Sequence[RoundHeard]) -> None:
    """Say what publishing does, show it to those who may see exact counts, and publish it."""
    who = AUDIENCE_WORDS[audience].lower()
    st.html(
        show.lead(
            f"What can be shown of the {who} heard so far, dated today. It is kept as it is: "
            "somebody may have copied it, so it cannot be changed or taken back."
        )
    )
    zeros = st.toggle(
        "Show which groups nobody was heard from",
        True,
        key="shared_zeros",
        help="On: “nobody” stands beside “fewer than 5”. Off: both read “fewer than 5”.",
    )
    st.html(
        show.muted(
            "“Nobody” is shown, so a reader learns that none of those heard is of that group."
            if zeros
            else "“Fewer than 5” may also be nobody, and the page says so."
        )
    )
    is_ready = True
    if rounds:
        kept = state.store().snapshots(programme.id, audience)
        earlier = [one.publication for one in reversed(kept)]  # the oldest first
        try:
            made = shared.next_of(
                rounds, audience, on=state.today(), earlier=earlier, show_zeros=zeros
            )
            st.html(show.note("Not published yet", "This is what would be shown.", kind="calm"))
            st.html(shared_tables.publication(made.publication))
        except NotYet as error:
            is_ready = False
            st.html(show.note("Nothing can be published yet", str(error)))
    if st.button("Publish this", type="primary", key="shared_publish_yes", disabled=not is_ready):
        try:
            state.store().publish(
                programme.id,
                audience,
                on=state.today(),
                show_zeros=zeros,
                by=state.by("form"),
            )
        except NotYet as error:
            st.html(show.note("Nothing can be published yet", str(error)))
            return
        st.session_state.pop("shared_chosen", None)
        st.rerun()
