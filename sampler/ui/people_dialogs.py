"""Dialogs about people recorded: erase somebody, and what was changed."""

from __future__ import annotations

from math import ceil

import streamlit as st

from sampler.model import Participant, Plan, Round
from sampler.people import history
from sampler.ui import people_tables, saving, show, state
from sampler.words import count

LINES = 50
"""Lines of a history on one page of it."""


@st.dialog("Erase a person")
@state.guarded
def erase(person: Participant) -> None:
    """Ask once more; erasing is for good."""
    st.html(
        show.note(
            f"Erase {person.reference}?",
            f"Everything held about {person.reference} goes for good, with its history, and the "
            "reference is never given again. A dated line without identity stays for six months.",
            kind="bad",
        )
    )
    with st.container(horizontal=True):
        if st.button(f"Erase {person.reference}", type="primary", key="person_erase_yes"):
            state.store().erase_person(person.id)
            saving.forget(person.id)
            state.tell(state.round_id(), f"{person.reference} is erased", "", kind="calm")
            st.rerun()
        if st.button("Keep", key="person_erase_no"):
            st.rerun()


@st.dialog("History", width="large")
@state.guarded
def past(held: Round, plan: Plan, references: dict[str, str], person: Participant | None) -> None:
    """Show what was changed of one person, or in the whole round."""
    changes = state.store().history(held.id, person.id if person else None)
    saves = len(history.saves(changes))
    whose = person.reference if person else "Everybody in this round"
    st.html(show.empty(whose, f"{count(saves, 'change')}, the newest first."))
    page = 1
    if len(changes) > LINES:
        page = st.pagination(ceil(len(changes) / LINES), key="people_history_page")
    st.html(
        people_tables.history_table(
            changes[(page - 1) * LINES : page * LINES],
            references,
            history.topics_of(plan),
            state.today(),
            several=person is None,
        )
    )
    st.html(
        show.muted("Only added to, never changed. Erasing somebody erases their history with them.")
    )
