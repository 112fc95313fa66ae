"""Changes that wait for a choice: somebody else was faster, or something looks personal."""

from __future__ import annotations

import streamlit as st

from sampler.errors import NotFound
from sampler.model import Participant, Plan, Round
from sampler.people import history
from sampler.ui import people_tables, saving, show, state
from sampler.words import count, listed

MOST_DRAWN = 5


def draw(held: Round, plan: Plan, everyone: dict[str, Participant]) -> None:
    """Draw every change that waits, the oldest first."""
    _conflicts(held, plan, everyone)
    _questions(held)


def _conflicts(held: Round, plan: Plan, everyone: dict[str, Participant]) -> None:
    waiting: list[saving.Waiting] = st.session_state.get(saving.CONFLICTS, [])
    here = [one for one in waiting if one.round_id == held.id]
    for i, one in enumerate(here[:MOST_DRAWN]):
        now = everyone.get(one.theirs.id)
        if now is None:
            waiting.remove(one)
            st.html(
                show.note(
                    f"{one.theirs.reference} was erased while you were editing",
                    "Nothing of it is kept.",
                )
            )
            continue
        # They may have been changed again since.
        mine = history.onto(now, one.theirs, one.mine)
        rows = history.compared(now, mine, history.topics_of(plan))
        if not rows:
            waiting.remove(one)
            continue
        lines = state.store().history(held.id, now.id)
        since = [line for line in lines if line.version > one.mine.version]
        st.html(
            show.note(
                f"{now.reference} was changed while you were editing",
                f"{history.since_words(since, state.today())} "
                "Nothing of yours is lost. Choose which to keep.",
                more=people_tables.differences(rows),
            )
        )
        of = "" if i == 0 else f"_{i}"
        with st.container(horizontal=True):
            if st.button("Keep theirs", key=f"participants_theirs{of}"):
                waiting.remove(one)
                st.rerun()
            if st.button("Use mine", key=f"participants_mine{of}"):
                waiting.remove(one)
                if not saving.save(held, now, mine, "form") and not saving.waits(held, now.id):
                    waiting.append(one)  # not for want of a choice: it is offered again
                st.rerun()
    if len(here) > MOST_DRAWN:
        st.html(show.muted(f"{count(len(here) - MOST_DRAWN, 'more choice')} after these."))


def _questions(held: Round) -> None:
    questions: list[saving.Question] = st.session_state.get(saving.QUESTIONS, [])
    here = [one for one in questions if one.round_id == held.id]
    for i, one in enumerate(here[:MOST_DRAWN]):
        found = saving.personal_fields(one.before, one.after)
        said = listed([f"{field} looks like it holds {what}" for field, what in found])
        st.html(
            show.note(
                f"{one.before.reference} is not saved yet: {said}",
                "Leave it out, or save it only if you must.",
                kind="bad",
            )
        )
        with st.container(horizontal=True):
            if st.button("Leave it out", key=f"people_leave_{i}"):
                questions.remove(one)
                st.rerun()
            if st.button("Save it all the same", key=f"people_keep_{i}"):
                questions.remove(one)
                if not _keep(held, one):
                    questions.append(one)
                st.rerun()


def _keep(held: Round, one: saving.Question) -> bool:
    """Save what was questioned, onto what stands now; returns False to ask again."""
    try:
        now = state.store().person(held.id, one.before.reference)
    except NotFound as error:
        state.tell(held.id, f"{one.before.reference} was not saved", str(error))
        return True
    done = saving.save(held, now, history.onto(now, one.before, one.after), one.how)
    return done or saving.waits(held, now.id)
