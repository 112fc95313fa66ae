"""Seats, step 3: one way to fill the room, and how near it comes to what is known."""

import streamlit as st

from census.errors import CensusError
from sampler import figures, screening
from sampler.errors import BriefError, NoPlan, NoSeats
from sampler.people.tracking import is_counted
from sampler.seats import seating
from sampler.ui import combining_box, seat_tables, seat_work, show, split_box, state
from sampler.words import people

round_ = state.round_at_hand("Seats")
brief = round_.brief
place = state.place(brief) or "this place"
st.html(
    show.lead(
        "One way to fill the room. A suggestion of who could be there, not a list to recruit to: "
        "the quotas and ranges are."
    )
)

try:
    plan = figures.plan_of(brief)
    counted = [
        {name: answer.text for name, answer in person.answers.items() if answer.kind == "group"}
        for person in state.store().people(round_.id)
        if is_counted(person, brief.count, partial_counts=brief.partial_counts)
    ]
    everyone = seating.fixed_seats(plan, counted)
    fixed = seating.that_fit(plan, everyone)
    found = seat_work.seats(brief, fixed)
except (BriefError, NoPlan, NoSeats, CensusError) as error:
    problems = getattr(error, "problems", (("", str(error)),))
    st.html(show.note("There are no seats yet", *(text for _, text in problems), kind="bad"))
    state.link("mix", "Mix and quotas")
    st.stop()

if found is None:
    state.link("mix", "Mix and quotas")
    st.stop()

topics = [*(part.topic for part in plan.characteristics), *(None for _ in brief.split)]
wanted = brief.people_wanted
st.html(seat_tables.closeness(found, wanted, place))
if len(fixed) < len(everyone):
    st.html(
        show.note(
            f"No seat here for {people(len(everyone) - len(fixed))} already counted",
            "More of some groups are counted than these quotas want. Make somebody a reserve, or "
            "change the quotas.",
        )
    )
elif fixed:
    st.html(show.muted(f"Around the {people(len(fixed))} counted already."))
if found.plan.stopped and st.button("Look longer", key="seats_longer"):
    seat_work.look_longer(round_)
    st.rerun()

with st.container(horizontal=True, vertical_alignment="bottom"):
    ready = "Table" if wanted > seat_tables.MOST_CARDS else "Room"
    shown = st.segmented_control(
        "Show as", ["Room", "Table"], default=ready, key="seats_shown", required=True
    )
    st.html(show.hint(screening.words(plan, brief.seed)), width="content")

st.header("In the room", anchor=False)
if shown == "Room":
    st.html(seat_tables.cards(found, topics))
else:
    st.html(seat_tables.seat_table(found, topics))

if len(found.names) > 1:
    st.header("Two characteristics at a time", anchor=False)
    left, right = st.columns(2)
    ready_row, ready_column = seat_tables.ready_pair(found)
    rows = left.selectbox("Rows", found.names, index=ready_row, key="seats_rows")
    others = [name for name in found.names if name != rows]
    ready = found.names[ready_column]
    at = others.index(ready) if ready in others else 0
    columns = right.selectbox("Columns", others, index=at, key="seats_columns")
    first, second = found.names.index(rows), found.names.index(columns)
    st.html(seat_tables.two_at_a_time(found, first, second, topics, wanted))
    with st.expander("Leave a pair out", key="seats_out", on_change="rerun") as leaving:
        if leaving.open:
            combining_box.leave_out_form(round_, brief, figures.mix_of(brief))

split_box.draw(round_, plan, found)

taken = state.store().latest_plan(round_.id)
is_changed = taken is not None and not taken.plan.is_same(plan)
if taken is not None and is_changed:
    st.html(
        show.muted(
            f"Plan {taken.number} is in use until you use this one. Mix and quotas says what "
            "changes."
        )
    )
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Use this plan" if is_changed else "Start recruiting",
        type="primary",
        icon=":material/arrow_forward:",
        icon_position="right",
        key="seats_on",
    ):
        if taken is None or is_changed:
            state.store().take_plan(round_.id, plan)
        state.go("participants")
    state.link("mix", "Mix and quotas")
