"""Coverage, step 4: what is filled, what is missing, who to look for next."""

import streamlit as st

from sampler import coverage
from sampler.tracking import gone
from sampler.ui import coverage_tables, person_dialog, show, state

COUNTS = {"planned": "Attended and booked", "secured": "Attended only"}

round_ = state.round_at_hand("Coverage")
store = state.store()
taken = state.plan_in_use(round_)
plan, brief = taken.plan, round_.brief
everyone = store.people(round_.id)


def save_count() -> None:
    """Keep who takes a place."""
    state.save_brief(round_, lambda b: b.changed(count=st.session_state.coverage_count))


def save_partial() -> None:
    """Keep whether those who attended in part take a place."""
    partial = st.session_state.coverage_partial
    state.save_brief(round_, lambda b: b.changed(partial_counts=partial))


found = coverage.cover(plan, everyone, brief.count, partial_counts=brief.partial_counts)
st.html(show.answer(coverage.answer_line(found)))
st.html(coverage_tables.seat_strip(found))

profiles = coverage.next_profiles(plan, found, everyone)
if profiles:
    st.html(coverage_tables.who_next(profiles, plan))
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Add a person", type="primary", icon=":material/person_add:", key="coverage_add"):
        person_dialog.start()
        person_dialog.add(round_, plan)
    state.link("sheet", "Send the gaps to a recruiter", ":material/description:")

for title, help_ in coverage.cannot_fill(found, everyone):
    st.html(show.note(title, help_))

st.header("By group", anchor=False)
with st.container(horizontal=True):
    st.segmented_control(
        "Count",
        list(COUNTS),
        format_func=lambda c: COUNTS[c],
        key=state.shows("coverage_count", brief.count),
        on_change=save_count,
        required=True,
    )
    only_gaps = st.segmented_control(
        "Show", ["All groups", "Only gaps"], default="All groups", key="coverage_show",
        required=True,
    )  # fmt: skip
if any(person.stage == "partial" for person in everyone):
    st.checkbox(
        "Somebody who attended in part takes a place",
        key=state.shows("coverage_partial", brief.partial_counts),
        on_change=save_partial,
    )
st.html(coverage_tables.coverage_table(found, plan, only_gaps=only_gaps == "Only gaps"))
left = gone(everyone, brief.count, partial_counts=brief.partial_counts)
line = f"Against plan {taken.number}. Booked means offered, confirmed or reminded."
st.html(show.muted(f"{line} Not counted: {left}." if left else line))
latest = state.plan_or_none(brief)
if latest is not None and not latest.is_same(plan):
    st.html(show.muted("Mix and quotas has changed since; that takes effect with “Use this plan”."))

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Recruitment sheet", icon=":material/arrow_forward:", icon_position="right",
        key="coverage_on",
    ):  # fmt: skip
        state.go("sheet")
    state.link("participants", "Participants")
