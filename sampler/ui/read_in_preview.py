"""Who would come in: refused rows first, then what changes, then who is new; and taking them in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sampler.errors import Conflict, StoreError
from sampler.model import Plan, Round
from sampler.reading.incoming import Choice, Preview, PreviewRow
from sampler.ui import read_in_show, read_in_work, show, state
from sampler.ui.read_in_ask import Sender
from sampler.ui.read_in_work import Work
from sampler.words import count, people

MOST_ASKED_ONE_BY_ONE = 20
"""Rows that both sides changed with a choice of their own; the others have one together."""
SIDES: tuple[Choice, Choice] = ("ours", "theirs")
SIDE_WORDS: dict[Choice, str] = {"ours": "Keep ours", "theirs": "Take theirs"}
SAME, OTHERS = "They are the people already here", "They are other people"


def compared(work: Work) -> Work:
    """Return the file with what it would do under the choices made on the page so far."""
    held = st.session_state
    choices: dict[int, Choice] = {}
    clashing = [row for row in work.found.rows if row.asks] if work.found else []
    for i, row in enumerate(clashing):
        name = _key(work, f"side_{row.number}" if i < MOST_ASKED_ONE_BY_ONE else "sides")
        if held.get(name) == "theirs":
            choices[row.number] = "theirs"
    are_others = held.get(_key(work, "alike")) == OTHERS
    return read_in_work.preview(work, choices, are_others=are_others)


def _key(work: Work, name: str) -> str:
    return f"read_in_{work.turn}_{name}"


def draw(work: Work, plan: Plan) -> None:
    """Draw everything a file would do."""
    found = work.found
    assert found is not None
    st.header("What would be taken in", anchor=False)
    st.html(show.answer(read_in_show.counts(found)))
    if refused := read_in_show.refused(found):
        st.subheader("Refused", anchor=False)
        st.html(read_in_show.refused_table(refused))
    clashing = [row for row in found.rows if row.asks]
    if clashing:
        _clashes(work, plan, clashing)
    changed = [row for row in found.of("changed") if not row.asks]
    if changed:
        st.subheader("Changed", anchor=False)
        st.html(read_in_show.changed_table(plan, changed))
    if work.alike:
        _alike(work)
    if new := found.of("new"):
        st.subheader("New", anchor=False)
        st.html(read_in_show.new_table(plan, new))
    _rest(work, found)


def _clashes(work: Work, plan: Plan, clashing: Sequence[PreviewRow]) -> None:
    st.subheader("Changed here and in the file", anchor=False)
    st.html(
        show.hint(
            "What is marked was changed here after the file was made: ours stays unless you take "
            "theirs. What is not marked is taken from the file."
        )
    )
    for row in clashing[:MOST_ASKED_ONE_BY_ONE]:
        st.html(read_in_show.clash_table(plan, row))
        _sides(work, f"Which to keep of {row.person.reference}", f"side_{row.number}")
    if rest := clashing[MOST_ASKED_ONE_BY_ONE:]:
        st.html(read_in_show.changed_table(plan, rest))
        _sides(work, f"Which to keep of these {people(len(rest))}", "sides")


def _sides(work: Work, label: str, name: str) -> None:
    st.radio(
        show.plain(label),
        SIDES,
        format_func=lambda side: SIDE_WORDS[side],
        horizontal=True,
        key=_key(work, name),
    )


def _alike(work: Work) -> None:
    st.subheader("The same answers", anchor=False)
    st.html(
        show.hint(
            f"{count(work.alike, 'row')} without a reference {'has' if work.alike == 1 else 'have'}"
            f" the very answers of {'somebody' if work.alike == 1 else 'people'} read in before."
        )
    )
    st.radio("Who are they?", [SAME, OTHERS], key=_key(work, "alike"))


def _rest(work: Work, found: Preview) -> None:
    if unchanged := found.of("unchanged"):
        st.html(read_in_show.unchanged_line(unchanged))
    if chosen := read_in_show.chosen_out(found):
        opened = read_in_show.refused_table(chosen, "Rows left out by you")
        title = f"{count(read_in_show.rows_in(chosen), 'row')} left out by you"
        st.html(show.box(show.details(title, opened)))
    if work.rows and work.rows.blank:
        st.html(show.muted(f"{count(len(work.rows.blank), 'blank row')} passed over."))
    if found.of("new"):
        used = work.proposal.mapping.columns if work.proposal else ()
        if not any(column.use == "reference" for column in used):
            st.html(
                show.muted(
                    "No column of references is read, so the next file's people are known again "
                    "by their answers alone."
                )
            )
        st.html(
            show.muted(
                "The same person sent by two recruiters cannot be told here: no names or contacts "
                "are kept to compare."
            )
        )


def take_in_button(held: Round, work: Work, sender: Sender | None) -> None:
    """Draw the button that stores the file, once refused rows are dealt with."""
    found = work.found
    assert found is not None
    refused = read_in_show.rows_in(read_in_show.refused(found))
    takes = len(found.of("new")) + len(found.of("changed"))
    may = True
    if refused and takes:
        may = st.checkbox(read_in_show.leave_out_words(refused), key=_key(work, "leave_out"))
        if not may:
            st.html(show.muted("Or put them right in the file, and choose it again."))
    if not takes:
        st.html(read_in_show.nobody(found))
    with st.container(horizontal=True, vertical_alignment="center"):
        if takes and st.button(
            read_in_show.take_in_words(found), type="primary", key="read_in_take", disabled=not may
        ):
            _take_in(held, work, found, sender)
        state.link("participants", "Participants")


def _take_in(held: Round, work: Work, found: Preview, sender: Sender | None) -> None:
    """Store the file; where somebody was faster, nothing is stored and the list is made again."""
    assert work.proposal is not None
    toml = None if work.proposal.is_ours else work.proposal.mapping.to_toml()
    # Forgotten first: a second press of the button finds no file to take in again.
    read_in_work.drop()
    try:
        state.store().take_in(held.id, found, state.by("file"), mapping=toml)
    except StoreError as error:
        read_in_work.again(work)
        title = "Nothing was taken in"
        if isinstance(error, Conflict):
            title = "The round changed while you looked at this list"
        state.tell(held.id, title, str(error))
        st.rerun()
    if sender is not None and sender.way and sender.name == found.recruiter:
        _say_what_they_are(held, sender)
    state.tell(
        held.id,
        read_in_show.taken_words(found),
        "The last file can be taken back below, until somebody changes one of these people.",
        kind="calm",
    )
    state.go("participants")


def _say_what_they_are(held: Round, sender: Sender) -> None:
    """Keep what a new recruiter is; the name alone told it before."""
    store = state.store()
    for one in store.recruiters(held.id):
        if one.name == sender.name and sender.way and one.way != sender.way:
            try:
                store.save_recruiter(
                    held.id, one.model_copy(update={"way": sender.way}), state.by("file")
                )
            except StoreError as error:
                state.tell(held.id, f"{sender.name} is kept as {one.way}", str(error))
