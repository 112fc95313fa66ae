"""Saving a changed person from any page; whatever could not be saved waits for a choice."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from sampler.errors import Conflict, StoreError
from sampler.model import Participant, Round
from sampler.people import history
from sampler.people.fields import ANSWER, differences
from sampler.people.stages import drops_out, suggests_erasure
from sampler.reading.personal import looks_personal
from sampler.ui import state

CONFLICTS = "people_conflicts"
QUESTIONS = "people_questions"
GONE = "people_gone"
TODAY = "today_before"
"""People marked on Today, as they were before and their version since: to take a tap back."""
OF_ANYBODY = ("participants_saved", "coverage_outlook", "person_personal")
"""What pages keep that may hold something of anybody."""


class Waiting(NamedTuple):
    """A change that met another: what stands, and the same with what somebody entered.

    `mine` has the version somebody began from.
    """

    round_id: str
    theirs: Participant
    mine: Participant


class Question(NamedTuple):
    """A change not saved yet because something in it looks personal."""

    round_id: str
    before: Participant
    after: Participant
    how: str


class Gone(NamedTuple):
    """Somebody who dropped out or withdrew here, as they were before; None once erased.

    `is_open` says whether a place they took is free again.
    """

    round_id: str
    person_id: str
    reference: str
    before: Participant | None
    is_open: bool


def save(held: Round, before: Participant, after: Participant, how: str) -> bool:
    """Save somebody changed from `before`; say whether that was done.

    When somebody else was faster both versions are kept to choose from. What else stops it is
    said on the next page drawn.
    """
    try:
        return put(held, before, after, how)
    except StoreError as error:
        state.tell(held.id, f"{before.reference} was not saved", str(error))
        return False


def put(held: Round, before: Participant, after: Participant, how: str) -> bool:
    """Save as `save` does, but raise the `StoreError` of a database that will not."""
    wanted = after.model_copy(update={"version": before.version})
    try:
        saved = state.store().save_person(wanted, state.by(how))
    except Conflict as conflict:
        theirs = conflict.theirs
        assert isinstance(theirs, Participant)
        wait(held, before, theirs, after)
        return False
    _note_gone(held, before, saved)
    return True


def wait(held: Round, before: Participant, theirs: Participant, after: Participant) -> None:
    """Keep a change that met another until somebody has chosen."""
    mine = history.onto(theirs, before, after)
    if not list(differences(theirs, mine)):
        return  # both entered the same
    mine = mine.model_copy(update={"version": before.version})
    st.session_state.setdefault(CONFLICTS, []).append(Waiting(held.id, theirs, mine))


def ask(held: Round, before: Participant, after: Participant, how: str) -> None:
    """Keep a change that looks personal until somebody has chosen."""
    st.session_state.setdefault(QUESTIONS, []).append(Question(held.id, before, after, how))


def personal_fields(before: Participant, after: Participant) -> list[tuple[str, str]]:
    """Return each changed field that looks personal, and what it looks like.

    >>> was = Participant(id="", reference="P01", notes="call 07700 900123")
    >>> personal_fields(was, was.model_copy(update={"their_reference": "B14 7AA"}))
    [('Their reference', 'a full postcode')]
    """
    found = []
    for field, _, new in differences(before, after):
        if new is None or not (
            field.startswith(ANSWER) or field in ("notes", "recruiter", "their_reference")
        ):
            continue
        text = history.value_words(field, new)
        if what := looks_personal(text):
            found.append((history.field_words(field), what))
    return found


def _note_gone(held: Round, before: Participant, after: Participant) -> None:
    """Remember who dropped out, so that the page can say who could take their place."""
    is_open = drops_out(before, after, partial_counts=held.brief.partial_counts)
    withdrew = suggests_erasure(after.stage) and not suggests_erasure(before.stage)
    if is_open or withdrew:
        gone = Gone(held.id, before.id, before.reference, before, is_open)
        kept = [one for one in st.session_state.get(GONE, []) if one.person_id != before.id]
        st.session_state[GONE] = [*kept, gone]


def waits(held: Round, person_id: str) -> bool:
    """Say whether two versions of somebody wait for a choice."""
    return any(
        one.round_id == held.id and one.theirs.id == person_id
        for one in st.session_state.get(CONFLICTS, [])
    )


def gone_from(round_id: str) -> list[Gone]:
    """Return who dropped out of a round here and was not replaced yet."""
    return [one for one in st.session_state.get(GONE, []) if one.round_id == round_id]


def keep_gone(round_id: str, left: list[Gone]) -> None:
    """Keep only these of the people who dropped out of a round."""
    others = [one for one in st.session_state.get(GONE, []) if one.round_id != round_id]
    st.session_state[GONE] = [*others, *left]


def forget_round(round_id: str) -> None:
    """Forget what is kept here of anybody in a round, all of whom are erased."""
    for name in (TODAY, *OF_ANYBODY):
        st.session_state.pop(name, None)
    for name in (CONFLICTS, QUESTIONS, GONE):
        kept = [one for one in st.session_state.get(name, []) if one.round_id != round_id]
        st.session_state[name] = kept


def forget(person_id: str) -> None:
    """Forget what is kept here of somebody erased; that a place is open stays known."""
    st.session_state.get(TODAY, {}).pop(person_id, None)
    for name in OF_ANYBODY:
        st.session_state.pop(name, None)
    for name in (CONFLICTS, QUESTIONS):
        st.session_state[name] = [
            one for one in st.session_state.get(name, []) if one[2].id != person_id
        ]
    st.session_state[GONE] = [
        one._replace(before=None) if one.person_id == person_id else one
        for one in st.session_state.get(GONE, [])
        if one.person_id != person_id or one.is_open
    ]
