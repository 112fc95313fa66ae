"""Participants, step 4: the people recruited, by reference only."""

import streamlit as st

from sampler.people import protection
from sampler.people.stages import due_on
from sampler.people.tracking import tally
from sampler.ui import (
    gone_box,
    past_dialog,
    people_box,
    people_dialogs,
    person_box,
    person_dialog,
    programme_words,
    read_in_back,
    show,
    state,
    waiting_box,
)

round_ = state.round_at_hand("Participants")
store = state.store()
taken = state.plan_in_use(round_)
plan = taken.plan
everyone = store.people(round_.id)
if programme_words.is_past(round_) and not everyone:
    past_dialog.stands_for(round_, plan)
    st.stop()
references = {person.id: person.reference for person in everyone}

st.html(
    show.lead(
        "People you have recruited, by reference only. Enter no names, e-mail addresses or phone "
        "numbers."
    )
)
if reminder := protection.reminder(round_.protection, len(everyone), state.today()):
    st.html(show.note(reminder.title, reminder.text, kind="bad" if reminder.is_late else ""))
    state.link("protection", "Data protection", ":material/shield:")
waiting_box.draw(round_, plan, {person.id: person for person in everyone})
gone_box.draw(round_, plan, everyone)

due = due_on(state.today(), everyone)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Add a person", type="primary", icon=":material/person_add:", key="participants_add"
    ):
        person_dialog.start()
        person_dialog.add(round_, plan)
    if st.button("Read in a filled sheet", key="participants_read_in"):
        state.go("read_in")
    if due and st.button(f"Today ({len(due)})", key="participants_today"):
        state.go("today")
    if everyone:
        line = tally(everyone, round_.brief.count, partial_counts=round_.brief.partial_counts)
        st.html(show.hint(line), width="content")

if everyone:
    shown = people_box.draw(round_, plan, everyone)
    person_box.draw(round_, plan, shown, references)
    st.html(
        show.muted(
            "Without names or contacts the planner cannot see that two recruiters sent the same "
            "person. Ask them not to share people."
        )
    )
elif round_.totals is not None:
    st.html(show.note(protection.totals_words(round_.totals), kind="calm"))
else:
    with st.container(border=True):
        st.html(
            show.empty(
                "Nobody recruited yet",
                "Add a person, or read in the sheet your agency sent back.",
            )
        )

read_in_back.taken_back_box(round_)

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "See coverage", icon=":material/arrow_forward:", icon_position="right",
        key="participants_on",
    ):  # fmt: skip
        state.go("coverage")
    if everyone and st.button("History of the round", key="participants_past"):
        people_dialogs.past(round_, plan, references, None)
    state.link("protection", "Data protection", ":material/shield:")
    state.link("seats", "Seats")
