"""The dialog that plans a round from what is missing: proposed, explained, and made."""

from __future__ import annotations

import streamlit as st

from sampler.errors import BriefError
from sampler.model import Round
from sampler.programmes import next_mix
from sampler.programmes.programme import AudienceView
from sampler.ui import programme_tables, programme_words, show, state
from sampler.words import listed

MOST_PEOPLE = 1000


@st.dialog("Plan a round from these gaps", width="large")
@state.guarded
def plan(view: AudienceView, base: Round) -> None:
    """Ask which characteristics follow the gaps and how many people; then make the round."""
    st.html(
        show.lead(
            "The next round makes up for who was missing: each group gets places in proportion to "
            "what it is short of, counting everybody heard and this round."
        )
    )
    cannot = next_mix.cannot_follow(view, [part.name for part in view.characteristics], base.brief)
    offered = [part.name for part in view.characteristics if part.name not in cannot]
    key = f"{base.id}_{view.audience}"
    name, number = st.columns([5, 2], vertical_alignment="bottom")
    title = name.text_input(
        "Name of the round", f"{base.title}, next", max_chars=200, key=f"next_title_{key}"
    )
    people = number.number_input(
        "People wanted",
        1,
        MOST_PEOPLE,
        min(base.brief.people_wanted, MOST_PEOPLE),
        key=f"next_people_{key}",
    )
    chosen = st.pills(
        "Characteristics that follow the gaps",
        offered,
        selection_mode="multi",
        default=offered,
        format_func=show.plain,
        key=f"next_names_{key}",
    )
    proposed = next_mix.proposal(view, people, chosen)
    left = dict(proposed.not_followed) | {n: why for n, why in cannot.items() if n not in chosen}
    for part in proposed.characteristics:
        st.html(programme_tables.next_table(part))
    for called, why in left.items():
        st.html(show.muted(f"{called} does not follow the gaps. {why}"))
    unticked = [n for n in offered if n not in chosen]
    if unticked:
        st.html(show.muted(f"As in {base.title}: {listed(unticked)}."))
    st.html(
        show.muted(
            f"Copied from {base.title}: places, recruiters, texts of the brief, and rules about "
            "groups that stay; rules may change these numbers on Mix. Gaps of "
            f"{programme_words.titles(view.rounds)}."
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        follows = [part.name for part in proposed.characteristics]
        if st.button(
            "Create round", type="primary", key="next_create", disabled=not follows
        ) and _create(view, base, title.strip(), follows, people):
            state.go("mix")
        if not follows:
            st.html(show.hint("Choose a characteristic to follow."), width="content")


def _create(view: AudienceView, base: Round, title: str, names: list[str], people: int) -> bool:
    """Copy the round under its new name and let its mix follow the gaps; no plan is taken."""
    if not title:
        st.html(show.note("The round needs a name", kind="bad"))
        return False
    try:
        brief = next_mix.brief_for(view, names, people, base.brief).changed(title=title)
    except BriefError as error:
        lines = [text for _, text in error.problems]
        st.html(show.note("This round cannot be made", *lines, kind="bad"))
        return False
    state.choose(state.store().copy_round(base.id, title, brief).id)
    return True
