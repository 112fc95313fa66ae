"""Data protection: on what basis a round's people are kept, until when, and how they go."""

from datetime import timedelta

import streamlit as st

from sampler.model import Protection
from sampler.people import protection
from sampler.store.store import YEARS_KEPT, years_later
from sampler.ui import (
    members_box,
    people_dialogs,
    person_box,
    protection_box,
    show,
    sign_in,
    state,
)

DRAWN = "protection_drawn"

round_ = state.round_at_hand("Data protection")
store = state.store()
everyone = store.people(round_.id)
kept = round_.protection


def options(ready: tuple[str, ...], stored: str) -> list[str]:
    """Return what is offered, with what was typed before."""
    return [*ready, *([stored] if stored and stored not in ready else [])]


st.html(
    show.lead(
        "Why answers about people are kept in this round, until when, and how they go. The planner "
        "records what you decided; it does not decide."
    )
)
if round_.totals is not None:
    st.html(show.note(protection.totals_words(round_.totals), kind="calm"))
if reminder := protection.reminder(kept, len(everyone), state.today()):
    st.html(show.note(reminder.title, reminder.text, kind="bad" if reminder.is_late else ""))

st.header("What you decided", anchor=False)
with st.form("protection_form", border=False):
    basis = st.selectbox(
        "Lawful basis (UK GDPR Article 6)",
        options(protection.BASES, kept.basis),
        index=options(protection.BASES, kept.basis).index(kept.basis) if kept.basis else None,
        placeholder="Choose, or type another",
        accept_new_options=True,
        key=f"protection_basis_{round_.id}",
    )
    condition = st.selectbox(
        "Condition for special category data (UK GDPR Article 9)",
        options(protection.CONDITIONS, kept.condition),
        index=options(protection.CONDITIONS, kept.condition).index(kept.condition)
        if kept.condition
        else None,
        placeholder="Choose, or type another",
        accept_new_options=True,
        key=f"protection_condition_{round_.id}",
        help="Ethnic group, disability, health, religion and sexual orientation are special "
        "category data.",
    )
    first = years_later(round_.created_at.date())
    delete_by = st.date_input(
        "Delete people by",
        kept.delete_by or first,
        min_value=min(round_.created_at.date(), kept.delete_by or first),
        max_value=max(first, kept.delete_by or first) + timedelta(days=3653),
        format="DD/MM/YYYY",
        key=f"protection_delete_by_{round_.id}",
        help=f"{YEARS_KEPT} years after the round was made, unless you choose another day.",
    )
    pressed = st.form_submit_button("Save", type="primary")
drawn = st.session_state.get(DRAWN)
st.session_state[DRAWN] = (round_.id, kept)
if pressed and drawn not in (None, (round_.id, kept)):
    st.html(
        show.note(
            "This was changed in another window",
            f"They saved: {protection.in_words(kept)} What you entered is above, not saved yet. "
            "Save again to keep yours.",
        )
    )
elif pressed:
    changed = Protection(
        basis=(basis or "").strip()[:200],
        condition=(condition or "").strip()[:200],
        delete_by=delete_by,
    )
    if state.save_round(round_.model_copy(update={"protection": changed})):
        st.session_state.protection_saved = True
        st.session_state[DRAWN] = (round_.id, changed)
    st.rerun()
if st.session_state.pop("protection_saved", False):
    st.html(show.muted("Saved."))
missing = protection.undecided(kept)
if missing and everyone:
    st.html(show.muted(missing))

st.header("One person", anchor=False)
if everyone:
    by_reference = {person.reference: person for person in everyone}
    called = st.selectbox(
        "Reference",
        list(by_reference),
        index=None,
        placeholder="Choose a reference",
        key="protection_who",
    )
    person = by_reference.get(called) if called else None
    if person is not None:
        with st.container(horizontal=True):
            person_box.everything_held(round_, person)
            if st.button("Erase", key="protection_erase"):
                people_dialogs.erase(person)
    st.html(
        show.muted(
            "For somebody who asks what you hold about them, or withdraws: a file with their "
            "answers, stages, notes and history, and a button to erase it all."
        )
    )
else:
    st.html(show.hint("Nobody is recorded in this round."))


st.header("Everybody", anchor=False)
if not everyone:
    st.html(show.hint("Nobody is left to erase." if round_.totals else "There is nobody to erase."))
elif st.button("Erase everybody, keep the totals", key="protection_all"):
    protection_box.erase_everybody(round_)

members_box.of_round(round_)

st.header("What erasing does", anchor=False)
st.html(protection_box.what_erasing_does())

st.header("Who can see this", anchor=False)
signs_in = sign_in.settings() is not None
st.html(protection_box.who_can_see(is_file=store.is_file(), signs_in=signs_in))
with st.container(horizontal=True):
    state.link("participants", "Participants")
    if state.may("members"):
        state.link("members", "Members and sign-in", ":material/key:")
    state.link("rounds", "Rounds", ":material/table_rows:")
