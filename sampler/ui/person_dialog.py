"""The form of one person: add, change. By reference only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from census.spelling import key as spelled
from sampler.errors import StoreError
from sampler.model import Answer, Participant, Plan, Round, Way
from sampler.people.show_rates import way_of
from sampler.people.tracking import STAGE_WORDS, STAGES, answer_words, choices
from sampler.ui import saving, show, state
from sampler.words import listed

TURN = "person_turn"
PERSONAL = "person_personal"
PROBLEM = "person_problem"
DONE = "person_done"
NOBODY, SOMEBODY_ELSE = "", "\n"
"""Options of the recruiter beside names, none of which can be these."""
RECRUITER_WORDS = {NOBODY: "No recruiter", SOMEBODY_ELSE: "Somebody else"}
WAY_WORDS: dict[Way, str] = {
    "agency": "Agency",
    "partner": "Community partner",
    "panel": "Own panel",
    "front line": "Front line staff",
}


class Found(NamedTuple):
    """Who found somebody: a recruiter's name, and how they find people where they are new."""

    name: str
    new: Way | None = None


def start() -> None:
    """Make the next form of a new person an empty one, whatever an abandoned one held."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.session_state.pop(PERSONAL, None)


@st.dialog("Add a person", width="large", on_dismiss="rerun")
@state.guarded
def add(held: Round, plan: Plan) -> None:
    """Ask for somebody's answers; the reference is given by the round and their recruiter."""
    if st.session_state.pop(DONE, False):
        st.rerun()  # saved before anything was drawn again: straight to the page behind
    if added := st.session_state.pop("person_added", None):
        st.html(show.muted(f"{added} is saved."))
    key = f"add{st.session_state.get(TURN, 0)}"
    new = Participant(id="", reference="", stage="interested")
    head = st.empty()
    picked = _recruiter(held, new, key)
    is_new = picked == SOMEBODY_ELSE
    reference = "" if is_new else state.store().next_reference(held.id, picked)
    head.html(
        show.empty(reference or "A new recruiter", "No names, phone numbers or e-mail addresses.")
    )

    def save(*, another: bool) -> None:
        """Save who was entered, unless something is to be asked first."""
        person = _to_keep(held, plan, new, key, picked)
        if person is None:
            return
        saved = state.store().add_person(held.id, person, state.by("form"))
        start()
        if another:
            st.session_state.person_added = saved.reference
            turn = st.session_state[TURN]
            st.session_state[f"person_add{turn}_recruiter"] = saved.recruiter
        else:
            st.session_state[DONE] = True

    with st.form(f"person_{key}", border=False):
        if is_new:
            _new_recruiter(key)
        _fields(plan, new, key)
        with st.container(horizontal=True):
            once = _said(lambda: save(another=False))
            more = _said(lambda: save(another=True))
            st.form_submit_button("Save person", type="primary", on_click=once)
            st.form_submit_button("Save and add another", on_click=more)
    _draw_problem()


@st.dialog("Change a person", width="large")
@state.guarded
def change(held: Round, plan: Plan, person: Participant) -> None:
    """Ask for other answers of somebody recorded."""
    if st.session_state.pop(DONE, False):
        st.rerun()
    key = f"{person.id}_{person.version}"
    st.html(show.empty(person.reference, ""))
    picked = _recruiter(held, person, key)
    is_new = picked == SOMEBODY_ELSE

    def save() -> None:
        """Save who was entered, unless something is to be asked first."""
        changed = _to_keep(held, plan, person, key, picked)
        if changed is None:
            return
        saving.put(held, person, changed, "form")
        st.session_state[DONE] = True

    with st.form(f"person_change_{key}", border=False):
        if is_new:
            _new_recruiter(key)
        _fields(plan, person, key)
        st.form_submit_button("Save person", type="primary", on_click=_said(save))
    _draw_problem()


def _recruiter(held: Round, person: Participant, key: str) -> str:
    """Ask who found somebody, before the form is drawn: the reference follows from it."""
    names = [one.name for one in state.store().recruiters(held.id)]
    theirs = next((n for n in names if spelled(n) == spelled(person.recruiter)), person.recruiter)
    if theirs and theirs not in names:
        names.append(theirs)
    offered = [NOBODY, *names, SOMEBODY_ELSE]
    picked: str = st.columns(2)[0].selectbox(
        "Recruiter",
        offered,
        index=offered.index(theirs),
        format_func=lambda name: RECRUITER_WORDS.get(name, name),
        key=f"person_{key}_recruiter",
    )
    return picked


def _new_recruiter(key: str) -> None:
    left, right = st.columns(2)
    left.text_input(
        "Name of the recruiter",
        max_chars=80,
        key=f"person_{key}_recruiter_name",
        help="An organisation or a team, not a person.",
    )
    right.selectbox(
        "Kind",
        list(WAY_WORDS),
        index=None,
        format_func=lambda w: WAY_WORDS[w],
        placeholder="Choose, or leave it to the name",
        key=f"person_{key}_recruiter_way",
    )


def _to_keep(
    held: Round, plan: Plan, before: Participant, key: str, picked: str
) -> Participant | None:
    """Return who was entered, a new recruiter stored; None where something is asked first."""
    found, entered = _found(key, picked), _entered(plan, before, key)
    entered = entered.model_copy(update={"recruiter": found.name})
    if not _may_keep(before, entered, is_new=picked == SOMEBODY_ELSE):
        return None
    if found.new:
        state.store().add_recruiter(held.id, found.name, way=found.new)
    return entered


