"""Today: who is due, marked as they come, with a thumb."""

import streamlit as st

from sampler.model import Participant
from sampler.people.stages import TAP_WORDS, Due, Tap, due_on, tapped, taps
from sampler.ui import people_tables, saving, show, state, waiting_box
from sampler.words import day, listed

round_ = state.round_at_hand("Today")
store = state.store()
taken = state.plan_in_use(round_)
everyone = store.people(round_.id)
by_id = {person.id: person for person in everyone}
today = state.today()
before: dict[str, tuple[Participant, int]] = st.session_state.setdefault(saving.TODAY, {})


def tap(person: Participant, how: Tap) -> None:
    """Mark somebody; a faster change elsewhere is not lost."""
    if saving.save(round_, person, tapped(person, how, today), "today"):
        was, version = before.get(person.id, (person, 0))
        if version != person.version:  # somebody changed them since: that is not taken back
            was = person
        before[person.id] = (was, person.version + 1)


def take_back(person: Participant, was: Participant) -> None:
    """Put somebody back to where they stood before they were marked here."""
    update = {"stage": was.stage, "incentive_on": was.incentive_on}
    if saving.save(round_, person, person.model_copy(update=update), "today"):
        before.pop(person.id, None)
        saving.keep_gone(
            round_.id,
            [gone for gone in saving.gone_from(round_.id) if gone.person_id != person.id],
        )


def draw(due: Due) -> None:
    """Draw one person: when, who, and what is left to tap."""
    person = due.person
    when = (f"{due.day.day} {due.day:%B}, " if due.is_late else "") + f"{due.at:%H:%M}"
    groups = people_tables.in_words(taken.plan.characteristics, person)
    with st.container(key=f"today_row_{person.id}"):
        st.html(show.due(when, person.reference, people_tables.stage_words(person), groups))
        # A tap can be taken back until somebody changes the person after it.
        was, version = before.get(person.id, (None, 0))
        if version != person.version:
            was = None
        if not due.taps and was is None:
            return
        with st.container(horizontal=True):
            for how in due.taps:
                st.button(
                    TAP_WORDS[how],
                    key=f"today_{how}_{person.id}",
                    on_click=tap,
                    args=(person, how),
                    width="stretch",
                )
            if was is not None:
                st.button(
                    "Undo",
                    key=f"today_undo_{person.id}",
                    on_click=take_back,
                    args=(person, was),
                    type="tertiary",
                )


waiting_box.draw(round_, taken.plan, by_id)
found = due_on(today, everyone)
listed_ids = {due.person.id for due in found}
# Whoever was late and is marked is no longer due, and still has an incentive to come.
marked = [
    Due(person, person.slot.date(), person.slot.time(), True, taps(person))
    for person_id in before
    if person_id not in listed_ids
    and (person := by_id.get(person_id)) is not None
    and person.slot is not None
]
late = sorted(
    [*marked, *(due for due in found if due.is_late)],
    key=lambda due: (due.day, due.at, due.person.reference),
)
now = [due for due in found if not due.is_late]
st.header(f"{today:%A} {day(today)}", anchor=False)
if now:
    for one in now:
        draw(one)
else:
    later = sorted((p.slot, p.reference) for p in everyone if p.slot and p.slot.date() > today)
    following = ""
    if later:
        slot, reference = later[0]
        following = f" Next is {reference} on {day(slot.date())} at {slot:%H:%M}."
    st.html(
        show.empty(
            "Nobody is due today",
            f"People with a session today are listed here by time.{following}",
        )
    )
if late:
    st.header("Earlier, still to be marked" if len(late) > len(marked) else "Earlier", anchor=False)
    for one in late:
        draw(one)
# Below the rows: nothing may move under a thumb.
opened = listed([one.reference for one in saving.gone_from(round_.id) if one.is_open])
if opened:
    st.html(show.note(f"{opened}: a place is open again", "Participants names the people who fit."))
    state.link("participants", "See who fits", ":material/arrow_forward:")
state.link("participants", "Participants")
