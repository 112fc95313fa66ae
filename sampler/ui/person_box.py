"""One person chosen below the list: move, change, look back, hand over, erase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from sampler.model import Participant, Plan, Round, Stage
from sampler.people import protection
from sampler.people.stages import corrections, move_words, moved, moves
from sampler.people.tracking import STAGE_WORDS, STAGES, standing
from sampler.ui import people_dialogs, person_dialog, saving, show, state
from sampler.words import day

MOVED = "participants_moved"


def named(person: Participant) -> str:
    """Write a person as the list does."""
    return f"{person.reference}, {standing(person)}"


def draw(held: Round, plan: Plan, shown: Sequence[Participant], all_: Mapping[str, str]) -> None:
    """Draw what can be done with one of the people shown; `all_` are everybody's references."""
    by_id = {person.id: person for person in shown}
    who, where, button = st.columns([4, 4, 2], vertical_alignment="bottom")
    chosen = who.selectbox(
        "Change a person",
        list(by_id),
        index=None,
        format_func=lambda i: named(by_id[i]) if i in by_id else "",
        placeholder="Choose a reference",
        key="participants_who",
    )
    person = by_id.get(chosen) if chosen else None
    stage = where.selectbox(
        "Move to stage",
        _stages(person),
        index=None,
        format_func=lambda s: _stage_words(person, s),
        placeholder="Choose a stage",
        key="participants_stage",
    )

    def move() -> None:
        """Move the person shown to the stage chosen; a faster change elsewhere is not lost."""
        if person is not None and stage is not None:
            after = moved(person, stage, state.today())
            if saving.save(held, person, after, "form"):
                st.session_state[MOVED] = f"{named(after)}. Saved."
            st.session_state.participants_who = None
            st.session_state.participants_stage = None

    button.button(
        "Save",
        key="participants_save",
        disabled=person is None or stage is None,
        on_click=move,
        width="stretch",
    )
    if moved_line := st.session_state.pop(MOVED, ""):
        st.html(show.muted(moved_line))
    elif person is not None and person.stage_on is not None:
        words = STAGE_WORDS[person.stage]
        st.html(show.muted(f"{person.reference}: {words} since {day(person.stage_on)}."))
    if person is not None:
        _more(held, plan, person, all_)


def _stages(person: Participant | None) -> list[Stage]:
    if person is None:
        return list(STAGES)
    return [*moves(person.stage), *corrections(person.stage)]


def _stage_words(person: Participant | None, stage: Stage) -> str:
    return STAGE_WORDS[stage] if person is None else move_words(person.stage, stage)


def _more(held: Round, plan: Plan, person: Participant, references: Mapping[str, str]) -> None:
    with st.container(horizontal=True):
        if st.button("Change all answers", key="participants_edit"):
            person_dialog.change(held, plan, person)
        if st.button("History", key="participants_history"):
            people_dialogs.past(held, plan, dict(references), person)
        everything_held(held, person)
        if st.button("Erase", key="participants_erase"):
            people_dialogs.erase(person)


def everything_held(held: Round, person: Participant) -> None:
    """Offer everything held about somebody as a file, put together when it is asked for."""
    store = state.store()

    def written() -> str:
        now = store.person(held.id, person.reference)
        return protection.export(
            now, store.history(held.id, now.id), held, store.recruiters(held.id)
        )

    st.download_button(
        f"Everything held about {person.reference}",
        written,
        file_name=f"{person.reference}.json",
        mime="application/json",
        on_click="ignore",
        key="participants_held",
    )
