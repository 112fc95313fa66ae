"""When somebody dropped out: the places open again, and who could take them in one click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sampler.errors import SolverError
from sampler.model import Participant, Plan, Round
from sampler.people.needs import seats_left
from sampler.people.replacing import (
    MOST_PROPOSED,
    Candidate,
    candidates,
    offered,
    propose,
    reopened,
    reopened_words,
)
from sampler.people.stages import suggests_erasure
from sampler.people.tracking import is_planned, standing
from sampler.ui import people_dialogs, saving, show, state
from sampler.words import listed, small_number

MOST_SHOWN = 5
PROPOSED = "people_proposed"


def draw(held: Round, plan: Plan, everyone: Sequence[Participant]) -> None:
    """Draw what is to be done after somebody dropped out here, until it is done or put aside."""
    by_id = {person.id: person for person in everyone}
    for one in saving.gone_from(held.id):
        if one.before is not None and one.person_id not in by_id:
            saving.forget(one.person_id)
    gone = saving.gone_from(held.id)
    back = [one for one in gone if (now := by_id.get(one.person_id)) and _is_back(held, one, now)]
    if back:
        gone = [one for one in gone if one not in back]
        saving.keep_gone(held.id, gone)
    for one in gone:
        if (person := by_id.get(one.person_id)) and suggests_erasure(person.stage):
            _withdrew(held, person, gone, one)
    opened = [one for one in gone if one.is_open]
    if not opened:
        st.session_state.get(PROPOSED, {}).pop(held.id, None)
        return
    with st.container(border=True, key="people_gone"):
        _open_places(held, plan, everyone, opened)


def _is_back(held: Round, one: saving.Gone, now: Participant) -> bool:
    """Say whether somebody is booked again, or no longer withdrawn."""
    if one.is_open:
        return is_planned(now, partial_counts=held.brief.partial_counts)
    return not suggests_erasure(now.stage)


def _withdrew(
    held: Round, person: Participant, gone: Sequence[saving.Gone], one: saving.Gone
) -> None:
    st.html(
        show.note(
            f"{person.reference} withdrew",
            "Whoever withdraws can ask for all that is held about them to be erased.",
        )
    )
    with st.container(horizontal=True):
        if st.button(f"Erase {person.reference} now", key=f"people_erase_{person.id}"):
            people_dialogs.erase(person)
        if not one.is_open and st.button(
            "Not now", type="tertiary", key=f"people_later_{person.id}"
        ):
            saving.keep_gone(held.id, [other for other in gone if other != one])
            st.rerun()


def _open_places(
    held: Round, plan: Plan, everyone: Sequence[Participant], opened: Sequence[saving.Gone]
) -> None:
    partial = held.brief.partial_counts
    planned = [p for p in everyone if is_planned(p, partial_counts=partial)]
    before = [one.before for one in opened if one.before is not None]
    ids = {person.id for person in before}
    was = [*(p for p in everyone if p.id not in ids), *before]
    again = reopened(plan, was, everyone, partial_counts=partial)
    left = seats_left(plan, planned)
    who = listed([one.reference for one in opened])
    are = "is" if len(opened) == 1 else "are"
    said = reopened_words(again, left) if before else ""
    st.html(show.empty(f"{who} {are} not coming", said))
    found = candidates(plan, everyone, "planned", partial_counts=partial)
    if not found:
        st.html(show.hint("Nobody in touch fits. Coverage says who to look for next."))
    for one in found[:MOST_SHOWN]:
        _candidate(held, one)
    ids = st.session_state.get(PROPOSED, {}).get(held.id, ())
    proposed = [person for person in everyone if person.id in ids]
    if proposed:
        names = [person.reference for person in proposed]
        st.html(show.hint(f"Together {listed(names)} close most of what is missing."))
    with st.container(horizontal=True, vertical_alignment="center"):
        if proposed:
            _offer_all(held, proposed)
        elif len(found) > 1 and left > 1:
            _propose(held, plan, everyone, min(MOST_PROPOSED, left))
        if st.button("Not now", type="tertiary", key="people_gone_later"):
            _done(held.id)
            st.rerun()


def _candidate(held: Round, one: Candidate) -> None:
    person = one.person
    words, button = st.columns([7, 3], vertical_alignment="center")
    words.html(show.person_row(f"{person.reference}, {standing(person)}", one.why), width="stretch")
    if button.button(
        f"Offer to {person.reference}", key=f"people_offer_{person.id}", width="stretch"
    ):
        if _offer(held, person):
            _taken(held.id)
        st.rerun()


def _propose(held: Round, plan: Plan, everyone: Sequence[Participant], number: int) -> None:
    if st.button(f"Propose {small_number(number)} together", key="people_propose"):
        try:
            best = propose(plan, everyone, number, partial_counts=held.brief.partial_counts)
        except SolverError as error:
            state.tell(held.id, "Nobody could be proposed", str(error))
        else:
            if not best:
                state.tell(
                    held.id,
                    "Nobody can be proposed",
                    "Whoever fits would leave no seat for a group that is missing.",
                )
            kept = st.session_state.setdefault(PROPOSED, {})
            kept[held.id] = tuple(person.id for person in best)
        st.rerun()


def _offer_all(held: Round, best: Sequence[Participant]) -> None:
    label = f"Offer to all {len(best)}" if len(best) > 1 else f"Offer to {best[0].reference} alone"
    if st.button(label, key="people_offer_all"):
        done = [_offer(held, person) for person in best]
        if all(done):
            _done(held.id)
        st.session_state.get(PROPOSED, {}).pop(held.id, None)
        st.rerun()


def _offer(held: Round, person: Participant) -> bool:
    return saving.save(held, person, offered(person, state.today()), "offer")


def _taken(round_id: str) -> None:
    """One of the places is taken again."""
    left = saving.gone_from(round_id)
    first = next((i for i, one in enumerate(left) if one.is_open), None)
    if first is not None:
        left[first] = left[first]._replace(is_open=False)
    saving.keep_gone(round_id, left)


def _done(round_id: str) -> None:
    """Put the places aside; who withdrew is still there to be erased."""
    left = [one._replace(is_open=False) for one in saving.gone_from(round_id) if one.before]
    saving.keep_gone(round_id, left)
    st.session_state.get(PROPOSED, {}).pop(round_id, None)
