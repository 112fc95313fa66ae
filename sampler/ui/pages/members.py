"""Members and sign-in: who may come in, as what, and for how long. For owners."""

import streamlit as st

from sampler.store.members import MOST_HOURS
from sampler.ui import members_box, show, sign_in, state

st.title("Members and sign-in")
if not state.may("members"):
    st.html(show.note("This page is for owners", "Ask an owner to change who may come in."))
    state.link("rounds", "Rounds")
    st.stop()
store = state.store()
st.html(show.lead("Who may open this planner, what they see, and how long a sign-in lasts."))
if sign_in.settings() is None:
    st.html(
        show.note(
            "This app has no sign-in: everyone on this machine is owner",
            "It answers this machine alone. To share it, configure [auth] in "
            ".streamlit/secrets.toml; docs/team.md says how. Members named here may then come in, "
            "and nobody else.",
        )
    )
st.html(members_box.roles())

st.header("Members", anchor=False)
members = store.members()
if members:
    st.html(members_box.table(members, state.member()))
    members_box.change(members)
else:
    st.html(show.hint("Nobody is named yet."))

st.header("Add a member", anchor=False)
members_box.add()

st.header("How long a sign-in lasts", anchor=False)
hours = store.sign_in_hours()
with st.form("members_hours_form", border=False):
    asked = st.number_input(
        "Hours",
        1,
        MOST_HOURS,
        hours,
        key="members_hours",
        help="After so many hours a sign-in ends, also of those signed in now.",
    )
    if (
        st.form_submit_button("Save the hours")
        and asked is not None
        and members_box.tried(lambda: store.set_sign_in_hours(asked))
    ):
        st.session_state.members_saved = True
        st.rerun()
if st.session_state.pop("members_saved", False):
    st.html(show.muted("Saved."))
state.link("rounds", "Rounds")
