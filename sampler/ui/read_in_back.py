"""The last file taken into a round, on Participants, and taking it back as one step."""

from __future__ import annotations

import streamlit as st

from sampler.errors import StoreError
from sampler.handover import LONDON
from sampler.model import Round
from sampler.store.imports import Import
from sampler.ui import show, state
from sampler.words import day, listed, people


def taken_back_box(held: Round) -> None:
    """Say which file was taken in last, and offer to take it back; nothing where there is none."""
    last = state.store().last_import(held.id)
    if last is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="read_in_last"):
        st.html(show.hint(last_words(last)), width="content")
        if st.button("Take back the last file", key="read_in_back"):
            _ask(held, last)


def last_words(last: Import) -> str:
    """Say what the last file brought, from whom and when."""
    at = last.at.astimezone(LONDON)
    whose = f" from {last.recruiter}" if last.recruiter else ""
    by = f", by {last.who}" if last.who else ""
    return f"Last file taken in: {brought(last)}{whose}, {day(at.date())} at {at:%H:%M}{by}."


def brought(last: Import) -> str:
    """Say how many people a file brought and changed."""
    parts = []
    if last.new or not last.changed:
        parts.append(f"{last.new:,} new")
    if last.changed:
        parts.append(f"{last.changed:,} changed")
    return listed(parts)


def undone(last: Import) -> str:
    """Say what taking a file back does to the people."""
    parts = []
    if last.new:
        are = "is" if last.new == 1 else "are"
        parts.append(f"{people(last.new)} who came with it {are} removed, with their history.")
    if last.changed:
        are = "goes" if last.changed == 1 else "go"
        parts.append(f"{people(last.changed)} it changed {are} back to how they were.")
    return " ".join(parts)


@st.dialog("Take back the last file")
@state.guarded
def _ask(held: Round, last: Import) -> None:
    whose = f" from {last.recruiter}" if last.recruiter else ""
    st.html(
        show.note(
            f"Take back the file{whose}?",
            undone(last),
            "The file itself is not touched: it can be read in again.",
            kind="bad",
        )
    )
    with st.container(horizontal=True):
        if st.button(
            "Take it back",
            type="primary",
            key="read_in_back_yes",
            on_click=take_back,
            args=(held, last),
        ):
            st.rerun()
        if st.button("Keep it", key="read_in_back_no"):
            st.rerun()


def take_back(held: Round, last: Import) -> None:
    """Undo a file taken in; what stops it is said on the page."""
    try:
        state.store().take_back(held.id, last, state.by("file"))
    except StoreError as error:
        state.tell(held.id, "The file was not taken back", str(error))
    else:
        state.tell(held.id, "The last file was taken back", undone_words(last), kind="calm")


def undone_words(last: Import) -> str:
    """Say what was undone."""
    parts = []
    if last.new:
        parts.append(f"{people(last.new)} removed")
    if last.changed:
        parts.append(f"{people(last.changed)} as before")
    return f"{listed(parts)}." if parts else ""
