"""Participants, step 3: the people recruited, by reference only."""

import streamlit as st

from sampler.model import Participant
from sampler.tracking import STAGE_WORDS, STAGES, tally
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
if refused := state.said():
    st.html(show.note("That was not saved", refused, kind="bad"))

if conflict := st.session_state.get(person_dialog.CONFLICT):
    theirs, mine = conflict
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
            st.session_state.pop(person_dialog.CONFLICT)
            st.rerun()
        if st.button("Use mine", key="participants_mine"):
            st.session_state.pop(person_dialog.CONFLICT)
            person_dialog.save(mine.model_copy(update={"version": theirs.version}))
            st.rerun()

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Add a person", type="primary", icon=":material/person_add:", key="participants_add"
    ):
        st.session_state.pop("person_personal", None)
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
        version = st.session_state.get("participants_grid", 0)
        key = f"participants_grid_{round_.id}_{version}"

        def save_cells() -> None:
            """Save what was edited, row by row; the grid is drawn anew from what is stored."""
            for row, cells in st.session_state[key]["edited_rows"].items():
                person_dialog.save(people_grid.edited(plan, everyone[int(row)], cells))
            st.session_state.participants_grid = version + 1

        st.data_editor(
            people_grid.frame(plan, everyone),
            column_config=people_grid.columns(plan),
            hide_index=True,
            disabled=["Ref."],
            key=key,
            on_change=save_cells,
            alt="People recruited, one row each. Every field can also be changed by form below.",
        )
        st.html(show.muted("Changes are saved as you make them."))
    else:
        st.html(show.people_list(plan.characteristics, everyone, partial_counts=partial))

    def named(person: Participant) -> str:
        """Write a person as the list does."""
        return f"{person.reference}, {STAGE_WORDS[person.stage].lower()}"

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
    if button.button("Save", key="participants_save", disabled=person is None or stage is None):
        assert person is not None
        person_dialog.save(person.model_copy(update={"stage": stage}))
        st.rerun()
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
