"""The form of one person: add, change, erase. By reference only."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import streamlit as st

from sampler.errors import Conflict, StoreError
from sampler.model import Answer, Participant, Plan, Round
from sampler.tracking import STAGE_WORDS, STAGES, answer_words, choices, looks_personal
from sampler.ui import show, state

CONFLICTS = "participants_conflicts"
TURN = "person_turn"


def start() -> None:
    """Make the next form of a new person an empty one, whatever an abandoned one held."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.session_state.pop("person_personal", None)


@st.dialog("Add a person", width="large", on_dismiss="rerun")
@state.guarded
def add(held: Round, plan: Plan) -> None:
    """Ask for somebody's answers; the reference is given by the round."""
    if added := st.session_state.pop("person_added", None):
        st.html(show.muted(f"{added} is saved."))
    reference = state.store().next_reference(held.id)
    turn = st.session_state.get(TURN, 0)
    new = Participant(id="", reference=reference, stage="interested")
    with st.form(f"person_add_{turn}", border=False):
        st.html(show.empty(reference, "No names, phone numbers or e-mail addresses."))
        person = _fields(plan, new, f"add{turn}")
        with st.container(horizontal=True):
            once = st.form_submit_button("Save person", type="primary")
            another = st.form_submit_button("Save and add another")
    if (once or another) and _may_keep(person):
        saved = state.store().add_person(held.id, person)
        start()
        if another:
            st.session_state.person_added = saved.reference
            st.rerun(scope="fragment")
        st.rerun()


@st.dialog("Change a person", width="large")
@state.guarded
def change(held: Round, plan: Plan, person: Participant) -> None:
    """Ask for other answers of somebody recorded."""
    with st.form(f"person_change_{person.id}_{person.version}", border=False):
        st.html(show.empty(person.reference, ""))
        changed = _fields(plan, person, f"{person.id}_{person.version}")
        saved = st.form_submit_button("Save person", type="primary")
    if saved and _may_keep(changed):
        save(held, changed)
        st.rerun()


@st.dialog("Erase a person")
@state.guarded
def erase(person: Participant) -> None:
    """Ask once more; erasing is for good."""
    st.html(
        show.note(
            f"Erase {person.reference}?",
            f"Everything held about {person.reference} goes for good, and the reference is never "
            "given again.",
            kind="bad",
        )
    )
    with st.container(horizontal=True):
        if st.button(f"Erase {person.reference}", type="primary", key="person_erase_yes"):
            state.store().erase_person(person.id)
            st.rerun()
        if st.button("Keep", key="person_erase_no"):
            st.rerun()


def save(held: Round, person: Participant) -> bool:
    """Save a changed person; when somebody was faster both versions are kept to choose from."""
    try:
        state.store().save_person(person)
    except Conflict as conflict:
        keep_conflict(held, conflict.theirs, person)
        return False
    except StoreError as error:
        state.tell(held.id, f"{person.reference} was not saved", str(error))
        return False
    return True


def keep_conflict(held: Round, theirs: object, mine: Participant) -> None:
    """Keep both versions of a person until somebody has chosen."""
    st.session_state.setdefault(CONFLICTS, []).append((held.id, theirs, mine))


def _fields(plan: Plan, person: Participant, key: str) -> Participant:
    """Draw every field of a person and return what they hold now."""
    columns = st.columns(2)
    answers: dict[str, Answer] = {
        name: answer for name, answer in person.answers.items() if plan.named(name) is None
    }
    for i, part in enumerate(plan.characteristics):
        known = person.answers.get(part.name)
        offered = choices(part)
        if known is not None and known.kind != "own_words" and known not in offered:
            offered = [known, *offered]  # an answer from before the groups were changed
        at = next((n for n, a in enumerate(offered) if known and _same(a, known)), None)
        picked = columns[i % 2].selectbox(
            part.name,
            offered,
            index=at,
            format_func=lambda a, part=part: (
                show.label(part, a.text) if a.kind == "group" else answer_words(a)
            ),
            placeholder="Choose an answer",
            key=f"person_{key}_{i}",
        )
        if picked is not None:
            answers[part.name] = picked
    with st.expander("In their own words, where no group fits"):
        for i, part in enumerate(plan.characteristics):
            known = person.answers.get(part.name)
            own = known.text if known is not None and known.kind == "own_words" else ""
            typed = st.text_input(part.name, own, max_chars=200, key=f"person_{key}_own_{i}")
            chosen = answers.get(part.name)
            if typed.strip() and (chosen is None or chosen.kind not in ("group", "broad")):
                answers[part.name] = Answer(kind="own_words", text=typed.strip())
        st.html(show.muted("A group chosen above counts before words typed here."))
    left, right = st.columns(2)
    stage = left.selectbox(
        "Stage",
        STAGES,
        index=STAGES.index(person.stage),
        format_func=lambda s: STAGE_WORDS[s],
        key=f"person_{key}_stage",
    )
    recruiter = right.text_input(
        "Recruiter", person.recruiter, max_chars=200, key=f"person_{key}_recruiter",
        placeholder="Agency, partner, own panel",
    )  # fmt: skip
    day = left.date_input(
        "Day of the session",
        person.slot.date() if person.slot else None,
        key=f"person_{key}_day",
        format="DD/MM/YYYY",
    )
    hour = right.time_input(
        "Time", person.slot.time() if person.slot else time(10), key=f"person_{key}_time"
    )
    sent = left.date_input(
        "Incentive sent on", person.incentive_on, key=f"person_{key}_sent", format="DD/MM/YYYY"
    )
    reserve = right.checkbox("Reserve", person.reserve, key=f"person_{key}_reserve")
    notes = st.text_area("Notes", person.notes, max_chars=4000, key=f"person_{key}_notes")
    return person.model_copy(
        update={
            "answers": answers,
            "stage": stage,
            "recruiter": recruiter.strip(),
            "slot": datetime.combine(day, hour) if day else None,
            "incentive_on": sent,
            "reserve": reserve,
            "notes": notes.strip(),
        }
    )


def _same(offered: Answer, known: Answer) -> bool:
    return offered.kind == known.kind and (known.kind == "own_words" or offered.text == known.text)


def _may_keep(person: Participant) -> bool:
    """Question what looks personal; saving the same text again keeps it."""
    texts = [person.notes, person.recruiter, *(a.text for a in person.answers.values())]
    found = next((what for text in texts if (what := looks_personal(text))), None)
    asked: Any = st.session_state.get("person_personal")
    if found is None or asked == texts:
        st.session_state.pop("person_personal", None)
        return True
    st.session_state.person_personal = texts
    st.html(
        show.note(
            f"Something here looks like {found}",
            "Leave it out. To keep it all the same, save again.",
            kind="bad",
        )
    )
    return False
