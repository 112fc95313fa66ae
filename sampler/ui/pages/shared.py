"""Shared coverage: what can be shown to others, in bands; snapshots, and who we heard from."""

import streamlit as st

from sampler import handover
from sampler.programmes import shared
from sampler.programmes.programme import AUDIENCE_WORDS
from sampler.ui import (
    programme_work,
    shared_publish,
    shared_report,
    shared_tables,
    show,
    state,
)
from sampler.ui.programme_work import Group
from sampler.words import day

PROGRAMME = "programme"

st.title("Shared coverage")
st.html(
    show.lead(
        "What can be shown to others of who was heard: in fives, in broad groups, one "
        "characteristic at a time, so that nobody can be picked out."
    )
)
if not state.may("snapshots"):
    st.html(show.note("This page is for owners and leads", "Ask one of them to publish it."))
    state.link("programme", "Programme")
    st.stop()
store = state.store()
programmes = {one.id: one for one in store.programmes()}
if not programmes:
    st.html(
        show.empty(
            "No programme yet",
            "Give rounds a programme on Rounds; what they heard together can be shown here.",
        )
    )
    state.link("rounds", "Rounds")
    st.stop()

wanted = st.session_state.get("shared_programme") or st.query_params.get(PROGRAMME)
start = list(programmes).index(wanted) if wanted in programmes else 0
held = programmes[list(programmes)[start]]
if len(programmes) > 1:
    chosen = st.selectbox(
        "Programme",
        list(programmes),
        index=start,
        format_func=lambda one: programmes[one].name,
        key="shared_programme",
    )
    held = programmes[chosen]
else:
    st.html(show.hint(held.name))
st.query_params[PROGRAMME] = held.id

rounds = programme_work.heard(Group(held, held.name), [])
snapshots = store.snapshots(held.id)
there: set[str] = {one.round.brief.audience for one in rounds if one.heard}
there |= {one.audience for one in snapshots}
audiences = [one for one in AUDIENCE_WORDS if one in there] or list(AUDIENCE_WORDS)
if not rounds:
    audiences = list(AUDIENCE_WORDS)
if st.session_state.get("shared_audience") not in audiences:
    st.session_state.pop("shared_audience", None)
audience = audiences[0]
if len(audiences) > 1:
    picked = st.segmented_control(
        "Audience",
        audiences,
        default=audience,
        format_func=lambda one: AUDIENCE_WORDS[one],
        key="shared_audience",
        label_visibility="collapsed",
        required=True,
    )
    audience = picked or audience

ours = [(one, shared.read(one.publication)) for one in snapshots if one.audience == audience]


def publish_button(label: str, kind: str) -> None:
    """Draw the button that publishes what can be shown now."""
    if st.button(label, type="primary" if kind == "first" else "secondary", key="shared_publish"):
        shared_publish.publish(held, audience, rounds)


if not ours:
    st.html(
        show.empty(
            "Nothing is published yet",
            f"A snapshot shows how many {AUDIENCE_WORDS[audience].lower()} were heard, group by "
            "group. It needs at least five people, in rounds of five or more.",
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        publish_button("Publish a snapshot", "first")
        state.link("programme", "Programme")
    st.stop()

by_id = {str(snapshot.id): (snapshot, found) for snapshot, found in ours}
if st.session_state.get("shared_chosen") not in by_id:
    st.session_state.pop("shared_chosen", None)
at = next(iter(by_id))
if len(by_id) > 1:
    newest = at
    at = st.selectbox(
        "Snapshot",
        list(by_id),
        format_func=lambda one: f"{day(by_id[one][1].on)}{', the newest' if one == newest else ''}",
        key="shared_chosen",
    )
snapshot, one = by_id[at]
by = f" by {snapshot.who}" if snapshot.who else ""
st.html(show.hint(f"Published {day(one.on)}{by}."))
st.html(shared_tables.publication(one))
name = handover.slug(f"Shared coverage {held.name} {AUDIENCE_WORDS[audience]} {one.on}")
text = f"{held.name}\n{shared.text(one)}\n"
with st.container(horizontal=True, vertical_alignment="center"):
    st.download_button(
        "Download as text (.txt)",
        text,
        file_name=f"{name}.txt",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        key="shared_download",
    )
    with st.popover("Copy as text", key="shared_copy"):
        st.code(text, language=None, wrap_lines=True)

shared_report.draw(held, one)

st.header("Snapshots", anchor=False)
st.html(shared_tables.kept(ours))
st.html(
    show.muted(
        "Snapshots stay as they were published. A new one needs at least five more people than "
        "the last, so that two of them do not give anybody away; who withdrew since is no longer "
        "in it."
    )
)
with st.container(horizontal=True, vertical_alignment="center"):
    publish_button("Publish a new snapshot", "more")
    state.link("programme", "Programme")
