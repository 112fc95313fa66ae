"""Participants, step 3: the people recruited, by reference only."""

import streamlit as st

from sampler.model import Participant
from sampler.tracking import STAGE_WORDS, STAGES, standing, tally
from sampler.ui import people_grid, person_dialog, show, state

round_ = state.round_at_hand("Participants")
store = state.store()
taken = state.plan_in_use(round_)
plan = taken.plan
everyone = store.people(round_.id)
partial = round_.brief.partial_counts

st.html(
    show.lead(
        "People you have recruited, by reference only. Do not enter names, phone numbers or "
        "e-mail addresses."
    )
)

waiting = st.session_state.get(person_dialog.CONFLICTS, [])
here = next((one for one in waiting if one[0] == round_.id), None)
if here is not None:
    _, theirs, mine = here
    rows = people_grid.differences(plan, theirs, mine)
    st.html(
        show.note(
            f"{theirs.reference} was changed while you were editing",
            "Another window saved a change. Nothing of yours is lost. Choose which to keep.",
            more=show.table(
                "What differs", [("Field", ""), ("They saved", ""), ("You entered", "")], rows
            ),
        )
    )
    with st.container(horizontal=True):
        if st.button("Keep theirs", key="participants_theirs"):
            waiting.remove(here)
            st.rerun()
        if st.button("Use mine", key="participants_mine"):
            waiting.remove(here)
            person_dialog.save(round_, mine.model_copy(update={"version": theirs.version}))
            st.rerun()

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Add a person", type="primary", icon=":material/person_add:", key="participants_add"
    ):
        person_dialog.start()
        person_dialog.add(round_, plan)
    if everyone:
        line = tally(everyone, round_.brief.count, partial_counts=partial)
        st.html(show.hint(line), width="content")

if not everyone:
    with st.container(border=True):
        st.html(
            show.empty(
                "Nobody recruited yet",
                "Add a person when somebody says yes to hearing more. Their stage says how far "
                "they are.",
            )
        )
else:
    shown_as = st.segmented_control(
        "Show as",
        ["List", "Editable table"],
        default="List",
        key="participants_view",
        label_visibility="collapsed",
        required=True,
    )
    by_id = {person.id: person for person in everyone}
    if shown_as == "Editable table":
        grid = people_grid.Grid(round_, plan, everyone)
        st.data_editor(
            people_grid.frame(plan, everyone),
            column_config=people_grid.columns(plan),
            hide_index=True,
            disabled=["Ref."],
            key=grid.key,
            on_change=grid.save,
            alt="People recruited, one row each. Every field can also be changed by form below.",
        )
        st.html(show.muted("Changes are saved as you make them."))
    else:
        st.html(show.people_list(plan.characteristics, everyone, partial_counts=partial))

    def named(person: Participant) -> str:
        """Write a person as the list does."""
        return f"{person.reference}, {standing(person)}"

    who, where, button = st.columns([4, 4, 2], vertical_alignment="bottom")
    chosen = who.selectbox(
        "Change a person",
        list(by_id),
        index=None,
        format_func=lambda i: named(by_id[i]),
        placeholder="Choose a reference",
        key="participants_who",
    )
    stage = where.selectbox(
        "Move to stage",
        STAGES,
        index=None,
        format_func=lambda s: STAGE_WORDS[s],
        placeholder="Choose a stage",
        key="participants_stage",
    )
    person = by_id.get(chosen) if chosen else None

    def move() -> None:
        """Move the person shown to the stage chosen; a faster change elsewhere is not lost."""
        if person is not None and stage is not None:
            moved = person.model_copy(update={"stage": stage})
            if person_dialog.save(round_, moved):
                st.session_state.participants_moved = f"{named(moved)}. Saved."
            st.session_state.participants_who = None
            st.session_state.participants_stage = None

    if moved_line := st.session_state.pop("participants_moved", ""):
        st.html(show.muted(moved_line))
    off = person is None or stage is None
    button.button("Save", key="participants_save", disabled=off, on_click=move)
    with st.container(horizontal=True):
        if (
            st.button("Change all answers", key="participants_edit", disabled=person is None)
            and person
        ):
            person_dialog.change(round_, plan, person)
        if st.button("Erase", key="participants_erase", disabled=person is None) and person:
            person_dialog.erase(person)

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "See coverage", icon=":material/arrow_forward:", icon_position="right",
        key="participants_on",
    ):  # fmt: skip
        state.go("coverage")
    state.link("mix", "Mix and quotas")