def _found(key: str, picked: str) -> Found:
    """Return who found somebody, as entered."""
    if picked != SOMEBODY_ELSE:
        return Found(picked)
    name = " ".join(st.session_state[f"person_{key}_recruiter_name"].split())
    way: Way | None = st.session_state[f"person_{key}_recruiter_way"]
    return Found(name, (way or way_of(name)) if name else None)


def _fields(plan: Plan, person: Participant, key: str) -> None:
    """Draw every field of a person but the recruiter."""
    _answers(plan, person, key)
    where, theirs_at, day_at, time_at, sent_at, reserve_at = _in_pairs(6)
    where.selectbox(
        "Stage",
        STAGES,
        index=STAGES.index(person.stage),
        format_func=lambda s: STAGE_WORDS[s],
        key=f"person_{key}_stage",
    )
    theirs_at.text_input(
        "Their reference (the recruiter's own)",
        person.their_reference,
        max_chars=60,
        key=f"person_{key}_theirs",
    )
    day_at.date_input(
        "Day of the session",
        person.slot.date() if person.slot else None,
        key=f"person_{key}_day",
        format="DD/MM/YYYY",
    )
    time_at.time_input(
        "Time", person.slot.time() if person.slot else time(10), key=f"person_{key}_time"
    )
    sent_at.date_input(
        "Incentive sent on", person.incentive_on, key=f"person_{key}_sent", format="DD/MM/YYYY"
    )
    reserve_at.checkbox("Reserve", person.reserve, key=f"person_{key}_reserve")
    st.text_area("Notes", person.notes, max_chars=4000, key=f"person_{key}_notes")


def _entered(plan: Plan, person: Participant, key: str) -> Participant:
    """Return a person with what the fields hold now."""

    def held(name: str) -> Any:
        return st.session_state[f"person_{key}_{name}"]

    answers = {name: one for name, one in person.answers.items() if plan.named(name) is None}
    for i, part in enumerate(plan.characteristics):
        chosen: Answer | None = held(str(i))
        if chosen is not None:
            answers[part.name] = chosen
        own = held(f"own_{i}").strip()
        if own and (chosen is None or chosen.kind not in ("group", "broad")):
            answers[part.name] = Answer(kind="own_words", text=own)
    return person.model_copy(
        update={
            "answers": answers,
            "stage": held("stage"),
            "their_reference": held("theirs").strip(),
            "slot": datetime.combine(held("day"), held("time")) if held("day") else None,
            "incentive_on": held("sent"),
            "reserve": held("reserve"),
            "notes": held("notes").strip(),
        }
    )


def _answers(plan: Plan, person: Participant, key: str) -> None:
    columns = _in_pairs(len(plan.characteristics))
    for i, part in enumerate(plan.characteristics):
        known = person.answers.get(part.name)
        offered = choices(part)
        if known is not None and known.kind != "own_words" and known not in offered:
            offered = [known, *offered]  # an answer from before the groups were changed
        at = next((n for n, a in enumerate(offered) if known and _same(a, known)), None)
        columns[i].selectbox(
            show.plain(part.name),
            offered,
            index=at,
            format_func=lambda a, part=part: (
                show.label(part, a.text) if a.kind == "group" else answer_words(a)
            ),
            placeholder="Choose an answer",
            key=f"person_{key}_{i}",
        )
    with st.expander("In their own words, where no group fits"):
        for i, part in enumerate(plan.characteristics):
            known = person.answers.get(part.name)
            own = known.text if known is not None and known.kind == "own_words" else ""
            st.text_input(show.plain(part.name), own, max_chars=200, key=f"person_{key}_own_{i}")
        st.html(show.muted("A group chosen above counts before words typed here."))


def _in_pairs(number: int) -> list[DeltaGenerator]:
    """Return places two abreast, in reading order by keyboard and on a phone too."""
    places: list[DeltaGenerator] = []
    for _ in range(0, number, 2):
        places += st.columns(2, vertical_alignment="bottom")
    return places[:number]


def _same(offered: Answer, known: Answer) -> bool:
    return offered.kind == known.kind and (known.kind == "own_words" or offered.text == known.text)


def _may_keep(before: Participant, after: Participant, *, is_new: bool) -> bool:
    """Question what looks personal; saving the same again keeps it."""
    if is_new and not after.recruiter:
        st.session_state[PROBLEM] = ("The recruiter needs a name", "")
        return False
    found = saving.personal_fields(before, after)
    asked: Any = st.session_state.get(PERSONAL)
    entered = [after.notes, after.recruiter, after.their_reference, after.answers]
    if not found or asked == entered:
        st.session_state.pop(PERSONAL, None)
        return True
    st.session_state[PERSONAL] = entered
    said = [f"{field} looks like it holds {what}" for field, what in found]
    why = "Leave it out. To keep it all the same, save again."
    st.session_state[PROBLEM] = (listed(said), why)
    return False


def _said(save: Callable[[], None]) -> Callable[[], None]:
    """Return a callback that says in the form what the database would not do."""

    def saved() -> None:
        try:
            save()
        except StoreError as error:
            st.session_state[PROBLEM] = ("That was not saved", str(error))

    return saved


def _draw_problem() -> None:
    """Say once what stood in the way of saving."""
    if problem := st.session_state.pop(PROBLEM, None):
        title, text = problem
        st.html(show.note(title, *([text] if text else []), kind="bad"))
