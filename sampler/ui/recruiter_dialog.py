"""The form of one recruiter: who they are, how many they are asked for, whom they can reach."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from census.spelling import key as spelled
from sampler.brief import ANY
from sampler.errors import Conflict, StoreError
from sampler.model import Plan, Recruiter, Round, Way
from sampler.reading.personal import looks_personal
from sampler.ui import show, state
from sampler.ui.person_dialog import WAY_WORDS

PERSONAL = "recruiter_personal"


class Typed(NamedTuple):
    """What a form holds."""

    name: str
    way: Way
    people: int
    reach: dict[str, tuple[str, ...]]


@st.dialog("Add a recruiter", width="large")
@state.guarded
def add(held: Round, plan: Plan, there: Sequence[Recruiter]) -> None:
    """Ask who else finds people for the round."""
    left = max(0, plan.people_wanted - sum(one.people for one in there))
    new = Recruiter(id="", name="-", way="agency", people=left)
    with st.form(f"recruiter_add_{held.id}_{len(there)}", border=False):
        typed = _fields(plan, new, "add", name="")
        saved = st.form_submit_button("Save recruiter", type="primary")
    if not saved or not _may_keep(typed):
        return
    if any(spelled(one.name) == spelled(typed.name) for one in state.store().recruiters(held.id)):
        _refuse(f"There is a recruiter called {typed.name} already", "Change that one instead.")
        return
    state.store().add_recruiter(
        held.id, typed.name, way=typed.way, people=typed.people, reach=typed.reach
    )
    st.rerun()


@st.dialog("Change a recruiter", width="large")
@state.guarded
def change(held: Round, plan: Plan, one: Recruiter) -> None:
    """Ask for other facts of a recruiter; one who found nobody can be removed."""
    with st.form(f"recruiter_change_{one.id}_{one.version}", border=False):
        typed = _fields(plan, one, f"{one.id}_{one.version}", name=one.name)
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save recruiter", type="primary")
            removed = st.form_submit_button(show.plain(f"Remove {one.name}"), type="tertiary")
    store = state.store()
    try:
        if removed:
            store.remove_recruiter(held.id, one)
            st.rerun()
        if saved and _may_keep(typed, one):
            store.save_recruiter(held.id, one.model_copy(update=typed._asdict()), state.by("form"))
            st.rerun()
    except Conflict as conflict:
        stands = "" if removed else "Close this form and open it again to see what stands now."
        _refuse("This is not removed" if removed else "This is not saved", str(conflict), stands)
    except StoreError as error:
        _refuse("This is not saved", str(error))


def _fields(plan: Plan, one: Recruiter, key: str, *, name: str) -> Typed:
    """Draw every field of a recruiter and return what they hold."""
    typed = st.text_input("Name", name, max_chars=80, key=f"recruiter_{key}_name")
    left, right = st.columns(2)
    way = left.selectbox(
        "Kind",
        list(WAY_WORDS),
        index=list(WAY_WORDS).index(one.way),
        format_func=lambda w: WAY_WORDS[w],
        key=f"recruiter_{key}_way",
    )
    number = right.number_input(
        "People asked for", 0, 100_000, one.people, key=f"recruiter_{key}_people"
    )
    st.html(show.empty("Groups they can reach", "Leave one empty where they can reach everybody."))
    reach = {n: groups for n, groups in one.reach.items() if plan.named(n) is None}
    for i, part in enumerate(plan.characteristics):
        if i % 2 == 0:  # a row at a time, so that they keep their order on a phone
            columns = st.columns(2)
        groups = [group for group in part.groups if group != ANY]
        known = one.reach.get(part.name, ())
        chosen = columns[i % 2].multiselect(
            show.plain(part.name),
            [*groups, *(group for group in known if group not in groups)],
            list(known),
            format_func=partial(show.label, part),
            placeholder="Everybody",
            select_all=False,
            key=f"recruiter_{key}_reach_{i}",
        )
        if chosen:
            reach[part.name] = tuple(chosen)
    return Typed(" ".join(typed.split()), way, int(number), reach)


def _may_keep(typed: Typed, before: Recruiter | None = None) -> bool:
    """Say whether there is a name; question one that looks personal, once."""
    if not typed.name:
        _refuse("A recruiter needs a name", "Such as the agency or the organisation.")
        return False
    found = None if before and before.name == typed.name else looks_personal(typed.name)
    if found is None or st.session_state.get(PERSONAL) == typed.name:
        st.session_state.pop(PERSONAL, None)
        return True
    st.session_state[PERSONAL] = typed.name
    _refuse(
        f"The name looks like {found}",
        "Name the organisation, not a person. To keep it all the same, save again.",
    )
    return False


def _refuse(title: str, *sentences: str) -> None:
    st.html(show.note(title, *sentences, kind="bad"))
