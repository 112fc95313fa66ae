"""The people of a round on a page: found by stage, recruiter and reference, a hundred at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import streamlit as st

from census.spelling import key
from sampler.model import Participant, Plan, Round, Stage
from sampler.people.tracking import STAGE_WORDS, STAGES
from sampler.ui import people_grid, people_tables, show, state
from sampler.words import count, people

PER_PAGE = 100
FILTERED_FROM = 20
"""With so many people or fewer nobody has to be looked for."""
MOST_IN_GRID = 500
LIST, GRID = "List", "Editable table"
NO_RECRUITER = "No recruiter"


def matching(
    everyone: Sequence[Participant], stages: Sequence[Stage], recruiter: str | None, text: str
) -> list[Participant]:
    """Return the people at these stages, of this recruiter, whose reference has this text.

    >>> two = [Participant(id="", reference=r, recruiter="Agency") for r in ("A01", "P12")]
    >>> [p.reference for p in matching(two, [], "agency", "p1")]
    ['P12']
    """
    wanted, of = text.strip().casefold(), None if recruiter is None else key(recruiter)
    return [
        person
        for person in everyone
        if (not stages or person.stage in stages)
        and (of is None or key(person.recruiter) == of)
        and (wanted in person.reference.casefold() or wanted in person.their_reference.casefold())
    ]


def draw(held: Round, plan: Plan, everyone: Sequence[Participant]) -> list[Participant]:
    """Draw the list or the editable table; return the people to choose from below it."""
    with st.container(key="people_view"):
        shown_as = st.segmented_control(
            "Show as",
            [LIST, GRID],
            default=LIST,
            key="participants_view",
            label_visibility="collapsed",
            required=True,
        )
    found = _found(everyone) if len(everyone) > FILTERED_FROM else list(everyone)
    if not found:
        st.html(show.hint("Nobody fits what is chosen above."))
        return []
    page = found
    if len(found) > PER_PAGE and (shown_as == LIST or len(found) > MOST_IN_GRID):
        with st.container(horizontal=True, vertical_alignment="center"):
            pages = ceil(len(found) / PER_PAGE)
            at = min(st.pagination(pages, key="people_page"), pages)
            start = (at - 1) * PER_PAGE
            page = found[start : start + PER_PAGE]
            line = f"{start + 1:,} to {start + len(page):,} of {people(len(found))}"
            st.html(show.muted(line), width="content")
    elif len(found) < len(everyone):
        st.html(show.muted(f"{len(found):,} of {people(len(everyone))}"))
    if shown_as == GRID:
        _grid(held, plan, page)
    else:
        st.html(
            people_tables.people_list(
                plan.characteristics,
                page,
                state.today(),
                partial_counts=held.brief.partial_counts,
            )
        )
    return page if len(found) > MOST_IN_GRID else found


def _found(everyone: Sequence[Participant]) -> list[Participant]:
    stages, recruiter, text = st.columns([3, 3, 2])
    names = dict.fromkeys(sorted(person.recruiter for person in everyone))
    chosen: list[Stage] = stages.multiselect(
        "Stage",
        [stage for stage in STAGES if any(person.stage == stage for person in everyone)],
        format_func=lambda stage: STAGE_WORDS[stage],
        placeholder="Every stage",
        key="people_stages",
    )
    of: str | None = recruiter.selectbox(
        "Recruiter",
        list(names),
        index=None,
        format_func=lambda name: name or NO_RECRUITER,
        placeholder="Every recruiter",
        key="people_recruiter",
    )
    typed = text.text_input("Reference", placeholder="P07", key="people_reference")
    return matching(everyone, chosen, of, typed)


def _grid(held: Round, plan: Plan, page: Sequence[Participant]) -> None:
    grid = people_grid.Grid(held, plan, page)
    names = [one.name for one in state.store().recruiters(held.id)]
    st.data_editor(
        people_grid.frame(plan, page),
        column_config=people_grid.columns(
            plan, list(dict.fromkeys([*names, *(p.recruiter for p in page if p.recruiter)]))
        ),
        hide_index=True,
        disabled=["Ref."],
        key=grid.key,
        on_change=grid.save,
        alt=f"{count(len(page), 'row')} of people recruited. Every field can also be changed by "
        "form below.",
    )
    st.html(show.muted("Changes are saved as you make them."))
