"""Read in a filled sheet: who sent it, what its columns and words are, then who comes in."""

import streamlit as st

from sampler.errors import NotFound
from sampler.ui import read_in_ask, read_in_preview, read_in_show, read_in_work, show, state

round_ = state.round_at_hand("Participants", "Read in a filled sheet")
store = state.store()
taken = state.plan_in_use(round_)
plan = taken.plan

st.html(
    show.lead(
        "Our own sheet filled in, or a recruiter's file of any kind. You see what would change "
        "before anything is stored."
    )
)

sender = read_in_ask.sender(store.recruiters(round_.id))
source = read_in_ask.source()
if source is None:
    read_in_work.drop()
    state.link("participants", "Participants")
    st.stop()

with st.spinner("Reading the file"):
    work = read_in_work.look(round_, taken.number, plan, source, sender.name if sender else "")
proposal = work.proposal
if work.problem or proposal is None:
    st.html(show.note("This cannot be read in", work.problem, kind="bad"))
    state.link("participants", "Participants")
    st.stop()

if proposal.round_id and proposal.round_id != round_.id:
    try:
        other = store.round(proposal.round_id)
    except NotFound:
        st.html(
            show.note(
                "This sheet is of a round that is not here",
                "It may have been deleted, or the sheet was made by another planner. Choose the "
                f"sheet that was made for {round_.title}.",
                kind="bad",
            )
        )
    else:
        st.html(
            show.note(
                f"This sheet is of another round, {other.title}",
                f"Open that round to read it in, or choose the sheet made for {round_.title}.",
                kind="bad",
            )
        )
        if st.button(show.plain(f"Open {other.title}"), key="read_in_other_round"):
            read_in_work.drop()
            state.choose(other.id)
            state.go("participants")
    state.link("participants", "Participants")
    st.stop()

if sender is None and not proposal.is_ours:
    st.html(show.note("Say who sent it", "The next file of theirs is then read the same way."))
    state.link("participants", "Participants")
    st.stop()

notes = list(proposal.notes)
if proposal.is_ours:
    notes.insert(0, read_in_show.our_sheet(proposal, work.recruiter, taken.number))
if notes:
    st.html("".join(map(show.hint, notes)))

if work.phase == "columns":
    read_in_ask.columns(work, plan, source)
elif work.phase == "words":
    read_in_ask.words(work, plan, source)
    st.html(read_in_show.how_it_is_read(proposal, is_remembered=work.is_remembered))
else:
    with st.spinner("Comparing it with the people here"):
        work = read_in_preview.compared(work)
    if not proposal.is_ours:
        st.html(read_in_show.how_it_is_read(proposal, is_remembered=work.is_remembered))
is_done = work.phase != "columns" and not proposal.is_ours
if is_done and st.button("Change columns and words", key="read_in_change", type="tertiary"):
    read_in_work.change(work, plan, source)
    st.rerun()
if work.phase == "preview":
    read_in_preview.draw(work, plan)
    read_in_preview.take_in_button(round_, work, sender)
else:
    state.link("participants", "Participants")
